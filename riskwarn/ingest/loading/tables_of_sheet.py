"""The tables of a sheet, one beneath the other: the first, and those of its source with headings of their own; others are told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from riskwarn.contracts import required
from riskwarn.contracts.schema import TABLES
from riskwarn.errors import RiskwarnError
from riskwarn.ingest.batches import batches
from riskwarn.ingest.columns import Columns, match, opinions, require
from riskwarn.ingest.heading_words import position_of
from riskwarn.ingest.loading.guard import Guard
from riskwarn.ingest.mapping_proposal.guessing import of_another
from riskwarn.ingest.reading import Reading
from riskwarn.ingest.redaction import shown_headings
from riskwarn.ingest.screening import gate, without_people
from riskwarn.ingest.sheets import Sheet
from riskwarn.ingest.tables_below import Below, below, filled_rows
from riskwarn.ingest.values.forms import Forms
from riskwarn.ingest.values.shares import says_share
from riskwarn.mapping import Mapping as Rules
from riskwarn.messages import Listed, Message


def all_tables(sheet: Sheet, columns: Columns, first: Reading, guard: Guard) -> Iterator[Reading]:
    """The batches of a table, and of those of its source that stand beneath it with headings of their own; others are told."""
    rows = batches(sheet, columns.positions, first)
    yield from gate(guard.rows(rows, sheet, columns.positions.values()), columns.claimed, guard.file)
    for at in list(first.ends.values()):
        table = below(sheet, at)
        told = {
            "row": sheet.origin(at)[1],
            "headings": Listed(shown_headings([one for one in table.headings if one])),
        }
        own = (
            None
            if of_another(table.headings, first.source, sheet.headings)
            else _columns_below(table, columns, first, guard)
        )
        if own is None:
            said = (
                "row {row} holds the headings of another table ({headings}): {rows} row(s) below it were NOT read; save them as a "
                "file of their own, and load it"
            )
            first.left_out.append(filled_rows(table))
            first.notes.append(Message(said, rows=f"{first.left_out[-1]:,}", **told))
            continue
        first.notes.append(
            Message("row {row} holds other headings ({headings}): the rows below it are read by these", **told)
        )
        read = replace(
            first, forms=Forms(), ends={}, opinions=opinions(own, table.headings),
            open_shares=frozenset(name for name, one in own.positions.items() if not says_share(table.headings[one])),
        )  # fmt: skip
        yield from all_tables(table, own, read, guard)


def _columns_below(table: Below, above: Columns, first: Reading, guard: Guard) -> Columns | None:
    """The columns of a table beneath another of its source; None where it lacks what its source needs, or a table other fields."""
    kind = first.source if first.source in TABLES else "events"
    try:
        rules = _of_headings(first.mapping, table.headings)
        columns = match(table.headings, kind, rules, guard.file)
        for ruling in (first.source, *guard.like):
            columns = without_people(columns, ruling)
        for fields in required(kind, rules):
            require(columns, fields, table.headings, kind, guard.file, "", rules.always)
    except RiskwarnError:
        return None
    own, others = columns.positions.keys(), above.positions.keys()
    return columns if kind == "events" or own <= others or own >= others else None


def _of_headings(rules: Rules, headings: Sequence[str]) -> Rules:
    """A mapping without the columns that are not among these headings: what a table below leaves out need not be there."""
    there = {
        part: {field: one for field, one in named.items() if position_of(one, headings) is not None}
        for part, named in (("columns", rules.columns), ("times", rules.times))
    }
    return rules.model_copy(update=there)
