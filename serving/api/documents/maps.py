"""What a map is drawn from."""

from __future__ import annotations

from riskwarn.words import Level, Unit
from serving.api.documents.fields import Document, forecast, model, place, record, service
from serving.api.documents.snapshots import Head
from serving.api.queries import Measure


class BordersOfGrids(Document):
    """The grids of a district."""

    code: str | None = place("of the district; null where the file holds the grids of all")
    file: str = service("its name: `/v1/boundaries/{name}`")


class ListsOfPlaces(Document):
    """The files with the codes and names of the places of each kind, in the order of `/v1/map`."""

    grid: str = service("of the grids")
    community: str = service("of the communities")
    town: str = service("of the towns")
    district: str = service("of the districts")


class Boundaries(Document):
    """Which files hold the borders; a file that changes has another name."""

    snapshot: Head = model("the snapshot whose places they are")
    towns: str = service("the file of the outlines of towns and districts")
    communities: str = service("the file of the outlines of communities")
    grids: list[BordersOfGrids] = service("the files of the borders of grids, one a district")
    places: ListsOfPlaces = service("the lists of places")


class MapValues(Document):
    """Level and one number of every place of a kind."""

    snapshot: Head = model("the snapshot that they are out of")
    target: str = model("what is forecast")
    horizon: int = model("periods ahead")
    unit: Unit = place("the kind of the places")
    measure: Measure = model("what the number is")
    places: str = service("the file of the list in whose order they stand: `/v1/boundaries/{name}`")
    levels: list[Level] = forecast("the words for the numbers of the levels")
    level: list[int] = forecast("the attention level of each as its place among `levels`; -1 where it has none")
    scale: int = service("by what the numbers are multiplied")
    value: list[int | None] = record("the number of each, multiplied; null where there is none, or it is withheld")
    gap: list[int] = service("1 where a source that should have reported has not")
