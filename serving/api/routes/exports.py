"""A whole ranking as a file, written while it is sent."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from riskwarn.audit import Action
from riskwarn.errors import TargetSuspended, TooManyExports
from serving.access import scopes
from serving.api import answers, exporting
from serving.api.context import HEADERS, Context
from serving.api.exporting import Export
from serving.api.needs import needs
from serving.api.noted import reading
from serving.api.problems import request_id
from serving.api.queries import ExportQuery
from serving.snapshots.current import Current

#: Files that a process writes at once: beyond, those who poll would wait.
_AT_ONCE = 2


class Form(StrEnum):
    """What a file is written as."""

    CSV = "csv"
    PARQUET = "parquet"
    GEOJSON = "geojson"
    XLSX = "xlsx"


_WRITERS: dict[Form, tuple[Callable[[Export], Iterator[bytes]], str]] = {
    Form.CSV: (exporting.as_csv, "text/csv; charset=utf-8"),
    Form.PARQUET: (exporting.as_parquet, "application/vnd.apache.parquet"),
    Form.GEOJSON: (exporting.as_geojson, "application/geo+json"),
    Form.XLSX: (exporting.as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


def exports_router(context: Context) -> APIRouter:
    """`/v1/export.{csv,parquet,geojson,xlsx}`."""
    router = APIRouter(tags=["ranking"])
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
        form: Annotated[Form, Path(description="what the file is written as")],
        query: Annotated[ExportQuery, Query()],
    ) -> Response:
        snapshot = context.seen(request).snapshot(query.as_of)
        block = answers.chosen(snapshot, query.target, query.horizon)
        zone = context.home.configuration.calendar.timezone
        made_at = context.clock().astimezone(zone).isoformat(timespec="seconds")
        one = Export(snapshot, block, query.unit, query.parent, query.lang.value, made_at, request_id(request.scope))
        rows = len(one.rows)  # what is wrong with the query is said before anything is sent
        write, kind = _WRITERS[form]
        name = f"riskwarn-{snapshot.as_of}-{block[0]}-{block[1]}-{query.unit.value}.{form.value}"
        headers = {
            **HEADERS, "Cache-Control": "no-store", "X-Rows": str(rows),
            "Content-Disposition": f'attachment; filename="{name}"',
        }  # fmt: skip
        if request.scope.get("riskwarn.head"):
            return Response(media_type=kind, headers=headers)
        if not free.acquire(blocking=False):
            raise TooManyExports()
        reading(request.scope, Action.EXPORT_MADE, snapshot.id)
        return _Releasing(_while_served(write(one), context.current, block[0]), free, media_type=kind, headers=headers)

    return router


def _while_served(pieces: Iterator[bytes], current: Current, target: str) -> Iterator[bytes]:
    """A file for as long as its target is not suspended: then it ends in its midst, and the caller sees that it is not whole."""
    for piece in pieces:
        if target in current.suspended:
            raise TargetSuspended(target=target)
        yield piece


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
