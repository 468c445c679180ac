"""Units by rank, and why they stand there."""

from __future__ import annotations

from typing import Literal

from riskwarn.words import Level, Unit
from serving.api.documents.fields import Document, forecast, model, place, record, service
from serving.api.documents.snapshots import Head


class Reason(Document):
    """What moves a score, in words: all of one theme of one source together."""

    feature: str = model("the feature that leads")
    theme: str = model("what it is about, as a word for programs")
    source: str = model("of what records; empty where of none alone")
    zh: str = forecast("in Chinese; counts and times in bands")
    en: str = forecast("in English; counts and times in bands")
    direction: Literal["raises", "lowers"] = forecast("which way it moves the score")
    services: list[str] = service("those that fit")
    effect: float = forecast("what it adds to the city's mean score; of a unit above, the mean of its grids")


class Excess(Document):
    """The expected count against what is usual of the unit."""

    difference: float = record("expected less usual")
    ratio: float | None = record("expected by usual; null where nothing is usual")
    noise: float = record("deviation of the difference")


class Item(Document):
    """One unit of a ranking."""

    unit: Unit = place("its kind")
    code: str = place("its code")
    name: str = place("its name")
    rank: int = forecast("1 is the highest; ties by code")
    rank_interval: list[int] | None = forecast(
        "from and to which rank it may stand, by what the model cannot tell apart"
    )
    score: float | None = forecast("probability of at least one event in the window; null above the grid")
    expected_count: float | None = forecast("expected events in the window")
    per_10000: float | None = record("expected events per 10,000 residents; null where residents are unknown or few")
    interval: list[int] = forecast("least and most events that are likely")
    level: Level | None = forecast(
        "attention level; above the grid by how many of its grids have one, null for the city and in snapshots of an earlier version"
    )
    change: float | None = forecast("of the score against the snapshot before; above the grid of the expected count")
    change_noise: float | None = forecast(
        "what a change may be for no other reason than that the model was learnt twice; null where `change` is, and of a baseline"
    )
    change_beyond_noise: bool | None = forecast("whether the change is larger than that; null where that is not told")
    entered: bool | None = forecast(
        "whether it is among the first tenth of its level now and was not in the snapshot before; null where none was"
    )
    usual: float | None = record(
        "events that are usual of it in such a span, by its two years before; null for grids and where withheld"
    )
    excess: Excess | None = record("the expected count against the usual one; null where that is")
    data_gap: list[str] = service("sources that should have reported of it and have not")
    suppressed: bool = record(
        "whether details are withheld, for it has few residents or would tell of a neighbour that has"
    )
    reasons: list[Reason] = forecast(
        "the strongest; none where `suppressed`, and of a snapshot that an earlier rule of disclosure told"
    )


class Ranking(Document):
    """Units by rank."""

    snapshot: Head = model("the snapshot that it is out of")
    target: str = model("what is forecast")
    horizon: int = model("periods ahead")
    stability: float | None = forecast(
        "of the first tenth of the level in the snapshot before, the share that is still among it; null where none was"
    )
    items: list[Item] = forecast("the units, the first rank first")
    next: str | None = service("`cursor` of the next answer; null at the end")
