"""Whether a caller may have the route that is asked for: what does not say what it needs is refused to everybody."""

from __future__ import annotations

import logging

from fastapi import FastAPI
from starlette.routing import Match
from starlette.types import Receive, Scope, Send

from riskwarn.errors import KeyNeeded, ScopeNeeded
from serving.access.caller import NOBODY, Caller
from serving.api.needs import ANY, declared, leaves
from serving.api.noted import Noted
from serving.api.problems import challenge, opens_a_page, send_error, send_to_sign_in

_log = logging.getLogger(__name__)


class Permissions:
    """The layer between the answers that are repeated and the routes of an application."""

    def __init__(self, app: FastAPI, noted: Noted | None = None) -> None:
        self._app, self._noted = app, noted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through to the routes, or refuse it."""
        if scope["type"] == "http":
            caller: Caller = scope.get("riskwarn.caller", NOBODY)
            refused = self.refusal(scope, caller)
            if isinstance(refused, KeyNeeded) and opens_a_page(scope):
                await send_to_sign_in(scope, send)
                return
            if refused is not None:
                if caller is not NOBODY and self._noted is not None:
                    self._noted.refused(scope, "scope", str(refused.fields.get("needed", "")))
                await send_error(scope, send, refused, [challenge(refused)])
                return
        await self._app(scope, receive, send)

    def refusal(self, scope: Scope, caller: Caller) -> KeyNeeded | ScopeNeeded | None:
        """Why a caller may not; None where he may. Whichever of the routes that fit is chosen, he needs what each of them needs."""
        router, asked = self._app.router, dict(scope)
        every = [*router.routes, *getattr(router, "_low_priority_routes", ())]
        found = [route for route in leaves(every) if route.matches(asked)[0] is not Match.NONE]
        for need in [declared(route) for route in found] or [ANY]:
            if need is None:
                _log.error("a route does not say what it needs")
                return ScopeNeeded(needed="-") if caller is not NOBODY else KeyNeeded()
            if not need.allow(caller):
                return ScopeNeeded(needed=str(need)) if caller is not NOBODY else KeyNeeded()
        return None
