"""What was published, and what changed between two publications."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from serving.access.scopes import Scope
from serving.api import answers, comparing
from serving.api.context import Context, written
from serving.api.documents.comparison import Comparison
from serving.api.documents.snapshots import Publications
from serving.api.needs import needs
from serving.api.queries import CompareQuery, ListQuery
from serving.api.repeats import hold
from serving.api.routes.routers import described


def snapshots_router(context: Context) -> APIRouter:
    """`/v1/snapshots…`."""
    router = described("snapshots")

    @router.get(
        "/v1/snapshots", operation_id="snapshots", response_model=Publications,
        summary="Published snapshots, the newest first",
    )  # fmt: skip
    @needs(Scope.READ)
    def snapshots(request: Request, query: Annotated[ListQuery, Query()]) -> Response:
        seen = context.seen(request)
        items = seen.published(query.limit)
        hold(request.scope, None)
        return written({"items": items, "suspended": seen.without_figures})

    @router.get(
        "/v1/snapshots/compare", operation_id="compare_snapshots", response_model=Comparison,
        summary="What changed for grids between two snapshots, the largest change first",
    )  # fmt: skip
    @needs(Scope.READ)
    def compare(request: Request, query: Annotated[CompareQuery, Query()]) -> Response:
        seen = context.seen(request)
        older, newer = seen.named("a", query.a), seen.named("b", query.b)
        comparing.in_order(older, newer)
        block = answers.chosen(newer, query.target, query.horizon)
        now = context.clock()
        content = comparing.comparison(older, newer, now, block, query.limit)
        hold(request.scope, min((one.valid_until for one in (older, newer) if now < one.valid_until), default=None))
        return written(content)

    return router
