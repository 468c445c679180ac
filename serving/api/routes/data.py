"""The health of sources, and the models that score."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from serving.api import answers
from serving.api.context import Context
from serving.api.documents import Models, Sources
from serving.api.queries import GridQuery, HealthQuery


def data_router(context: Context) -> APIRouter:
    """`/v1/health/sources` and `/v1/models/{target}`."""
    router = APIRouter(tags=["data"])

    @router.get(
        "/v1/health/sources", operation_id="source_health", response_model=Sources,
        summary="How each source reports, with its districts",
    )  # fmt: skip
    def health(request: Request, query: Annotated[HealthQuery, Query()]) -> Response:
        snapshot, now = context.current(), context.clock()
        return context.answer(request, answers.sources(snapshot, now, query.source), snapshot, now)

    @router.get(
        "/v1/models/{target}", operation_id="models", response_model=Models,
        summary="The models that scored a target, and how they did when they were judged",
    )  # fmt: skip
    def models(
        request: Request, target: Annotated[str, Path(description="a target that is served")],
        query: Annotated[GridQuery, Query()],
    ) -> Response:  # fmt: skip
        snapshot, now = context.current(query.as_of), context.clock()
        return context.answer(request, answers.models(snapshot, now, target), snapshot, now)

    return router
