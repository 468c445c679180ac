"""A whole ranking as a file, written while it is sent."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from riskwarn.audit import Action
from riskwarn.errors import ApprovalNeeded, ApprovalUnusable, TargetSuspended, TooManyExports
from serving.access import approvals, scopes
from serving.access.approvals import OTHER_FILE, Wanted
from serving.access.caller import LOCAL
from serving.api import answers, exporting
from serving.api.context import HEADERS, Context
from serving.api.exporting import Export
from serving.api.needs import needs
from serving.api.noted import origin, reading
from serving.api.problems import request_id
from serving.api.queries import ExportQuery, FileQuery, Form
from serving.api.routes.routers import described
from serving.snapshots.current import Current
from serving.snapshots.snapshot import Snapshot

#: Files that a process writes at once: beyond, those who poll would wait.
_AT_ONCE = 2


_WRITERS: dict[Form, tuple[Callable[[Export], Iterator[bytes]], str]] = {
    Form.CSV: (exporting.as_csv, "text/csv; charset=utf-8"),
    Form.PARQUET: (exporting.as_parquet, "application/vnd.apache.parquet"),
    Form.GEOJSON: (exporting.as_geojson, "application/geo+json"),
    Form.XLSX: (exporting.as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


def exports_router(context: Context) -> APIRouter:
    """`/v1/export.{csv,parquet,geojson,xlsx}`."""
    router = described("ranking")
    free = threading.BoundedSemaphore(_AT_ONCE)
    binary = {"schema": {"type": "string", "format": "binary"}}
    collection = {"schema": {"type": "object", "required": ["type", "label", "rows", "watermark", "features"]}}
    contents = {
        kind.split(";")[0]: collection if form is Form.GEOJSON else binary for form, (_, kind) in _WRITERS.items()
    }
    told: dict[int | str, dict[str, Any]] = {200: {"description": "the file", "content": contents}}

    @router.get(
        "/v1/export.{form}", operation_id="export", response_class=Response, responses=told,
        summary="A whole ranking as a file: CSV (with a byte-order mark), Parquet, GeoJSON or XLSX",
    )  # fmt: skip
    @needs(scopes.Scope.EXPORT)
    def export(
        request: Request,
        form: Annotated[
            Form,
            Path(description="what the file is written as", json_schema_extra={"x-data-class": "service"}),
        ],
        query: Annotated[ExportQuery, Query()],
    ) -> Response:
        seen, now = context.seen(request), context.clock()
        approval = None
        if query.approval is not None:
            approval = approvals.opened(context.home, seen.caller, query.approval)
            snapshot = seen.named("approval", approval.snapshot)
            if query.as_of not in (None, snapshot.as_of):
                raise ApprovalUnusable(id=approval.id, problem=OTHER_FILE)
        else:
            snapshot = seen.snapshot(query.as_of)
        one = file_of(context, snapshot, query, now, request_id(request.scope))
        rows = len(one.rows)  # what is wrong with the query is said before anything is sent
        most = context.home.configuration.access.export_rows
        if approval is not None:
            wanted = wanted_of(one, form)
            once = context.home.configuration.access.approval_once
            approvals.check(approval, seen.caller, wanted, now=now, once=once)
        elif rows > most and seen.caller is not LOCAL:
            raise ApprovalNeeded(rows=rows, most=most)
        write, kind = _WRITERS[form]
        name = f"riskwarn-{snapshot.as_of}-{one.block[0]}-{one.block[1]}-{query.unit.value}.{form.value}"
        headers = {
            **HEADERS, "Cache-Control": "no-store", "X-Rows": str(rows),
            "Content-Disposition": f'attachment; filename="{name}"',
        }  # fmt: skip
        if request.scope.get("riskwarn.head"):
            return _Head(media_type=kind, headers=headers)
        if not free.acquire(blocking=False):
            raise TooManyExports()
        try:
            if approval is not None:
                approvals.use(context.home, seen.caller, origin(request.scope), approval.id, wanted, now=now)
            else:
                reading(request.scope, Action.EXPORT_MADE, snapshot.id)
        except BaseException:
            free.release()
            raise
        pieces = _while_served(write(one), context.current, one)
        return _Releasing(pieces, free, media_type=kind, headers=headers)

    return router


def file_of(context: Context, snapshot: Snapshot, query: FileQuery, now: datetime, request: str) -> Export:
    """The file that is asked for out of a snapshot. Raises QueryInvalid, TargetSuspended; its rows UnknownUnit."""
    block = answers.chosen(snapshot, query.target, query.horizon)
    zone = context.home.configuration.calendar.timezone
    made_at = now.astimezone(zone).isoformat(timespec="seconds")
    level = None if query.min_level is None else query.min_level.value
    return Export(snapshot, block, query.unit, query.parent, query.lang.value, made_at, request, level, query.search)


def wanted_of(one: Export, form: str) -> Wanted:
    """What somebody decides on: the file, and which units are in it."""
    return Wanted(one.snapshot.id, one.query(form), len(one.rows), one.inside)


def _while_served(pieces: Iterator[bytes], current: Current, one: Export) -> Iterator[bytes]:
    """A file for as long as its target is not suspended: then it ends in its midst, and the caller sees that it is not whole."""
    for piece in pieces:
        if one.block[0] in current.suspended:
            raise TargetSuspended(target=one.snapshot.target_named(one.block[0]))
        yield piece


class _Head(Response):
    """The headers of a file that nobody has written: how long it would be is not said, as the file itself does not say it."""

    def init_headers(self, headers: Mapping[str, str] | None = None) -> None:
        super().init_headers(headers)
        self.raw_headers = [pair for pair in self.raw_headers if pair[0] != b"content-length"]


class _Releasing(StreamingResponse):
    """A file that gives its place back, also where who asked was gone before its first piece."""

    def __init__(self, pieces: Iterator[bytes], free: threading.BoundedSemaphore, **told: Any) -> None:
        super().__init__(pieces, **told)
        self._free = free

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._free.release()
