"""What was published, and what changed between two publications."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from riskwarn.errors import NoSnapshot, QueryInvalid
from serving.api import answers, comparing
from serving.api.context import Context, written
from serving.api.documents import Comparison, Publications
from serving.api.queries import CompareQuery, ListQuery
from serving.api.repeats import hold
from serving.snapshots.lost import lost
from serving.snapshots.published import WITHDRAWN
from serving.snapshots.snapshot import Snapshot

_OF_MANIFEST = ("inputs", "previous", "models", "gaps", "files", "period", "names")


def snapshots_router(context: Context) -> APIRouter:
    """`/v1/snapshots…`."""
    router = APIRouter(tags=["snapshots"])

    @router.get(
        "/v1/snapshots", operation_id="snapshots", response_model=Publications,
        summary="Published snapshots, the newest first",
    )  # fmt: skip
    def snapshots(request: Request, query: Annotated[ListQuery, Query()]) -> Response:
        publications, zone = context.current.publications, context.home.configuration.calendar.timezone
        newest = publications.current
        items = [
            {
                "id": row.id,
                "as_of": row.as_of.isoformat(),
                "published_at": row.published_at.isoformat(),
                "valid_until": row.valid_until.astimezone(zone).isoformat(),
                "current": newest is not None and row.id == newest.id,
                "withdrawn": publications.fates.get(row.id, {}).get("fate") == WITHDRAWN,
                "kept": row.id not in publications.fates,
                **{name: row.manifest.get(name) for name in _OF_MANIFEST},
                "chain": row.chain,
                "not_replayable": lost(row.manifest, publications.losses),
            }
            for row in publications.rows[: query.limit]
        ]
        hold(request.scope, None)
        return written({"items": items})

    @router.get(
        "/v1/snapshots/compare", operation_id="compare_snapshots", response_model=Comparison,
        summary="What changed for grids between two snapshots, the largest change first",
    )  # fmt: skip
    def compare(request: Request, query: Annotated[CompareQuery, Query()]) -> Response:
        older, newer = _named("a", query.a), _named("b", query.b)
        block = answers.chosen(newer, query.target, query.horizon)
        now = context.clock()
        content = comparing.comparison(older, newer, now, block, query.limit)
        hold(request.scope, min((one.valid_until for one in (older, newer) if now < one.valid_until), default=None))
        return written(content)

    def _named(parameter: str, snapshot: str) -> Snapshot:
        try:
            return context.current.named(snapshot)
        except NoSnapshot as error:
            raise QueryInvalid(
                parameter=parameter, problem="there is no such snapshot; GET /v1/snapshots lists them"
            ) from error

    return router
