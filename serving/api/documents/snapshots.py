"""What is told of snapshots: the one that an answer is out of, and all that were published."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import JsonValue

from riskwarn.words import Gap
from serving.api.documents.fields import Document, field, model, place, service


class Head(Document):
    """The snapshot that an answer is out of."""

    id: str = model("its id; the same id is the same numbers")
    as_of: date = model("the midnight from which it looks")
    published_at: datetime = model("when it was published")
    valid_until: datetime = model("from when on it is stale")
    stale: bool = model("whether it has passed its end: do not act on it as if it were fresh")
    model: str | None = field("model", "the version that scored; null where the answer is of several")
    interval_level: float = field("model", "how often the interval should hold the count")


class GapOfSource(Document):
    """A source that fails a place."""

    source: str = service("its name")
    kind: Gap = service("silent or short")
    district: str | None = place("code of the district; null for all")


class Names(Document):
    """A target's name."""

    zh: str = model("in Chinese")
    en: str = model("in English")


class Publication(Document):
    """A published snapshot."""

    id: str = model("its id")
    as_of: date = model("the midnight from which it looks")
    published_at: datetime = model("when it was published")
    valid_until: datetime = model("from when on it is stale")
    current: bool = model("whether it is what is served")
    withdrawn: bool = model("whether somebody withdrew it")
    kept: bool = model("whether it can still be asked")
    inputs: dict[str, JsonValue] = model("what it was made from, `disclosure` the rules by which numbers are told")
    previous: str | None = model("the snapshot that it compares with")
    models: dict[str, str] = model("target/horizon: version")
    gaps: list[GapOfSource] = service("which sources failed which place")
    files: dict[str, str] = model("SHA-256 of each file")
    period: Literal["day", "week", "month"] = model("what a horizon counts")
    names: dict[str, Names] = model("of the targets")
    chain: str | None = model("SHA-256 that binds it to all publications before")
    not_replayable: bool | None = model(
        "whether something that it was made from was erased by law; null where only a part of the city is seen"
    )


class Publications(Document):
    """What was published."""

    items: list[Publication] = model("the newest first")
    suspended: list[str] = service(
        "targets of which the current one tells nothing: they are suspended, or were when it was published"
    )
