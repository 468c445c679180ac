"""What kind of table a file is, told by its content: systems write text and web pages that they call .xls."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

from riskwarn.errors import FileMissing, FileUnreadable
from riskwarn.ingest.sheets.no_table import of_parts, refuse_nothing, refuse_others
from riskwarn.ingest.sheets.packing import DAMAGED, GZIP, ZIP, in_memory, is_archive, is_packed, opened, parts_of
from riskwarn.messages import Message

#: Kinds by the endings of names.
TEXT, WORKBOOKS, LINES = (".csv", ".txt", ".tsv"), (".xlsx", ".xls", ".xlsb", ".ods"), (".jsonl", ".ndjson")
PARQUET, QUERY = ".parquet", ".sql"
#: A web page, one of one file (MHTML), and a workbook of XML: what systems call .xls.
PAGE, MAIL, XML = ".html", ".mht", ".xml"
#: What may hold several tables.
SHEETS = (*WORKBOOKS, PAGE, MAIL, XML)
_READ = (*TEXT, *SHEETS, *LINES, PARQUET, QUERY)
_SAME = {".htm": PAGE, ".mhtml": MAIL, ".et": ".xls", ".xlsm": ".xlsx"}

_OLE, _PARQUET = b"\xd0\xcf\x11\xe0", b"PAR1"
_HEAD = 1 << 12

_AS = {**dict.fromkeys(TEXT, Message("text with separators")), **dict.fromkeys(WORKBOOKS, Message("a workbook"))}
_AS |= {**dict.fromkeys(LINES, Message("JSON lines")), PARQUET: Message("a Parquet file")}
_AS |= {**dict.fromkeys((PAGE, MAIL), Message("a web page")), XML: Message("a workbook of XML")}

_CALLED_ARCHIVE = Message("an archive")

#: What is said of a web page that is none of ours.
NO_TABLE = Message(
    "it is a web page without a table that riskwarn knows, such as the login page that a system gives when the session "
    "has expired; log in and export it again"
)

_MARKED = re.compile(rb"<(?:!doctype html|html|head|body|table|tr)\b", re.IGNORECASE)
_WORKBOOK = re.compile(rb"<(?:\w+:)?Workbook\b[^>]*urn:schemas-microsoft-com:office:spreadsheet")
_MAILED = re.compile(rb"(?:MIME-Version|From|Subject|Content-Type|X-[\w-]+|Date): ", re.IGNORECASE)


def kind_of(path: Path) -> tuple[str, tuple[str, ...]]:
    """The kind of a file, as the ending that its name should have, and what is to be told of that.

    The content decides between tables; of plain text the name does. Raises FileMissing, FileUnreadable.
    """
    if not path.is_file():
        raise FileMissing(file=path)
    named = _ending(path)
    if path.stat().st_size == 0:
        if named in (*WORKBOOKS, PARQUET) or is_archive(path):
            refuse_nothing(path)
        return named, ()
    try:
        found = _found(path, named)
    except DAMAGED as error:
        raise FileUnreadable(file=path.name, problem="the archive is damaged; export it again") from error
    if _AS.get(found) == _AS.get(named) or named == QUERY:
        return found, ()
    if is_packed(path) and named not in _READ:
        return found, ()
    said = "{file}: it is called {named} and is {kind}; it was read as that"
    return found, (Message(said, file=path.name, named=named, kind=_AS[found]),)


def _ending(path: Path) -> str:
    """The ending of a name; of a packed file the one before."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if len(suffixes) > 1 and suffixes[-1] in (".gz", ".zip"):
        suffixes.pop()
    last = (suffixes or [""])[-1]
    return _SAME.get(last, last)


def _found(path: Path, named: str) -> str:
    with path.open("rb") as stream:
        start = stream.read(4)
    if start in ZIP:
        try:
            packed = is_packed(path)
        except zipfile.BadZipFile:
            # Half a workbook: the reader of its kind says so.
            if named in WORKBOOKS:
                return named
            raise
    else:
        packed = start.startswith(GZIP)
    with opened(path) as stream:
        head = stream.read(_HEAD)
    if not head:
        return named
    if packed and (head.startswith(GZIP) or (head[:4] in ZIP and not parts_of(in_memory(path)))):
        raise FileUnreadable(file=path.name, problem="it holds another archive; unpack it and load the table")
    if head[:4] in ZIP:
        made = parts_of(in_memory(path))
        if made in (".xlsx", ".ods"):
            # .xlsb has the same parts.
            return made
        raise of_parts(path, made)
    if head.startswith(_OLE):
        return ".xls"
    if head.startswith(_PARQUET):
        return PARQUET
    archive = is_archive(path) and not packed
    refuse_others(path, head, _CALLED_ARCHIVE if archive else _AS.get(named))
    return _text(path, named, head)


def _text(path: Path, named: str, head: bytes) -> str:
    """The kind of a file that is none of those with marks of their own."""
    plain = head.removeprefix(b"\xef\xbb\xbf").replace(b"\x00", b"").lstrip(b"\xff\xfe").lstrip()
    if named == QUERY:
        return QUERY
    if (marked := _marked(path, named, plain)) is not None:
        return marked
    if plain[:1] in (b"{", b"[") and named not in TEXT:
        if named in LINES or _is_line(plain):
            return LINES[0]
        problem = "it is one JSON document; save it as JSON lines, one object a line"
        raise FileUnreadable(file=path.name, problem=problem)
    if plain[:1] == b"{" and _is_line(plain):
        return LINES[0]
    if named in (*WORKBOOKS, PARQUET) and not any(separator in plain for separator in b",;\t|"):
        said = "it is not {what}, nor text with separators; export it again"
        what = Message("an Excel workbook") if named in WORKBOOKS else _AS[PARQUET]
        raise FileUnreadable(file=path.name, problem=Message(said, what=what))
    if named in _AS or named in (".gz", ".zip", ".json"):
        return TEXT[0]
    said = "files that end in {ending} are not read: save it as CSV, Excel, Parquet or JSON lines"
    raise FileUnreadable(file=path.name, problem=Message(said, ending=named or Message("nothing")))


def _marked(path: Path, named: str, plain: bytes) -> str | None:
    """What kind of page or XML a file is; None where it is neither."""
    if plain[:1] == b"<":
        if _WORKBOOK.search(plain):
            return XML
        if _MARKED.search(plain) or not plain.startswith(b"<?xml"):
            return PAGE
        problem = "it is XML, and no workbook; export it as CSV or Excel"
        raise FileUnreadable(file=path.name, problem=problem)
    if _MAILED.match(plain) and b"multipart/related" in plain.lower():
        return MAIL
    return PAGE if named in SHEETS and _MARKED.search(plain) else None


def _is_line(head: bytes) -> bool:
    """Whether the first line is a JSON object; one that goes on beyond what was read may be."""
    line, _, more = head.partition(b"\n")
    if not more and len(head) > _HEAD // 2:
        return b'":' in line or b'" :' in line
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False
