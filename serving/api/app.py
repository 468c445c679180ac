"""The HTTP API and the page: FastAPI over the current snapshot."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, MutableMapping
from datetime import UTC, date, datetime
from importlib.resources import files
from typing import Annotated, Any
from urllib.parse import unquote

from fastapi import FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from sqlalchemy import select
from starlette.exceptions import HTTPException

from riskwarn.errors import QueryInvalid, RiskwarnError
from riskwarn.home import Home
from riskwarn.store.ledger import losses
from riskwarn.words import NOTICE_EN, NOTICE_ZH, Unit
from serving.api import answers
from serving.api.gate import Gate, problem_document
from serving.api.reference import reference_page
from serving.snapshots.replay import lost
from serving.snapshots.current import Current
from serving.snapshots.tables import ALERTS, SNAPSHOTS

TITLE = "riskwarn"
_NO_PARAMETERS = "there is no such parameter; there are none"
SECURITY = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def create_app(home: Home, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> FastAPI:
    """The application of one home. `clock` tells whether a snapshot is stale."""
    app = FastAPI(title=TITLE, version="1", docs_url=None, redoc_url=None, description=NOTICE_EN)
    current = Current(home)
    _problems(app)
    _pages(app)

    @app.get("/healthz", summary="Whether the process answers", tags=["service"])
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/v1/scores", summary="The ranking of grids, or of the units above them", tags=["ranking"])
    def scores(
        request: Request,
        target: Annotated[str | None, Query(description="declared target; the first where not given")] = None,
        horizon: Annotated[int | None, Query(description="periods ahead; 4 where served, else the first")] = None,
        unit: Annotated[Unit, Query(description="grid, community, town, district or city")] = Unit.GRID,
        parent: Annotated[str | None, Query(description="only units inside the unit of this code")] = None,
        min_level: Annotated[str | None, Query(description="only this attention level and higher")] = None,
        limit: Annotated[int, Query(ge=1, le=1000, description="units an answer")] = 50,
        cursor: Annotated[str | None, Query(description="`next` of the answer before; belongs to its snapshot")] = None,
        as_of: Annotated[date | None, Query(description="the newest snapshot of this as-of")] = None,
    ) -> Response:
        _only_known(request)
        snapshot = current(as_of)
        return _answer(
            request,
            answers.ranking(
                snapshot, clock(), target=target, horizon=horizon, unit=unit, parent=parent, min_level=min_level,
                limit=limit, cursor=cursor,
            ),
        )  # fmt: skip

    # The explanation comes first: a path may hold slashes, because an id may.
    @app.get("/v1/grids/{grid_id:path}/explanation", summary="Why a grid stands where it does", tags=["ranking"])
    def grid_explanation(
        request: Request,
        grid_id: str,
        target: Annotated[str | None, Query(description="declared target; the first where not given")] = None,
        horizon: Annotated[int | None, Query(description="periods ahead; 4 where served, else the first")] = None,
    ) -> Response:
        asked, explained = asked_grid(request.scope, grid_id)
        if not explained:
            return grid(request, asked)
        _only_known(request)
        return _answer(request, answers.explanation(current(), clock(), asked, target, horizon))

    @app.get("/v1/grids/{grid_id:path}", summary="The portrait of a grid", tags=["ranking"])
    def grid(request: Request, grid_id: str) -> Response:
        if request.query_params:
            raise QueryInvalid(parameter=next(iter(request.query_params)), problem=_NO_PARAMETERS)
        asked, _ = asked_grid(request.scope, grid_id)
        return _answer(request, answers.portrait(current(), clock(), asked))

    @app.get("/v1/snapshots", summary="Published snapshots, newest first", tags=["service"])
    def snapshots(request: Request, limit: Annotated[int, Query(ge=1, le=1000)] = 50) -> Response:
        _only_known(request)
        rows = select(SNAPSHOTS).order_by(SNAPSHOTS.c.sequence.desc()).limit(limit)
        with home.database.connect() as connection:
            found = connection.execute(rows).mappings().all()
        erased, zone = losses(home), home.configuration.calendar.timezone
        items = [
            {
                "id": row["id"],
                "as_of": row["as_of"].isoformat(),
                "published_at": row["published_at"].isoformat(),
                "valid_until": row["valid_until"].astimezone(zone).isoformat(),
                **{
                    name: row["manifest"].get(name)
                    for name in ("inputs", "previous", "models", "gaps", "files", "period", "names")
                },
                "not_replayable": lost(row["manifest"], erased),
            }
            for row in found
        ]
        return _answer(request, {"items": items})

    @app.get("/v1/health/sources", summary="How each source reports, with its districts", tags=["data"])
    def health(
        request: Request, source: Annotated[str | None, Query(description="only this source")] = None
    ) -> Response:
        _only_known(request)
        return _answer(request, answers.sources(current(), clock(), source))

    @app.get("/v1/alerts", summary="Notices about grids that entered orange or red, newest first", tags=["alerts"])
    def alerts(
        request: Request,
        target: Annotated[str | None, Query(description="only this target")] = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 50,
    ) -> Response:
        _only_known(request)
        rows = select(ALERTS).order_by(ALERTS.c.id.desc()).limit(limit)
        if target is not None:
            rows = rows.where(ALERTS.c.target == target)
        with home.database.connect() as connection:
            found = connection.execute(rows).mappings().all()
        items = [{**row, "raised_at": row["raised_at"].isoformat()} for row in found]
        return _answer(request, {"notice": {"zh": NOTICE_ZH, "en": NOTICE_EN}, "items": items})

    reference = reference_page(app.openapi())

    @app.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        return HTMLResponse(reference, headers=SECURITY)

    app.add_middleware(Gate)
    return app


def asked_grid(scope: MutableMapping[str, Any], decoded: str) -> tuple[str, bool]:
    """The id of a grid in a path, and whether its explanation is asked for.

    An id may hold any character. The server decodes `%2F` before it chooses a route, so that the id is read from the path
    as it was sent: `a%2Fexplanation` is an id, `a/explanation` is the explanation of `a`.
    """
    sent = scope.get("raw_path")
    if not sent:
        return decoded, str(scope["path"]).endswith("/explanation")
    id_and_rest = sent.split(b"?", 1)[0].split(b"/v1/grids/", 1)[1]
    asked = id_and_rest.removesuffix(b"/explanation")
    return unquote(asked.decode("ascii", "replace")), asked != id_and_rest


def _only_known(request: Request) -> None:
    """Refuse parameters that the route does not declare: a misspelt filter must not look like an answer."""
    declared = {parameter.alias for parameter in request.scope["route"].dependant.query_params}
    for name in request.query_params:
        if name not in declared:
            raise QueryInvalid(
                parameter=name, problem=f"there is no such parameter; there are {', '.join(sorted(declared)) or 'none'}"
            )


def _answer(request: Request, content: dict[str, Any]) -> Response:
    """JSON with its ETag; 304 where the caller holds it already."""
    body = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    held = [part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")]
    if tag in held or "*" in held:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def _pages(app: FastAPI) -> None:
    kinds = {"page.html": "text/html", "page.css": "text/css", "page.js": "text/javascript"}
    held = {name: files("serving.api").joinpath(f"pages/{name}").read_bytes() for name in kinds}

    @app.get("/", include_in_schema=False)
    def page() -> Response:
        return Response(held["page.html"], media_type="text/html; charset=utf-8", headers=SECURITY)

    @app.get("/pages/{name}", include_in_schema=False)
    def asset(name: str) -> Response:
        if name not in held:
            raise HTTPException(404)
        return Response(held[name], media_type=f"{kinds[name]}; charset=utf-8", headers=SECURITY)


def _problems(app: FastAPI) -> None:
    def problem(status: int, code: str, detail: str) -> Response:
        body = json.dumps(problem_document(status, code, detail), ensure_ascii=False)
        return Response(body, status_code=status, media_type="application/problem+json")

    @app.exception_handler(RiskwarnError)
    def of_domain(_request: Request, error: RiskwarnError) -> Response:
        return problem(error.status, error.code, str(error))

    @app.exception_handler(RequestValidationError)
    def of_query(_request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        return problem(422, "query_invalid", f"{first['loc'][-1]}: {first['msg']}.")

    @app.exception_handler(HTTPException)
    def of_route(request: Request, error: HTTPException) -> Response:
        told = f"{request.url.path}: {error.detail}. The endpoints are listed at /docs."
        return problem(error.status_code, "not_found" if error.status_code == 404 else "request_refused", told)
