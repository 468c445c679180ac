"""A peer of our server under the same uvicorn: ``serving_peer.py asgi|starlette|fastapi|mlflow FILE PORT [--unchanged]``.

`asgi` and `starlette` answer the bytes of FILE, or with ``--unchanged`` 304; `fastapi` makes its models for every answer. `mlflow`
serves nothing: it writes a model of 200 small trees to FILE, for `mlflow models serve`.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

import uvicorn

from serving.api.options import Options
from serving.api.server import configuration, listening


def peer(name: str, body_file: Path, unchanged: bool) -> Any:
    """The application of a peer. `unchanged` where it answers 304."""
    body = body_file.read_bytes()
    tag = '"0123456789abcdef0123456789abcdef"'
    if name == "asgi":
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"etag", tag.encode()),
        ]
        status, sent = (304, b"") if unchanged else (200, body)

        async def bare(scope: Any, receive: Any, send: Any) -> None:
            await send(
                {"type": "http.response.start", "status": status, "headers": headers[2:] if unchanged else headers}
            )
            await send({"type": "http.response.body", "body": sent})

        return bare
    if name == "starlette":
        from starlette.applications import Starlette
        from starlette.responses import Response
        from starlette.routing import Route

        async def route(_request: Any) -> Response:
            if unchanged:
                return Response(status_code=304, headers={"ETag": tag})
            return Response(body, media_type="application/json", headers={"ETag": tag})

        return Starlette(routes=[Route("/v1/scores", route)])
    from fastapi import FastAPI

    from serving.api.documents.ranking import Ranking

    app, content = FastAPI(), json.loads(body)

    @app.get("/v1/scores", response_model=Ranking)
    def scores(limit: int = 50) -> Ranking:
        return Ranking.model_validate(content)

    return app


def write_model(path: Path) -> None:
    """A model as an analyst would log it: 200 trees of 15 leaves over 60 columns of noise."""
    import lightgbm
    import mlflow.lightgbm
    import numpy as np

    generator = np.random.default_rng(1)
    columns, happened = generator.normal(size=(5_000, 60)), generator.random(5_000) < 0.1
    learner = lightgbm.LGBMClassifier(n_estimators=200, num_leaves=15, num_threads=1, verbose=-1)
    mlflow.lightgbm.save_model(learner.fit(columns, happened), path)


def main() -> None:
    """Serve one until told to end."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("peer", choices=("asgi", "starlette", "fastapi", "mlflow"))
    parser.add_argument("body", type=Path)
    parser.add_argument("port", type=int)
    parser.add_argument("--unchanged", action="store_true")
    asked = parser.parse_args()
    if asked.peer == "mlflow":
        write_model(asked.body)
        return
    application = peer(asked.peer, asked.body, asked.unchanged)
    config = configuration(lambda: application, Options())
    config.lifespan = "off"
    with listening("127.0.0.1", asked.port, 2048) as bound:
        uvicorn.Server(config).run(sockets=[bound])


if __name__ == "__main__":
    main()
