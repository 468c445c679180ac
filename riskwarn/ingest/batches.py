"""A sheet into readings: the rows that are records, filled down, with ids that are made of their columns and words that the mapping adds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from riskwarn.arrays import Flags
from riskwarn.contracts.schema import TABLES
from riskwarn.ingest.footers import footers, totals_of
from riskwarn.ingest.heading_words import row_labels
from riskwarn.ingest.headings_again import headings_again
from riskwarn.ingest.inspections import INSPECTED, is_kind, kinds_only, nothing_found, with_none
from riskwarn.ingest.privacy.faults import Faults
from riskwarn.ingest.privacy.free_text import free_text, is_free_text
from riskwarn.ingest.reading import Reading
from riskwarn.ingest.sheets import Rows, Sheet, ahead
from riskwarn.ingest.sheets.encoding import LOST
from riskwarn.ingest.tables_below import above, other_headings
from riskwarn.ingest.values.cells import coded, filled, flags, plain, trimmed
from riskwarn.ingest.values.clock import TIME_OF, day_and_time
from riskwarn.ingest.values.fill_down import FillDown
from riskwarn.ingest.values.levels import in_levels
from riskwarn.ingest.values.made_ids import made_ids
from riskwarn.mapping import Mapping as Rules
from riskwarn.messages import Message

_FOOTERS = Message("of totals and signatures, with nothing else in them, were passed over")
_AGAIN = Message("that print the headings again were passed over")
#: Fields of the columns of which an id is made.
_IDENTITY = "identity_"

Cells = dict[str, pa.Array]


def batches(sheet: Sheet, positions: Mapping[str, int], first: Reading) -> Iterator[Reading]:
    """The rows of a sheet, a batch at a time; those with nothing in any column that is read are passed over and told."""
    first.moved[_FOOTERS] = first.moved[_AGAIN] = 0
    told = set(sheet.notes)
    table = _Table(
        sheet=sheet,
        positions=positions,
        headings={name: sheet.headings[position] for name, position in positions.items()},
        labels=row_labels(sheet.headings, positions.values()),
        filling=_filling(first),
        first=replace(first, separator=getattr(sheet, "separator", None)),
    )
    yield from ahead(table.readings())
    first.notes += [note for note in sheet.notes if note not in told]
    if table.blank:
        first.notes.append(
            Message("{rows} row(s) with nothing in any column that is read were passed over", rows=table.blank)
        )
    first.notes += table.filling.notes()


def whole(readings: Iterator[Reading]) -> Reading:
    """All batches as one, for tables, which are small."""
    parts = list(readings)
    names = dict.fromkeys(name for part in parts for name in part.cells)
    cells = {name: pa.concat_arrays([plain(part.cell(name)) for part in parts]) for name in names}
    numbers = np.concatenate([part.numbers for part in parts])
    ragged = np.concatenate([part.ragged for part in parts])
    return replace(
        parts[0], cells=cells, numbers=numbers, ragged=ragged, faults=Faults.together([part.faults for part in parts])
    )


def _filling(first: Reading) -> FillDown:
    kind = "events" if first.source not in TABLES else first.source
    return FillDown(first.mapping.fill_down, kind, settled="fill_down" in first.mapping.model_fields_set)


@dataclass
class _Table:
    """A table that is being read: its columns, and what goes on from one batch to the next."""

    sheet: Sheet
    positions: Mapping[str, int]  # field -> position of its column
    headings: Mapping[str, str]  # field -> heading
    labels: Sequence[int]  # positions of columns that are not read, in which totals call themselves so
    filling: FillDown
    first: Reading  # what is noted
    blank: int = 0  # rows with nothing in any column that is read

    def readings(self) -> Iterator[Reading]:
        """The records of each batch."""
        for rows in self.sheet.batches(sorted({*self.positions.values(), *self.labels})):
            title = self.sheet.origin(int(rows.numbers[0]))[0] if len(rows.numbers) else ""
            if title not in self.first.ends:  # what stands below other headings is a table of its own
                yield self._reading(rows, title)

    def _reading(self, rows: Rows, title: str) -> Reading:
        """The records of a batch."""
        rows, cells, again = self._own(rows, title)
        full = {name: filled(cell) for name, cell in cells.items()}
        some = np.logical_or.reduce(list(full.values()))
        no_record = again | self._footers(rows, cells, some & ~again)
        self.blank += int((~some & ~no_record).sum())
        nothing = None
        if self.first.source == INSPECTED:
            nothing = self._nothing_found(rows, cells)
            cells = kinds_only(cells)
        cells = self._filled_down(cells, full, title, ~no_record)
        records, numbers = some & ~no_record, rows.numbers
        if not records.all():
            cells = {name: cell.filter(pa.array(records)) for name, cell in cells.items()}
            numbers = numbers[records]
            nothing = None if nothing is None else nothing[records]
        cells = self._completed(cells, len(numbers))
        faults = _lost(cells, len(numbers))
        reading = self._with_id(replace(self.first, cells=cells, numbers=numbers, ragged=rows.ragged, faults=faults))
        if nothing is not None:
            told = next((name for name in reading.cells if is_kind(name) or is_free_text(name)), "category")
            reading.rule_out(nothing, told, "nothing_found")
        return reading

    def _own(self, rows: Rows, title: str) -> tuple[Rows, Cells, Flags]:
        """The rows of this table, their cells, and which print its headings again: it ends where other headings stand."""
        cells = self._cells(rows)
        again = headings_again(cells, self.headings, rows.numbers)
        told = other_headings(cells, rows.numbers, again, self.headings.values())
        # Headings of more or fewer cells are others, even where those that are read are the same.
        other = min([*rows.begun.tolist(), *([] if told is None else [told])], default=None)
        if other is not None:
            self.first.ends[title] = other
            rows = above(rows, cells, other)
            cells = self._cells(rows)
            again = headings_again(cells, self.headings, rows.numbers)
        self.first.moved[_AGAIN] += int(again.sum())
        return rows, cells, again

    def _cells(self, rows: Rows) -> Cells:
        return {
            name: free_text(rows.cells[position])
            if is_free_text(name)
            else trimmed(rows.cells[position], self.first.mapping.empty)
            for name, position in self.positions.items()
        }

    def _footers(self, rows: Rows, cells: Cells, some: Flags) -> Flags:
        """Totals and signatures among the rows with `some` thing in them."""
        found = footers(cells, len(rows.numbers))
        if self.labels:
            found |= totals_of([rows.cells[label] for label in self.labels], cells, len(rows.numbers))
        found &= some
        self.first.moved[_FOOTERS] += int(found.sum()) + rows.passed
        return found

    def _nothing_found(self, rows: Rows, cells: Cells) -> Flags:
        """The inspections that found nothing, also by the words that the mapping reads as empty."""
        raw = {name: rows.cells[place] for name, place in self.positions.items() if is_kind(name)}
        with_words = {name: with_none(cells[name], cell) for name, cell in raw.items()}
        return nothing_found({**cells, **with_words}, len(rows.numbers))

    def _filled_down(self, cells: Cells, full: Mapping[str, Flags], title: str, records: Flags) -> Cells:
        """The cells with what stands once for several rows; an id that is made of such a column is made of what was filled in."""
        cells = self.filling.fill(cells, full, title, records)
        at = {
            self.positions[name]: name for name in (*self.filling.fields, *self.filling.found) if name in self.positions
        }
        made = {
            name: cells[at[place]]
            for name, place in self.positions.items()
            if name.startswith(_IDENTITY) and place in at
        }
        return {**cells, **made}

    def _completed(self, cells: Cells, rows: int) -> Cells:
        """The cells with days and times of day put together, words for every row, and categories by the last level."""
        cells = _with_times(cells)
        cells = {**cells, **_always(self.first.mapping, cells, rows)}
        return in_levels(cells, self.first.mapping.words.get("category", {})) if self.first.paths else cells

    def _with_id(self, reading: Reading) -> Reading:
        """A reading with ids that are made of columns, if the mapping names such and no column of ids."""
        parts = {name: cell for name, cell in reading.cells.items() if name.startswith(_IDENTITY)}
        # What a mapping says goes before what a heading is known for: two offices may count their cases alike.
        if not parts or reading.cells.keys() & reading.mapping.columns.keys() & {"record_id"}:
            return reading
        read_as = {place: name for name, place in self.positions.items() if not name.startswith(_IDENTITY)}
        fields = {part: read_as[self.positions[part]] for part in parts if self.positions[part] in read_as}
        ids = made_ids(parts, fields, reading.zone, reading.order_of)
        return replace(reading, cells={**reading.cells, "record_id": ids})


def _with_times(cells: Cells) -> Cells:
    """The cells with the times of day put to their days."""
    cells = dict(cells)
    for name in [name for name in cells if name.startswith(TIME_OF)]:
        day, times = name.removeprefix(TIME_OF), cells.pop(name)
        if day in cells:
            cells[day] = day_and_time(cells[day], times)
    return cells


def _always(mapping: Rules, cells: Cells, rows: int) -> Cells:
    """The words that hold for every row, as the mapping says, of fields that have no column."""
    once = pa.array(np.zeros(rows, dtype=np.int32))
    return {
        name: pa.DictionaryArray.from_arrays(once, pa.array([word], pa.string()))
        for name, word in mapping.always.items()
        if name not in cells
    }


def _lost(cells: Cells, rows: int) -> Faults:
    """The cells whose text was lost in their encoding."""
    faults = Faults(rows)
    for name, cell in cells.items():
        if is_free_text(name) or not pa.types.is_dictionary(cell.type):
            continue
        if any(LOST in word for word in coded(cell)[1] if word):
            faults.add(flags(cell, lambda word: LOST in word), "bad_text", name, "text")
    return faults
