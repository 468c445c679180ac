"""What a file is that holds no table, told by its marks, and what to do with it."""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from typing import BinaryIO

from riskwarn.errors import FileUnreadable
from riskwarn.ingest.sheets.encoding import utf16_of
from riskwarn.ingest.sheets.packing import CUT_OFF, GZIP, PASSWORD, ZIP, in_memory
from riskwarn.messages import Message

_PICTURE = Message("it is a picture; ask for the table that it shows")
_ARCHIVE = Message("it is an archive of a kind that is not read; unpack it first")
_DATABASE = Message("it is a database; ask it by a query in a file that ends in .sql, or export its table as CSV")
_LOCKED_AWAY = Message(
    "it is encrypted by a program that protects documents; have it decrypted where it comes from, or export it there as CSV"
)
_MAIL = Message("it is a mail; save the table that is attached to it as a file of its own")
_TEXT = Message("it is a text document; copy its table into a workbook")
_SLIDES = Message("it is a presentation; copy its table into a workbook")

#: First bytes of files that hold no table.
_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", Message("it is a pdf; ask for the table that it was made from")),
    (b"{\\rtf", _TEXT),
    (b"Rar!", Message("it is a RAR archive; unpack it first")),
    (b"7z\xbc\xaf\x27\x1c", Message("it is a 7z archive; unpack it first")),
    (b"BZh", _ARCHIVE),
    (b"\xfd7zXZ\x00", _ARCHIVE),
    (b"\x28\xb5\x2f\xfd", _ARCHIVE),
    (b"SQLite format 3\x00", _DATABASE),
    (b"\x00\x01\x00\x00Standard ", _DATABASE),  # Access
    (b"\x89PNG", _PICTURE),
    (b"\xff\xd8\xff", _PICTURE),
    (b"GIF8", _PICTURE),
    (b"II*\x00", _PICTURE),
    (b"MM\x00*", _PICTURE),
    (b"MZ\x90", Message("it is a program; ask for the table")),
)
#: Programs that protect documents put these into the first bytes.
_PROTECTED = re.compile(rb"E-SafeNet|TSD-Header|DRMONE|LOCKED BY")
#: What the parts of a .zip make together -> what is said of it.
_PARTS: dict[str, str] = {".docx": _TEXT, ".odt": _TEXT, ".pptx": _SLIDES}
#: Names within the old container of Office -> what it holds.
_HELD: tuple[tuple[str, str], ...] = (
    ("EncryptedPackage", PASSWORD),
    ("WordDocument", _TEXT),
    ("PowerPoint Document", _SLIDES),
    ("__substg1.0_", _MAIL),
    ("Workbook", CUT_OFF),
)
_NO_WORKBOOK = Message("it is not an Excel workbook; save it again as .xlsx")

#: Bytes that no text has: of what is packed or encrypted each is as frequent as any other.
_CONTROLS = re.compile(rb"[\x01-\x08\x0e-\x19\x1c-\x1f]")
_MOST_CONTROLS = 0.02
_CHUNK = 1 << 20


def refuse_others(path: Path, head: bytes, what: str | None) -> None:
    """Raise FileUnreadable where the first bytes of a file are those of something that is no table.

    `what` is the kind of table that its name says; None where its name says none.
    """
    for start, problem in _STARTS:
        if head.startswith(start):
            raise FileUnreadable(file=path.name, problem=problem)
    if _PROTECTED.search(head[:512]):
        raise FileUnreadable(file=path.name, problem=_LOCKED_AWAY)
    if _is_picture(head):
        raise FileUnreadable(file=path.name, problem=_PICTURE)
    if head[257:262] == b"ustar":
        raise FileUnreadable(file=path.name, problem=_ARCHIVE)
    if not head.strip(b"\x00"):
        problem = "it holds nothing but zeros: it was not copied or downloaded whole; copy or export it again"
        raise FileUnreadable(file=path.name, problem=problem)
    if what is not None and _is_binary(head):
        said = (
            "it is not {what}, nor any text: it is damaged, or a program that protects documents has encrypted it; "
            "open it where it comes from and export it again"
        )
        raise FileUnreadable(file=path.name, problem=Message(said, what=what))


def refuse_nothing(path: Path) -> None:
    """Raise FileUnreadable of a file without a byte, where its kind has some even without a row."""
    problem = "it has no bytes: it was not copied or downloaded whole; copy or export it again"
    raise FileUnreadable(file=path.name, problem=problem)


def of_parts(path: Path, made: str) -> FileUnreadable:
    """What is said of a .zip whose parts make no workbook."""
    return FileUnreadable(file=path.name, problem=_PARTS.get(made, Message("it holds no table")))


def no_workbook(path: Path) -> FileUnreadable:
    """What is said of a file that looks like a workbook and cannot be opened: locked, of another program, damaged."""
    source = in_memory(path)
    if not isinstance(source, Path):
        source.seek(0)
        return FileUnreadable(file=path.name, problem=_held_in(source))
    with source.open("rb") as stream:
        return FileUnreadable(file=path.name, problem=_held_in(stream))


def _held_in(stream: BinaryIO) -> str:
    """What a container of Office holds, by the names within it, which are UTF-16."""
    start = stream.read(4)
    if start in ZIP or start.startswith(GZIP):
        return CUT_OFF
    wanted = [(name.encode("utf-16-le"), said) for name, said in _HELD]
    before = start
    while chunk := stream.read(_CHUNK):
        piece = before + chunk
        for name, said in wanted:
            if name in piece:
                return said
        before = piece[-64:]
    return _NO_WORKBOOK


def _is_picture(head: bytes) -> bool:
    """Whether it is a picture whose mark is not in its very first bytes."""
    named = head[4:8] == b"ftyp" and head[8:11] in (b"hei", b"hev", b"mif", b"avi")
    bitmap = head[:2] == b"BM" and head[6:10] == bytes(4)
    return named or bitmap or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")


def _is_binary(head: bytes) -> bool:
    """Whether bytes are no text in any encoding."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or utf16_of(head) is not None:
        return False
    return len(_CONTROLS.findall(head)) > max(2, len(head) * _MOST_CONTROLS)
