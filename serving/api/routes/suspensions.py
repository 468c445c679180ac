"""Stopping a target, and letting it be served again, from another place than the machine: by the system administrator of the city."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from riskwarn.contracts.because import check_because
from riskwarn.errors import SuspensionOfCity
from serving.access.scopes import Scope
from serving.alerts.suspending import resume, standing, suspend
from serving.api.context import Context, uncached
from serving.api.documents.access import Suspended, Suspensions
from serving.api.needs import needs
from serving.api.noted import actor
from serving.api.queries import Nothing, ReasonAsked
from serving.api.routes.routers import described

Target = Annotated[str, Path(description="a declared target", json_schema_extra={"x-data-class": "model"})]


def suspensions_router(context: Context) -> APIRouter:
    """`/v1/suspensions…`; this worker knows at once what was changed, and the others within a second."""
    router = described("service")
    home = context.home

    def check_whole(request: Request) -> None:
        if not context.seen(request).whole:
            raise SuspensionOfCity()

    @router.get(
        "/v1/suspensions", operation_id="suspensions", response_model=Suspensions,
        summary="Which targets are suspended, since when and why; no figure of any",
    )  # fmt: skip
    @needs(Scope.SYSTEM)
    def listed(request: Request, _query: Annotated[Nothing, Query()]) -> Response:
        check_whole(request)
        return uncached({"items": standing(home)})

    @router.post(
        "/v1/suspensions/{target}/suspend", operation_id="suspend_target", response_model=Suspended,
        summary="Suspend a target: nothing of it is published and served, and its live notices are withdrawn",
    )  # fmt: skip
    @needs(Scope.SYSTEM)
    def stop(request: Request, target: Target, asked: ReasonAsked, _query: Annotated[Nothing, Query()]) -> Response:
        check_whole(request)
        check_because(asked.reason, "reason")
        done = suspend(home, target, asked.reason, now=context.clock(), by=actor(request.scope))
        context.current.look_for_suspensions()
        return uncached(done.as_dict())

    @router.post(
        "/v1/suspensions/{target}/resume", operation_id="resume_target", response_model=Suspended,
        summary="Let a suspended target be served again",
    )  # fmt: skip
    @needs(Scope.SYSTEM)
    def go_on(request: Request, target: Target, asked: ReasonAsked, _query: Annotated[Nothing, Query()]) -> Response:
        check_whole(request)
        check_because(asked.reason, "reason")
        done = resume(home, target, asked.reason, now=context.clock(), by=actor(request.scope))
        context.current.look_for_suspensions()
        return uncached(done.as_dict())

    return router
