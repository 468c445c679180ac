"""Notices about units."""

from __future__ import annotations

from datetime import datetime

from riskwarn.words import Level, Unit
from serving.api.documents.fields import Document, forecast, model, place, service
from serving.api.documents.ranking import Reason


class Alert(Document):
    """A notice about one unit and target."""

    id: int = service("its number; another where only a part of the city is seen")
    snapshot: str = model("the snapshot that raised it")
    target: str = model("what is forecast")
    horizon: int = model("periods ahead")
    unit: Unit = place("its kind")
    code: str = place("the unit's code")
    level: Level = forecast("what was entered")
    score: float = forecast("probability when it was raised")
    status: str = service("where it stands")
    raised_at: datetime = service("when it was raised")
    reasons: list[Reason] = forecast("the strongest")


class Notice(Document):
    """What a notice is, and what it must not be used for."""

    zh: str = service("in Chinese")
    en: str = service("in English")


class Alerts(Document):
    """Notices."""

    notice: Notice = service("what it is, and what it must not be used for")
    items: list[Alert] = service("the newest first")
    suspended: list[str] = service("targets of which nothing is told: they are suspended")
