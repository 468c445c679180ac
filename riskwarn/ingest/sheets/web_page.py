"""The tables of a web page: many systems write one and call it .xls, also as a page of one file (MHTML)."""

from __future__ import annotations

import codecs
import email
import re
from collections.abc import Iterable
from email.message import Message as Mail
from html import unescape
from pathlib import Path

from riskwarn.errors import FileUnreadable
from riskwarn.ingest.sheets.content import NO_TABLE
from riskwarn.ingest.sheets.encoding import BIG5, blocks, is_big5
from riskwarn.ingest.sheets.html_tokens import Tokens
from riskwarn.ingest.sheets.marked_up import named_encoding, pieces
from riskwarn.ingest.sheets.packing import opened
from riskwarn.ingest.sheets.text_grid import Bounds, GridBuilder, Spelled
from riskwarn.messages import Message

#: Bytes that a page of one file may have.
_MAIL = 1 << 26
#: Tables inside of tables, and rows and columns over which a cell may reach.
_DEEPEST, _DOWN, _ACROSS = 40, 65534, 1000
#: Cells of a row, or rows of two cells, that make a table and not the layout of a page.
_CELLS, _ROWS = 3, 2

_SPAN = re.compile(r"""(?<![\w:-])(rowspan|colspan)\s*=\s*["']?\s*(\d{1,6})""", re.IGNORECASE)
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
#: A line ends at these; blanks of a page are one blank.
_LINES = frozenset(("br", "p", "div", "li", "tr"))
_BREAK = "\x00"
_TITLE = 100


def tables_of_page(path: Path) -> list[Spelled]:
    """The tables of a web page that hold rows; raise FileUnreadable where it has none, or is cut off."""
    bounds = Bounds(path.name)
    found = _tables((piece.replace(_BREAK, "") for piece in pieces(path, bounds)), bounds)
    return _of_records(path.name, found)


def tables_of_mail(path: Path) -> list[Spelled]:
    """The tables of all pages that a page of one file (MHTML) holds; raise FileUnreadable as `tables_of_page` does."""
    with opened(path, _MAIL) as stream:
        content = b"".join(blocks(stream, path.name)) if path.stat().st_size <= _MAIL else b""
    if not content:
        said = "a web page of one file (MHTML) may have {size} MiB; save it as .xlsx"
        raise FileUnreadable(file=path.name, problem=Message(said, size=_MAIL >> 20))
    bounds = Bounds(path.name)
    found: list[Spelled] = []
    whole = email.message_from_bytes(content)
    for part in whole.walk():
        if part.get_content_type() == "text/html":
            found += _tables([_text(part, path.name)], bounds, len(found))
    return _of_records(path.name, found)


def _of_records(file: str, found: list[Spelled]) -> list[Spelled]:
    if not found:
        raise FileUnreadable(file=file, problem=NO_TABLE)
    return found


def _text(part: Mail, file: str) -> str:
    """The text of one page of several."""
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else b""
    for name in ("utf-8", "gb18030"):
        try:
            return codecs.decode(raw, name).replace(_BREAK, "")
        except UnicodeDecodeError:
            if is_big5(raw):
                raise FileUnreadable(file=file, problem=BIG5) from None
    return codecs.decode(raw, named_encoding(raw) or "gb18030", errors="replace").replace(_BREAK, "")


class _Open:
    """A table whose end has not come."""

    def __init__(self, bounds: Bounds, attributes: str) -> None:
        self.grid = GridBuilder(bounds)
        self.hidden = bool(_HIDDEN.search(attributes))
        self.title = ""
        self.text: list[str] | None = None  # of the cell, or of the caption, that is open
        self.captioned = False
        self.down = self.across = 1
        self.in_row = self.ends_rows = False

    def open_cell(self, attributes: str) -> None:
        """A cell begins."""
        self.close_cell()
        self.in_row = True
        self.text, self.down, self.across = [], 1, 1
        if "span" in attributes or "SPAN" in attributes:
            for name, count in _SPAN.findall(attributes):
                if name.lower() == "rowspan":
                    self.down = min(max(int(count), 1), _DOWN)
                else:
                    self.across = min(max(int(count), 1), _ACROSS)

    def close_cell(self) -> None:
        """The cell or caption that is open ends."""
        if self.text is None:
            return
        words = _plain("".join(self.text))
        self.text = None
        if self.captioned:
            self.title, self.captioned = words.replace("\n", " ")[:_TITLE], False
        else:
            self.grid.cell(words, self.down, self.across)

    def close_row(self) -> None:
        """The row that is open ends."""
        self.close_cell()
        if self.in_row:
            self.grid.end_row()
        self.in_row = False


def _plain(text: str) -> str:
    """The text of a cell as it is shown: its blanks (also &nbsp;) as one, and lines where it breaks them."""
    if "&" in text:
        text = unescape(text)
    if _BREAK not in text:
        return " ".join(text.split())
    return "\n".join(filter(None, (" ".join(line.split()) for line in text.split(_BREAK))))


def _tables(pieces: Iterable[str], bounds: Bounds, before: int = 0) -> list[Spelled]:
    """The tables of one page in the order in which they begin; none where all only lay it out."""
    begun: list[_Open] = []
    stack: list[_Open] = []
    tokens = Tokens(pieces)
    for text, end, name, attributes in tokens:
        top = stack[-1] if stack else None
        if top is not None and top.text is not None:
            if text:
                top.text.append(text)
            if name in _LINES:
                top.text.append(_BREAK)
        if name == "table":
            if end and top is not None:
                top.close_row()
                stack.pop()
            elif not end:
                bounds.table()
                if len(stack) == _DEEPEST:
                    raise FileUnreadable(file=bounds.file, problem=NO_TABLE)
                stack.append(_Open(bounds, attributes))
                begun.append(stack[-1])
        elif top is not None:
            _within(top, end, name, attributes)
    if any(one.text is not None or (one.in_row and one.ends_rows) for one in stack) or (stack and tokens.cut):
        raise FileUnreadable(file=bounds.file, problem="it ends in the middle of a row; export it again")
    for one in stack:
        one.close_row()
    kept = begun if any(one.grid.most >= _CELLS or one.grid.full >= _ROWS for one in begun) else []
    found: list[Spelled] = []
    for one in kept:
        # What stands beside the records may be their title.
        if one.grid.most:
            number = before + len(found) + 1
            same = any(one.title == other.title for other in found)
            title = str(number) if same or not one.title else one.title
            found.append(Spelled(title, number, one.hidden, one.grid.grid()))
    return found


def _within(table: _Open, end: str, name: str, attributes: str) -> None:
    """A tag inside of a table."""
    if name in ("td", "th"):
        if end:
            table.close_cell()
        else:
            table.open_cell(attributes)
    elif name == "tr":
        table.close_row()
        table.ends_rows = table.ends_rows or bool(end)
        table.in_row = not end
    elif name == "caption":
        table.close_cell()
        table.captioned = not end
        table.text = None if end else []
