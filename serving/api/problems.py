"""Problem documents (RFC 9457), in the language that the caller accepts."""

from __future__ import annotations

import json
from typing import Any

from starlette.types import Scope

from riskwarn.messages import Message, translated

CONTENT_TYPE = "application/problem+json"


def problem_body(
    scope: Scope, status: int, code: str, detail: str, errors: list[dict[str, str]] | None = None
) -> bytes:
    """A problem document; `errors` lists each parameter that is wrong."""
    language = accepted_language(scope)
    document: dict[str, Any] = {
        "type": f"urn:riskwarn:{code}",
        "title": translated(code.replace("_", " "), language),
        "status": status,
        "detail": translated(detail, language),
        "instance": scope.get("path", ""),
        "request_id": scope.get("riskwarn.request_id", ""),
    }
    if errors:
        document["errors"] = [{**error, "problem": translated(error["problem"], language)} for error in errors]
    return json.dumps(document, ensure_ascii=False).encode()


def accepted_language(scope: Scope) -> str:
    """`zh` where the caller prefers it (the first language that is one of ours), else `en`."""
    for name, value in scope.get("headers", ()):
        if name == b"accept-language":
            for one in value.decode("latin-1").split(","):
                tag = one.split(";", 1)[0].strip().lower()
                if tag.startswith(("zh", "en")):
                    return str(tag[:2])
    return "en"


def wrong_value(error: Any) -> str:
    """What is wrong with a parameter, out of an error of Pydantic."""
    kind, context = error["type"], error.get("ctx", {})
    if kind in ("enum", "literal_error"):
        return Message("it must be one of {known}", known=context["expected"].replace("'", "").replace(" or ", ", "))
    if kind in ("greater_than_equal", "less_than_equal"):
        if "ge" in context:
            return Message("it must be at least {least}", least=context["ge"])
        return Message("it must be at most {most}", most=context["le"])
    if kind.startswith("int"):
        return Message("it must be a whole number")
    if kind.startswith("date"):
        return Message("it must be a date, written YYYY-MM-DD")
    return str(error["msg"])
