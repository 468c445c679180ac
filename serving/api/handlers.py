"""What goes wrong inside a route becomes a problem document."""

from __future__ import annotations

import logging
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from riskwarn.errors import QueryInvalid, RiskwarnError, SignInLocked, SubscriptionInvalid
from riskwarn.messages import Listed, Message
from serving.api.context import HEADERS
from serving.api.needs import leaves
from serving.api.observed import WENT_WRONG
from serving.api.problems import CONTENT_TYPE, OF_DATABASE, RETRY_AFTER, SILENT, problem_body, wrong_value

_log = logging.getLogger(__name__)


def answer_with_problems(app: FastAPI) -> None:
    """Set the handlers of an application."""

    def problem(
        request: Request,
        status: int,
        code: str,
        detail: str,
        errors: list[dict[str, str]] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Response:
        body = problem_body(request.scope, status, code, detail, errors)
        own = {"Cache-Control": "no-store", "Vary": "Accept-Language", **HEADERS}
        if status == 503:
            own["Retry-After"] = RETRY_AFTER
        return Response(body, status_code=status, media_type=CONTENT_TYPE, headers={**own, **(headers or {})})

    @app.exception_handler(RiskwarnError)
    def of_domain(request: Request, error: RiskwarnError) -> Response:
        errors = None
        if isinstance(error, OF_DATABASE):
            # Where the database lies, and what to do about it on the machine, is for the log.
            _log.error("the database does not answer: %s", error)
            return problem(request, 503, error.code, SILENT)
        if isinstance(error, QueryInvalid | SubscriptionInvalid):
            errors = [{name: error.fields[name] for name in ("parameter", "problem")}]
        headers = {"Retry-After": str(60 * error.minutes)} if isinstance(error, SignInLocked) else None
        return problem(request, error.status, error.code, error.message, errors, headers)  # type: ignore[arg-type]

    @app.exception_handler(RequestValidationError)
    def of_query(request: Request, error: RequestValidationError) -> Response:
        wrong = [
            {
                "parameter": _parameter(one),
                "problem": _unknown(request, one["loc"][0]) if one["type"] == "extra_forbidden" else wrong_value(one),
            }
            for one in error.errors()
        ]
        detail = QueryInvalid(parameter=wrong[0]["parameter"], problem=wrong[0]["problem"]).message
        return problem(request, 422, "query_invalid", detail, wrong)

    @app.exception_handler(HTTPException)
    def of_route(request: Request, error: HTTPException) -> Response:
        headers = dict(error.headers or {})
        if error.status_code == 404:
            told = Message("There is nothing at {path}: the endpoints are listed at /docs.", path=request.scope["path"])
            return problem(request, 404, "not_found", told)
        if error.status_code == 405:
            allowed = _methods(request)
            told = Message("{method} is not answered at {path}; {allowed} are.", method=request.method, path=request.scope["path"], allowed=allowed)  # fmt: skip
            return problem(request, 405, "request_refused", told, headers={"Allow": allowed})
        if error.status_code == 400:  # what FastAPI says of a body that is not even text
            return problem(request, 422, "query_invalid", Message("The body is no JSON in UTF-8."), headers=headers)
        return problem(request, error.status_code, "request_refused", str(error.detail), headers=headers)

    @app.exception_handler(Exception)
    def of_us(request: Request, _error: Exception) -> Response:
        return problem(request, 500, "internal_error", WENT_WRONG)


def _parameter(error: Any) -> str:
    """Which parameter is wrong; of a list with the number of its entry, the first being 0."""
    if error["type"] == "json_invalid":
        return "body"
    where: tuple[str | int, ...] = error["loc"]
    return f"{where[-2]}[{where[-1]}]" if isinstance(where[-1], int) and len(where) > 1 else str(where[-1])


def _methods(request: Request) -> str:
    """What is answered at a path, by whichever route; whatever can be read can be asked for its headers alone."""
    asked = dict(request.scope)
    found: set[str] = set()
    for route in leaves(request.app.router.routes):
        if route.matches(asked)[0] is not Match.NONE:
            found |= getattr(route, "methods", None) or {"GET"}
    return ", ".join(sorted(found | {"HEAD"} if "GET" in found else found))


def _unknown(request: Request, where: object) -> str:
    """Which parameters there are, where one is asked that is not."""
    route = request.scope["route"].dependant
    model = route.body_params if where == "body" else route.query_params
    names = sorted(name for one in model for name in getattr(one.field_info.annotation, "model_fields", {}))
    if not names:
        return Message("there is no such parameter, and no other")
    return Message("there is no such parameter; there are {known}", known=Listed(names))
