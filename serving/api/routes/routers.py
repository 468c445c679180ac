"""The two kinds of routers: of the API, whose routes are described, and of the console's own pages and doors, which are not.

Each route is made whole where it stands and put into the application as it is: FastAPI makes all that it knows of a route anew for
each router that a router is included in.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Request

from riskwarn.errors import QueryInvalid
from serving.api.problems import CONTENT_TYPE
from serving.api.storable import refuse_unstorable

#: What any route may answer beside its own answer. By a name, not as a model: its schema would be made anew for each status of each route.
_PROBLEM = {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
_TOLD: dict[int | str, dict[str, Any]] = {
    status: {"description": told, "content": _PROBLEM}
    for status, told in {
        401: "a key is needed, or the one that was sent opens nothing: WWW-Authenticate says how",
        403: "refused at the gate, or the key has not the scope that is needed",
        404: "there is nothing of this name, or nothing is published yet",
        409: "the target is suspended, or the state does not allow it",
        410: "the snapshot is no longer kept",
        412: "it was changed meanwhile: If-Match names another version",
        422: "a parameter is unknown, given twice or wrong",
        429: "more was asked than the limit allows: Retry-After says when to ask again",
        503: "too busy, or no snapshot can be read: Retry-After says when to ask again",
    }.items()
}  # fmt: skip


def described(tag: str) -> APIRouter:
    """A router of the API, under one heading of its description."""
    return APIRouter(tags=[tag], dependencies=[Depends(refuse_unstorable), Depends(_asked_once)], responses=_TOLD)


def undescribed() -> APIRouter:
    """A router of what only the console and a browser ask for."""
    return APIRouter(include_in_schema=False, dependencies=[Depends(refuse_unstorable)])


def _asked_once(request: Request) -> None:
    """Refuse a parameter that is given twice: whichever counted, the caller meant the other."""
    names = [name for name, _ in parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)]
    for name in names:
        if names.count(name) > 1:
            raise QueryInvalid(parameter=name, problem="it is given more than once")
