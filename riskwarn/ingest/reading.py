"""A batch of rows being read: its cells by field, and what is learnt of them on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
from riskwarn.contracts.schema import TABLES
from riskwarn.contracts.vocabulary import field_words, words_that_mean
from riskwarn.ingest.columns import field_of_several
from riskwarn.ingest.footers import footers, totals_of
from riskwarn.ingest.heading_words import row_labels
from riskwarn.ingest.headings_again import headings_again
from riskwarn.ingest.inspections import INSPECTED, is_kind, kinds_only, nothing_found, with_none
from riskwarn.ingest.privacy.faults import Faults
from riskwarn.ingest.privacy.free_text import free_text, is_free_text
from riskwarn.ingest.privacy.tallies import LocalCategories, NotLoaded
from riskwarn.ingest.privacy.word_tallies import WordTallies
from riskwarn.ingest.sheets import Rows, Sheet, ahead
from riskwarn.ingest.sheets.encoding import LOST
from riskwarn.ingest.tables_below import above, other_headings
from riskwarn.ingest.values.cells import coded, filled, flags, no_cells, plain, series, translated, trimmed, where
from riskwarn.ingest.values.clock import TIME_OF, day_and_time
from riskwarn.ingest.values.dates import instants
from riskwarn.ingest.values.fill_down import FillDown
from riskwarn.ingest.values.forms import Forms
from riskwarn.ingest.values.leading_zeros import did_you_mean, put_back, with_zeros
from riskwarn.ingest.values.levels import in_levels
from riskwarn.ingest.values.made_ids import made_ids
from riskwarn.ingest.values.numbers import UNITS, Mark, numbers
from riskwarn.ingest.values.orders import Order
from riskwarn.mapping import Mapping as Rules
from riskwarn.messages import Message

_FOOTERS = Message("of totals and signatures, with nothing else in them, were passed over")
_AGAIN = Message("that print the headings again were passed over")

#: Stands for all rows whose grid is not known; no id begins like this.
_UNKNOWN = ""


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
    moved: Counter[str] = field(default_factory=Counter)  # rows whose place was mended or missed, by what is said of it
    placed: Counter[tuple[str, bool]] = field(default_factory=Counter)  # (rung, whether it led to a grid) -> sound rows
    without_zeros: Counter[str] = field(default_factory=Counter)  # "unknown", or a grid that is meant -> rows
    zeros_back: Counter[tuple[str, str]] = field(
        default_factory=Counter
    )  # (id without its zeros, grid as which it was read) -> rows
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
        if unreadable.any() and not self.requires(name):
            waiting = flags(cells.filter(pa.array(unreadable)), words_that_mean("in_progress").__contains__)
            unreadable[np.flatnonzero(unreadable)[waiting]] = False
            self.empty(name, unreadable, Message("cannot be read as a date"))
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
            *self.tallies.notes(self.source),
            *self._zeros(),
            *self.local.notes(),
        ]

    def note_unknown_grids(self, ids: pa.Array, known: Collection[str]) -> None:
        """Note the ids of rows (null: none) whose grid is not `known`, and those that only lack zeros before them."""
        rows = _rows_by_word(ids)
        meant = with_zeros(rows, known)
        self.without_zeros[_UNKNOWN] += rows.total()
        for word, grid in meant.items():
            self.without_zeros[grid] += rows[word]

    def note_zeros_put_back(self, ids: pa.Array, known: Collection[str]) -> None:
        """Note the ids of rows (null: none) that are read as the one of `known` which they are with zeros before them."""
        rows = _rows_by_word(ids)
        self.zeros_back.update({(word, grid): rows[word] for word, grid in with_zeros(rows, known).items()})

    def _zeros(self) -> list[str]:
        """What is said of ids without their zeros."""
        meant = Counter(self.without_zeros)
        unknown = meant.pop(_UNKNOWN, 0)
        return [
            *put_back(self.zeros_back),
            *did_you_mean(unknown, meant.total(), [grid for grid, _ in meant.most_common(3)]),
        ]


def _rows_by_word(cells: pa.Array) -> Counter[str]:
    """How many rows bear each word."""
    codes, words = coded(cells)
    rows = np.bincount(codes[codes >= 0], minlength=len(words)).tolist()
    return Counter({word: count for word, count in zip(words, rows, strict=False) if word is not None})


def batches(sheet: Sheet, positions: Mapping[str, int], first: Reading) -> Iterator[Reading]:
    """The rows of a sheet, a batch at a time; those with nothing in any column that is read are passed over and told."""
    blank = 0
    first.moved[_FOOTERS] = first.moved[_AGAIN] = 0
    headings = {name: sheet.headings[position] for name, position in positions.items()}
    kind = "events" if first.source not in TABLES else first.source
    filling = FillDown(first.mapping.fill_down, kind, settled="fill_down" in first.mapping.model_fields_set)
    first = replace(first, separator=getattr(sheet, "separator", None))

    def read() -> Iterator[Reading]:
        nonlocal blank
        for rows in sheet.batches(sorted({*positions.values(), *labels})):
            before = first.moved[_FOOTERS] + first.moved[_AGAIN]
            title = sheet.origin(int(rows.numbers[0]))[0] if len(rows.numbers) else ""
            if title in first.ends:
                continue  # what stands below other headings is a table of its own
            reading, looked = _reading(rows, positions, headings, first, filling, title, labels)
            moved = first.moved[_FOOTERS] + first.moved[_AGAIN] - before - rows.passed
            blank += looked - len(reading) - moved
            yield reading

    told = set(sheet.notes)
    labels = row_labels(sheet.headings, positions.values())
    yield from ahead(read())
    first.notes += [note for note in sheet.notes if note not in told]
    if blank:
        first.notes.append(
            Message("{rows} row(s) with nothing in any column that is read were passed over", rows=blank)
        )
    first.notes += filling.notes()


def whole(readings: Iterator[Reading]) -> Reading:
    """All batches as one, for tables, which are small."""
    parts = list(readings)
    cells = {name: pa.concat_arrays([plain(part.cells[name]) for part in parts]) for name in parts[0].cells}
    numbers = np.concatenate([part.numbers for part in parts])
    ragged = np.concatenate([part.ragged for part in parts])
    return replace(
        parts[0], cells=cells, numbers=numbers, ragged=ragged, faults=Faults.together([part.faults for part in parts])
    )


def _reading(
    rows: Rows,
    positions: Mapping[str, int],
    headings: Mapping[str, str],
    first: Reading,
    filling: FillDown,
    title: str,
    labels: Sequence[int],
) -> tuple[Reading, int]:
    """The records of a batch, and how many rows were looked at for them."""
    cells = {
        name: free_text(rows.cells[position])
        if is_free_text(name)
        else trimmed(rows.cells[position], first.mapping.empty)
        for name, position in positions.items()
    }
    full = {name: filled(cell) for name, cell in cells.items()}
    numbers = rows.numbers
    again = headings_again(cells, headings, numbers)
    if title not in first.ends and (other := other_headings(cells, numbers, again)) is not None:
        first.ends[title] = other
        return _reading(above(rows, cells, other), positions, headings, first, filling, title, labels)
    first.moved[_AGAIN] += int(again.sum())
    footer = footers(cells, len(numbers)) & ~again
    if labels:
        totals = totals_of([rows.cells[label] for label in labels], cells, len(numbers))
        footer |= totals & np.logical_or.reduce(list(full.values())) & ~again
    first.moved[_FOOTERS] += int(footer.sum()) + rows.passed
    no_record = footer | again
    some = np.logical_or.reduce(list(full.values())) & ~no_record
    nothing = None
    if first.source == INSPECTED:
        raw = {name: rows.cells[place] for name, place in positions.items() if is_kind(name)}
        nothing = nothing_found(
            {**cells, **{name: with_none(cells[name], cell) for name, cell in raw.items()}}, len(numbers)
        )
        cells = kinds_only(cells)
    cells = filling.fill(cells, full, title, ~no_record)
    # An id that is made of a column that was filled is made of what was filled in.
    at = {positions[name]: name for name in (*filling.fields, *filling.found) if name in positions}
    read_as = {place: name for name, place in positions.items() if not name.startswith("identity_")}
    made = {name: cells[at[place]] for name, place in positions.items() if name.startswith("identity_") and place in at}
    cells = {**cells, **made}
    if not some.all():
        cells = {name: cell.filter(pa.array(some)) for name, cell in cells.items()}
        numbers = numbers[some]
        nothing = nothing if nothing is None else nothing[some]
    parts = {name: cells[name] for name in cells if name.startswith("identity_")}
    cells = _completed(cells, len(numbers), first.mapping)
    if first.paths:
        cells = in_levels(cells, first.mapping.words.get("category", {}))
    faults = Faults(len(numbers))
    for name, cell in cells.items():
        if is_free_text(name) or not pa.types.is_dictionary(cell.type):
            continue
        if any(LOST in word for word in coded(cell)[1] if word):
            faults.add(flags(cell, lambda word: LOST in word), "bad_text", name, "text")
    reading = replace(first, cells=cells, numbers=numbers, ragged=rows.ragged, faults=faults)
    # What a mapping says goes before what a heading is known for: two offices may count their cases alike.
    if parts and "record_id" not in first.mapping.columns:
        fields = {part: read_as[positions[part]] for part in parts if positions[part] in read_as}
        ids = made_ids(parts, fields, first.zone, reading.order_of)
        reading = replace(reading, cells={**cells, "record_id": ids})
    if nothing is not None:
        told = next((name for name in cells if is_kind(name) or is_free_text(name)), "category")
        reading.rule_out(nothing, told, "nothing_found")
    return reading, len(rows.numbers)


def _completed(cells: dict[str, pa.Array], rows: int, mapping: Rules) -> dict[str, pa.Array]:
    """The cells with days and times of day put together, and the words that hold for every row, as the mapping says."""
    for name in [name for name in cells if name.startswith(TIME_OF)]:
        field, times = name.removeprefix(TIME_OF), cells.pop(name)
        if field in cells:
            cells[field] = day_and_time(cells[field], times)
    always = {name: word for name, word in mapping.always.items() if name not in cells}
    words = {
        name: pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, dtype=np.int32)), pa.array([word], pa.string()))
        for name, word in always.items()
    }
    return {**cells, **words}
