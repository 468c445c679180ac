"""Text with separators (CSV), read in pieces that end with a row; the encoding and the separator are detected."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pacsv

from riskwarn.errors import FileEmpty, FileUnreadable
from riskwarn.ingest.sheets.encoding import as_text, blocks, encoding_of
from riskwarn.ingest.sheets.headings import LOOKED_THROUGH, Finder, Found
from riskwarn.ingest.sheets.last_lines import is_last_line
from riskwarn.ingest.sheets.line_breaks import breaks_of, end_of_rows, lines_of
from riskwarn.ingest.sheets.packing import opened
from riskwarn.ingest.sheets.rows import Rows, Sheet, no_rows
from riskwarn.ingest.sheets.widths import Widths
from riskwarn.messages import Message

#: Bytes that are parsed together.
PIECE = 1 << 24

#: Bytes in which the titles and headings are looked for.
_HEAD = 1 << 18

#: The parser is fastest on blocks that stay in the processor's cache.
_PARSED = 1 << 20

_SEPARATORS = ",\t;|"

#: A row of more bytes is none.
_LONGEST = 1 << 24

#: A line by which a file tells Excel its separator.
_TOLD = re.compile(r"\ufeff?\"?sep=(.)\"?\r?\n", re.IGNORECASE)


class CsvSheet(Sheet):
    """A CSV file."""

    def __init__(self, path: Path, find: Finder) -> None:
        self._path = path
        self._encoding = encoding_of(path)
        with opened(path) as stream:
            raw = next(blocks(stream, path.name, _HEAD), b"")
        head = raw.decode(self._encoding, errors="ignore").replace("\x00", "")
        if not head.strip("\ufeff \t\r\n" + _SEPARATORS):
            raise FileEmpty(file=path.name)
        self._old_mac = "\n" not in head and "\r" in head
        self._nul = 0
        self._separator, found = _divided(head, find, path.name)
        self.headings: Sequence[str] = found.headings
        self._above = found.rows
        self._widest = len(self.headings)
        self._begins_table = find.begins_table

    def batches(self, positions: Sequence[int]) -> Iterator[Rows]:
        """Read the columns at these positions, a piece of the file at a time."""
        return self._batches(positions, PIECE)

    def top(self, positions: Sequence[int]) -> Iterator[Rows]:
        """The same in pieces of which the first holds some thousand rows."""
        return self._batches(positions, _HEAD)

    def _batches(self, positions: Sequence[int], size: int) -> Iterator[Rows]:
        before, some = 0, False
        widths = Widths(len(self.headings), self._separator, self._bytes, self._begins_table)
        for piece in self._pieces(size):
            try:
                parsed, begun = self._by_tables(piece, positions, widths)
            except pa.ArrowInvalid as error:
                problem = "it is not a table of text with separators"
                raise FileUnreadable(file=self._path.name, problem=problem) from error
            numbers = before + 1 + np.flatnonzero(~parsed.apart)
            ragged = before + 1 + np.flatnonzero(parsed.ragged)
            passed = int((before + 1 + np.flatnonzero(parsed.passed) > self._above).sum())
            body, table = numbers > self._above, parsed.table
            if not body.all():
                # Titles and headings were read as rows; titles may have been too short for it.
                table, numbers = table.slice(int((~body).sum())), numbers[body]
                ragged = ragged[ragged > self._above]
            begun = before + 1 + begun
            before += len(parsed.apart)
            some = some or len(numbers) + len(ragged) > 0
            # Columns that only a wider table below has are empty here.
            none, there = pa.nulls(len(table), pa.string()), set(table.column_names)
            cells = {p: as_text(table.column(str(p)), parsed.encoding) if str(p) in there else none for p in positions}
            yield Rows(cells, numbers, ragged, passed, begun[begun > self._above])
        if not some:
            raise FileEmpty(file=self._path.name)
        if self._nul:
            said = "{file}: {count} NUL byte(s) inside the text were passed over"
            self.notes = tuple(dict.fromkeys([*self.notes, Message(said, file=self._path.name, count=self._nul)]))

    @property
    def widest(self) -> int:
        """Cells of the widest of its tables, as far as it was read."""
        return self._widest

    @property
    def encoding(self) -> str:
        """The encoding of the file."""
        return self._encoding

    @property
    def separator(self) -> str:
        """What stands between the cells."""
        return self._separator

    @property
    def _recoded(self) -> bool:
        """Whether the bytes are turned into UTF-8 before parsing: where a separator can be part of a character."""
        inside = "@" <= self._separator <= "~"
        return self._encoding.startswith("utf-16") or (self._encoding == "gb18030" and inside)

    @property
    def _bytes(self) -> str:
        return "utf-8" if self._recoded or self._encoding == "utf-8-sig" else self._encoding

    def _pieces(self, size: int) -> Iterator[bytes]:
        """The bytes of the file, so many at a time, cut where a row ends."""
        rest, started, self._nul = b"", False, 0
        with opened(self._path) as stream:
            for block in self._recode(blocks(stream, self._path.name, size)):
                if b"\x00" in block:
                    self._nul += block.count(b"\x00")
                    block = block.replace(b"\x00", b"")
                piece = rest + block
                if not started:
                    piece, started = piece.removeprefix(codecs.BOM_UTF8), True
                end = end_of_rows(piece)
                rest = piece[end:]
                if len(rest) > _LONGEST:
                    problem = f"one of its rows has more than {_LONGEST >> 20} MiB; look where its lines end"
                    raise FileUnreadable(file=self._path.name, problem=problem)
                if end:
                    yield piece[:end]
        if rest:
            yield rest

    def _recode(self, raw: Iterator[bytes]) -> Iterator[bytes]:
        if self._old_mac:
            return (block.replace(b"\r", b"\n") for block in raw)
        if not self._recoded:
            return raw
        return (text.encode() for text in codecs.iterdecode(raw, self._encoding, errors="replace"))

    def _by_tables(
        self, piece: bytes, positions: Sequence[int], widths: Widths
    ) -> tuple[_Parsed, npt.NDArray[np.int64]]:
        """A piece with each line read by the table to which it belongs, and which of its rows begin one of another width."""
        width = widths.widest
        parsed, begun = self._parsed(piece, positions, width), no_rows()
        if parsed.ragged.any() or widths.cells != widths.widest:
            filled, begun = widths.filled_up(lines_of(piece))
            self._widest = max(self._widest, widths.widest)
            if filled != piece or width != widths.widest:
                parsed = self._parsed(filled, positions, widths.widest)
        return parsed, begun

    def _parsed(self, piece: bytes, positions: Sequence[int], width: int) -> _Parsed:
        """The columns of a piece whose rows have so many cells."""
        if b'"' not in piece:
            return self._plain(piece, positions, width)
        where, inside = breaks_of(piece)
        breaks = bool(inside.any())
        broken = piece.count(b'"') % 2 == 1 or self._swallows(piece, where, inside, width)
        if not breaks and not broken:
            with suppress(pa.ArrowInvalid):
                return _Parsed.complete(self._parse(piece, positions, width, quoted=True), self._bytes)
        # Rows with too few or too many cells are told one by one, and for that have to be text.
        piece = piece.decode(self._bytes, errors="replace").encode()
        if breaks and not broken:
            with suppress(pa.ArrowInvalid):
                parsed = self._told(piece, positions, width, breaks=True)
                if not parsed.swallowed:
                    return parsed
        # A quotation mark that is never closed takes the rows after it along: such lines are set apart.
        lines = piece.splitlines(keepends=True)
        odd = np.array([line.count(b'"') % 2 == 1 for line in lines], dtype=bool)
        rest = self._told(
            b"".join(line for line, bad in zip(lines, odd, strict=True) if not bad), positions, width, breaks=False
        )
        return rest.with_apart(odd)

    def _swallows(self, piece: bytes, breaks: npt.NDArray[np.int64], inside: npt.NDArray[np.bool_], width: int) -> bool:
        """Whether a line inside quotation marks has as many cells as a row: a mark that is never closed took it along."""
        lines = np.flatnonzero(inside[:-1] & inside[1:])  # from one such break to the next
        expected = width - 1
        separator = self._separator.encode()
        return expected > 1 and any(
            piece.count(separator, breaks[line], breaks[line + 1]) == expected for line in lines.tolist()
        )

    def _plain(self, piece: bytes, positions: Sequence[int], width: int) -> _Parsed:
        """A piece without quotation marks: a line is a row, and its separators count its cells."""
        content = np.frombuffer(piece, dtype=np.uint8)
        ends = np.flatnonzero(content == ord("\n"))
        if len(ends) == 0 or ends[-1] != len(piece) - 1:
            ends = np.append(ends, len(piece))
        separators = np.flatnonzero(content == ord(self._separator))
        cells = np.diff(np.searchsorted(separators, ends), prepend=0) + 1
        if (cells == width).all() and width > 1:
            return _Parsed.complete(self._parse(piece, positions, width, quoted=False), self._bytes)
        starts = np.append(0, ends[:-1] + 1)
        blank = np.array([not piece[start:end].strip() for start, end in zip(starts, ends, strict=True)], dtype=bool)
        odd = (cells != width) | blank
        sound = b"".join(piece[starts[row] : ends[row] + 1] for row in np.flatnonzero(~odd))
        table = self._parse(sound, positions, width, quoted=False)
        passed = np.zeros(len(odd), dtype=bool)
        for row in np.flatnonzero(odd & ~blank):
            line = piece[starts[row] : ends[row]].decode(self._bytes, errors="replace")
            passed[row] = is_last_line(line, self._separator)
        return _Parsed.complete(table, self._bytes).with_apart(odd, ragged=odd & ~blank & ~passed, passed=passed)

    def _told(self, piece: bytes, positions: Sequence[int], width: int, *, breaks: bool) -> _Parsed:
        """A piece of UTF-8 with quotation marks, its ragged rows told by the parser."""
        ragged: list[int] = []
        blank: list[int] = []
        passed: list[int] = []
        swallowed = False

        def skip(row: Any) -> str:
            nonlocal swallowed
            last = is_last_line(row.text, self._separator)
            (passed if last else ragged if row.text.strip() else blank).append(row.number - 1)
            swallowed = swallowed or "\n" in row.text.strip()
            return "skip"

        table = self._parse(piece, positions, width, quoted=True, breaks=breaks, skip=skip)
        rows = len(table) + len(ragged) + len(blank) + len(passed)
        odd, short, last = (np.zeros(rows, dtype=bool) for _ in range(3))
        odd[[*ragged, *blank, *passed]] = True
        short[ragged] = True
        last[passed] = True
        return _Parsed(table, odd, short, last, swallowed, "utf-8")

    def _parse(
        self,
        piece: bytes,
        positions: Sequence[int],
        width: int,
        *,
        quoted: bool,
        breaks: bool = False,
        skip: Any = None,
    ) -> pa.Table:
        """Columns of bytes; raise ArrowInvalid at a ragged row, unless there is someone to tell it."""
        names = [str(index) for index in range(width)]
        wanted = [names[position] for position in positions if position < width]
        if not piece:
            return pa.table({name: pa.array([], pa.binary()) for name in wanted})
        longest = len(piece) + 1 if breaks or len(piece) < _PARSED else _PARSED
        try:
            return pacsv.read_csv(
                pa.BufferReader(piece),
                pacsv.ReadOptions(use_threads=False, column_names=names, block_size=longest),
                pacsv.ParseOptions(
                    delimiter=self._separator,
                    quote_char='"' if quoted else False,
                    double_quote=quoted,
                    newlines_in_values=breaks,
                    ignore_empty_lines=len(names) == 1,
                    invalid_row_handler=skip,
                ),
                pacsv.ConvertOptions(
                    include_columns=wanted,
                    column_types=dict.fromkeys(wanted, pa.binary()),
                    strings_can_be_null=False,
                    check_utf8=False,
                ),
            )
        except pa.ArrowInvalid as error:
            if longest == _PARSED and "straddl" in str(error):
                return self._parse(
                    piece, positions, width, quoted=quoted, breaks=True, skip=skip
                )  # a row longer than a block
            raise


def _divided(head: str, find: Finder, file: str) -> tuple[str, Found]:
    """What stands between the cells, and the headings that it gives.

    The mapping and the file's own word come first; then the line of headings decides: the separator that gives the most
    headings that are known, of equal ones that by which the rows below have as many cells as the headings, then the most
    frequent. Text may hold any number of commas.
    """
    told = find.separator or (_TOLD.match(head) or {1: None})[1]
    # A border of a grid is longer than the reader of the standard library allows for a cell.
    csv.field_size_limit(max(csv.field_size_limit(), _HEAD))
    tried: dict[str, tuple[tuple[int, float, int], Found]] = {}
    problem = "it has no rows"
    for separator in (told,) if told else _SEPARATORS:
        try:
            rows = list(islice(csv.reader(io.StringIO(head, newline=None), delimiter=separator), LOOKED_THROUGH))
        except csv.Error as error:
            problem = str(error)
            continue
        found = find(rows)
        width, below = len(found.headings), [row for row in rows[found.rows :] if row]
        even = sum(len(row) == width for row in below) / max(1, len(below)) if width > 1 else 0.0
        tried[separator] = (len(found.known), even, head.count(separator)), found
    if not tried:
        raise FileUnreadable(file=file, problem=f"it is not a table of text with separators ({problem})")
    best = max(tried, key=lambda separator: tried[separator][0])
    return best, tried[best][1]


@dataclass(frozen=True)
class _Parsed:
    """A piece of a file as columns of bytes."""

    table: pa.Table
    apart: npt.NDArray[np.bool_]  # (rows of the file,) which are not in the table: ragged and blank ones
    ragged: npt.NDArray[np.bool_]  # (rows of the file,) which of these have too few or too many cells
    passed: npt.NDArray[np.bool_]  # (rows of the file,) which of these are no rows, but totals and signatures
    swallowed: bool  # a ragged row holds line breaks: some quotation mark is not closed
    encoding: str

    @classmethod
    def complete(cls, table: pa.Table, encoding: str) -> _Parsed:
        """A piece whose every row is in the table."""
        none = np.zeros(len(table), dtype=bool)
        return cls(table, none, none, none, False, encoding)

    def with_apart(
        self,
        odd: npt.NDArray[np.bool_],
        ragged: npt.NDArray[np.bool_] | None = None,
        passed: npt.NDArray[np.bool_] | None = None,
    ) -> _Parsed:
        """The piece with lines put back that had been taken out before parsing."""
        apart, short = odd.copy(), (odd if ragged is None else ragged).copy()
        last = np.zeros(len(odd), dtype=bool) if passed is None else passed.copy()
        apart[~odd], short[~odd], last[~odd] = self.apart, self.ragged, self.passed
        return replace(self, apart=apart, ragged=short, passed=last)
