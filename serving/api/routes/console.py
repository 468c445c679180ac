"""What the console is told of its city and of who looks, beside what the API answers to all."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from serving.access.caller import LOCAL, NOBODY, Caller
from serving.access.scopes import in_order
from serving.api.context import Context, uncached
from serving.api.needs import ANY, declaring
from serving.api.queries import Nothing


def console_router(context: Context) -> APIRouter:
    """`/console/…`: for the pages of this server alone."""
    router = APIRouter(include_in_schema=False)
    configuration = context.home.configuration

    @router.get("/console/settings")
    @declaring(ANY)
    def settings(request: Request, _query: Annotated[Nothing, Query()]) -> Response:
        caller: Caller = request.scope.get("riskwarn.caller", NOBODY)
        declared = configuration.console.watermark
        return uncached(
            {
                "city": configuration.city,
                "timezone": configuration.timezone,
                "scopes": in_order(caller.scopes),
                "now": context.clock().isoformat(),
                "watermark": caller is not LOCAL if declared is None else declared,
            }
        )

    return router
