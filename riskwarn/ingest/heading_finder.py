"""Tells the headings of a table from titles and rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from riskwarn.contracts.merging import merged_as, row_id
from riskwarn.contracts.sources import required
from riskwarn.contracts.vocabulary import is_personal
from riskwarn.ingest.heading_words import bare_heading, begins_table, known_field, named_columns, plain_heading
from riskwarn.ingest.sheets.headings import Cells, Found, find_headings
from riskwarn.mapping import Mapping


@dataclass(frozen=True)
class HeadingFinder:
    """Tells the headings of `kind` from titles: what an alias, the mapping or the privacy gate knows is a heading."""

    kind: str  # `events`, or the name of a table
    mapping: Mapping

    @property
    def separator(self) -> str | None:
        """What the mapping says to stand between the cells of a text."""
        return self.mapping.separator

    def __call__(self, top: Sequence[Cells]) -> Found:
        """The headings among the first rows, which of them are known, and what the source needs and they lack."""
        found = find_headings(top, self._known, lambda cell: is_personal(plain_heading(cell)))
        fields = [self._fields(plain_heading(heading)) for heading in found.headings]
        present = set(self.mapping.always).union(*fields)
        groups = [*required(self.kind, self.mapping), *((name,) for name in named_columns(self.mapping))]
        lacking = [group for group in groups if not any(set(name.split("+")) <= present for name in group)]
        carried = {
            position: kinds[0].value
            for position, names in enumerate(fields)
            if (kinds := [kind for name in sorted(names) if (kind := merged_as(self.kind, name)) is not None])
        }
        return replace(
            found,
            known=frozenset(plain_heading(one) for one, names in zip(found.headings, fields, strict=True) if names),
            lacking=lacking[0][0] if lacking else None,
            carried=carried,
            named_by=next((at for at, names in enumerate(fields) if row_id(self.kind) in names), None),
        )

    def begins_table(self, cells: Sequence[str]) -> bool:
        """Whether most cells of a line are headings of some source: another table begins with it."""
        return begins_table(cells)

    def _known(self, cell: str) -> bool:
        plain = plain_heading(cell)
        return is_personal(plain) or bool(self._fields(plain))

    def _fields(self, plain: str) -> set[str]:
        """The fields for which a heading stands; one about people stands for none."""
        bare = bare_heading(plain)
        named = {field for field, heading in named_columns(self.mapping).items() if bare_heading(heading) == bare}
        known = None if is_personal(plain) else known_field(plain, self.kind, self.mapping)
        return named | ({known[0]} if known is not None else set())


def heading_finder(kind: str, mapping: Mapping) -> HeadingFinder:
    """What tells the headings of `kind` (`events`, or the name of a table) under a mapping."""
    return HeadingFinder(kind, mapping)
