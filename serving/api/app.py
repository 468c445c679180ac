"""The HTTP API and the page: FastAPI over the current snapshot, inside three plain layers."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from riskwarn.database import ANSWER_SECONDS, PATIENCE
from riskwarn.home import Home
from riskwarn.words import NOTICE_EN
from serving.access.gateway import declared_gateway
from serving.access.limits import Limits
from serving.access.registry import Registry
from serving.access.sign_on import declared_sign_on
from serving.api import metrics
from serving.api.browser import Browsers
from serving.api.context import Context
from serving.api.documents.service import Problem
from serving.api.gate import Gate
from serving.api.handlers import answer_with_problems
from serving.api.keeper import Keeper
from serving.api.metrics import Metrics
from serving.api.needs import ANY, declared, declaring, leaves
from serving.api.noted import Noted
from serving.api.observed import Observed
from serving.api.options import Options
from serving.api.permissions import Permissions
from serving.api.readiness import measure
from serving.api.repeats import Repeats
from serving.api.routes.administration import administration_router
from serving.api.routes.alert_page import alert_page_router
from serving.api.routes.alerts import alerts_router
from serving.api.routes.approvals import approvals_router
from serving.api.routes.console import console_router
from serving.api.routes.data import data_router
from serving.api.routes.delivery import delivery_router, subscriptions_router
from serving.api.routes.exports import exports_router
from serving.api.routes.granting import granting_router
from serving.api.routes.making import making_router
from serving.api.routes.maps import maps_router
from serving.api.routes.pages import pages_router
from serving.api.routes.ranking import ranking_router
from serving.api.routes.service import service_router
from serving.api.routes.sign_in import SigningIn, sign_in_router
from serving.api.routes.snapshots import snapshots_router
from serving.api.routes.suspensions import suspensions_router
from serving.api.routes.uploads import uploads_router
from serving.delivery.dispatcher import Carrier
from serving.snapshots.current import Current

TITLE = "riskwarn"

_SCHEME = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "rw_<id>_<secret>",
    "description": "A key (riskwarn keys create). None is needed on the machine itself, while no key and no operator exists.",
}

_log = logging.getLogger(__name__)


class Application:
    """The whole application of one home; `clock` says whether a snapshot is stale."""

    def __init__(
        self,
        home: Home,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        options: Options | None = None,
        metrics_folder: Path | None = None,
    ) -> None:
        self.options = options or Options()
        self.current = Current(home)
        self.metrics = Metrics(metrics_folder)
        context = Context(home, self.current, clock, self.options, self.metrics)
        options, access = self.options, home.configuration.access
        self.registry = Registry(home, clock, keyless=options.keyless, confirm=options.confirmed)
        browsers = Browsers(home.configuration.sign_in.address, options)
        signing = SigningIn(self.registry, browsers, declared_sign_on(home))
        limits = Limits(access.requests_a_minute, access.refusals_a_minute, options.concurrency)
        noted = Noted(home)
        self.routes = _routes(context, signing, noted)
        now = partial(_timestamp, clock)
        repeats = Repeats(_impatient(Permissions(self.routes, noted)), self.current, now, noted=noted)
        gate = Gate(repeats, self.registry, limits, noted, now, options.token, browsers, declared_gateway(home))
        self._app: ASGIApp = Observed(gate, self.metrics, options)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, through all layers."""
        await self._app(scope, receive, send)

    def openapi(self) -> dict[str, Any]:
        """The description of every route."""
        return self.routes.openapi()


