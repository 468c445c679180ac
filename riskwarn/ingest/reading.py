"""A batch of rows being read: its cells by field, and what is learnt of them on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from riskwarn.contracts import declared
from riskwarn.contracts.fields import Kind
from riskwarn.contracts.phrases import heard
from riskwarn.contracts.vocabulary import field_words, words_that_mean
from riskwarn.ingest.columns import field_of_several
from riskwarn.ingest.privacy.faults import Faults
from riskwarn.ingest.privacy.tallies import LocalCategories, NotLoaded
from riskwarn.ingest.privacy.word_tallies import WordTallies
from riskwarn.ingest.values.cells import flags, no_cells, series, translated, where
from riskwarn.ingest.values.dates import instants
from riskwarn.ingest.values.forms import Forms
from riskwarn.ingest.values.leading_zeros import LostZeros
from riskwarn.ingest.values.no_dates import NoDates
from riskwarn.ingest.values.numbers import UNITS, Mark, numbers
from riskwarn.ingest.values.orders import Order
from riskwarn.mapping import Mapping as Rules
from riskwarn.messages import Message


@dataclass
class Reading:
    """Rows of one sheet of one source. What is noted is shared by all batches of the sheet."""

    source: str
    mapping: Rules
    zone: ZoneInfo
    exported_at: datetime
    key: bytes
    categories: tuple[str, ...]
    cells: Mapping[str, pa.Array] = field(default_factory=dict)  # field -> (rows,) trimmed text
    numbers: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))  # rows of the file
    ragged: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    faults: Faults = field(default_factory=lambda: Faults(0))
    notes: list[str] = field(default_factory=list)
    tallies: WordTallies = field(
        default_factory=WordTallies
    )  # words that no vocabulary has, or that were read by parts
    earliest: date = date(1990, 1, 1)  # instants before this day are no dates
    emptied: Counter[tuple[str, str]] = field(default_factory=Counter)  # cells read as empty, by field and reason
    like: tuple[str, ...] = ()  # sources of which the file looks: what of theirs is by rule not loaded holds here, too
    separator: str | None = None  # what parts the cells of a file of text
    forms: Forms = field(default_factory=Forms)  # what the first rows decided for the columns
    no_dates: NoDates = field(default_factory=NoDates)  # columns of dates in which none could be read
    moved: Counter[str] = field(default_factory=Counter)  # rows whose place was mended or missed, by what is said of it
    placed: Counter[tuple[str, bool]] = field(default_factory=Counter)  # (rung, whether it led to a grid) -> sound rows
    zeros: LostZeros = field(default_factory=LostZeros)  # ids of grids that lost the zeros before them
    local: LocalCategories = field(default_factory=LocalCategories)
    opinions: Mapping[str, str] = field(default_factory=dict)  # field -> heading that may stand for an opinion
    paths: bool = False  # whether the column of categories holds paths of them
    open_shares: frozenset[str] = frozenset()  # fields whose heading does not say whether it counts people or shares
    dropped: list[str] = field(
        default_factory=list
    )  # headings that turned out not to be read by what stands below them
    not_loaded: NotLoaded = field(default_factory=NotLoaded)
    ruled_out: Counter[tuple[str, str, str]] = field(
        default_factory=Counter
    )  # rows that are by rule not loaded: (rule, field, word of the rule's list, or "")

    left_out: list[int] = field(default_factory=list)  # rows of each table below that was not read
    ends: dict[str, int] = field(default_factory=dict)  # title of a sheet -> row in which other headings begin

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def ruled_by(self) -> tuple[str, ...]:
        """The sources whose rules hold, of what is not loaded and of what is placed no nearer than a unit."""
        return tuple(dict.fromkeys((self.source, *self.like)))

    def cell(self, name: str) -> pa.Array:
        """The cells of a field; all null where the sheet has no such column."""
        return self.cells[name] if name in self.cells else no_cells(len(self))

    def text(self, name: str) -> pd.Series:
        """The cells of a field, for pandas."""
        return series(self.cell(name))

    def instants(self, name: str) -> npt.NDArray[np.datetime64]:
        """The instants of a field; an unreadable one is a fault where the field is required, else read as empty and told."""
        if name not in self.cells:
            return np.full(len(self), np.datetime64("NaT", "us"))
        cells = self.cells[name]
        found, unreadable = instants(cells, self.zone, self.order_of(name))
        self.no_dates.count(name, found)
        if unreadable.any() and not self.requires(name):
            waiting = flags(cells.filter(pa.array(unreadable)), words_that_mean("in_progress").__contains__)
            unreadable[np.flatnonzero(unreadable)[waiting]] = False
            self.empty(name, unreadable, Message("cannot be read as a date"))
            self.no_dates.add(name, cells, unreadable)
        else:
            self.faults.add(unreadable, "bad_date", name, "text")
        return found

    def rule_out(self, rows: npt.NDArray[np.bool_], name: str, rule: str, word: str = "") -> None:
        """Rows that are by rule not loaded because of a field; `word` is that of the rule's list, and all that is told of the cell."""
        self.ruled_out[rule, name, word] += int((rows & ~self.faults.any).sum())
        self.faults.add(rows, "not_loaded", name, rule)

    def order_of(self, name: str) -> Callable[[pa.Array], Order | None]:
        """What tells the order of day, month and year of a field's dates: the mapping, else all of its column."""
        own = self.mapping.dates if isinstance(self.mapping.dates, str) else self.mapping.dates.get(name)
        if own is not None:
            order = Order(own)
            return lambda _: order
        return lambda texts: self.forms.order(name, texts, self._beside(name), self.notes)

    def numbers_of(self, name: str) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """The numbers of a field (NaN: none), which cells are unreadable, and which carried a percent sign."""
        return numbers(self.cell(name), self.decimal_of(name), UNITS.get(name))

    def decimal_of(self, name: str) -> Mark | None:
        """The decimal mark of a field: the mapping's, else what all of its column and its file tell."""
        if self.mapping.decimal is not None:
            return self.mapping.decimal
        beside = self._beside(name, (Kind.NUMBER, Kind.WHOLE, Kind.SHARE, Kind.DEGREES))
        return self.forms.mark(name, self.cell(name), beside, self.notes, semicolons=self.separator == ";")

    def _beside(self, name: str, kinds: tuple[Kind, ...] = (Kind.INSTANT, Kind.DATE)) -> dict[str, pa.Array]:
        """The other columns of dates, or of other kinds."""
        fields = {field.name for field in declared(self.source).fields if field.kind in kinds}
        return {other: cells for other, cells in self.cells.items() if other in fields and other != name}

    def requires(self, name: str) -> bool:
        """Whether a row is refused where this date cannot be read: in tables also those that say for when it holds."""
        field = next((field for field in declared(self.source).fields if field.name == name), None)
        return field is None or field.required or field.kind is Kind.DATE

    def empty(self, name: str, rows: npt.NDArray[np.bool_], why: str) -> None:
        """Note cells of a field that are read as empty, and why."""
        if rows.any():
            self.emptied[name, why] += int(rows.sum())

    def codes(self, name: str, vocabulary: str, own: Mapping[str, str] | None = None) -> pa.Array:
        """The codes of a field's words in sound rows; words that no list has are read by their parts, else null, and reported."""
        if name not in self.cells:
            return no_cells(len(self))
        cells = where(self.cells[name], ~self.faults.any)
        field = field_of_several(name)
        own = self.mapping.words.get(field, {}) if own is None else own
        found, lacking = translated(cells, field_words(vocabulary), own, partial(heard, vocabulary))
        unknown = {word for word, told in lacking.items() if told.code is None and not told.clear}
        guessed = {word: told for word, told in lacking.items() if told.code is not None}
        self.tallies.add(field, cells, unknown - words_that_mean("in_progress"), guessed, self.numbers)
        return found

    def words(self, name: str, vocabulary: str) -> pd.Series:
        """The codes of a field, for pandas."""
        found = series(self.codes(name, vocabulary)).astype(object)
        return found.where(found.notna(), None)

    def told(self) -> list[str]:
        """All notes, with how many words of each field no vocabulary knows."""
        return [
            *dict.fromkeys(self.notes),
            *(Message("{rows} row(s) {what}", rows=rows, what=what) for what, rows in self.moved.items() if rows),
            *(
                Message("{field}: {rows} cell(s) {why}, and were read as empty", field=name, rows=rows, why=why)
                for (name, why), rows in self.emptied.items()
            ),
            *self.no_dates.notes(),
            *self.tallies.notes(self.source),
            *self.zeros.notes(),
            *self.local.notes(),
        ]
