"""Signing in and out with a browser: the page for it, and what it asks. Only pages of ours may ask for any of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from riskwarn.errors import (
    RequestRefused,
    RiskwarnError,
    SignInNeedsTls,
    SignInRefused,
    SignOnFailed,
    SubjectUnknown,
)
from riskwarn.messages import Message
from serving.access import begun, sessions, signing_in
from serving.access.caller import NOBODY, Caller
from serving.access.registry import Registry
from serving.access.sessions import Method, Opened
from serving.access.sign_on import CALLBACK, SignOn
from serving.api.browser import Browsers
from serving.api.context import HEADERS, Context, uncached
from serving.api.needs import ANY, OPEN, declaring
from serving.api.noted import origin
from serving.api.queries import Nothing
from serving.api.routes.routers import undescribed


@dataclass(frozen=True)
class SigningIn:
    """What signing in takes: who is known, how browsers reach us, and the city's sign-on where one is declared."""

    registry: Registry
    browsers: Browsers
    sign_on: SignOn | None = None


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Typed(_Asked):
    """A key that was typed."""

    key: str = Field(max_length=500)
    back: str = Field(default="", max_length=1_000)


class Sent(_Asked):
    """What of the page is shown afterwards."""

    back: str = Field(default="", max_length=1_000)


def sign_in_router(context: Context, signing: SigningIn) -> APIRouter:
    """`/sign-in/…` and `/sign-out…`: nothing of them is for programs, which send a key."""
    router = undescribed()
    home, browsers = context.home, signing.browsers
    rules = home.configuration.sign_in

    def allowed(request: Request) -> None:
        """Raise RequestRefused, SignInNeedsTls where nobody may sign in from here; until it is done it counts as a refusal."""
        request.scope["riskwarn.refused"] = True
        if not browsers.of_own_page(request.scope):
            raise RequestRefused(problem=Message("only the page of this server signs anybody in"))
        if not browsers.may_sign_in(request.scope):
            raise SignInNeedsTls()

    def opened(request: Request, one: Opened, content: Mapping[str, Any]) -> Response:
        request.scope["riskwarn.refused"] = False
        # Known here at once, as is that another is over by it; the other workers look by themselves.
        signing.registry.look()
        answer = uncached(content)
        answer.headers.append("Set-Cookie", browsers.keep(request.scope, one.token))
        return answer

    def told(request: Request) -> dict[str, Any]:
        """How the caller stands, with nobody's name in it."""
        scope = request.scope
        caller: Caller = scope.get("riskwarn.caller", NOBODY)
        held = browsers.held(scope) if caller.session else None
        found = None if held is None else signing.registry.sessions.find(held)
        ways = {
            Method.OIDC: signing.sign_on is not None,
            Method.GATEWAY: scope.get("riskwarn.gateway") is not None,
            Method.KEY: rules.keys,
        }
        content: dict[str, Any] = {
            "signed_in": found is not None,
            "local": caller.id == "local",
            "ways": [way.value for way, is_there in ways.items() if is_there] if browsers.may_sign_in(scope) else [],
        }
        if found is not None:
            session = found.session
            content |= {
                "confirms": context.options.confirmed,
                "operator": found.operator.id,
                "role": found.operator.role,
                "area": caller.area.codes(),
                "method": session.method,
                "opened_at": session.opened_at.isoformat(),
                "ends_at": session.ends_at.isoformat(),
                "idle_minutes": rules.idle_minutes,
                "before_at": None if session.before_at is None else session.before_at.isoformat(),
                "failures": session.failures,
            }
        return content

    @router.get("/sign-in/state")
    @declaring(OPEN)
    def state(request: Request, _query: Annotated[Nothing, Query()]) -> Response:
        return uncached(told(request))

    @router.post("/sign-in/key")
    @declaring(OPEN)
    def by_key(request: Request, typed: Typed) -> Response:
        allowed(request)
        if not rules.keys:
            raise SignInRefused(problem=Message("nobody signs in with a key here"))
        one = signing_in.by_key(
            home, typed.key.strip(), origin(request.scope), now=context.clock(), confirm=context.options.confirmed,
            held=browsers.held(request.scope),
        )  # fmt: skip
        return opened(request, one, {"back": begun.place_back(typed.back)})

    @router.post("/sign-in/gateway")
    @declaring(OPEN)
    def by_gateway(request: Request, sent: Sent) -> Response:
        allowed(request)
        subject = request.scope.get("riskwarn.gateway")
        if subject is None:
            raise SignInRefused(problem=Message("no gateway says who you are"))
        one = signing_in.as_subject(
            home, subject, Method.GATEWAY, origin(request.scope), now=context.clock(), confirm=context.options.confirmed,
            held=browsers.held(request.scope),
        )  # fmt: skip
        return opened(request, one, {"back": begun.place_back(sent.back)})

    @router.post("/sign-in/oidc")
    @declaring(OPEN)
    def by_sign_on(request: Request, sent: Sent) -> Response:
        allowed(request)
        made, token = begun.begin(home, sent.back, now=context.clock())
        answer = uncached({"location": _declared(signing).address_of(made)})
        request.scope["riskwarn.refused"] = False
        answer.headers.append("Set-Cookie", browsers.keep_begun(request.scope, token, 60 * begun.MINUTES))
        return answer

    @router.get(CALLBACK)
    @declaring(OPEN)
    def come_back(request: Request) -> Response:
        """What the sign-on sends a browser back with; a page of theirs brings it, so that no header of ours is there."""
        scope, token = request.scope, browsers.begun(request.scope)
        try:
            if not browsers.may_sign_in(scope):
                raise SignInNeedsTls()
            made = None if token is None else begun.come_back(home, token, now=context.clock())
            if made is None:
                raise SignInRefused(problem=Message("what came back from the sign-on was not begun here"))
            subject = _declared(signing).subject(made, dict(request.query_params))
            one = signing_in.as_subject(
                home, subject, Method.OIDC, origin(request.scope), now=context.clock(), confirm=context.options.confirmed,
                held=browsers.held(scope),
            )  # fmt: skip
        except RiskwarnError as error:
            if not isinstance(error, SubjectUnknown):
                result = "unreachable" if isinstance(error, SignOnFailed) else "refused"
                signing_in.refuse(home, Method.OIDC, origin(request.scope), result, now=context.clock())
            scope["riskwarn.refused"] = True
            answer = _sent_to(f"{browsers.path}/sign-in?problem={error.code}")
        else:
            signing.registry.look()
            answer = _sent_to(f"{browsers.path}/{made.back}")
            answer.headers.append("Set-Cookie", browsers.keep(scope, one.token))
        answer.headers.append("Set-Cookie", browsers.forget_begun(scope))
        return answer

    def ended(request: Request, everywhere: bool) -> Response:
        caller: Caller = request.scope["riskwarn.caller"]
        if not caller.session or caller.operator is None:
            raise RequestRefused(problem=Message("only who signed in with a browser can sign out"))
        count = sessions.sign_out(
            home, caller.id, caller.operator, origin(request.scope), now=context.clock(), everywhere=everywhere
        )
        signing.registry.look()
        answer = uncached({"sessions": count})
        answer.headers["Clear-Site-Data"] = '"cache"'
        answer.headers.append("Set-Cookie", browsers.forget(request.scope))
        return answer

    @router.post("/sign-out")
    @declaring(ANY)
    def sign_out(request: Request) -> Response:
        return ended(request, everywhere=False)

    @router.post("/sign-out/everywhere")
    @declaring(ANY)
    def sign_out_everywhere(request: Request) -> Response:
        return ended(request, everywhere=True)

    return router


def _declared(signing: SigningIn) -> SignOn:
    if signing.sign_on is None:
        raise SignInRefused(problem=Message("no sign-on is declared here"))
    return signing.sign_on


def _sent_to(place: str) -> Response:
    """Send a browser to a place of ours, without telling it from where."""
    told = {"Location": place, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer", **HEADERS}
    return Response(status_code=303, headers=told)
