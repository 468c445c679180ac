"""What a security administrator grants from another place than the machine, as the command line does: by the same functions."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from riskwarn.errors import AreaAmbiguous, QueryInvalid, UnknownArea
from riskwarn.messages import Message
from serving.access import granted
from serving.access.areas import Area
from serving.access.keys import Asked
from serving.access.registry import Registry
from serving.access.scopes import Scope, check_scopes
from serving.api.context import Context, uncached
from serving.api.documents.access import Made
from serving.api.needs import needs
from serving.api.queries import KeyAsked, Nothing, OperatorAsked, RotateAsked
from serving.api.routes.administration import GrantId, granting_by
from serving.api.routes.routers import described
from serving.api.seen import OF_AREA, Seen


def granting_router(context: Context, registry: Registry) -> APIRouter:
    """`POST /v1/grants/…`: operators and keys, within one's own area. An answer with a secret is told once, and held by nobody on the way.

    What is sent again makes another: there is no key of the request by which a secret could be told twice.
    """
    router = described("access")
    home = context.home

    @router.post(
        "/v1/grants/operators/new", operation_id="create_operator", response_model=Made,
        summary="Create an operator, who waits for a second person; the name is told by no answer",
    )  # fmt: skip
    @needs(Scope.SECURITY)
    def operator(request: Request, asked: OperatorAsked, _query: Annotated[Nothing, Query()]) -> Response:
        area = _area(context.seen(request), asked.area)
        made = granted.operator_made(
            home, asked.name, asked.role, area,
            days=asked.days, subject=asked.subject, now=context.clock(), by=granting_by(context, request),
        )  # fmt: skip
        registry.look()
        return uncached(made)

    @router.post(
        "/v1/grants/keys/new", operation_id="create_key", response_model=Made,
        summary="Create a key, which waits for a second person; what opens is told in this answer, and never again",
    )  # fmt: skip
    @needs(Scope.SECURITY)
    def key(request: Request, asked: KeyAsked, _query: Annotated[Nothing, Query()]) -> Response:
        if asked.operator is not None and (asked.scopes or asked.area):
            raise QueryInvalid(parameter="operator", problem=OF_OPERATOR)
        scopes = frozenset(asked.scopes or (Scope.READ,))
        check_scopes(scopes)
        area = _area(context.seen(request), asked.area)
        one = Asked(asked.name, scopes, area, asked.purpose, asked.networks, asked.days, asked.operator)
        made = granted.key_made(home, one, now=context.clock(), by=granting_by(context, request))
        registry.look()
        return uncached(made)

    @router.post(
        "/v1/grants/{grant_id}/rotate", operation_id="rotate_grant", response_model=Made,
        summary="Give an operator another term, or a key's holder another key, which is told once; it waits for a second person",
    )  # fmt: skip
    @needs(Scope.SECURITY)
    def rotate(
        request: Request, grant_id: GrantId, asked: RotateAsked, _query: Annotated[Nothing, Query()]
    ) -> Response:
        made = granted.rotated(
            home, grant_id,
            days=asked.days, overlap_days=asked.overlap_days, now=context.clock(), by=granting_by(context, request),
        )  # fmt: skip
        registry.look()
        return uncached(made)

    return router


#: What is wrong where both are said.
OF_OPERATOR = Message("it gives scopes and area already: leave scopes and area out")


def _area(seen: Seen, codes: list[str] | None) -> Area:
    try:
        return seen.area(codes)
    except (AreaAmbiguous, UnknownArea) as error:
        raise QueryInvalid(parameter="area", problem=OF_AREA) from error
