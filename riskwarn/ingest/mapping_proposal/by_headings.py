"""Which column is which field by its heading, and of several columns for one field which."""

from __future__ import annotations

import re
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import pandas as pd

from riskwarn.contracts.categories import CategoryWords
from riskwarn.contracts.fields import Kind
from riskwarn.contracts.vocabulary import Ground, field_of, field_words, is_personal, may_be_opinion
from riskwarn.ingest.columns import REPEATED, counts_a_part, days_and_times, reads_as_opinion
from riskwarn.ingest.heading_words import of_group, own_place, plain_heading, position_of
from riskwarn.ingest.mapping_proposal.profile import Column
from riskwarn.ingest.mapping_proposal.recognised import Recognised
from riskwarn.ingest.mapping_proposal.rivals import settled
from riskwarn.ingest.redaction import kept_heading
from riskwarn.ingest.values.cells import strings
from riskwarn.ingest.values.dates import instants
from riskwarn.messages import Listed, Message

#: So great a share of the rows of a column has to name grids.
_MOST = 0.5
#: Of two columns for one field the one is clearly it whose share of known words is so much greater.
_CLEARLY = 0.2
#: A column of dates may hold so great a share of cells that are none.
FEW = 0.05
#: Whether a text is a date does not depend on where.
_ANY_ZONE = ZoneInfo("UTC")
_NAME_OF_A_GRID = re.compile(r"格\s*$|^\s*第.+格")

_GROUNDS = {
    Ground.OWN: "preset",
    Ground.EXACT: "heading",
    Ground.ASSUMED: "assumed heading",
    Ground.PARTS: Message("heading made of known parts"),
}

#: A column that may be a field, and on what ground.
_Claim = tuple[Column, Ground]


def by_headings(found: Recognised) -> None:
    """Take what the mapping or the contracts know by its heading; of two columns for one field the fuller."""
    _by_mapping(found)
    claims, hidden = _claims(found)
    others: list[Column] = []
    for name, claiming in claims.items():
        others += _of_claims(found, name, claiming, hidden.get(name, ()))
    for column in others:
        field = of_group(column.heading, found.contract.kind)
        if field is not None and field not in found.fields and column.holds != "nothing":
            found.take(column, field, "by its heading and that of its group", False)


def clocks(found: Recognised) -> None:
    """Take the time of day that the load will join to a day, whatever the day was known by: it is asked by the same code."""
    plain = [plain_heading(heading) for heading in found.seen.headings]
    at = {column.position: column for column in found.free()}
    for name, parts in days_and_times(plain, found.contract.kind, found.rules, found.fields).items():
        for position in parts:
            if position in at and found.fields.get(name) in parts:
                day = found.taken[found.fields[name]]
                other = kept_heading(found.seen.headings[found.fields[name]])
                found.take(at[position], name, Message("together with {heading}", heading=other), day.sure)


def _by_mapping(found: Recognised) -> None:
    """Take what the mapping names, and days with the times of day beside them."""
    named = {position_of(heading, found.seen.headings): name for name, heading in found.rules.columns.items()}
    at = {column.position: column for column in found.seen.columns if not found.dropped(column)}
    for position, column in at.items():
        if position in named:
            found.take(column, named[position], "mapping", True)
    plain_headings = [plain_heading(heading) for heading in found.seen.headings]
    for name, parts in days_and_times(plain_headings, found.contract.kind, found.rules, {}).items():
        if at.keys() >= set(parts):
            for position in parts:
                found.take(at[position], name, "heading", True)


def _claims(found: Recognised) -> tuple[dict[str, list[_Claim]], dict[str, list[Column]]]:
    """The columns that may be each field, and those that its seen aliases head and whose values look personal."""
    claims: dict[str, list[_Claim]] = {}
    hidden: dict[str, list[Column]] = {}
    for column in found.seen.columns:
        if column.position in found.taken:
            continue
        plain = plain_heading(column.heading)
        if found.dropped(column):
            known = None if is_personal(plain) else field_of(plain, found.contract.kind)
            if known is not None and known[1] is Ground.EXACT:
                hidden.setdefault(known[0], []).append(column)
            continue
        if _is_opinion(found, column):
            found.unread[column.position] = Message("an opinion about people or places; not read")
            continue
        own = next(
            (name for name, listed in found.rules.headings.items() if own_place(plain, listed) is not None), None
        )
        known = (own, Ground.OWN) if own else field_of(plain, found.contract.kind)
        if known == ("grid_id", Ground.ASSUMED) and _names_grids(found, column):
            known = ("grid_name", Ground.ASSUMED)
        if known is not None and known[0] not in found.fields:
            claims.setdefault(known[0], []).append((column, known[1]))
    return claims, hidden


