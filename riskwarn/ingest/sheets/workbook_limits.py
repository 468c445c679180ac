"""How large a workbook may be, and what it tells of itself, looked up before its reader opens it."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, BinaryIO

from riskwarn.errors import FileUnreadable
from riskwarn.ingest.sheets.packing import CUT_OFF, DAMAGED, PASSWORD, ZIP, size_of

#: The parts of a workbook together may have so many bytes.
WORKBOOK = 1 << 31
#: Rows times columns of a sheet: a full sheet of 128 columns.
CELLS = 1 << 27

_CHUNK = 1 << 22
#: Cells beyond column DW: without one, no sheet has more than CELLS.
_FAR = re.compile(rb"""r=["'](?:D[X-Z]|[E-Z][A-Z]|[A-Z]{3})\d""")
_CELL = re.compile(rb"""\br=["']([A-Z]{1,3})(\d{1,7})["']""")


def check_workbook(source: Path | BinaryIO, name: str) -> None:
    """Raise FileUnreadable where a workbook would take too much memory; what is no .zip passes.

    Its parts may unpack to very much, and the sizes that an archive tells of itself may be wrong: where more would fit into
    the packed bytes, they are counted. And its reader holds a sheet as one block, so that two cells in far corners make
    it as large as the sheet.
    """
    too_large = FileUnreadable(
        file=name,
        problem=f"unpacked the workbook would have more than {size_of(WORKBOOK)}; save its sheets as CSV",
    )
    if isinstance(source, Path):
        with source.open("rb") as stream:
            start = stream.read(4)
    else:
        start = source.read(4)
        source.seek(0)
    if start not in ZIP:
        return
    try:
        with zipfile.ZipFile(source) as archive:
            parts = archive.infolist()
            if sum(part.file_size for part in parts) > WORKBOOK:
                raise too_large
            if any(part.flag_bits & 1 for part in parts):
                raise FileUnreadable(file=name, problem=PASSWORD)
            lying = sum(part.compress_size for part in parts) * 1032 > WORKBOOK
            for part in parts:
                sheet = part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml")
                far = False
                if lying or sheet:
                    # Reading to the end checks a part against its size and checksum.
                    with archive.open(part) as stream:
                        far = _reaches_far(stream) and sheet
                if far:
                    with archive.open(part) as stream:
                        _check_extent(stream, name)
    except DAMAGED as error:
        raise FileUnreadable(file=name, problem=CUT_OFF) from error
    finally:
        if not isinstance(source, Path):
            source.seek(0)


def counts_from_1904(source: Path | BinaryIO) -> bool:
    """Whether an .xlsx counts its days from 1904, as those of old Macintoshes do."""
    try:
        with zipfile.ZipFile(source) as archive, archive.open("xl/workbook.xml") as stream:
            return re.search(rb'date1904="(?:1|true)"', stream.read(1 << 16)) is not None
    except (*DAMAGED, KeyError):
        return False
    finally:
        if not isinstance(source, Path):
            source.seek(0)


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    """The content in pieces that overlap by more than the place of a cell."""
    rest = b""
    while chunk := stream.read(_CHUNK):
        yield rest + chunk
        rest = chunk[-32:]


def _reaches_far(stream: IO[bytes]) -> bool:
    """Whether a sheet has a cell far to the right; read to its end in any case."""
    far = False
    for piece in _pieces(stream):
        far = far or _FAR.search(piece) is not None
    return far


def _check_extent(stream: IO[bytes], name: str) -> None:
    """Raise FileUnreadable where the cells of a sheet span more rows and columns than its reader can hold."""
    rows = columns = 0
    for piece in _pieces(stream):
        places = set(_CELL.findall(piece))
        rows = max([rows, *(int(row) for _, row in places)])
        columns = max([columns, *(_number(column) for column in {column for column, _ in places})])
    if rows * columns > CELLS:
        problem = (
            f"a sheet spans {rows:,} rows and {columns:,} columns, for something stands far outside of its table; "
            "delete the empty rows and columns around the table and save it again"
        )
        raise FileUnreadable(file=name, problem=problem)


def _number(column: bytes) -> int:
    number = 0
    for letter in column:
        number = number * 26 + letter - ord("A") + 1
    return number
