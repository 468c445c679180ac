"""Which column is which field by what its cells hold, where its heading says nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pandas as pd

from riskwarn.contracts.categories import NOT_LOADED, CategoryWords
from riskwarn.contracts.latin import english_field
from riskwarn.contracts.sources import PLACE
from riskwarn.contracts.vocabulary import field_words, is_personal, shipped, words_that_mean
from riskwarn.ingest.heading_words import plain_heading
from riskwarn.ingest.mapping_proposal.by_dates import by_dates
from riskwarn.ingest.mapping_proposal.by_headings import FEW, moments_of
from riskwarn.ingest.mapping_proposal.case_numbers import numbers_cases
from riskwarn.ingest.mapping_proposal.latin import by_latin_headings
from riskwarn.ingest.mapping_proposal.profile import ADDRESSES
from riskwarn.ingest.mapping_proposal.recognised import Recognised
from riskwarn.ingest.mapping_proposal.rivals import settled
from riskwarn.messages import Listed, Message

#: So great a share of the rows of a column has to be words of a vocabulary, or places of the city.
MOST = 0.5
#: So great a share of the values of a column of codes has to be known for the column to be sure.
NEARLY_ALL = 0.9

#: So great a share of the rows has to bear a category by the parts of their words.
HEARD = 0.8

_PLACED = {part for name in PLACE for part in name.split("+")}
_CODES_OF_PLACES = ("grid_id", "community", "town", "district")
#: Headings of ids and of longitudes, in small letters.
_ID_HEADING = re.compile(r"(?:(?:^|[_\s-])(?:id|no|key)|id|编号|编码|单号|[^序]号|代码)$")
_OF_AN_ANSWER = re.compile(
    r"(?:单位|部门|机构|来源|渠道|途径|措施|意见|结果|结论|情况|状态|环节|地点|地址|位置|部位|场所|原因|名称)$"
)
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


def by_values(found: Recognised) -> None:
    """Take what only its cells tell: places of the city, dates, coordinates, words of a list, ids, free text."""
    _by_places(found)
    by_latin_headings(found)
    _by_addresses(found)
    by_coordinates(found)
    _by_words(found)
    for column in found.free():
        if column.holds == "text" and not numbers_cases(column, found.seen.cells[column.position]):
            found.take(column, "text", "by values: free text, read for topics and discarded", False)
    _by_period(found)
    if "record_id" not in found.fields and not found.period:
        _by_ids(found)
    by_dates(found)


def by_coordinates(found: Recognised) -> None:
    """Take columns of degrees; of two the one whose heading or whose values say so is the longitude."""
    if not {"longitude", "latitude", "coordinates"} & set(found.fields):
        _by_degrees(found)
    _tell_where(found)


def _by_ids(found: Recognised) -> None:
    """A column with a value of its own in every row: an id by its values, a short number also by its heading."""
    numbered = [one for one in found.free() if one.empty <= FEW and numbers_cases(one, found.seen.cells[one.position])]
    free = [column for column in found.free() if column.empty == 0]
    ids = [*numbered, *(column for column in free if column.holds == "id" and column not in numbered)]
    # Numbers from 1 on are the rows of a list, unless the heading calls them an id.
    short = [
        column
        for column in free
        if column.holds == "whole number" and column.distinct == 1 and _ID_HEADING.search(column.heading.lower())
    ]
    if len(ids) > 1:
        ids = [column for column in ids if _ID_HEADING.search(column.heading.lower())] or ids
    if len(ids) == 1 or (not ids and len(short) == 1):
        found.take((ids or short)[0], "record_id", "by values: an id of its own in every row", False)
    elif told_by := settled("record_id", ids, found.seen.cells, moments_of(found)):
        found.take(told_by[0], "record_id", told_by[1], False)
    elif ids or short:
        could = Listed(repr(one.heading) for one in ids or short)
        found.notes.append(Message("{headings} could each be the record id: choose", headings=could))


def _by_places(found: Recognised) -> None:
    for place in found.places:
        if place.field in found.fields or not place.values:
            continue
        # A name may be that of who is in charge: it is only a place where nothing better tells one.
        if place.field not in _CODES_OF_PLACES and _PLACED & set(found.fields):
            continue
        for column in found.free():
            cells = found.seen.cells[column.position].dropna()
            share = float(cells.isin(place.values).mean()) if len(cells) else 0.0
            if share >= MOST:
                # Of a name many things may be said: who is in charge, who delivered it, where it happened.
                sure = place.field in _CODES_OF_PLACES and share >= NEARLY_ALL
                found.take(column, place.field, "by values: they are loaded in the city", sure)
                break


def _by_addresses(found: Recognised) -> None:
    """A column of addresses whose heading speaks of a place, and not of a person's: it is used for the place alone."""
    if "address" in found.fields:
        return
    for column in found.seen.columns:
        plain = plain_heading(column.heading)
        if column.position in found.taken or column.holds != ADDRESSES or is_personal(plain):
            continue
        of_a_place = _OF_A_PLACE.search(plain) and not _OF_A_PERSON.search(plain)
        if of_a_place or english_field(plain, found.contract.kind) == "address":
            found.take(column, "address", "by values: addresses, used for the place and discarded", False)


