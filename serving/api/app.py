"""The HTTP API and the page: FastAPI over the current snapshot."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, MutableMapping
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from importlib.resources import files
from typing import Annotated, Any
from urllib.parse import parse_qsl, unquote

from fastapi import Depends, FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from sqlalchemy import select
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from riskwarn.errors import NoSnapshot, QueryInvalid, RiskwarnError
from riskwarn.home import Home
from riskwarn.store.ledger import losses
from riskwarn.words import NOTICE_EN, NOTICE_ZH
from serving.alerts.tables import ALERTS
from serving.api import answers
from serving.api.cursors import Cursor, digest_of
from serving.api.gate import Gate
from serving.api.problems import CONTENT_TYPE, problem_body, wrong_value
from serving.api.queries import (
    AlertsQuery,
    ExplanationQuery,
    GridQuery,
    HealthQuery,
    ListQuery,
    Nothing,
    ScoresQuery,
)
from serving.api.reference import reference_page
from serving.api.repeats import Repeats, hold
from serving.snapshots import published
from serving.snapshots.current import Current
from serving.snapshots.lost import lost
from serving.snapshots.snapshot import Snapshot

TITLE = "riskwarn"
SECURITY = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def create_app(home: Home, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> FastAPI:
    """The application of one home. `clock` tells whether a snapshot is stale."""
    current = Current(home)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        current.start()
        try:
            yield
        finally:
            current.stop()

    app = FastAPI(
        title=TITLE, version="1", docs_url=None, redoc_url=None, description=NOTICE_EN, lifespan=lifespan,
        dependencies=[Depends(_asked_once)],
    )  # fmt: skip
    app.state.current = current
    _problems(app)
    _pages(app)

    @app.get("/healthz", summary="Whether the process answers", tags=["service"])
    def healthz(_query: Annotated[Nothing, Query()]) -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/v1/scores", summary="The ranking of grids, or of the units above them", tags=["ranking"])
    def scores(request: Request, query: Annotated[ScoresQuery, Query()]) -> Response:
        cursor = Cursor.read(query.cursor) if query.cursor is not None else None
        snapshot = _asked_snapshot(current, query.as_of, cursor)
        target, horizon = answers.chosen(snapshot, query.target, query.horizon)
        asked = answers.RankingQuery(
            target, horizon, query.unit, query.parent, query.min_level and query.min_level.value, query.limit
        )
        digest = digest_of(asked)
        if cursor is not None and cursor.query != digest:
            raise QueryInvalid(parameter="cursor", problem="it belongs to another query; start again without it")
        now = clock()
        content, after = answers.ranking(snapshot, now, asked, cursor.after if cursor is not None else 0)
        content["next"] = None if after is None else str(Cursor(snapshot.id, digest, after))
        return _answer(request, content, snapshot, now)

    # The explanation comes first: a path may hold slashes, because an id may.
    @app.get("/v1/grids/{grid_id:path}/explanation", summary="Why a grid stands where it does", tags=["ranking"])
    def grid_explanation(request: Request, grid_id: str, query: Annotated[ExplanationQuery, Query()]) -> Response:
        asked, explained = asked_grid(request.scope, grid_id)
        if not explained:
            # The id ends like the path of an explanation; a portrait has no target.
            for name in query.model_fields_set - GridQuery.model_fields.keys():
                raise QueryInvalid(parameter=name, problem="there is no such parameter; there is as_of")
            return grid(request, asked, GridQuery(as_of=query.as_of))
        snapshot, now = current(query.as_of), clock()
        content = answers.explanation(snapshot, now, asked, query.target, query.horizon)
        return _answer(request, content, snapshot, now)

    @app.get("/v1/grids/{grid_id:path}", summary="The portrait of a grid", tags=["ranking"])
    def grid(request: Request, grid_id: str, query: Annotated[GridQuery, Query()]) -> Response:
        asked, _ = asked_grid(request.scope, grid_id)
        snapshot, now = current(query.as_of), clock()
        return _answer(request, answers.portrait(snapshot, now, asked), snapshot, now)

    @app.get("/v1/snapshots", summary="Published snapshots, newest first", tags=["service"])
    def snapshots(query: Annotated[ListQuery, Query()]) -> Response:
        found, fates, erased = published.listed(home, query.limit), published.fates(home), losses(home)
        now, zone = published.newest(home), home.configuration.calendar.timezone
        items = [
            {
                "id": row.id,
                "as_of": row.as_of.isoformat(),
                "published_at": row.published_at.isoformat(),
                "valid_until": row.valid_until.astimezone(zone).isoformat(),
                "current": now is not None and row.id == now.id,
                "withdrawn": fates.get(row.id, {}).get("fate") == published.WITHDRAWN,
                "kept": row.id not in fates,
                **{
                    name: row.manifest.get(name)
                    for name in ("inputs", "previous", "models", "gaps", "files", "period", "names")
                },
                "chain": row.chain,
                "not_replayable": lost(row.manifest, erased),
            }
            for row in found
        ]
        return _json({"items": items})

    @app.get("/v1/health/sources", summary="How each source reports, with its districts", tags=["data"])
    def health(request: Request, query: Annotated[HealthQuery, Query()]) -> Response:
        snapshot, now = current(), clock()
        return _answer(request, answers.sources(snapshot, now, query.source), snapshot, now)

    @app.get("/v1/alerts", summary="Notices about grids that entered orange or red, newest first", tags=["alerts"])
    def alerts(query: Annotated[AlertsQuery, Query()]) -> Response:
        rows = select(ALERTS).order_by(ALERTS.c.id.desc()).limit(query.limit)
        if query.target is not None:
            if query.target not in home.configuration.targets:
                known = ", ".join(home.configuration.targets)
                raise QueryInvalid(
                    parameter="target", problem=f"{query.target!r} is not declared; declared are {known}"
                )
            rows = rows.where(ALERTS.c.target == query.target)
        with home.database.connect() as connection:
            found = connection.execute(rows).mappings().all()
        items = [{**row, "raised_at": row["raised_at"].isoformat()} for row in found]
        return _json({"notice": {"zh": NOTICE_ZH, "en": NOTICE_EN}, "items": items})

    reference = reference_page(app.openapi())

    @app.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        return HTMLResponse(reference, headers=SECURITY)

    def layered(inner: ASGIApp) -> ASGIApp:
        return Gate(Repeats(inner, current, lambda: clock().timestamp()))

    app.add_middleware(layered)
    return app


def _asked_snapshot(current: Current, as_of: date | None, cursor: Cursor | None) -> Snapshot:
    if cursor is None:
        return current(as_of)
    try:
        snapshot = current.named(cursor.snapshot)
    except NoSnapshot as error:
        raise QueryInvalid(parameter="cursor", problem="it is not one that a ranking gave as `next`") from error
    if as_of is not None and snapshot.as_of != as_of:
        raise QueryInvalid(parameter="cursor", problem="it belongs to another query; start again without it")
    return snapshot


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


def _asked_once(request: Request) -> None:
    """Refuse a parameter that is given twice: whichever counted, the caller meant the other."""
    names = [name for name, _ in parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)]
    for name in names:
        if names.count(name) > 1:
            raise QueryInvalid(parameter=name, problem="it is given more than once")


def _json(content: dict[str, Any]) -> Response:
    body = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    return Response(body, media_type="application/json", headers={"X-Content-Type-Options": "nosniff"})


def _answer(request: Request, content: dict[str, Any], snapshot: Snapshot, now: datetime) -> Response:
    """An answer out of a snapshot, which holds until that becomes stale or another is current."""
    hold(request.scope, snapshot.valid_until if now < snapshot.valid_until else None)
    return _json(content)


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
    def problem(
        request: Request,
        status: int,
        code: str,
        detail: str,
        errors: list[dict[str, str]] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Response:
        body = problem_body(request.scope, status, code, detail, errors)
        return Response(body, status_code=status, media_type=CONTENT_TYPE, headers=headers)

    @app.exception_handler(RiskwarnError)
    def of_domain(request: Request, error: RiskwarnError) -> Response:
        return problem(request, error.status, error.code, error.message)

    @app.exception_handler(RequestValidationError)
    def of_query(request: Request, error: RequestValidationError) -> Response:
        wrong = [
            {
                "parameter": str(one["loc"][-1]),
                "problem": _unknown(request) if one["type"] == "extra_forbidden" else wrong_value(one),
            }
            for one in error.errors()
        ]
        detail = QueryInvalid(parameter=wrong[0]["parameter"], problem=wrong[0]["problem"]).message
        return problem(request, 422, "query_invalid", detail, wrong)

    @app.exception_handler(HTTPException)
    def of_route(request: Request, error: HTTPException) -> Response:
        told = f"{request.scope['path']}: {error.detail}. The endpoints are listed at /docs."
        code = "not_found" if error.status_code == 404 else "request_refused"
        return problem(request, error.status_code, code, told, headers=dict(error.headers or {}))

    @app.exception_handler(Exception)
    def of_us(request: Request, _error: Exception) -> Response:
        detail = "Something went wrong here that is not yours. It is in the log of the server under the request id."
        return problem(request, 500, "internal_error", detail)


def _unknown(request: Request) -> str:
    """Which parameters there are, where one is asked that is not."""
    model = request.scope["route"].dependant.query_params
    names = sorted(name for one in model for name in getattr(one.field_info.annotation, "model_fields", {}))
    return f"there is no such parameter; there are {', '.join(names) or 'none'}"
