"""A batch of rows being read: its cells by field, and what is learnt of them on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from riskwarn.contracts.schema import TABLES
from riskwarn.contracts.vocabulary import field_words, words_that_mean
from riskwarn.ingest.footers import footers
from riskwarn.ingest.privacy.faults import Faults
from riskwarn.ingest.privacy.free_text import free_text, is_free_text
from riskwarn.ingest.privacy.tallies import LocalCategories, NotLoaded
from riskwarn.ingest.sheets import Rows, Sheet, ahead
from riskwarn.ingest.sheets.encoding import LOST
from riskwarn.ingest.values.cells import coded, filled, flags, no_cells, plain, series, translated, trimmed, where
from riskwarn.ingest.values.dates import instants
from riskwarn.ingest.values.fill_down import FillDown
from riskwarn.mapping import Mapping as Rules

_FOOTERS = "of totals and signatures, with nothing else in them, were passed over"


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
    unknown: dict[str, set[str]] = field(default_factory=dict)  # field -> words that no vocabulary has; never stored
    moved: Counter[str] = field(default_factory=Counter)  # rows whose place was mended or missed, by what is said of it
    placed: Counter[tuple[str, bool]] = field(default_factory=Counter)  # (rung, whether it led to a grid) -> sound rows
    local: LocalCategories = field(default_factory=LocalCategories)
    opinions: Mapping[str, str] = field(default_factory=dict)  # field -> heading that may stand for an opinion
    dropped: list[str] = field(
        default_factory=list
    )  # headings that turned out not to be read by what stands below them
    not_loaded: NotLoaded = field(default_factory=NotLoaded)

    def __len__(self) -> int:
        return len(self.numbers)

    def cell(self, name: str) -> pa.Array:
        """The cells of a field; all null where the sheet has no such column."""
        return self.cells[name] if name in self.cells else no_cells(len(self))

    def text(self, name: str) -> pd.Series:
        """The cells of a field, for pandas."""
        return series(self.cell(name))

    def instants(self, name: str) -> npt.NDArray[np.datetime64]:
        """The instants of a field; unreadable ones are faults."""
        if name not in self.cells:
            return np.full(len(self), np.datetime64("NaT", "us"))
        found, unreadable = instants(self.cells[name], self.zone)
        self.faults.add(unreadable, "bad_date", name, "text")
        return found

    def codes(self, name: str, vocabulary: str, own: Mapping[str, str] | None = None) -> pa.Array:
        """The codes of a field's words in sound rows; unknown words become null and are reported."""
        if name not in self.cells:
            return no_cells(len(self))
        cells = where(self.cells[name], ~self.faults.any)
        own = self.mapping.words.get(name, {}) if own is None else own
        found, unknown = translated(cells, field_words(vocabulary), own)
        self.unknown.setdefault(name, set()).update(
            word for word in unknown if word not in words_that_mean("in_progress")
        )
        return found

    def words(self, name: str, vocabulary: str) -> pd.Series:
        """The codes of a field, for pandas."""
        found = series(self.codes(name, vocabulary)).astype(object)
        return found.where(found.notna(), None)

    def told(self) -> list[str]:
        """All notes, with how many words of each field no vocabulary knows."""
        unknown = [
            f"{name}: {len(words)} unknown word(s) were read as empty; translate them in the mapping (words:)"
            for name, words in self.unknown.items()
            if words
        ]
        return [
            *dict.fromkeys(self.notes),
            *(f"{rows} row(s) {what}" for what, rows in self.moved.items() if rows),
            *unknown,
            *self.local.notes(),
        ]


def batches(sheet: Sheet, positions: Mapping[str, int], first: Reading) -> Iterator[Reading]:
    """The rows of a sheet, a batch at a time; those with nothing in any column that is read are passed over and told."""
    blank = 0
    first.moved[_FOOTERS] = 0
    filling = FillDown(first.mapping.fill_down, "events" if first.source not in TABLES else first.source)

    def read() -> Iterator[Reading]:
        nonlocal blank
        for rows in sheet.batches(sorted(set(positions.values()))):
            before = first.moved[_FOOTERS]
            title = sheet.origin(int(rows.numbers[0]))[0] if len(rows.numbers) else ""
            reading = _reading(rows, positions, first, filling, title)
            blank += len(rows.numbers) - len(reading) - (first.moved[_FOOTERS] - before)
            yield reading

    told = set(sheet.notes)
    yield from ahead(read())
    first.notes += [note for note in sheet.notes if note not in told]
    if blank:
        first.notes.append(f"{blank} row(s) with nothing in any column that is read were passed over")
    first.notes += filling.hints()


def whole(readings: Iterator[Reading]) -> Reading:
    """All batches as one, for tables, which are small."""
    parts = list(readings)
    cells = {name: pa.concat_arrays([plain(part.cells[name]) for part in parts]) for name in parts[0].cells}
    numbers = np.concatenate([part.numbers for part in parts])
    ragged = np.concatenate([part.ragged for part in parts])
    return replace(
        parts[0], cells=cells, numbers=numbers, ragged=ragged, faults=Faults.together([part.faults for part in parts])
    )


def _reading(rows: Rows, positions: Mapping[str, int], first: Reading, filling: FillDown, title: str) -> Reading:
    cells = {
        name: free_text(rows.cells[position]) if is_free_text(name) else trimmed(rows.cells[position])
        for name, position in positions.items()
    }
    full = {name: filled(cell) for name, cell in cells.items()}
    numbers = rows.numbers
    footer = footers(cells.values(), len(numbers))
    first.moved[_FOOTERS] += int(footer.sum())
    some = np.logical_or.reduce(list(full.values())) & ~footer
    cells = filling.fill(cells, full, title)
    if not some.all():
        cells = {name: cell.filter(pa.array(some)) for name, cell in cells.items()}
        numbers = numbers[some]
    cells = _completed(cells, len(numbers), first.mapping)
    faults = Faults(len(numbers))
    for name, cell in cells.items():
        if is_free_text(name) or not pa.types.is_dictionary(cell.type):
            continue
        if any(LOST in word for word in coded(cell)[1] if word):
            faults.add(flags(cell, lambda word: LOST in word), "bad_text", name, "text")
    return replace(first, cells=cells, numbers=numbers, ragged=rows.ragged, faults=faults)


def _completed(cells: dict[str, pa.Array], rows: int, mapping: Rules) -> dict[str, pa.Array]:
    """The cells with an id made of several columns, and the words that hold for every row, as the mapping says."""
    parts = [plain(cells[name]) for name in cells if name.startswith("identity_")]
    if parts and "record_id" not in cells:
        told = pc.binary_join_element_wise(*parts, "|", null_handling="replace", null_replacement="")
        nothing = pc.equal(told, "|" * (len(parts) - 1))
        cells = {**cells, "record_id": pc.if_else(nothing, pa.scalar(None, pa.string()), told)}
    always = {name: word for name, word in mapping.always.items() if name not in cells}
    words = {
        name: pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, dtype=np.int32)), pa.array([word], pa.string()))
        for name, word in always.items()
    }
    return {**cells, **words}
