"""Registers of persons whom offices watch: told by the title of a table, its headings, and what its rows say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from riskwarn.contracts.controlled import controlled_word, refuse_register
from riskwarn.ingest.mapping_proposal.profile import Profile

#: Texts of a column that are looked at.
_TEXTS = 200
#: Tables of places count some of these persons in columns that are dropped; who keeps a person stable fills no such table.
_MEASURES = "稳控"


def refuse_seen(seen: Profile) -> None:
    """Raise RefusedWord where a table that was looked at is a register of persons, whatever it is called."""
    title = [text for text in seen.titles[:1] if text not in seen.headings]
    measures = [heading for heading in seen.headings if controlled_word(heading) == _MEASURES]
    refuse_register(seen.file, [*title, *measures], _columns(seen))


def _columns(seen: Profile) -> Iterator[Mapping[str, int]]:
    """The texts of each column that is not personal, and in how many rows each stands; of very many the commonest."""
    for position in seen.cells.columns:
        counted = seen.cells[position].value_counts().head(_TEXTS)
        yield {str(text): int(rows) for text, rows in counted.items()}
