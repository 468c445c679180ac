"""Which column of a file is which field: by headings first, then by what the cells hold; each with its ground."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import pandas as pd

from riskwarn.contracts import Contract
from riskwarn.contracts.categories import CategoryWords
from riskwarn.contracts.fields import Kind
from riskwarn.contracts.vocabulary import Ground, field_of, field_words, shipped, words_that_mean
from riskwarn.ingest.columns import REPEATED, days_and_times, plain_heading
from riskwarn.ingest.mapping_proposal.profile import Column, Profile
from riskwarn.mapping import Mapping as Rules

#: So great a share of the rows of a column has to be words of a vocabulary, or places of the city.
MOST = 0.5

#: Vocabularies by which a column is known from its words, the most telling first.
_VOCABULARIES = ("severity", "grade", "outcome", "form", "satisfaction", "urgency", "kind", "discovered_by", "status")
#: What in a heading says that its column is a category.
_TYPES = ("类", "型", "type", "category", "kind", "class")


@dataclass(frozen=True)
class Place:
    """What the city that is loaded knows: values by which columns of places are recognised."""

    field: str
    values: frozenset[str]


def recognise(contract: Contract, seen: Profile, rules: Rules, places: Sequence[Place]) -> Recognised:
    """Take the columns of a file for fields of a contract; `places` are the units that are loaded."""
    found = Recognised(contract, seen, rules, places, notes=list(seen.notes))
    found.by_headings()
    if contract.events:
        found.by_values()
        found.identity = found.make_identity()
    return found


@dataclass(frozen=True)
class Taken:
    """What a column is taken for."""

    field: str
    ground: str
    sure: bool


@dataclass
class Recognised:
    """The columns of a file, taken for fields one after another. Made by :func:`recognise`."""

    contract: Contract
    seen: Profile
    rules: Rules
    places: Sequence[Place]
    taken: dict[int, Taken] = field(default_factory=dict)  # position -> what it is taken for
    fields: dict[str, int] = field(default_factory=dict)  # field -> position of its first column
    notes: list[str] = field(default_factory=list)
    identity: tuple[str, ...] = ()  # headings that together make an id
    period: dict[str, str] = field(default_factory=dict)  # year, month -> heading, of an export of counts

    def take(self, column: Column, name: str, ground: str, sure: bool) -> None:
        """Take a column for a field."""
        self.taken[column.position] = Taken(name, ground, sure)
        self.fields.setdefault(name, column.position)

    def free(self) -> list[Column]:
        """Columns that are not yet taken and hold something that may be read."""
        return [
            one
            for one in self.seen.columns
            if one.position not in self.taken and not one.personal and one.holds != "nothing"
        ]

    def by_headings(self) -> None:
        """Take what the mapping or the contracts know by its heading; of two columns for one field the fuller."""
        claims: dict[str, list[tuple[Column, Ground]]] = {}
        at = {column.position: column for column in self.seen.columns if not column.personal}
        plain_headings = [plain_heading(heading) for heading in self.seen.headings]
        for name, parts in days_and_times(plain_headings, self.contract.kind, self.rules, {}).items():
            if at.keys() >= set(parts):
                for position in parts:
                    self.take(at[position], name, "heading", True)
        for column in self.seen.columns:
            if column.personal or column.position in self.taken:
                continue
            plain = plain_heading(column.heading)
            own = next(
                (name for name, listed in self.rules.headings.items() if plain in map(plain_heading, listed)), None
            )
            known = (own, Ground.OWN) if own else field_of(plain, self.contract.kind)
            if known is not None:
                claims.setdefault(known[0], []).append((column, known[1]))
        told = {Ground.OWN: "preset", Ground.EXACT: "heading", Ground.ASSUMED: "assumed heading"}
        for name, found in claims.items():
            best = min((ground for _, ground in found), key=list(Ground).index)
            chosen = found if name in REPEATED else [one for one in found if one[1] is best]
            if len(chosen) > 1 and name not in REPEATED:
                if best is Ground.OWN:
                    order = [plain_heading(heading) for heading in self.rules.headings[name]]
                    chosen = sorted(chosen, key=lambda one: order.index(plain_heading(one[0].heading)))
                else:
                    rivals = ", ".join(repr(column.heading) for column, _ in chosen)
                    self.notes.append(f"{rivals} all stand for {name}: the fullest is proposed, choose")
                    chosen = sorted(chosen, key=lambda one: one[0].empty)
                sure, chosen = best is Ground.OWN, chosen[:1]
            else:
                sure = best in (Ground.OWN, Ground.EXACT)
            for column, ground in chosen:
                doubt = self._doubt(name, column)
                if doubt:
                    self.notes.append(f"{column.heading!r} is {name} by its heading, but {doubt}")
                self.take(column, name, told.get(ground, "heading with a prefix or another ending"), sure and not doubt)

    def _doubt(self, name: str, column: Column) -> str | None:
        """Why the values of a column do not look like its field."""
        kind = self.contract.field(name).kind
        if column.holds == "nothing":
            return "nothing stands in it"
        if kind in (Kind.INSTANT, Kind.DATE) and not column.holds.startswith("date") and column.holds != "number":
            return f"it holds no dates ({column.holds})"
        if column.holds == "date in a form that is not read":
            return f"its dates are written {column.forms[0].lstrip('!')}, which is not read"
        if kind is Kind.DIGEST and column.distinct < 0.5:
            return "many of its values repeat"
        return "Excel has rounded it" if column.holds.startswith("id that Excel") else None

    def by_values(self) -> None:
        """Take what only its cells tell: places of the city, dates, coordinates, words of a list, ids, free text."""
        self._by_places()
        self._by_dates()
        self._by_coordinates()
        self._tell_where()
        self._by_words()
        for column in self.free():
            if column.holds == "text":
                self.take(column, "text", "by values: free text, read for topics and discarded", False)
        self._by_period()
        if "record_id" not in self.fields and not self.period:
            ids = [column for column in self.free() if column.holds == "id" and column.empty == 0]
            if len(ids) == 1:
                self.take(ids[0], "record_id", "by values: an id of its own in every row", False)
            elif ids:
                self.notes.append(f"{', '.join(repr(one.heading) for one in ids)} could each be the record id: choose")

    def _by_places(self) -> None:
        for place in self.places:
            if place.field in self.fields or not place.values:
                continue
            for column in self.free():
                cells = self.seen.cells[column.position].dropna()
                if len(cells) and cells.isin(place.values).mean() >= MOST:
                    self.take(column, place.field, "by values: they are loaded in the city", True)
                    break

    def _by_dates(self) -> None:
        dates = sorted(
            (one for one in self.free() if one.holds in ("date and time", "date") and one.first),
            key=lambda one: (one.empty > 0.5, one.first),
        )
        if "occurred_at" not in self.fields and dates:
            first, others = dates[0], dates[1:]
            note = f"; {', '.join(one.heading for one in others)} are later" if others else ""
            self.take(first, "occurred_at", f"by values: the earliest dates{note}", not others)

    def _by_coordinates(self) -> None:
        if {"longitude", "coordinates"} & set(self.fields):
            return
        pairs = [one for one in self.free() if one.holds == "pair of coordinates"]
        single = [one for one in self.free() if one.holds == "coordinate"]
        if pairs:
            self.take(pairs[0], "coordinates", "by values: two numbers in one cell", False)
        elif len(single) == 2:
            east, north = sorted(single, key=lambda one: -abs(one.first))
            self.take(east, "longitude", "by values", False)
            self.take(north, "latitude", "by values", False)

    def _tell_where(self) -> None:
        """Between which degrees the points lie: enough to draw squares for a city that has no grids yet."""
        if not {"longitude", "latitude"} <= set(self.fields):
            return
        ends = []
        for name in ("longitude", "latitude"):
            degrees = pd.to_numeric(self.seen.cells[self.fields[name]], errors="coerce").dropna()
            if degrees.empty:
                return
            # The outermost points are often wrong ones.
            ends.append(f"{name} {degrees.quantile(0.001):.2f} to {degrees.quantile(0.999):.2f}")
        self.notes.append(f"the points lie between {' and '.join(ends)}")

    def _by_words(self) -> None:
        for name in _VOCABULARIES:
            self._by_vocabulary(name, set(field_words(name)) | set(words_that_mean("in_progress")) - {"否"})
        known = CategoryWords(self.contract.source, self.contract.categories)
        if "category" in self.fields:
            return
        for column in self.free():
            if column.words and _share(column.words, [word for word in column.words if known.code(word)]) >= MOST:
                self.take(column, "category", "by values: words of its list", False)
                return
        for column in self.free():
            if column.words and any(part in column.heading.lower() for part in _TYPES):
                self.take(column, "category", "by its heading, which says type; its words are not of the list", False)
                return

    def _by_vocabulary(self, name: str, words: set[str]) -> None:
        if name in self.fields:
            return
        for column in self.free():
            # A yes or no is a word of many lists: it tells nothing.
            if column.holds != "word" or not column.words:
                continue
            if _share(column.words, [word for word in column.words if word in words]) >= MOST:
                self.take(column, name, "by values: words of its list", False)
                return

    def _by_period(self) -> None:
        """An export of counts has a year, a month and a number where others have an id and a time."""
        if {"record_id", "occurred_at"} & set(self.fields):
            return
        hints = shipped("hints")["period"]
        parts = {
            part: next((one for one in self.free() if plain_heading(one.heading).lower() in hints[part]), None)
            for part in ("year", "month")
        }
        if not all(parts.values()):
            return
        for part, column in parts.items():
            assert column is not None
            self.take(column, f"period_{part}", "by its heading: an export of counts", False)
            self.period[part] = column.heading
        for column in self.free():
            counts = column.holds == "whole number" and any(word in column.heading.lower() for word in hints["count"])
            if counts and "count" not in self.fields:
                self.take(column, "count", "by its heading and values: whole numbers", False)

    def make_identity(self) -> tuple[str, ...]:
        """The headings that together tell every row apart, where no column is an id: as few as do."""
        if self.period or "record_id" in self.fields or not len(self.seen.cells):
            return ()
        # Longitude and latitude are one thing: a point.
        parts = [
            tuple(self.fields[one] for one in name.split("+"))
            for name in ("occurred_at", "grid_id", "longitude+latitude", "coordinates", "category", "address", "text")
            if set(name.split("+")) <= set(self.fields)
        ]
        cells: pd.DataFrame = self.seen.cells
        best: tuple[float, tuple[int, ...]] = (0.0, ())
        for size in range(1, len(parts) + 1):
            for chosen in combinations(parts, size):
                positions = [position for part in chosen for position in part]
                alone = 1 - cells.duplicated(positions).mean()
                if alone > best[0] + 0.0005:
                    best = (float(alone), tuple(positions))
            if best[0] >= 0.999:
                break
        headings = tuple(self.seen.headings[position] for position in best[1])
        same = round((1 - best[0]) * len(cells))
        if headings:
            self.notes.append(
                f"no column is an id: {', '.join(headings)} together make one"
                + (
                    f" ({same} of {len(cells)} rows share theirs with another and count as its duplicates)"
                    if same
                    else ""
                )
            )
        return headings


def _share(words: Mapping[str, int], of: Sequence[str]) -> float:
    return sum(words[word] for word in of) / max(sum(words.values()), 1)
