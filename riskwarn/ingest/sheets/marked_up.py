"""The text of web pages and of XML: in the encoding that their bytes tell, and where these do not, that they name."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from riskwarn.errors import FileUnreadable
from riskwarn.ingest.sheets.encoding import BIG5, blocks, encoding_of
from riskwarn.ingest.sheets.packing import opened
from riskwarn.ingest.sheets.text_grid import BYTES, Bounds

#: Bytes that are read together, and bytes in which a page says its encoding.
_PIECE, _HEAD = 1 << 20, 1 << 14

_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([\w.:-]+)|encoding\s*=\s*["']([\w.:-]+)""", re.IGNORECASE)


def pieces(path: Path, bounds: Bounds) -> Iterator[str]:
    """The text of a file, a piece at a time. Raises FileUnreadable."""
    bounds.size(path.stat().st_size)
    with opened(path, BYTES) as stream:
        yield from codecs.iterdecode(blocks(stream, path.name, _PIECE), _encoding(path), errors="replace")


def named_encoding(head: bytes) -> str | None:
    """The encoding that a page names, where it is one of text."""
    found = _CHARSET.search(head)
    name = (found[1] or found[2]).decode("ascii", "ignore") if found else ""
    if name.lower() in ("gb2312", "gbk", "gb_2312-80", "x-gbk", "cp936"):
        return "gb18030"
    try:
        "".encode(name)
    except (LookupError, ValueError):
        return None
    return name or None


def _encoding(path: Path) -> str:
    try:
        return encoding_of(path)
    except FileUnreadable as error:
        if error.fields["problem"] is BIG5:
            raise
        with opened(path) as stream:
            named = named_encoding(stream.read(_HEAD))
        if named is None:
            raise
        return named
