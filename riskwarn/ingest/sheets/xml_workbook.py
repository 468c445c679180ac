"""Workbooks of XML (SpreadsheetML 2003): what Excel opens as .xls and systems write without Excel."""

from __future__ import annotations

import re
from pathlib import Path
from xml.parsers import expat

from riskwarn.errors import FileUnreadable
from riskwarn.ingest.sheets.marked_up import pieces
from riskwarn.ingest.sheets.rows import cell_text
from riskwarn.ingest.sheets.text_grid import WIDEST, Bounds, GridBuilder, Spelled

#: Elements inside of elements, and rows over which a cell may reach.
_DEEPEST, _DOWN = 100, 1 << 20

#: Characters that no XML may hold, and numbers that Excel writes short.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_SHORT = re.compile(r"[-+]?\d(?:\.\d+)?[eE][-+]?\d+")
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.0+)?$")
#: The days that stand before a time without a day.
_NO_DAY = ("1899-12-30", "1899-12-31")


def sheets_of_xml(path: Path) -> list[Spelled]:
    """The sheets of a workbook of XML; raise FileUnreadable where it is damaged, cut off, or declares entities."""
    reader = _Reader(Bounds(path.name))
    # The text is decoded here, for expat knows no GB18030 and takes what a declaration says.
    parser = expat.ParserCreate("utf-8", namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = reader.begin
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = reader.doctype
    try:
        first = True
        for piece in pieces(path, reader.bounds):
            text = piece.lstrip("\ufeff \t\r\n") if first else piece
            first = first and not text
            parser.Parse(_CONTROLS.sub("", text), False)
        parser.Parse("", True)
    except expat.ExpatError as error:
        problem = "it is a workbook of XML that is damaged or cut off; export it again"
        raise FileUnreadable(file=path.name, problem=problem) from error
    return reader.sheets


class _Reader:
    """Takes the elements of a workbook as they come."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self.sheets: list[Spelled] = []
        self._depth = 0
        self._title, self._hidden = "", False
        self._grid: GridBuilder | None = None
        self._row = 0  # the next row, counted from 0
        self._span = 0  # rows without cells that follow it
        self._cell: dict[str, str] | None = None
        self._words: list[str] = []
        self._kind = ""
        self._listening = ""  # the element whose text is read
        self._comment = False

    def doctype(self, *_: object) -> None:
        """No workbook declares a document type; one that does may grow without bound, or ask for other files."""
        raise FileUnreadable(file=self.bounds.file, problem="it declares entities of XML, which are not read")

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self._depth += 1
        if self._depth > _DEEPEST:
            problem = "it is a workbook of XML that is damaged or cut off; export it again"
            raise FileUnreadable(file=self.bounds.file, problem=problem)
        name = _local(tag)
        if name == "Cell" and self._grid is not None:
            self._cell, self._words, self._kind = _named(attributes), [], ""
        elif name == "Data" and self._cell is not None and not self._comment:
            self._kind, self._listening = _named(attributes).get("Type", ""), "Data"
        elif name == "Row" and self._grid is not None:
            own = _named(attributes)
            self._grid.go_to(max(_whole(own.get("Index"), self._row + 1) - 1, self._row))
            self._span = min(_whole(own.get("Span"), 0), _DOWN)
        elif name == "Comment":
            self._comment = True
        elif name == "Worksheet":
            self.bounds.table()
            self._title, self._hidden = _named(attributes).get("Name", ""), False
            self._grid, self._row = GridBuilder(self.bounds), 0
        elif name == "Visible" and self._grid is not None:
            self._listening, self._words = "Visible", []

    def end(self, tag: str) -> None:
        """An element ends."""
        self._depth -= 1
        name = _local(tag)
        if name == "Cell" and self._cell is not None and self._grid is not None:
            own, self._cell = self._cell, None
            at = _whole(own["Index"], 0) - 1 if "Index" in own else None
            down = min(_whole(own.get("MergeDown"), 0), _DOWN) + 1
            across = min(_whole(own.get("MergeAcross"), 0), WIDEST) + 1
            self._grid.cell(_value("".join(self._words), self._kind), down, across, at)
        elif name == "Row" and self._grid is not None:
            self._grid.end_row()
            self._row = self._grid.rows + self._span
            self._grid.go_to(self._row)
        elif name == "Comment":
            self._comment = False
        elif name == "Worksheet" and self._grid is not None:
            number = len(self.sheets) + 1
            self.sheets.append(Spelled(self._title or str(number), number, self._hidden, self._grid.grid()))
            self._grid = None
        elif name == self._listening:
            if name == "Visible":
                self._hidden = "".join(self._words).strip() in ("SheetHidden", "SheetVeryHidden")
            self._listening = ""

    def text(self, words: str) -> None:
        """Text between two tags."""
        if self._listening and not self._comment:
            self._words.append(words)


def _local(tag: str) -> str:
    return tag.rpartition(" ")[2]


def _named(attributes: dict[str, str]) -> dict[str, str]:
    """Attributes by their names without the namespace, which some systems leave out."""
    return {_local(name): value for name, value in attributes.items()}


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 9 else otherwise


def _value(text: str, kind: str) -> str:
    """The text of a cell: a number as it is written, a moment without a midnight of its fractions."""
    text = text.strip().replace("\x1f", " ")
    if kind == "Number" and _SHORT.fullmatch(text):
        # Excel writes so what it has rounded, and what is very small.
        return cell_text(float(text)) or ""
    if kind == "DateTime" and (found := _MOMENT.match(text)):
        return found[2] if found[1] in _NO_DAY else f"{found[1]}T{found[2]}"
    return text
