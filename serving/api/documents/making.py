"""What a forecast was made from: how the sources report, which versions scored, and what levels would have caught."""

from __future__ import annotations

from pydantic import BaseModel

from riskwarn.words import Level
from serving.api.documents.fields import Document, model, more, record, service
from serving.api.documents.snapshots import Head


class Source(BaseModel):
    """How a source reports; docs/health.md tells every field."""

    model_config = more("record")

    source: str = service("its name")
    zh: str = service("its Chinese name")
    verdict: str | None = service("sound, or what is wrong; null where only a part of the city is seen and has no gap")
    gap: str | None = service("silent or short; null where it reports")


class Sources(Document):
    """How the sources report."""

    snapshot: Head = model("the snapshot that it is out of")
    items: list[Source] = service("one a source")


class Card(BaseModel):
    """A version as it was registered."""

    model_config = more("model")

    kind: str = model("`model`, or the baseline that scores in its place")
    as_of: str | None = model("what it was trained on")
    trained_at: str | None = model("when")
    best_baseline: str | None = model("what it was judged beside")
    metrics: dict[str, float] = model("how it did, in steps that three events span; empty below fifty events")


class ModelOfHorizon(Document):
    """What scored one horizon."""

    horizon: int = model("periods ahead")
    version: str | None = model("its version")
    card: Card | None = model("null in snapshots of older versions of riskwarn")


class Models(Document):
    """What scored a target."""

    snapshot: Head = model("the snapshot that it is out of")
    target: str = model("what is forecast")
    items: list[ModelOfHorizon] = model("one a horizon")


class Share(Document):
    """A share and its interval of 95 %."""

    mean: float | None = model("of all that was judged")
    lower: float | None = model("null where it cannot be told")
    upper: float | None = model("null where it cannot be told")


class CaughtByLevel(Document):
    """What one level would have caught and cost in the back-test."""

    level: Level = model("the attention level, with those above it")
    top: float = model("its rule: among this share of grids")
    times: float = model("its rule: so many times the mean score")
    grids: float | None = model("grids that it lists a period, on average")
    share_of_grids: float | None = model("the same as a share")
    events: int | str = record("events that were judged, about; 1 and 2 are told together")
    caught: int | str | None = record("of these in listed grids; null where their number would tell of single events")
    capture: Share | None = record("the share of events in listed grids; null as `caught` is, and where that is 1–2")
    precision: Share | None = record("the share of listed grids in which something happened")
    of_100_listed: int | None = record("in how many of a hundred listed grids something happened")
    outside: float | None = record("the share of events that happened in grids that are not listed")


class LevelsCaught(Document):
    """What the levels of a city would have caught."""

    snapshot: Head = model("the snapshot that it is out of")
    target: str = model("what is forecast")
    horizon: int = model("periods ahead")
    items: list[CaughtByLevel] | None = model("the highest first; null where the back-test was not kept")
