"""The health of sources, the models that score, what their levels catch, and how what was published went."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from serving.access.scopes import Scope
from serving.api import answers
from serving.api.context import Context, written
from serving.api.documents.making import LevelsCaught, Models, Sources
from serving.api.documents.track_record import TrackRecord
from serving.api.needs import needs
from serving.api.queries import GridQuery, HealthQuery, LevelsQuery, TrackRecordQuery
from serving.api.repeats import hold
from serving.api.routes.routers import described
from serving.track_record.record import track_record

#: A row is written when a city is scored, which is seldom; the record is read from the database, which is slow.
RECORD_HOLDS = timedelta(seconds=10)


def data_router(context: Context) -> APIRouter:
    """`/v1/health/sources`, `/v1/models/{target}`, `/v1/levels` and `/v1/track-record`."""
    router = described("data")

    @router.get(
        "/v1/health/sources", operation_id="source_health", response_model=Sources,
        summary="How each source reports, with its districts",
    )  # fmt: skip
    @needs(Scope.READ)
    def health(request: Request, query: Annotated[HealthQuery, Query()]) -> Response:
        snapshot, now = context.seen(request).snapshot(), context.clock()
        return context.answer(request, answers.sources(snapshot, now, query.source), snapshot, now)

    @router.get(
        "/v1/models/{target}", operation_id="models", response_model=Models,
        summary="The models that scored a target, and how they did when they were judged",
    )  # fmt: skip
    @needs(Scope.READ)
    def models(
        request: Request, target: Annotated[str, Path(description="a target that is served", json_schema_extra={"x-data-class": "model"})],
        query: Annotated[GridQuery, Query()],
    ) -> Response:  # fmt: skip
        snapshot, now = context.seen(request).snapshot(query.as_of), context.clock()
        return context.answer(request, answers.models(snapshot, now, target), snapshot, now)

    @router.get(
        "/v1/levels", operation_id="levels", response_model=LevelsCaught,
        summary="What each attention level would have caught and cost in the back-test of what scored",
    )  # fmt: skip
    @needs(Scope.READ)
    def levels(request: Request, query: Annotated[LevelsQuery, Query()]) -> Response:
        snapshot, now = context.seen(request).snapshot(query.as_of), context.clock()
        return context.answer(request, answers.levels(snapshot, now, query.target, query.horizon), snapshot, now)

    @router.get(
        "/v1/track-record", operation_id="track_record", response_model=TrackRecord,
        summary="How each published forecast went beside the baselines, the newest first, and all together",
    )  # fmt: skip
    @needs(Scope.READ)
    def record(request: Request, query: Annotated[TrackRecordQuery, Query()]) -> Response:
        seen = context.seen(request)
        left_out = seen.served(query.target)
        every = track_record(
            context.home, query.target, query.horizon, left_out, query.limit, context.current.withholds
        )
        hold(request.scope, context.clock() + RECORD_HOLDS)
        return written({**seen.record(every), "suspended": left_out})

    return router
