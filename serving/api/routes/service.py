"""Whether the server answers, whether it is ready, and what a monitoring system reads."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from riskwarn.messages import translated
from serving.access.scopes import Scope
from serving.api.context import Context, uncached
from serving.api.documents.service import Alive, Ready
from serving.api.metrics import CONTENT_TYPE
from serving.api.needs import ANY, OPEN, declaring, needs
from serving.api.outstanding import outstanding
from serving.api.problems import RETRY_AFTER, accepted_language
from serving.api.queries import Nothing
from serving.api.readiness import measure, readiness
from serving.api.routes.routers import described


def service_router(context: Context) -> APIRouter:
    """`/healthz`, `/readyz`, `/metrics`."""
    router = described("service")

    @router.get("/healthz", operation_id="alive", response_model=Alive, summary="Whether the process answers")
    @declaring(OPEN)
    def healthz(_query: Annotated[Nothing, Query()]) -> dict[str, str]:
        return {"status": "ok"}

    @router.get(
        "/readyz", operation_id="ready", response_model=Ready, responses={503: {"model": Ready}},
        summary="Whether the newest snapshot is served, and is fresh: ok, stale or degraded; 503 where none is served",
    )  # fmt: skip
    @declaring(ANY)
    def readyz(request: Request, _query: Annotated[Nothing, Query()]) -> Response:
        content = readiness(context.current, context.clock())
        if content["detail"]:
            content["detail"] = translated(content["detail"], accepted_language(request.scope))
        answer = uncached(content)
        if content["status"] == "unavailable":
            answer.status_code = 503
            answer.headers["Retry-After"] = RETRY_AFTER
        return answer

    told: dict[int | str, dict[str, Any]] = {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}

    @router.get(
        "/metrics",
        operation_id="metrics",
        response_class=Response,
        responses=told,
        summary="Counts in Prometheus' text format",
    )
    @needs(Scope.SYSTEM)
    def metrics(_query: Annotated[Nothing, Query()]) -> Response:
        now = context.clock()
        measure(context.metrics, context.current, now)
        text = context.metrics.text() + outstanding(context.home, now)
        return Response(text, media_type=CONTENT_TYPE, headers={"Cache-Control": "no-store"})

    return router
