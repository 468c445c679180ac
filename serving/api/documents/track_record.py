"""How published forecasts went."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from riskwarn.words import Unit
from serving.api.documents.fields import Document, field, forecast, model, place, record, service
from serving.api.documents.making import Share


def _figure(told: str) -> Any:
    return field("record", told, None)


class Figures(Document):
    """How one level of places went; null where a figure would tell of few."""

    units: int | None = _figure("places that were judged")
    expected: float | None = _figure("events that were expected")
    poisson_deviance: float | None = _figure("of the counts; less is better")
    calibration_level: float | None = _figure("expected by observed")
    log_loss: float | None = _figure("of the probabilities; grids only; less is better")
    brier: float | None = _figure("of the probabilities; grids only; less is better")
    calibration: float | None = _figure("of the probabilities; grids only")
    capture_1: float | None = _figure("share of events in the first 1 % of places")
    capture_5: float | None = _figure("share of events in the first 5 % of places")
    capture_10: float | None = _figure("share of events in the first 10 % of places")
    inside: float | None = _figure("share of places whose count lies in its interval")


class Missed(Document):
    """A unit in which more, or less, came than was expected; never a grid."""

    unit: Unit = place("its kind")
    code: str = place("its code")
    name: str = place("its name")
    expected: float = forecast("events that were expected")
    observed: str = record("events that came, in a band")


class OfDistrict(Document):
    """What was expected of a district, and what came."""

    code: str = place("its code")
    name: str = place("its name")
    expected: float = forecast("events that were expected")
    observed: int | str = record("events that came: a band below 20, about so many above")
    between: list[int] = record("the least and the most that these may be")


class JudgedForecast(Document):
    """How one published forecast went, once its window was over and the reports were in."""

    snapshot: str = model("its snapshot")
    target: str = model("what was forecast")
    horizon: int = model("periods ahead")
    as_of: date = model("the midnight from which it looked")
    window_end: date = model("where its window ended")
    published_at: datetime = model("when it was published")
    judged_at: datetime = model("when it was judged")
    model: str | None = field("model", "the version that scored")
    late: bool = field(
        "model", "whether it came out more than a period after its as-of; such are left out of the figures"
    )
    counted: bool = field(
        "model",
        "whether it is in the summary; forecasts come into it together, as soon as those that wait have fifty events",
    )
    events: int | str | None = record(
        "events in its window: a band below 20, about so many above; null, as all figures, where only a part of the city is seen, and "
        "where it was judged before it was told like this"
    )
    events_between: list[int] | None = record("the least and the most that these may be; null as `events` is")
    events_before_publication: int | str | None = record("of these in grids where any came before it was published")
    unknown_grids: int | None = service("grids of which nobody knows what came")
    levels: dict[str, Figures] = record("what was expected of each level and, of fifty events or more, how it went")
    districts: list[OfDistrict] = record(
        "district by district, by code; those that one sees; none where it was judged before it was told like this"
    )
    misses: list[Missed] = record("units with the most events beyond what was expected")
    false_alarms: list[Missed] = record("units with the fewest below what was expected")
    chain: str | None = field("model", "SHA-256 that binds it to all rows before")


class SummaryOfLevel(Document):
    """The means over all counted rows."""

    figures: dict[str, Share | None] = record("of what was published, in steps that three events span")
    baselines: dict[str, dict[str, Share | None]] = record("of each baseline")
    gains: dict[str, dict[str, Share | None]] = record("by how much each baseline is surpassed; above 0 is better")


class Summary(Document):
    """All published forecasts of a target and horizon together."""

    target: str = model("what was forecast")
    horizon: int = model("periods ahead")
    judged: int = model("forecasts that were judged")
    counted: int = model("of these in the figures")
    late: int = model("of these too late to count")
    events: int | str | None = record(
        "events in the windows of the counted, about; null where those of any are not told"
    )
    levels: dict[str, SummaryOfLevel] = record("level by level")


class TrackRecord(Document):
    """How published forecasts went."""

    rows: list[JudgedForecast] = model("the newest as-of first")
    summary: list[Summary] = model("one a target and horizon")
    waiting: int = model("forecasts whose window or reports are not complete yet")
    suspended: list[str] = service("targets of which nothing is told: they are suspended")
