"""Registers of persons whom offices watch: told by the title of a table, its headings, and what its rows say."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from riskwarn.contracts.controlled import controlled_word, named_in_most, refuse_register
from riskwarn.errors import RegisterOfPersons
from riskwarn.ingest.mapping_proposal.profile import Profile, column_of, first_cells
from riskwarn.ingest.sheets import Sheet
from riskwarn.mapping import Mapping as Rules

#: Rows that are looked at of a table that is loaded, and texts of a column.
_ROWS, _TEXTS = 2_000, 200
#: Tables of places count some of these persons in columns that are dropped; who keeps a person stable fills no such table.
_MEASURES = "稳控"


def refuse_seen(seen: Profile) -> None:
    """Raise RegisterOfPersons where a table that was looked at is a register of persons, whatever it is called."""
    _refuse_called(seen.file, seen.titles, seen.headings)
    for position in seen.cells.columns:
        if (word := _named(seen.cells[position])) is not None:
            raise RegisterOfPersons(where=seen.file, told=word)


def refuse_opened(file: str, sheet: Sheet, titles: Sequence[str], rules: Rules) -> None:
    """Raise RegisterOfPersons where a table that is opened is a register of persons, as :func:`refuse_seen` does.

    Of its first rows no more is asked than that; what a column holds, only where its texts name such persons.
    """
    _refuse_called(file, titles, sheet.headings)
    cells, _, _ = first_cells(sheet, _ROWS)
    for position in map(int, cells.columns):
        word = _named(cells[position])
        if word is not None and not column_of(sheet.headings, cells, position, (), rules.dates).personal:
            raise RegisterOfPersons(where=file, told=word)


def _refuse_called(file: str, titles: Sequence[str], headings: Sequence[str]) -> None:
    title = [text for text in titles[:1] if text not in headings]
    measures = [heading for heading in headings if controlled_word(heading) == _MEASURES]
    refuse_register(file, [*title, *measures])


def _named(cells: pd.Series) -> str | None:
    """The class of persons that most texts of a column name, if they do; of very many texts the commonest are looked at."""
    counted = cells.value_counts().head(_TEXTS)
    return named_in_most({str(text): int(rows) for text, rows in counted.items()})
