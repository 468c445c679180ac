"""What is decided for the columns of a file by its first rows, and holds for all that follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from riskwarn.ingest.values.orders import DateForm, Order, date_form, settled


@dataclass
class Forms:
    """The forms of a file's columns by field. A later cell that contradicts them cannot be read."""

    dates: dict[str, DateForm] = field(default_factory=dict)

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
