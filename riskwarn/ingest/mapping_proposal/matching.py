"""Which column of a file is which field: by headings first, then by what the cells hold; each with its ground."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import pandas as pd

from riskwarn.contracts import Contract
from riskwarn.contracts.categories import CategoryWords
from riskwarn.contracts.fields import Kind
from riskwarn.contracts.latin import english_field
from riskwarn.contracts.sources import PLACE
from riskwarn.contracts.vocabulary import (
    Ground,
    field_of,
    field_words,
    is_personal,
    may_be_opinion,
    shipped,
    words_that_mean,
)
from riskwarn.ingest.columns import (
    REPEATED,
    counts_a_part,
    days_and_times,
    of_group,
    plain_heading,
    position_of,
    reads_as_opinion,
)
from riskwarn.ingest.mapping_proposal.identity import make_identity
from riskwarn.ingest.mapping_proposal.latin import by_latin_headings
from riskwarn.ingest.mapping_proposal.profile import ADDRESSES, Column, Profile
from riskwarn.ingest.mapping_proposal.rivals import settled
from riskwarn.ingest.screening import NEVER_STORED
from riskwarn.ingest.values.cells import strings
from riskwarn.ingest.values.dates import instants
from riskwarn.mapping import Mapping as Rules
from riskwarn.messages import Message

#: So great a share of the rows of a column has to be words of a vocabulary, or places of the city.
MOST = 0.5
#: So great a share of the values of a column of codes has to be known for the column to be sure.
NEARLY_ALL = 0.9
#: Of two columns for one field the one is clearly it whose share of known words is so much greater.
_CLEARLY = 0.2
#: A column of dates may hold so great a share of cells that are none.
FEW = 0.05
#: Whether a text is a date does not depend on where.
_ANY_ZONE = ZoneInfo("UTC")

_PLACED = {part for name in PLACE for part in name.split("+")}
_CODES_OF_PLACES = ("grid_id", "community", "town", "district")
#: Headings of ids and of longitudes, in small letters.
_ID_HEADING = re.compile(r"(?:(?:^|[_\s-])(?:id|no|key)|id|编号|编码|单号|[^序]号|代码)$")
_NAME_OF_A_GRID = re.compile(r"格\s*$|^\s*第.+格")
_STATE = re.compile(r"状态|status|state$")
_EAST = re.compile(r"经|lng|lon|(?:^|_)x")
#: Headings of what became of a matter; of where it was, and of where a person belongs.
_RESULT = re.compile(r"(?:结果|结论)$")
_OF_A_PLACE = re.compile(r"地点|地址|位置|部位|场所|现场|[发在生]地")
_OF_A_PERSON = re.compile(r"住|籍|单位|当事|联系|本人|家")

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
        found.clocks()
        found.identity = make_identity(found)
    else:
        by_latin_headings(found)
        if {"longitude", "latitude"} <= {one.name for one in contract.fields}:
            found.by_coordinates()
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
    unread: dict[int, str] = field(default_factory=dict)  # position -> why it is not read, though its heading is known

    def take(self, column: Column, name: str, ground: str, sure: bool) -> None:
        """Take a column for a field."""
        self.taken[column.position] = Taken(name, ground, sure)
        self.fields.setdefault(name, column.position)

    def _names_grids(self, column: Column) -> bool:
        """Whether a column tells grids by number or name within their community (第3网格), and not by code."""
        cells = self.seen.cells[column.position].dropna().astype(str)
        return bool(len(cells)) and float(cells.str.contains(_NAME_OF_A_GRID).mean()) >= MOST

    def free(self) -> list[Column]:
        """Columns that are not yet taken and hold something that may be read."""
        return [
            one
            for one in self.seen.columns
            if one.position not in self.taken
            and one.position not in self.unread
            and not one.personal
            and one.holds != "nothing"
        ]

    def by_headings(self) -> None:
        """Take what the mapping or the contracts know by its heading; of two columns for one field the fuller."""
        claims: dict[str, list[tuple[Column, Ground]]] = {}
        named = {position_of(heading, self.seen.headings): name for name, heading in self.rules.columns.items()}
        for column in self.seen.columns:
            if not self._dropped(column) and column.position in named:
                self.take(column, named[column.position], "mapping", True)
        at = {column.position: column for column in self.seen.columns if not self._dropped(column)}
        plain_headings = [plain_heading(heading) for heading in self.seen.headings]
        for name, parts in days_and_times(plain_headings, self.contract.kind, self.rules, {}).items():
            if at.keys() >= set(parts):
                for position in parts:
                    self.take(at[position], name, "heading", True)
        hidden: dict[str, list[Column]] = {}
        for column in self.seen.columns:
            plain = plain_heading(column.heading)
            if self._dropped(column) or column.position in self.taken:
                known = None if is_personal(plain) else field_of(plain, self.contract.kind)
                if column.position not in self.taken and known is not None and known[1] is Ground.EXACT:
                    hidden.setdefault(known[0], []).append(column)
                continue
            if self._is_opinion(column):
                self.unread[column.position] = "an opinion about people or places; not read"
                continue
            own = next(
                (name for name, listed in self.rules.headings.items() if plain in map(plain_heading, listed)), None
            )
            known = (own, Ground.OWN) if own else field_of(plain, self.contract.kind)
            if known == ("grid_id", Ground.ASSUMED) and self._names_grids(column):
                known = ("grid_name", Ground.ASSUMED)
            if known is not None and known[0] not in self.fields:
                claims.setdefault(known[0], []).append((column, known[1]))
        told = {
            Ground.OWN: "preset",
            Ground.EXACT: "heading",
            Ground.ASSUMED: "assumed heading",
            Ground.PARTS: Message("heading made of known parts"),
        }
        others: list[Column] = []
        for name, found in claims.items():
            summed = [one for one in found if counts_a_part(name, one[0].heading)]
            found = [one for one in found if one not in summed] or summed
            several = name in REPEATED or found == summed
            best = min((ground for _, ground in found), key=list(Ground).index)
            chosen = found if several else [one for one in found if one[1] is best]
            if len(chosen) > 1 and not several:
                if best is Ground.OWN:
                    order = [plain_heading(heading) for heading in self.rules.headings[name]]
                    chosen = sorted(chosen, key=lambda one: order.index(plain_heading(one[0].heading)))
                elif (fitting := self._fitting(name, [column for column, _ in chosen])) is not None:
                    said = "{heading} is {field} by its words or its group, of several columns of that heading"
                    self.notes.append(Message(said, heading=fitting.heading, field=name))
                    self.take(fitting, name, "by values or group, of several of that heading", False)
                    others += [column for column, _ in chosen if column is not fitting]
                    continue
                elif (
                    told_by := settled(name, [one for one, _ in chosen], self.seen.cells, self._moments())
                ) is not None:
                    self.take(told_by[0], name, told_by[1], False)
                    continue
                else:
                    rivals = ", ".join(repr(column.heading) for column, _ in chosen)
                    said = "{rivals} all stand for {field}: the fullest is proposed, choose"
                    self.notes.append(Message(said, rivals=rivals, field=name))
                    chosen = sorted(chosen, key=lambda one: one[0].empty)
                sure, chosen = best is Ground.OWN, chosen[:1]
            else:
                sure = best in (Ground.OWN, Ground.EXACT)
            for column, ground in chosen:
                doubt = self._doubt(name, column)
                if doubt:
                    self.notes.append(
                        Message(
                            "{heading} is {field} by its heading, but {doubt}",
                            heading=repr(column.heading),
                            field=name,
                            doubt=doubt,
                        )
                    )
                ground_told = told.get(ground, "heading with a prefix or another ending")
                if ground is Ground.EXACT and name in hidden and name not in REPEATED:
                    rivals = ", ".join(one.heading for one in (column, *hidden[name]))
                    ground_told = Message("of {rivals} the one whose values do not look personal", rivals=rivals)
                self.take(column, name, ground_told, sure and not doubt)

        for column in others:
            field = of_group(column.heading, self.contract.kind)
            if field is not None and field not in self.fields and column.holds != "nothing":
                self.take(column, field, "by its heading and that of its group", False)

    def _moments(self) -> pd.Series | None:
        """The times of the events as text, by the first column whose heading says so; None where there is none."""
        for name in ("occurred_at", "accepted_at", "known_at"):
            for column in self.seen.columns:
                known = None if self._dropped(column) else field_of(plain_heading(column.heading), self.contract.kind)
                if known is not None and known[0] == name and column.position in self.seen.cells:
                    return self.seen.cells[column.position]
        return None

    def _fitting(self, name: str, columns: Sequence[Column]) -> Column | None:
        """The one of several columns with the heading of a field whose words, else whose group, are the field's."""
        shares = [self._share_known(name, column) for column in columns]
        best = max(shares)
        if best > 0 and sum(share > best - _CLEARLY for share in shares) == 1:
            return columns[shares.index(best)]
        fields = [of_group(column.heading, self.contract.kind) for column in columns]
        alike = [column for column, share in zip(columns, shares, strict=True) if share > best - _CLEARLY]
        own = [column for column, field in zip(columns, fields, strict=True) if field == name and column in alike]
        return own[0] if len(own) == 1 else None

    def _share_known(self, name: str, column: Column) -> float:
        """Of the distinct words of a column the share that the list of a field knows; 0 where the field has none."""
        if column.position not in self.seen.cells:
            return 0.0
        field, own = self.contract.field(name), self.rules.words.get(name, {})
        words = [str(word) for word in self.seen.cells[column.position].dropna().unique()]
        if field.kind is Kind.CATEGORY:
            listed = CategoryWords(self.contract.source, self.contract.categories, own, self.rules.codes)
            known = [word for word in words if listed.listed(word) is not None]
        elif field.vocabulary is not None:
            known = [word for word in words if word in field_words(field.vocabulary) or word in own]
        else:
            known = []
        return len(known) / max(len(words), 1)

    def _dropped(self, column: Column) -> bool:
        """Whether the load drops a column unread: personal by its heading, or by its values where more than a place is kept."""
        if not column.personal:
            return False
        plain = plain_heading(column.heading)
        told = [(name, [heading]) for name, heading in self.rules.columns.items()]
        told += [(name, list(listed)) for name, listed in self.rules.headings.items()]
        own = next((name for name, listed in told if plain in map(plain_heading, listed)), None)
        known = field_of(plain, self.contract.kind)
        name = own or (known[0] if known else None)
        return is_personal(plain) or not self.contract.events or name not in NEVER_STORED

    def _doubt(self, name: str, column: Column) -> str | None:
        """Why the values of a column do not look like its field."""
        kind = self.contract.field(name).kind
        if column.holds == "nothing":
            return "nothing stands in it"
        if kind in (Kind.INSTANT, Kind.DATE) and not column.holds.startswith("date") and not self._are_dates(column):
            return Message("it holds no dates ({holds})", holds=column.holds)
        if column.holds == "date in a form that is not read":
            return Message("its dates are written {form}, which is not read", form=column.forms[0].lstrip("!"))
        if kind is Kind.DIGEST and column.distinct < 0.5:
            return "many of its values repeat"
        return "Excel has rounded it" if column.holds.startswith("id that Excel") else None

    def _are_dates(self, column: Column) -> bool:
        """Whether the load reads dates in a column, in whatever form: it is asked by the same code."""
        cells = self.seen.cells[column.position].dropna()
        _, unreadable = instants(strings(cells), _ANY_ZONE)
        return bool(unreadable.mean() <= FEW) if len(cells) else False

    def _is_opinion(self, column: Column) -> bool:
        """Whether the load will find an officer's opinion in a column."""
        if column.position not in self.seen.cells or not may_be_opinion(plain_heading(column.heading)):
            return False
        texts = self.seen.cells[column.position].dropna().unique()
        return reads_as_opinion(column.heading, texts, self.rules.words.get("severity", {}))

    def by_values(self) -> None:
        """Take what only its cells tell: places of the city, dates, coordinates, words of a list, ids, free text."""
        self._by_places()
        by_latin_headings(self)
        self._by_addresses()
        self._by_dates()
        self.by_coordinates()
        self._by_words()
        for column in self.free():
            if column.holds == "text":
                self.take(column, "text", "by values: free text, read for topics and discarded", False)
        self._by_period()
        if "record_id" not in self.fields and not self.period:
            self._by_ids()
        registered = next((name for name in ("known_at", "accepted_at") if name in self.fields), None)
        if "occurred_at" not in self.fields and registered is not None and not self.period:
            column = next(one for one in self.seen.columns if one.position == self.fields[registered])
            del self.fields[registered]
            why = "the only date of the event: its acceptance"
            if registered == "known_at":
                why = "the only date of the event: its registration"
            self.take(column, "occurred_at", why, False)

    def clocks(self) -> None:
        """Take the time of day that the load will join to a day, whatever the day was known by: it is asked by the same code."""
        plain = [plain_heading(heading) for heading in self.seen.headings]
        at = {column.position: column for column in self.free()}
        for name, parts in days_and_times(plain, self.contract.kind, self.rules, self.fields).items():
            for position in parts:
                if position in at and self.fields.get(name) in parts:
                    day = self.taken[self.fields[name]]
                    other = self.seen.headings[self.fields[name]]
                    self.take(at[position], name, Message("together with {heading}", heading=other), day.sure)

    def _by_ids(self) -> None:
        """A column with a value of its own in every row: an id by its values, a short number also by its heading."""
        free = [column for column in self.free() if column.empty == 0]
        ids = [column for column in free if column.holds == "id"]
        # Numbers from 1 on are the rows of a list, unless the heading calls them an id.
        short = [
            column
            for column in free
            if column.holds == "whole number" and column.distinct == 1 and _ID_HEADING.search(column.heading.lower())
        ]
        if len(ids) > 1:
            ids = [column for column in ids if _ID_HEADING.search(column.heading.lower())] or ids
        if len(ids) == 1 or (not ids and len(short) == 1):
            self.take((ids or short)[0], "record_id", "by values: an id of its own in every row", False)
        elif ids or short:
            could = ", ".join(repr(one.heading) for one in ids or short)
            self.notes.append(Message("{headings} could each be the record id: choose", headings=could))

    def _by_places(self) -> None:
        for place in self.places:
            if place.field in self.fields or not place.values:
                continue
            # A name may be that of who is in charge: it is only a place where nothing better tells one.
            if place.field not in _CODES_OF_PLACES and _PLACED & set(self.fields):
                continue
            for column in self.free():
                cells = self.seen.cells[column.position].dropna()
                share = float(cells.isin(place.values).mean()) if len(cells) else 0.0
                if share >= MOST:
                    # Of a name many things may be said: who is in charge, who delivered it, where it happened.
                    sure = place.field in _CODES_OF_PLACES and share >= NEARLY_ALL
                    self.take(column, place.field, "by values: they are loaded in the city", sure)
                    break

    def _by_addresses(self) -> None:
        """A column of addresses whose heading speaks of a place, and not of a person's: it is used for the place alone."""
        if "address" in self.fields:
            return
        for column in self.seen.columns:
            plain = plain_heading(column.heading)
            if column.position in self.taken or column.holds != ADDRESSES or is_personal(plain):
                continue
            of_a_place = _OF_A_PLACE.search(plain) and not _OF_A_PERSON.search(plain)
            if of_a_place or english_field(plain, self.contract.kind) == "address":
                self.take(column, "address", "by values: addresses, used for the place and discarded", False)

    def _by_dates(self) -> None:
        dates = sorted(
            (one for one in self.free() if one.holds in ("date and time", "date") and one.first),
            key=lambda one: (one.empty > 0.5, one.first),
        )
        if "occurred_at" not in self.fields and dates:
            first, others = dates[0], dates[1:]
            why = "by values: the earliest dates"
            if others:
                later = ", ".join(one.heading for one in others)
                why = Message("by values: the earliest dates; {headings} are later", headings=later)
            self.take(first, "occurred_at", why, not others)

    def by_coordinates(self) -> None:
        """Take columns of degrees; of two the one whose heading or whose values say so is the longitude."""
        if not {"longitude", "latitude", "coordinates"} & set(self.fields):
            self._by_degrees()
        self._tell_where()

    def _by_degrees(self) -> None:
        pairs = [one for one in self.free() if one.holds == "pair of coordinates"]
        single = [one for one in self.free() if one.holds == "coordinate"]
        if pairs:
            self.take(pairs[0], "coordinates", "by values: two numbers in one cell", False)
        elif len(single) == 2:
            east, north = sorted(single, key=lambda one: (not _EAST.search(one.heading.lower()), -abs(one.first)))
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
            ends += [f"{degrees.quantile(0.001):.2f}", f"{degrees.quantile(0.999):.2f}"]
        said = "the points lie between longitude {west} to {east} and latitude {south} to {north}"
        self.notes.append(Message(said, west=ends[0], east=ends[1], south=ends[2], north=ends[3]))

    def _by_words(self) -> None:
        for name in _VOCABULARIES:
            self._by_vocabulary(name, set(field_words(name)) | set(words_that_mean("in_progress")) - {"否"})
        known = CategoryWords(self.contract.source, self.contract.categories)
        if "outcome" not in self.fields:
            for column in self.free():
                if column.holds == "word" and column.words and _RESULT.search(plain_heading(column.heading)):
                    why = "by its heading, which says result; its words are not of the list"
                    self.take(column, "outcome", why, False)
                    break
        if "category" in self.fields:
            return
        # A column of names says what its column of numbers only hides.
        free = sorted(self.free(), key=lambda column: column.holds != "word")
        for column in free:
            if column.words and _share(column.words, [word for word in column.words if known.listed(word)]) >= MOST:
                self.take(column, "category", "by values: words of its list", False)
                return
        for column in free:
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
            # 已整改 is a state and an outcome: what the heading calls a state is one.
            if name != "status" and _STATE.search(column.heading.lower()):
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


def _share(words: Mapping[str, int], of: Sequence[str]) -> float:
    return sum(words[word] for word in of) / max(sum(words.values()), 1)
