"""The ranking, and of a grid its portrait, its explanation and its history."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Annotated, Any
from urllib.parse import unquote

from fastapi import APIRouter, Path, Query, Request, Response

from riskwarn.audit import Action
from riskwarn.errors import QueryInvalid
from serving.access.scopes import Scope
from serving.api import answers, history
from serving.api.context import Context
from serving.api.cursors import Cursor, digest_of
from serving.api.documents.grids import Explanation, History, Portrait
from serving.api.documents.ranking import Ranking
from serving.api.needs import needs
from serving.api.noted import reading
from serving.api.queries import ExplanationQuery, GridQuery, HistoryQuery, ScoresQuery
from serving.api.routes.routers import described

GridId = Annotated[
    str,
    Path(
        description="the code of a grid, percent-encoded; it may hold any character",
        examples=["G0000003"],
        json_schema_extra={"x-data-class": "place"},
    ),
]

#: What may stand behind the id of a grid in a path.
_BEHIND = ("explanation", "history")


def ranking_router(context: Context) -> APIRouter:
    """`/v1/scores` and `/v1/grids/…`."""
    router = described("ranking")

    @router.get(
        "/v1/scores", operation_id="ranking", response_model=Ranking,
        summary="The ranking of grids, or of the units above them",
    )  # fmt: skip
    @needs(Scope.READ)
    def scores(request: Request, query: Annotated[ScoresQuery, Query()]) -> Response:
        cursor = Cursor.read(query.cursor) if query.cursor is not None else None
        snapshot = context.seen(request).snapshot(query.as_of, cursor)
        target, horizon = answers.chosen(snapshot, query.target, query.horizon)
        level = query.min_level.value if query.min_level is not None else None
        asked = answers.RankingQuery(target, horizon, query.unit, query.parent, level, query.search, query.limit)
        digest = digest_of(asked)
        if cursor is not None and cursor.query != digest:
            raise QueryInvalid(parameter="cursor", problem="it belongs to another query; start again without it")
        now = context.clock()
        content, after = answers.ranking(snapshot, now, asked, cursor.after if cursor is not None else 0)
        content["next"] = None if after is None else str(Cursor(snapshot.id, digest, after))
        return context.answer(request, content, snapshot, now)

    # What stands behind an id comes first: a path may hold slashes, because an id may.
    @router.get(
        "/v1/grids/{grid_id:path}/explanation", operation_id="explanation", response_model=Explanation,
        summary="Why a grid stands where it does",
    )  # fmt: skip
    @needs(Scope.DETAIL)
    def explanation(request: Request, grid_id: GridId, query: Annotated[ExplanationQuery, Query()]) -> Response:
        asked, behind = asked_grid(request.scope, grid_id)
        if behind != "explanation":
            return _portrait(request, asked, query)
        snapshot, now = context.seen(request).snapshot(query.as_of), context.clock()
        content = answers.explanation(snapshot, now, asked, query.target, query.horizon)
        reading(request.scope, Action.READ_EXPLANATION, asked)
        return context.answer(request, content, snapshot, now)

    @router.get(
        "/v1/grids/{grid_id:path}/history", operation_id="grid_history", response_model=History,
        summary="How a grid stood in the snapshots before, the newest first",
    )  # fmt: skip
    @needs(Scope.DETAIL)
    def grid_history(request: Request, grid_id: GridId, query: Annotated[HistoryQuery, Query()]) -> Response:
        asked, behind = asked_grid(request.scope, grid_id)
        if behind != "history":
            return _portrait(request, asked, query)
        seen, now = context.seen(request), context.clock()
        snapshot = seen.snapshot()
        block = answers.chosen(snapshot, query.target, query.horizon)
        content = history.of_grid(seen, snapshot, now, asked, block, query.limit, query.reasons)
        reading(request.scope, Action.READ_HISTORY, asked)
        return context.answer(request, content, snapshot, now)

    @router.get(
        "/v1/grids/{grid_id:path}", operation_id="portrait", response_model=Portrait,
        summary="The portrait of a grid",
    )  # fmt: skip
    @needs(Scope.DETAIL)
    def grid(request: Request, grid_id: GridId, query: Annotated[GridQuery, Query()]) -> Response:
        return _portrait(request, asked_grid(request.scope, grid_id)[0], query)

    def _portrait(request: Request, asked: str, query: GridQuery | HistoryQuery) -> Response:
        # An id may end like the path of something else; a portrait has no target.
        for name in query.model_fields_set - GridQuery.model_fields.keys():
            raise QueryInvalid(parameter=name, problem="there is no such parameter; there is as_of")
        snapshot, now = context.seen(request).snapshot(getattr(query, "as_of", None)), context.clock()
        content = answers.portrait(snapshot, now, asked)
        reading(request.scope, Action.READ_PORTRAIT, asked)
        return context.answer(request, content, snapshot, now)

    return router


def asked_grid(scope: MutableMapping[str, Any], decoded: str) -> tuple[str, str | None]:
    """The id of a grid in a path, and what is asked of it; None where it is the portrait.

    An id may hold any character. The server decodes `%2F` before it chooses a route, so that the id is read from the path
    as it was sent: `a%2Fexplanation` is an id, `a/explanation` is the explanation of `a`.
    """
    sent = scope.get("raw_path")
    if not sent or b"/v1/grids/" not in sent:
        # Not known, or what stands before the id is encoded, too, which it need not be.
        last = str(scope["path"]).rpartition("/")[2]
        return decoded, last if last in _BEHIND else None
    asked = sent.split(b"?", 1)[0].split(b"/v1/grids/", 1)[1].decode("ascii", "replace")
    grid, separator, last = asked.rpartition("/")
    if separator and last in _BEHIND:
        return unquote(grid), last
    return unquote(asked), None