def _by_degrees(found: Recognised) -> None:
    pairs = [one for one in found.free() if one.holds == "pair of coordinates"]
    single = [one for one in found.free() if one.holds == "coordinate"]
    if pairs:
        found.take(pairs[0], "coordinates", "by values: two numbers in one cell", False)
    elif len(single) == 2:
        east, north = sorted(single, key=lambda one: (not _EAST.search(one.heading.lower()), -abs(one.first)))
        found.take(east, "longitude", "by values", False)
        found.take(north, "latitude", "by values", False)


def _tell_where(found: Recognised) -> None:
    """Between which degrees the points lie: enough to draw squares for a city that has no grids yet."""
    if not {"longitude", "latitude"} <= set(found.fields):
        return
    ends = []
    for name in ("longitude", "latitude"):
        degrees = pd.to_numeric(found.seen.cells[found.fields[name]], errors="coerce").dropna()
        if degrees.empty:
            return
        # The outermost points are often wrong ones.
        ends += [f"{degrees.quantile(0.001):.2f}", f"{degrees.quantile(0.999):.2f}"]
    said = "the points lie between longitude {west} to {east} and latitude {south} to {north}"
    found.notes.append(Message(said, west=ends[0], east=ends[1], south=ends[2], north=ends[3]))


def _by_words(found: Recognised) -> None:
    for name in _VOCABULARIES:
        _by_vocabulary(found, name, set(field_words(name)) | set(words_that_mean("in_progress")) - {"否"})
    known = CategoryWords(found.contract.source, found.contract.categories)
    if "outcome" not in found.fields:
        for column in found.free():
            if column.holds == "word" and column.words and _RESULT.search(plain_heading(column.heading)):
                why = "by its heading, which says result; its words are not of the list"
                found.take(column, "outcome", why, False)
                break
    if "category" in found.fields:
        return
    # A column of names says what its column of numbers only hides.
    free = sorted(found.free(), key=lambda column: column.holds != "word")
    for column in free:
        if column.words and _share(column.words, [word for word in column.words if known.listed(word)]) >= MOST:
            found.take(column, "category", "by values: words of its list", False)
            return
    for column in free:
        # A clerk's own words say a category by their parts; of words of offices and results some do so, too.
        if not column.words or _OF_AN_ANSWER.search(plain_heading(column.heading)):
            continue
        told = {word: code for word in column.words if (code := known.code(word)) not in (None, NOT_LOADED, "other")}
        if len(set(told.values())) > 1 and _share(column.words, [*told]) >= HEARD:
            found.take(column, "category", "by values: words that say categories by their parts", False)
            return
    for column in free:
        if column.words and any(part in column.heading.lower() for part in _TYPES):
            found.take(column, "category", "by its heading, which says type; its words are not of the list", False)
            return


def _by_vocabulary(found: Recognised, name: str, words: set[str]) -> None:
    if name in found.fields:
        return
    for column in found.free():
        # A yes or no is a word of many lists: it tells nothing.
        if column.holds != "word" or not column.words:
            continue
        # 已整改 is a state and an outcome: what the heading calls a state is one.
        if name != "status" and _STATE.search(column.heading.lower()):
            continue
        if _share(column.words, [word for word in column.words if word in words]) >= MOST:
            found.take(column, name, "by values: words of its list", False)
            return


def _by_period(found: Recognised) -> None:
    """An export of counts has a year, a month and a number where others have an id and a time."""
    if {"record_id", "occurred_at"} & set(found.fields):
        return
    hints = shipped("hints")["period"]
    parts = {
        part: next((one for one in found.free() if plain_heading(one.heading).lower() in hints[part]), None)
        for part in ("year", "month")
    }
    if not all(parts.values()):
        return
    for part, column in parts.items():
        assert column is not None
        found.take(column, f"period_{part}", "by its heading: an export of counts", False)
        found.period[part] = column.heading
    for column in found.free():
        counts = column.holds == "whole number" and any(word in column.heading.lower() for word in hints["count"])
        if counts and "count" not in found.fields:
            found.take(column, "count", "by its heading and values: whole numbers", False)


def _share(words: Mapping[str, int], of: Sequence[str]) -> float:
    return sum(words[word] for word in of) / max(sum(words.values()), 1)
