"""Problem documents (RFC 9457), in the language that the caller accepts."""

from __future__ import annotations

import json
import os
import re
from typing import Any

from starlette.types import Scope, Send

from riskwarn.errors import (
    DatabaseBusy,
    DatabaseFull,
    DatabaseNewer,
    DatabaseUnreachable,
    DatabaseUnusable,
    KeyNeeded,
    KeyRefused,
    RiskwarnError,
    ScopeNeeded,
)
from riskwarn.messages import Listed, Message, translated

CONTENT_TYPE = "application/problem+json"

#: What a status says in words.
_TITLES = {
    400: "The request is wrong",
    401: "A key is needed",
    403: "The request is refused",
    404: "There is nothing here",
    405: "The method is not answered",
    408: "The request was too slow",
    409: "The state does not allow it",
    410: "It is no longer kept",
    412: "It was changed meanwhile",
    413: "The request is too long",
    414: "The request is too long",
    422: "A parameter is wrong",
    429: "More was asked than is allowed",
    431: "The request is too long",
    500: "The server failed",
    503: "The server cannot answer now",
}
_OTHERWISE = "The request cannot be answered"

#: No page of another origin may embed what is answered here.
OWN_ORIGIN = (b"cross-origin-resource-policy", b"same-origin")

#: What befalls the database itself: where it lies, and what to do about it there, is told by the log.
OF_DATABASE = (DatabaseBusy, DatabaseFull, DatabaseNewer, DatabaseUnreachable, DatabaseUnusable)
SILENT = Message("The server's database does not answer now: ask again in a moment. Its log says why.")

#: Seconds after which to ask again, where the server cannot answer now.
RETRY_AFTER = "1"


def problem_body(
    scope: Scope, status: int, code: str, detail: str, errors: list[dict[str, str]] | None = None
) -> bytes:
    """A problem document; `errors` lists each parameter that is wrong."""
    language = accepted_language(scope)
    document: dict[str, Any] = {
        "type": f"urn:riskwarn:{code}",
        "title": translated(_TITLES.get(status, _OTHERWISE), language),
        "status": status,
        "detail": translated(detail, language),
        "instance": scope.get("path", ""),
        "request_id": request_id(scope),
    }
    if errors:
        document["errors"] = [{**error, "problem": translated(error["problem"], language)} for error in errors]
    return json.dumps(document, ensure_ascii=False).encode()


def request_id(scope: Scope) -> str:
    """Under which the log knows a request; it is made when it is first asked."""
    made: str = scope.setdefault("riskwarn.request_id", os.urandom(8).hex())
    return made


def problem_headers(body: bytes) -> list[tuple[bytes, bytes]]:
    """The headers of any problem document."""
    return [
        (b"content-type", CONTENT_TYPE.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        OWN_ORIGIN,
    ]


async def send_problem(
    scope: Scope, send: Send, status: int, code: str, detail: str, headers: list[tuple[bytes, bytes]] | None = None
) -> None:
    """Answer with a problem document, outside of the application."""
    body = problem_body(scope, status, code, detail)
    own = [*problem_headers(body), (b"vary", b"accept-language"), *(headers or [])]
    await send({"type": "http.response.start", "status": status, "headers": own})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


async def send_error(
    scope: Scope, send: Send, error: RiskwarnError, headers: list[tuple[bytes, bytes]] | None = None
) -> None:
    """Answer with the problem document of an error of the domain, outside of the application."""
    await send_problem(scope, send, error.status, error.code, error.message, headers)


#: Where the pages of notices lie, to which the links in texts lead.
PAGE_OF_ALERT = "/alerts/"

_ID = re.compile(r"[a-z0-9]{1,32}")

_SIGN_IN = """<!doctype html>
<html lang="zh"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>riskwarn</title>
<meta http-equiv="refresh" content="0; url=../sign-in{place}"></head>
<body><p><a href="../sign-in{place}">请先登录 · Sign in</a></p></body></html>
"""


def opens_a_page(scope: Scope) -> bool:
    """Whether somebody opens the page of a notice with a browser; a program is told its problem as anywhere."""
    reads = scope["method"] in ("GET", "HEAD") and scope["path"].startswith(PAGE_OF_ALERT)
    return reads and any(name == b"accept" and b"text/html" in value for name, value in scope["headers"])


async def send_to_sign_in(scope: Scope, send: Send) -> None:
    """Send whoever opens the link of a notice without having signed in to where one does, and from there back.

    It is a page, not a redirect: a session is sent along with what a page of ours asks, and not where a message was tapped on.
    """
    name = scope["path"].removeprefix(PAGE_OF_ALERT)
    body = _SIGN_IN.format(place=f"#alert={name}" if _ID.fullmatch(name) else "").encode()
    headers = [
        (b"content-type", b"text/html; charset=utf-8"), *problem_headers(body)[1:], challenge(KeyNeeded()),
        (b"content-security-policy", b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
        (b"referrer-policy", b"no-referrer"),
    ]  # fmt: skip
    await send({"type": "http.response.start", "status": 401, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


#: What RFC 6750 calls a refusal.
_ERRORS = {KeyRefused: b', error="invalid_token"', ScopeNeeded: b', error="insufficient_scope"'}


def challenge(error: RiskwarnError) -> tuple[bytes, bytes]:
    """How one gets in (RFC 6750): the header that goes with a refusal."""
    return b"www-authenticate", b'Bearer realm="riskwarn"' + _ERRORS.get(type(error), b"")


def accepted_language(scope: Scope) -> str:
    """`zh` where the caller prefers it (the first language that is one of ours), else `en`."""
    for name, value in scope.get("headers", ()):
        if name == b"accept-language":
            for one in value.decode("latin-1").split(","):
                tag = one.split(";", 1)[0].strip().lower()
                if tag.startswith(("zh", "en")):
                    return str(tag[:2])
    return "en"


#: What a value must be, by what Pydantic says of one that is not.
_OF_TYPES = {
    "string_type": Message("it must be a text"),
    "list_type": Message("it must be a list"),
    **dict.fromkeys(("dict_type", "model_type", "model_attributes_type"), Message("it must be a JSON object")),
    **dict.fromkeys(("bool_type", "bool_parsing"), Message("it must be true or false")),
}


def wrong_value(error: Any) -> str:
    """What is wrong with a parameter, out of an error of Pydantic."""
    kind, context = error["type"], error.get("ctx", {})
    if kind in ("enum", "literal_error"):
        return Message(
            "it must be one of {known}",
            known=Listed(context["expected"].replace("'", "").replace(" or ", ", ").split(", ")),
        )
    if kind in ("greater_than_equal", "less_than_equal"):
        if "ge" in context:
            return Message("it must be at least {least}", least=context["ge"])
        return Message("it must be at most {most}", most=context["le"])
    if kind.startswith("int"):
        return Message("it must be a whole number")
    if "problem" in context:  # a sentence of ours
        told: str = context["problem"]
        return told
    if kind == "missing":
        return Message("it is needed")
    if kind == "string_pattern_mismatch":
        return Message("it must say something")
    if kind == "string_too_long":
        return Message("it may have {most} characters at most", most=context["max_length"])
    if kind == "string_too_short":
        if context["min_length"] == 1:
            return Message("it must not be empty")
        return Message("it must have {least} characters at least", least=context["min_length"])
    if kind == "too_short":
        return Message("it must have {least} entries at least", least=context["min_length"])
    if kind == "too_long":
        return Message("it may have {most} entries at most", most=context["max_length"])
    if kind == "json_invalid":
        return Message("it is not JSON")
    return _OF_TYPES.get(kind, Message("it is not what the endpoint takes: see /docs"))
