"""Large files that a second person opens."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from riskwarn.words import Unit
from serving.api.documents.fields import Document, forecast, model, operator, place, service
from serving.api.queries import Form, Language, MinLevel


class FileAsked(Document):
    """What a file is asked for by."""

    form: Form = service("what it is written as")
    target: str = model("what is forecast")
    horizon: int = model("periods ahead")
    unit: Unit = place("the kind of its units")
    parent: str | None = place("only units inside the unit of this code")
    min_level: MinLevel | None = forecast("only this attention level and higher")
    search: str | None = place("only units whose name or code holds this text")
    lang: Language = service("language of headings and reasons")


class ExportApproval(Document):
    """A large file that somebody asked for."""

    id: str = service("its id; `approval` of the export")
    state: Literal["waiting", "approved", "refused", "used", "ended"] = service("how it stands")
    snapshot: str = model("the snapshot that the file is out of")
    query: FileAsked = service("what is asked for")
    rows: int = service("units in the file")
    reason: str = operator("what it is needed for")
    asked_by: str = operator("id of the operator, or of the program's key")
    asked_at: datetime = service("when it was asked for")
    ends_at: datetime = service("from when on it opens nothing")
    decided_by: str | None = operator("id of the operator who decided; null while it waits")
    decided_at: datetime | None = service("when that was")


class ExportApprovals(Document):
    """Large files that were asked for."""

    items: list[ExportApproval] = service("the newest first")
