"""What administrators do from another place than the machine: see what is granted, confirm and revoke it, and read who did what."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from riskwarn.audit import Action
from riskwarn.audit.actions import titled
from riskwarn.audit.listing import Chosen, newest
from riskwarn.errors import AuditOfCity
from riskwarn.messages import translated
from serving.access import granted, grants
from serving.access.grants import Remote
from serving.access.registry import Registry
from serving.access.scopes import Scope
from serving.api.context import Context, uncached
from serving.api.documents.access import AuditRows, Confirmed, Grants, Revoked
from serving.api.needs import needs
from serving.api.noted import origin, reading
from serving.api.problems import accepted_language
from serving.api.queries import AuditQuery, GrantsQuery, Nothing, ReasonAsked
from serving.api.routes.routers import described

GrantId = Annotated[str, Path(description="id of an operator or a key", json_schema_extra={"x-data-class": "operator"})]


def granting_by(context: Context, request: Request) -> Remote:
    """Who asks to change what is granted."""
    seen = context.seen(request)
    return Remote(seen.caller, origin(request.scope), seen.covers)


def administration_router(context: Context, registry: Registry) -> APIRouter:
    """`/v1/grants…` and `/v1/audit`; what is changed is known to this worker at once, and to the others within a second."""
    router = described("access")
    home = context.home

    @router.get(
        "/v1/grants", operation_id="grants", response_model=Grants,
        summary="The operators and keys that wait for a second person or are in force, within one's own area; no name, and nothing that opens",
    )  # fmt: skip
    @needs(Scope.SECURITY)
    def listed(request: Request, query: Annotated[GrantsQuery, Query()]) -> Response:
        covers, now = context.seen(request).covers, context.clock()
        found = granted.granted(home, covers, now=now, standing=query.state, limit=query.limit)
        return uncached({"items": found})

    @router.post(
        "/v1/grants/{grant_id}/confirm", operation_id="confirm_grant", response_model=Confirmed,
        summary="Confirm what another granted: neither who granted it nor who gets it can",
    )  # fmt: skip
    @needs(Scope.SECURITY)
    def confirm(request: Request, grant_id: GrantId, _query: Annotated[Nothing, Query()]) -> Response:
        done = grants.confirm(home, grant_id, now=context.clock(), token=granting_by(context, request))
        registry.look()
        return uncached(done)

    @router.post(
        "/v1/grants/{grant_id}/revoke", operation_id="revoke_grant", response_model=Revoked,
        summary="Revoke a key, or an operator with every key and session; it opens nothing any more within a second",
    )  # fmt: skip
    @needs(Scope.SECURITY)
    def revoke(
        request: Request, grant_id: GrantId, asked: ReasonAsked, _query: Annotated[Nothing, Query()]
    ) -> Response:
        done = granted.revoke(home, grant_id, asked.reason, now=context.clock(), by=granting_by(context, request))
        registry.look()
        return uncached(done)

    @router.get(
        "/v1/audit", operation_id="audit", response_model=AuditRows,
        summary="Who did what, the newest first, page by page; that it was read is a row, too",
    )  # fmt: skip
    @needs(Scope.AUDIT)
    def audit(request: Request, query: Annotated[AuditQuery, Query()]) -> Response:
        if not context.seen(request).whole:
            raise AuditOfCity()
        found = newest(home, Chosen(before=query.cursor), query.limit + 1)
        shown = found[: query.limit]
        reading(request.scope, Action.READ_AUDIT, f"{shown[-1].sequence}-{shown[0].sequence}" if shown else "")
        following = shown[-1].sequence if len(found) > len(shown) else None
        language = accepted_language(request.scope)
        items = []
        for one in shown:
            title, outcome = (translated(said, language) for said in titled(one.action, one.result))
            items.append({**one.as_dict(), "title": title, "outcome": outcome})
        return uncached({"items": items, "next": following})

    return router
