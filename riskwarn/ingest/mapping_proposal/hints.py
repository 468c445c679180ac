"""What a table could give and nobody has said: told by `map` and by the load in the same words."""

from __future__ import annotations

from collections.abc import Sequence

from riskwarn.contracts import declared
from riskwarn.contracts.vocabulary import field_of
from riskwarn.ingest.heading_words import plain_heading
from riskwarn.messages import Message

#: Fields of which one is enough for the system of the coordinates to matter.
POINTS = {"longitude", "coordinates", "geometry"}
SYSTEM_ASSUMED = Message(
    "coordinates are read as WGS-84; those of map services lie some 500 m off: say coordinates: gcj02 (Gaode, Tencent) or "
    "bd09 (Baidu) in the mapping"
)


def also_of(source: str, headings: Sequence[str]) -> str | None:
    """The second source for which a table serves: residents that stand in a table of grids are `demographics`."""
    if source != "grids":
        return None
    known = {found[0] for heading in headings if (found := field_of(plain_heading(heading), "demographics"))}
    needed = {field.name for field in declared("demographics").fields if field.required}
    return "demographics" if needed <= known else None


def also_hint(source: str) -> str:
    """What is said of a table that serves for a second source."""
    return Message("its residents are read when the same file is loaded as {source}, too", source=source)
