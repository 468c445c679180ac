"""Two snapshots side by side."""

from __future__ import annotations

from riskwarn.words import Level
from serving.api.documents.fields import Document, forecast, model
from serving.api.documents.grids import Place
from serving.api.documents.snapshots import Head


class Side(Document):
    """A grid in one of two snapshots."""

    score: float = forecast("probability")
    rank: int = forecast("rank")
    level: Level | None = forecast("attention level")


class Changed(Place):
    """A grid in two snapshots."""

    change: float = forecast("of the score, from a to b")
    change_noise: float | None = forecast(
        "what a change may be for no other reason than that the model of b was learnt twice; null of a baseline"
    )
    change_beyond_noise: bool | None = forecast("whether the change is larger than that; null where that is not told")
    a: Side = forecast("in the older")
    b: Side = forecast("in the newer")


class Comparison(Document):
    """Two snapshots."""

    a: Head = model("the older snapshot")
    b: Head = model("the newer snapshot")
    target: str = model("what is forecast")
    horizon: int = model("periods ahead")
    compared: int = forecast("grids in both")
    added: int = forecast("grids in b only")
    gone: int = forecast("grids in a only")
    items: list[Changed] = forecast("the largest change first")
