"""What is decided for the columns of a file by its first rows, and holds for all that follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from riskwarn.ingest.values.cells import coded
from riskwarn.ingest.values.numbers import Mark, number_form
from riskwarn.ingest.values.orders import DateForm, Order, date_form, settled


@dataclass
class Forms:
    """The forms of a file's columns by field. A later cell that contradicts them cannot be read."""

    dates: dict[str, DateForm] = field(default_factory=dict)
    marks: dict[str, Mark | None] = field(default_factory=dict)

    def order(self, name: str, texts: pa.Array, others: Mapping[str, pa.Array], notes: list[str]) -> Order | None:
        """The order of day, month and year in a column, decided when its first dates come for which it matters.

        `texts` are its distinct texts, `others` the columns of dates beside it: what it leaves open is as there.
        """
        if name not in self.dates:
            form = date_form(texts)
            if not form.seen:
                return None
            if form.undecided:
                form = settled({name: form, **{other: date_form(cells) for other, cells in others.items()}})[name]
            self.dates[name] = form
            notes += filter(None, [form.told(name)])
        return self.dates[name].order

    def mark(
        self, name: str, cells: pa.Array, others: Mapping[str, pa.Array], notes: list[str], *, semicolons: bool
    ) -> Mark | None:
        """The decimal mark of a column, decided when its first numbers with marks come; None where it cannot be told.

        `others` are the columns of numbers beside it, `semicolons` whether these part the cells of the file.
        """
        if name in self.marks:
            return self.marks[name]
        beside = [other for other in others.values() if _has_comma(other)]
        if not _has_comma(cells) and not beside:
            return "."
        form = number_form(coded(cells)[1])
        if not form.commas and not form.points:
            return "."
        elsewhere = any(
            number_form(coded(other)[1]).mark(semicolons=semicolons, commas_elsewhere=False) == "," for other in beside
        )
        decided = form.mark(semicolons=semicolons, commas_elsewhere=elsewhere)
        if form.commas or decided == ",":
            self.marks[name] = decided
        if decided == ",":
            notes.append(f"{name}: numbers are read with decimal commas (decimal: in the mapping)")
        elif decided is None:
            notes.append(
                f"{name}: its commas and points contradict each other; say the decimal mark in the mapping (decimal:)"
            )
        return decided


def _has_comma(cells: pa.Array) -> bool:
    some = cells.dictionary if pa.types.is_dictionary(cells.type) else cells
    return bool(pc.any(pc.match_substring(some, ",")).as_py())
