"""One grid: for every target, with its reasons, and over the snapshots."""

from __future__ import annotations

from datetime import date

from riskwarn.words import Level
from serving.api.documents.fields import Document, field, forecast, model, place, record, service
from serving.api.documents.ranking import Item, Reason
from serving.api.documents.snapshots import Head


class Place(Document):
    """A unit by code and name."""

    code: str = place("its code")
    name: str = place("its name")


class Standing(Item):
    """A grid for one target and horizon."""

    target: str = model("what is forecast")
    horizon: int = model("periods ahead")


class Portrait(Document):
    """A grid for every target and horizon."""

    snapshot: Head = model("the snapshot that it is out of")
    grid_id: str = place("its code")
    name: str = place("its name")
    community: Place = place("in which it lies")
    town: Place = place("in which it lies")
    district: Place = place("in which it lies")
    residents: float | None = record("null where unknown or few")
    suppressed: bool = record("whether details are withheld")
    scores: list[Standing] = forecast("one a target and horizon")
    suspended: list[str] = service(
        "targets of which nothing is told: they are suspended, or were when the snapshot was published"
    )


class Explanation(Document):
    """Why a grid stands where it does."""

    snapshot: Head = model("the snapshot that it is out of")
    grid_id: str = place("its code")
    target: str = model("what is forecast")
    horizon: int = model("periods ahead")
    score: float | None = forecast("probability")
    mean_score: float | None = forecast(
        "the mean of the city's grids; the effects add up to the score less this; null where only a part of the city is seen"
    )
    level: Level | None = forecast("attention level")
    suppressed: bool = record("whether reasons are withheld")
    reasons: list[Reason] = forecast("the strongest first, and last what is not told apart")


class Moved(Document):
    """What one reason added in one snapshot."""

    theme: str = model("what it is about, as a word for programs")
    source: str = model("of what records; empty where of none alone")
    effect: float = forecast("what it added to the city's mean score")


class Stood(Document):
    """A grid in one snapshot."""

    snapshot: str = model("its id")
    as_of: date = model("its as-of")
    model: str | None = field("model", "the version that scored")
    score: float | None = forecast("null where the grid was not in it, or it cannot be read")
    expected_count: float | None = forecast("expected events")
    rank: int | None = forecast("rank")
    level: Level | None = forecast("attention level")
    reasons: list[Moved] = forecast("the strongest first; none where they were not asked for, or are withheld")


class History(Document):
    """A grid over the snapshots."""

    snapshot: Head = model("the snapshot that it is out of")
    grid_id: str = place("its code")
    target: str = model("what is forecast")
    horizon: int = model("periods ahead")
    items: list[Stood] = forecast("one an as-of, the newest first")