def create_app(home: Home, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Application:
    """The application of one home with the usual options."""
    return Application(home, clock)


def _impatient(app: ASGIApp) -> ASGIApp:
    """The same application, which keeps nobody waiting for a database that another process holds."""

    async def answered(scope: Scope, receive: Receive, send: Send) -> None:
        PATIENCE.set(ANSWER_SECONDS)
        await app(scope, receive, send)

    return answered


def _timestamp(clock: Callable[[], datetime]) -> float:
    return clock().timestamp()


def _routes(context: Context, signing: SigningIn, noted: Noted) -> FastAPI:
    registry, keeper = signing.registry, Keeper(context.home, context.clock)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        noted.start()
        registry.start()
        context.current.start()
        carrier = Carrier(context.home, context.clock)
        carrier.start()
        keeper.start()
        telling = asyncio.create_task(_told_to_the_others(context)) if context.metrics.shared else None
        try:
            yield
        finally:
            if telling is not None:
                telling.cancel()
            carrier.stop()
            keeper.stop()
            context.current.stop()
            registry.stop()
            noted.stop()

    routers = [
        delivery_router(context, registry),  # its names come before ids of notices
        *(
            router(context)
            for router in (
                ranking_router, maps_router, snapshots_router, exports_router, approvals_router, data_router, alerts_router,
                subscriptions_router, service_router, suspensions_router,
            )
        ),
        administration_router(context, registry), granting_router(context, registry), sign_in_router(context, signing),
        *(router(context) for router in (alert_page_router, console_router, making_router, uploads_router)),
        pages_router(context, lambda: app.openapi()),
    ]  # fmt: skip
    # A redirect would lead to this server's own Host and path, which behind a gateway are not those of who asks.
    app = _Described(
        title=TITLE, version="1", docs_url=None, redoc_url=None, description=NOTICE_EN, lifespan=lifespan, redirect_slashes=False,
        routes=[route for router in routers for route in router.routes],
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
        servers=[{"url": context.options.root_path}] if context.options.root_path else None,
    )  # fmt: skip
    answer_with_problems(app)
    for route in app.router.routes:
        if getattr(route, "path", None) == app.openapi_url:
            declaring(ANY)(route)
    return app


async def _told_to_the_others(context: Context) -> None:
    """Measure and write for the other workers, over and over: a worker that nobody asks has its counts and its age, too."""
    while True:
        measure(context.metrics, context.current, context.clock())
        context.metrics.write()
        await asyncio.sleep(metrics.WRITE_EVERY)


class _Described(FastAPI):
    """FastAPI, whose description says that problems are problem documents."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._describing = Lock()

    def openapi(self) -> dict[str, Any]:
        """The description, made once: when it is first asked for, because it takes as long as the rest of a start."""
        with self._describing:
            if self.openapi_schema is None:
                self.openapi_schema = self._described(super().openapi())
            return self.openapi_schema

    def _described(self, description: dict[str, Any]) -> dict[str, Any]:
        examples = json.loads(files("serving.api").joinpath("examples.json").read_text(encoding="utf-8"))
        for methods in description["paths"].values():
            for method, told in methods.items():
                if told["operationId"] in examples:
                    own = told["responses"]["200"]["content"]["application/json"]
                    own["example"] = examples[told["operationId"]]
                if method == "get":
                    told["responses"]["304"] = {"description": "unchanged since the ETag in If-None-Match"}
        schemas = description["components"]["schemas"] | _schemas_of_problems(examples["problem"])
        description["components"]["schemas"] = dict(sorted(schemas.items()))
        description["components"]["securitySchemes"] = {"key": _SCHEME}
        for route in leaves(self.router.routes):
            need = declared(route)
            for method in getattr(route, "methods", None) or ():
                told = description["paths"].get(getattr(route, "path_format", ""), {}).get(method.lower())
                if told is not None and need is not None:
                    told["security"] = (
                        [] if need.nobody else [{"key": [one.value]} for one in need.scopes] or [{"key": []}]
                    )
        return description


def _schemas_of_problems(example: dict[str, Any]) -> dict[str, Any]:
    problem = Problem.model_json_schema(mode="serialization", ref_template="#/components/schemas/{model}")
    for field in problem["properties"].values():
        field.pop("default", None)  # as FastAPI tells it of its models: what is null may be left out
    return {**problem.pop("$defs"), "Problem": {**problem, "example": example}}
