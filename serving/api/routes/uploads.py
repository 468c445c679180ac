"""Files that an analyst hands over to the console: what would come of them, and the load."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from anyio import to_thread
from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from riskwarn.audit import Action, Entry, record
from riskwarn.contracts.read_as import named_again
from riskwarn.errors import DataOfCity
from riskwarn.messages import translated
from serving.access.approvals import person
from serving.access.scopes import Scope
from serving.api.context import Context, uncached
from serving.api.needs import needs
from serving.api.noted import actor
from serving.api.problems import accepted_language
from serving.api.queries import Nothing
from serving.api.routes.routers import undescribed
from serving.commands import carrying, uploads
from serving.commands.uploads import Upload

#: Where sentences stand; all else is a code, a name, or what somebody wrote himself.
_SENTENCES = {"notes", "forced", "reason", "message", "missing", "targets"}


class FileAsked(Nothing):
    """A file that is to come."""

    name: str = Field(min_length=1, max_length=120)
    bytes: int = Field(ge=1, le=uploads.MOST_BYTES)


class FilesAsked(Nothing):
    """Files that are to come."""

    files: list[FileAsked] = Field(min_length=1, max_length=uploads.MOST_FILES)


class PartQuery(Nothing):
    """Where a part of a file begins."""

    at: int = Field(0, ge=0)


class Answers(Nothing):
    """What only a person can say of files."""

    district: str | None = Field(None, max_length=60, pattern=r"^[^\x00-\x1f-]")
    coordinates: Literal["wgs84", "gcj02", "bd09"] | None = None
    exported_on: date | None = None
    columns: dict[str, str] = Field(default_factory=dict, max_length=40)
    force: bool = False


def uploads_router(context: Context) -> APIRouter:
    """`/console/uploads…`: for the console alone; of the whole city, and each of one's own."""
    router = undescribed()
    home = context.home

    def owner(request: Request) -> str:
        seen = context.seen(request)
        if not seen.whole:
            raise DataOfCity()
        return person(seen.caller)

    def told(request: Request, upload: Upload) -> dict[str, Any]:
        return as_told(upload, accepted_language(request.scope), context)

    def noted(request: Request, action: Action, upload: Upload) -> None:
        record(home, Entry(action, upload.id, actor(request.scope)), at=context.clock())

    @router.get("/console/uploads")
    @needs(Scope.ANALYSE)
    def listed(request: Request, _query: Annotated[Nothing, Query()]) -> Response:
        whose = owner(request)
        uploads.sweep(home, context.clock())
        found = [uploads.stands(home, one) for one in uploads.own(home, whose)]
        limits = {"files": uploads.MOST_FILES, "bytes": uploads.MOST_BYTES, "part": context.options.part_bytes}
        return uncached(
            {"items": [told(request, one) for one in found], "most": {**limits, "endings": uploads.ENDINGS}}
        )

    @router.post("/console/uploads")
    @needs(Scope.ANALYSE)
    def begin(request: Request, asked: FilesAsked, _query: Annotated[Nothing, Query()]) -> Response:
        files = [(one.name, one.bytes) for one in asked.files]
        made = uploads.begin(home, owner(request), files, now=context.clock())
        noted(request, Action.UPLOAD_MADE, made)
        return uncached(told(request, made))

    @router.post("/console/uploads/{upload}/files/{number}")
    @needs(Scope.ANALYSE)
    async def receive(request: Request, upload: str, number: int, query: Annotated[PartQuery, Query()]) -> Response:
        whose = owner(request)
        part = await request.body()

        def taken() -> Upload:
            return uploads.receive(home, uploads.find(home, upload, whose), number, query.at, part)

        return uncached(told(request, await to_thread.run_sync(taken)))

    @router.get("/console/uploads/{upload}")
    @needs(Scope.ANALYSE)
    def one(request: Request, upload: str, _query: Annotated[Nothing, Query()]) -> Response:
        return uncached(told(request, uploads.stands(home, _mine(request, upload))))

    @router.post("/console/uploads/{upload}/try")
    @needs(Scope.ANALYSE)
    def try_out(request: Request, upload: str, asked: Answers, _query: Annotated[Nothing, Query()]) -> Response:
        begun = carrying.try_out(
            home, _mine(request, upload), asked.model_dump(mode="json"), accepted_language(request.scope)
        )
        noted(request, Action.UPLOAD_TRIED, begun)
        return uncached(told(request, begun))

    @router.post("/console/uploads/{upload}/load")
    @needs(Scope.ANALYSE)
    def load(request: Request, upload: str, _query: Annotated[Nothing, Query()]) -> Response:
        found, language = _mine(request, upload), accepted_language(request.scope)
        begun = carrying.load(home, found, actor(request.scope), language)
        return uncached(told(request, begun))

    @router.delete("/console/uploads/{upload}")
    @needs(Scope.ANALYSE)
    def remove(request: Request, upload: str, _query: Annotated[Nothing, Query()]) -> Response:
        found = _mine(request, upload)
        uploads.remove(home, found)
        noted(request, Action.UPLOAD_REMOVED, found)
        return uncached({"id": found.id})

    def _mine(request: Request, upload: str) -> Upload:
        whose = owner(request)
        uploads.sweep(home, context.clock())
        return uploads.find(home, upload, whose)

    return router


def as_told(upload: Upload, language: str, context: Context) -> dict[str, Any]:
    """An upload as the console shows it, in the language of who asks."""
    said = uploads.said_of(context.home, upload) if upload.stage in uploads.AT_WORK else []
    return {
        "id": upload.id,
        "stage": upload.stage,
        "made_at": upload.made_at,
        "files": [{"name": name, "bytes": size} for name, size in upload.files],
        "received": uploads.received(context.home, upload),
        "options": upload.options,
        "steps": [translated(one.removesuffix(" …"), language) for one in said[-1:]],
        "result": _said(upload.result, language),
        "problem": _said(upload.problem, language),
    }


def _said(value: Any, language: str, sentence: bool = False) -> Any:
    """A result with its sentences in a language."""
    if isinstance(value, str):
        return translated(named_again(value), language) if sentence else value
    if isinstance(value, Mapping):
        return {name: _said(part, language, name in _SENTENCES) for name, part in value.items()}
    return [_said(part, language, sentence) for part in value] if isinstance(value, list) else value
