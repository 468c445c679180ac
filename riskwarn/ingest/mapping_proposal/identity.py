"""Which columns together make an id, where no column is one."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskwarn.ingest.heading_words import position_of
from riskwarn.ingest.mapping_proposal.recognised import Recognised
from riskwarn.messages import Listed, Message

#: What is tried, the most lasting first; longitude and latitude are one thing, a point.
_PARTS = (
    "occurred_at",
    "grid_id",
    "longitude+latitude",
    "coordinates",
    "category",
    "place",
    "address",
    "community",
    "community_name",
    "known_at",
    "text",
)

#: What is written once and makes two events of one place and day two: always part of an id that is made.
_ALWAYS = ("occurred_at", "category", "category_detail", "form", "kind")
#: What else an event never changes.
_HARM = ("severity", "people", "injured", "killed")
_PLACES = ("grid_id", "longitude+latitude", "coordinates", "place", "address", "community", "community_name", "path", "town", "town_name", "grid_name")  # fmt: skip

#: What may look personal, and is then not at hand.
_HIDDEN = ("place", "address")

#: Columns are enough where at most one row in a thousand shares theirs with another.
_ENOUGH = 0.999
#: A place that is blank in more of the rows than this tells too few of them apart.
_SOME = 0.5
#: One more column has to tell so many more rows apart.
_WORTH = 0.0005


def make_identity(found: Recognised) -> tuple[str, ...]:
    """The headings that together tell every row apart, where no column is an id: what was fixed, and as few more as do.

    A time written to the minute, or a day, is never an id alone: two calls come in one minute. Nor is anything without a
    time, where there is one: the next accident at this corner would count as a correction of the last.
    """
    if found.period or "record_id" in found.fields or found.rules.identity or not len(found.cells):
        return ()
    cells: pd.DataFrame = found.cells
    parts = [part for name in _PARTS if (part := _part(found, name))]
    numbers = {part: _numbered([cells[position] for position in part]) for part in parts}
    coarse = {
        (found.fields[name],)
        for name in ("occurred_at", "known_at")
        if name in found.fields and not _has_seconds(cells[found.fields[name]])
    }
    times = {(found.fields[name],) for name in ("occurred_at", "known_at") if name in found.fields}
    best: tuple[float, tuple[int, ...]] = (0.0, ())
    for size in range(1, len(parts) + 1):
        for chosen in combinations(parts, size):
            if (len(parts) > 1 and set(chosen) <= coarse) or (times and not times & set(chosen)):
                continue
            together = _together([numbers[part] for part in chosen])
            alone = 1 - pd.Series(together).duplicated().mean()
            if alone > best[0] + _WORTH:
                best = (float(alone), tuple(position for part in chosen for position in part))
        if best[0] >= _ENOUGH:
            break
    if best[1]:
        # This file may tell its rows apart by less; in the next, two events of one day and grid would count as one.
        places = [part for name in _PLACES if (part := _part(found, name))]
        told = [part for part in places if set(part) <= set(best[1])] or places[:1]
        towns = {(found.fields[name],) for name in ("town", "town_name") if name in found.fields}
        # An address that looks personal is not at hand here; the digest of an id is made of it all the same.
        unseen = [] if told and not set(told) <= towns else [
            (found.fields[name],) for name in _HIDDEN if name in found.fields and found.fields[name] not in cells
        ]  # fmt: skip
        if told and _blank(cells, told) > _SOME:
            # Where none of them stands two rows of two places would be one.
            told += sorted(set(places) - set(told), key=lambda part: _blank(cells, [part]))[:1]
        # Communities of two towns may have one name.
        named = towns if _part(found, "community_name") in told else set()
        more = [*told, *named, *unseen, *(_part(found, name) for name in _ALWAYS)]
        positions = tuple(dict.fromkeys([*best[1], *(position for part in more for position in part)]))
        together = _together([_numbered([cells[position]]) for position in positions if position in cells])
        best = (float(1 - pd.Series(together).duplicated().mean()), positions)
    headings = tuple(found.seen.headings[position] for position in best[1])
    same = round((1 - best[0]) * len(cells))
    if headings:
        said = "no column is an id: {headings} together make one"
        if same:
            said = (
                "no column is an id: {headings} together make one ({same} of {rows} rows share theirs with another and count as its "
                "duplicates)"
            )
        found.notes.append(Message(said, headings=Listed(headings), same=same, rows=len(cells)))
    return headings


def sharing(found: Recognised) -> int:
    """Rows whose id, made as the mapping says, is that of another row that tells of something else.

    An id that told the rows of one month apart may not do so for the next: then two events count as one.
    """
    cells = found.cells
    positions = [position_of(heading, found.seen.headings) for heading in found.rules.identity]
    if not positions or not set(positions) <= set(cells.columns):
        return 0
    ids = _together([_numbered([cells[position]]) for position in positions])
    others = [_part(found, name) for name in (*_PARTS, *_ALWAYS, *_HARM)]
    parts = [_numbered([cells[position]]) for part in others for position in part if position not in positions]
    events = pd.DataFrame({"id": ids, "event": _together([ids, *parts])}).drop_duplicates()
    several = events["id"].value_counts()
    return int(np.isin(ids, several[several > 1].index).sum())


def _part(found: Recognised, name: str) -> tuple[int, ...]:
    """The positions of a field, or of two that are one thing; none where one is missing: of what looks personal nothing is at hand."""
    positions = tuple(found.fields[one] for one in name.split("+") if found.fields.get(one) in found.cells)
    return positions if len(positions) == name.count("+") + 1 else ()


def _blank(cells: pd.DataFrame, parts: list[tuple[int, ...]]) -> float:
    """The share of the rows in which none of some columns tells anything."""
    return float(cells[[position for part in parts for position in part]].isna().all(axis=1).mean())


def _has_seconds(cells: pd.Series) -> bool:
    """Whether times are written to the second, and not all to the full minute."""
    seconds = cells.dropna().str.extract(r":\d{2}:(\d{2})")[0].dropna()
    return bool((seconds != "00").any())


def _numbered(columns: list[pd.Series]) -> npt.NDArray[np.int64]:
    return _together([pd.factorize(column)[0].astype(np.int64) for column in columns])


def _together(parts: list[npt.NDArray[np.int64]]) -> npt.NDArray[np.int64]:
    """One number for each combination of numbers."""
    found = parts[0]
    for part in parts[1:]:
        found = pd.factorize(found * (int(part.max(initial=0)) + 2) + part)[0].astype(np.int64)
    return found