def _of_claims(found: Recognised, name: str, claiming: list[_Claim], hidden: Sequence[Column]) -> list[Column]:
    """Take for a field what of several columns is it; those that are no longer meant, and may be of their group."""
    summed = [one for one in claiming if counts_a_part(name, one[0].heading)]
    claiming = [one for one in claiming if one not in summed] or summed
    best = min((ground for _, ground in claiming), key=list(Ground).index)
    several = name in REPEATED or claiming == summed
    chosen = claiming if several else [one for one in claiming if one[1] is best]
    if several or len(chosen) == 1:
        _take_claimed(found, name, chosen, hidden, best in (Ground.OWN, Ground.EXACT))
        return []
    columns = [column for column, _ in chosen]
    if best is Ground.OWN:
        listed = found.rules.headings[name]
        chosen = sorted(chosen, key=lambda one: own_place(one[0].heading, listed) or 0)
    elif (fitting := _fitting(found, name, columns)) is not None:
        said = "{heading} is {field} by its words or its group, of several columns of that heading"
        found.notes.append(Message(said, heading=fitting.heading, field=name))
        found.take(fitting, name, "by values or group, of several of that heading", False)
        return [column for column in columns if column is not fitting]
    elif (told_by := settled(name, columns, found.seen.cells, moments_of(found))) is not None:
        found.take(told_by[0], name, told_by[1], False)
        return []
    else:
        rivals = Listed(repr(column.heading) for column in columns)
        said = "{rivals} all stand for {field}: the fullest is proposed, choose"
        found.notes.append(Message(said, rivals=rivals, field=name))
        chosen = sorted(chosen, key=lambda one: one[0].empty)
    _take_claimed(found, name, chosen[:1], hidden, best is Ground.OWN)
    return []


def _take_claimed(found: Recognised, name: str, chosen: Sequence[_Claim], hidden: Sequence[Column], sure: bool) -> None:
    """Take columns for a field by their headings; where their values speak against it, that is noted."""
    for column, ground in chosen:
        doubt = _doubt(found, name, column)
        if doubt:
            said = "{heading} is {field} by its heading, but {doubt}"
            found.notes.append(Message(said, heading=repr(column.heading), field=name, doubt=doubt))
        told = _GROUNDS.get(ground, Message("heading with a prefix or another ending"))
        if ground is Ground.EXACT and hidden and name not in REPEATED:
            rivals = Listed(one.heading for one in (column, *hidden))
            told = Message("of {rivals} the one whose values do not look personal", rivals=rivals)
        found.take(column, name, told, sure and not doubt)


def _names_grids(found: Recognised, column: Column) -> bool:
    """Whether a column tells grids by number or name within their community (第3网格), and not by code."""
    cells = found.seen.cells[column.position].dropna().astype(str)
    return bool(len(cells)) and float(cells.str.contains(_NAME_OF_A_GRID).mean()) >= _MOST


def moments_of(found: Recognised) -> pd.Series | None:
    """The times of the events as text, by the first column whose heading says so; None where there is none."""
    for name in ("occurred_at", "accepted_at", "known_at"):
        for column in found.seen.columns:
            known = None if found.dropped(column) else field_of(plain_heading(column.heading), found.contract.kind)
            if known is not None and known[0] == name and column.position in found.seen.cells:
                return found.seen.cells[column.position]
    return None


def _fitting(found: Recognised, name: str, columns: Sequence[Column]) -> Column | None:
    """The one of several columns with the heading of a field whose words, else whose group, are the field's."""
    shares = [_share_known(found, name, column) for column in columns]
    best = max(shares)
    if best > 0 and sum(share > best - _CLEARLY for share in shares) == 1:
        return columns[shares.index(best)]
    fields = [of_group(column.heading, found.contract.kind) for column in columns]
    alike = [column for column, share in zip(columns, shares, strict=True) if share > best - _CLEARLY]
    own = [column for column, field in zip(columns, fields, strict=True) if field == name and column in alike]
    return own[0] if len(own) == 1 else None


def _share_known(found: Recognised, name: str, column: Column) -> float:
    """Of the distinct words of a column the share that the list of a field knows; 0 where the field has none."""
    if column.position not in found.seen.cells:
        return 0.0
    field, own = found.contract.field(name), found.rules.words.get(name, {})
    words = [str(word) for word in found.seen.cells[column.position].dropna().unique()]
    if field.kind is Kind.CATEGORY:
        listed = CategoryWords(found.contract.source, found.contract.categories, own, found.rules.codes)
        known = [word for word in words if listed.listed(word) is not None]
    elif field.vocabulary is not None:
        known = [word for word in words if word in field_words(field.vocabulary) or word in own]
    else:
        known = []
    return len(known) / max(len(words), 1)


def _doubt(found: Recognised, name: str, column: Column) -> str | None:
    """Why the values of a column do not look like its field."""
    kind = found.contract.field(name).kind
    if column.holds == "nothing":
        return "nothing stands in it"
    if kind in (Kind.INSTANT, Kind.DATE) and not column.holds.startswith("date"):
        unread = _no_dates(found, column)
        if unread > _MOST:
            return Message("it holds no dates ({holds})", holds=column.holds)
        return Message("{share:.0%} of its cells cannot be read as dates", share=unread) if unread > FEW else None
    if column.holds == "date in a form that is not read":
        return Message("its dates are written {form}, which is not read", form=column.forms[0].lstrip("!"))
    if kind is Kind.DIGEST and column.distinct < 0.5:
        return "many of its values repeat"
    return "Excel has rounded it" if column.holds.startswith("id that Excel") else None


def _no_dates(found: Recognised, column: Column) -> float:
    """The share of the cells of a column in which the load reads no date, in whatever form: it is asked by the same code."""
    cells = found.seen.cells[column.position].dropna()
    _, unreadable = instants(strings(cells), _ANY_ZONE)
    return float(unreadable.mean()) if len(cells) else 1.0


def _is_opinion(found: Recognised, column: Column) -> bool:
    """Whether the load will find an officer's opinion in a column."""
    if column.position not in found.seen.cells or not may_be_opinion(plain_heading(column.heading)):
        return False
    texts = found.seen.cells[column.position].dropna().unique()
    return reads_as_opinion(column.heading, texts, found.rules.words.get("severity", {}))
