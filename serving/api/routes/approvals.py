"""Large files: asked for with a reason, and decided by a second person."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from riskwarn.errors import ApprovalNotNeeded
from serving.access import approvals
from serving.access.approvals import Approval
from serving.access.caller import LOCAL
from serving.access.scopes import Scope
from serving.api.context import Context, uncached
from serving.api.documents.approvals import ExportApproval, ExportApprovals
from serving.api.needs import needs
from serving.api.noted import origin
from serving.api.problems import request_id
from serving.api.queries import ExportAsked, ListQuery, Nothing
from serving.api.routes.exports import file_of, wanted_of
from serving.api.routes.routers import described

ApprovalId = Annotated[str, Path(description="id of the approval", json_schema_extra={"x-data-class": "service"})]


def approvals_router(context: Context) -> APIRouter:
    """`/v1/exports…`."""
    router = described("ranking")
    access = context.home.configuration.access

    @router.get(
        "/v1/exports", operation_id="export_approvals", response_model=ExportApprovals,
        summary="The large files that one asked for, and those that one may decide on, the newest first",
    )  # fmt: skip
    @needs(Scope.EXPORT)
    def listed(request: Request, query: Annotated[ListQuery, Query()]) -> Response:
        seen, now = context.seen(request), context.clock()
        found = approvals.listed(context.home, seen.caller, seen.saw, query.limit)
        return uncached({"items": [one.as_dict(now, access.approval_once) for one in found]})

    @router.post(
        "/v1/exports", operation_id="ask_for_export", response_model=ExportApproval,
        summary="Ask for a large file with a reason: it is opened once another operator has approved it",
    )  # fmt: skip
    @needs(Scope.EXPORT)
    def ask(request: Request, asked: ExportAsked, _query: Annotated[Nothing, Query()]) -> Response:
        seen, now = context.seen(request), context.clock()
        # Looked at before the file is: where another becomes current meanwhile, nothing is told by the newer that was cut by the older.
        today = seen.current().id
        snapshot = seen.snapshot(asked.as_of)
        one = file_of(context, snapshot, asked, now, request_id(request.scope))
        rows = len(one.rows)
        if rows <= access.export_rows or seen.caller is LOCAL:
            raise ApprovalNotNeeded(rows=rows)
        wanted, where = wanted_of(one, asked.form), origin(request.scope)
        made = approvals.ask(context.home, seen.caller, where, wanted, asked.reason, by_tree_of=today, now=now)
        return _answer(made)

    @router.post(
        "/v1/exports/{approval_id}/approve", operation_id="approve_export", response_model=ExportApproval,
        summary="Approve what another asked for: only an operator can who sees all of it",
    )  # fmt: skip
    @needs(Scope.EXPORT)
    def approve(request: Request, approval_id: ApprovalId, _query: Annotated[Nothing, Query()]) -> Response:
        return _decided(request, approval_id, True)

    @router.post(
        "/v1/exports/{approval_id}/refuse", operation_id="refuse_export", response_model=ExportApproval,
        summary="Refuse what another asked for: only an operator can who sees all of it",
    )  # fmt: skip
    @needs(Scope.EXPORT)
    def refuse(request: Request, approval_id: ApprovalId, _query: Annotated[Nothing, Query()]) -> Response:
        return _decided(request, approval_id, False)

    def _decided(request: Request, identity: str, approve: bool) -> Response:
        seen, now = context.seen(request), context.clock()
        where = origin(request.scope)
        made = approvals.decide(context.home, seen.caller, where, identity, approve, seen.saw, seen.unchanged, now=now)
        return _answer(made)

    def _answer(one: Approval) -> Response:
        return uncached(one.as_dict(context.clock(), access.approval_once))

    return router
