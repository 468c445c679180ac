"""What each route may be asked: a parameter that no model here declares is refused."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from riskwarn.words import Level, Unit


class MinLevel(StrEnum):
    """A level that is raised."""

    RED = Level.RED
    ORANGE = Level.ORANGE
    YELLOW = Level.YELLOW
    BLUE = Level.BLUE


class AlertStatus(StrEnum):
    """Where a notice stands."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in_progress"
    CLOSED = "closed"
    RETURNED = "returned"
    REFERRED = "referred"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class Language(StrEnum):
    """A language of ours."""

    ZH = "zh"
    EN = "en"


_TARGET = Field(None, description="declared target; the first where not given")
_HORIZON = Field(None, description="periods ahead; 4 where served, else the first")
_AS_OF = Field(None, description="the newest snapshot of this as-of")
_UNIT = Field(Unit.GRID, description="grid, community, town, district or city")
_PARENT = Field(None, description="only units inside the unit of this code")


class Nothing(BaseModel):
    """A route without parameters."""

    model_config = ConfigDict(extra="forbid")


class ScoresQuery(Nothing):
    """A ranking."""

    target: str | None = _TARGET
    horizon: int | None = _HORIZON
    unit: Unit = _UNIT
    parent: str | None = _PARENT
    min_level: MinLevel | None = Field(None, description="only this attention level and higher; grids only")
    limit: int = Field(50, ge=1, le=1000, description="units an answer")
    cursor: str | None = Field(
        None, description="`next` of the answer before; goes on in its snapshot while that is kept"
    )
    as_of: date | None = _AS_OF


class GridQuery(Nothing):
    """A portrait."""

    as_of: date | None = _AS_OF


class ExplanationQuery(GridQuery):
    """An explanation."""

    target: str | None = _TARGET
    horizon: int | None = _HORIZON


class HistoryQuery(Nothing):
    """A grid over the snapshots."""

    target: str | None = _TARGET
    horizon: int | None = _HORIZON
    limit: int = Field(12, ge=1, le=60, description="snapshots, one an as-of")


class LevelsQuery(ExplanationQuery):
    """What levels would have caught."""


class TrackRecordQuery(Nothing):
    """How published forecasts went."""

    target: str | None = Field(None, description="only this declared target")
    horizon: int | None = Field(None, description="only this declared horizon, in periods")
    limit: int = Field(50, ge=1, le=1000, description="rows an answer; the summary is of all")


class CompareQuery(Nothing):
    """Two snapshots."""

    a: str = Field(description="id of the older snapshot")
    b: str = Field(description="id of the newer snapshot")
    target: str | None = _TARGET
    horizon: int | None = _HORIZON
    limit: int = Field(50, ge=1, le=1000, description="grids an answer")


class ExportQuery(ExplanationQuery):
    """A file."""

    unit: Unit = _UNIT
    parent: str | None = _PARENT
    lang: Language = Field(Language.ZH, description="language of headings and reasons")


class ListQuery(Nothing):
    """A list, the newest first."""

    limit: int = Field(50, ge=1, le=1000, description="rows an answer")


class AlertsQuery(ListQuery):
    """Notices."""

    target: str | None = Field(None, description="only this target")
    level: MinLevel | None = Field(None, description="only this attention level")
    status: AlertStatus | None = Field(None, description="only those that stand so")


class HealthQuery(Nothing):
    """The health of sources."""

    source: str | None = Field(None, description="only this source")
