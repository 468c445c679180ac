"""What a page and a card tell of a run: `report.json`, written when it was made and only read afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from training.audits.audit import FOLDER as AUDITS
from training.audits.audit import Audit, from_json

FILE = "report.json"


class _Facts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Gained(_Facts):
    """By how much the model is better than another, positive where it is, with its 95 % interval."""

    gain: float | None
    lower: float | None
    upper: float | None
    effective: float
    enough: bool


class Binned(_Facts):
    """Cells of like probability: what was forecast and how often it came."""

    expected: float
    observed: float
    lower: float | None
    upper: float | None
    cells: int


class Forecasted(_Facts):
    """One forecaster on the judged origins."""

    name: str
    role: Literal["model", "part", "baseline"]
    metrics: dict[str, float | None]
    intervals: dict[str, tuple[float, float] | None]
    gains: dict[str, Gained] = Field(default_factory=dict)  # metric -> gain of the model over it
    reliability: tuple[Binned, ...] = ()
    capture: tuple[float | None, ...] = ()  # at each of the page's shares of grids
    series: dict[str, tuple[float | None, ...]] = Field(default_factory=dict)  # metric -> one value an origin


class Place(_Facts):
    """One town; None where there are too few grids or events to say."""

    code: str
    name: str
    district: str
    longitude: float | None
    latitude: float | None
    grids: int
    events: int | None  # at least so many
    level: float | None
    told: bool
    missed: float | None


class Leaning(_Facts):
    """One column, and by how much it moves the logarithm of the expected count on the mean."""

    name: str
    family: str
    zh: str
    en: str
    weight: float


class Source(_Facts):
    """One source as it stood: its records that were known, and when they happened or began to hold, where that is told."""

    name: str
    zh: str
    en: str
    records: int
    first: date | None
    newest: date | None


class Since(_Facts):
    """The champion that stood when a version was made, and what is other."""

    version: str
    kind: str
    as_of: str | None
    metrics: dict[str, float]
    gain: Gained | None  # on the origins that both were judged on
    changed: dict[str, tuple[str | None, str | None]]  # parameter -> (then, now)


class ReportFacts(_Facts):
    """All that is told of one version, or of one back-test."""

    schema_version: Literal[1] = 1
    of: Literal["version", "backtest"]
    city: str
    target: str
    target_zh: str
    target_en: str
    horizon: int
    period: str
    as_of: date
    kind: str  # what scores: `model`, or the name of a baseline
    reason: str  # why that scores
    notes: tuple[str, ...]
    parameters: dict[str, str]  # what it was made with and of
    grids: int
    learnt: tuple[date, ...]  # (first, last) origin that was learnt from; none of a back-test
    learnt_origins: int
    events: int  # of the target, known at the as-of
    origins: tuple[date, ...]  # on which it was judged
    judged_events: int
    effective_origins: float
    best_baseline: str
    shares: tuple[float, ...]  # of grids, at which capture is told
    forecasters: tuple[Forecasted, ...]
    districts: dict[str, str]  # code -> name
    towns: tuple[Place, ...]
    outline: tuple[tuple[float, float], ...]  # centres of grids, some of a large city's: its shape
    families: tuple[tuple[str, float], ...]
    columns: tuple[Leaning, ...]
    since: Since | None = None
    sources: tuple[Source, ...] = ()  # none of an earlier riskwarn

    def of_name(self, name: str) -> Forecasted | None:
        """One forecaster."""
        return next((one for one in self.forecasters if one.name == name), None)

    @property
    def scoring(self) -> Forecasted:
        """That which scores."""
        return self.of_name(self.kind) or self.forecasters[0]

    def as_json(self) -> str:
        """`report.json`."""
        return self.model_dump_json(indent=1)


def read_facts(text: str) -> ReportFacts:
    """From `report.json`; raise ValueError where it is none, or of a later form."""
    return ReportFacts.model_validate_json(text)


def audits_of(texts: Mapping[str, str]) -> dict[str, Audit]:
    """Name -> each audit among the texts of a run."""
    found = [from_json(text) for name, text in texts.items() if name.startswith(f"{AUDITS}/")]
    return {one.name: one for one in found}
