"""Packed files: .gz and .zip of one table, unpacked as they are read and bounded, for a small file may unpack to any size.

Nothing is unpacked onto the disk, and no name inside an archive is used as one or shown.
"""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO

from riskwarn.errors import FileUnreadable
from riskwarn.messages import Message

GZIP, ZIP = b"\x1f\x8b", (b"PK\x03\x04", b"PK\x05\x06")

#: An unpacked file may have so many bytes whatever its size, and beyond that so many for each packed one: text of
#: registers packs to a tenth or twentieth, a bomb to a thousandth.
FREE, RATIO = 1 << 30, 200
#: No unpacked file may have more bytes than this.
MOST = 1 << 38
#: What has to be held in memory to be read (a packed workbook) may have so many bytes.
HELD = 1 << 28
#: Files that systems leave in archives.
_LITTER = ("__MACOSX", ".", "~$", "Thumbs.db")

#: What is said of a workbook that a password locks, and of one that is damaged.
PASSWORD = Message("it is locked with a password; save it without one")
CUT_OFF = Message("the workbook is damaged, for instance cut off while it was copied; copy or export it again")
#: What the unpackers raise of damaged archives and of unknown ways of packing.
DAMAGED = (gzip.BadGzipFile, zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError)


class _Bounded(io.RawIOBase):
    """A stream of unpacked bytes that ends with an error where they are too many for the packed ones."""

    def __init__(self, stream: BinaryIO, name: str, allowed: int) -> None:
        self._stream, self._name, self._read, self._allowed = stream, name, 0, allowed

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        count = int(self._stream.readinto(buffer))  # type: ignore[attr-defined]
        self._read += count
        if self._read > self._allowed:
            raise _too_large(self._name, self._allowed)
        return count

    def close(self) -> None:
        self._stream.close()
        super().close()


def is_packed(path: Path) -> bool:
    """Whether a file is a .gz, or a .zip that is no workbook."""
    start = _starts(path)
    return start.startswith(GZIP) or (start in ZIP and not parts_of(path))


def is_archive(path: Path) -> bool:
    """Whether a file is called one."""
    return path.suffix.lower() in (".gz", ".zip")


def parts_of(path: Path | BinaryIO) -> str:
    """What the parts of a .zip make together: ``.xlsx`` (also .xlsb), ``.ods``, ``.docx``, ``.pptx``; "" where nothing.

    Raises zipfile.BadZipFile.
    """
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        for folder, kind in (("xl/", ".xlsx"), ("word/", ".docx"), ("ppt/", ".pptx")):
            if "[Content_Types].xml" in names and any(name.startswith(folder) for name in names):
                return kind
        if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
            return ".ods" if b"opendocument.spreadsheet" in archive.read("mimetype") else ".odt"
    return ""


def opened(path: Path, most: int = MOST) -> BinaryIO:
    """The bytes of a file; of a packed one those of the table in it. Raises FileUnreadable."""
    start = _starts(path)
    allowed = min(most, max(FREE, RATIO * path.stat().st_size))
    if start.startswith(GZIP):
        return io.BufferedReader(_Bounded(gzip.open(path), path.name, allowed), 1 << 20)  # type: ignore[arg-type]
    try:
        if start in ZIP and not parts_of(path):
            return io.BufferedReader(_Bounded(_member(path, allowed), path.name, allowed), 1 << 20)
    except DAMAGED as error:
        raise FileUnreadable(file=path.name, problem="the archive is damaged; export it again") from error
    return path.open("rb")


def in_memory(path: Path) -> Path | BinaryIO:
    """A file for readers that jump about in it: the path itself, or the unpacked bytes. Raises FileUnreadable."""
    try:
        if not is_packed(path):
            return path
    except zipfile.BadZipFile:
        return path  # half a workbook: the reader of its kind says so
    try:
        with opened(path, HELD) as stream:
            return io.BytesIO(stream.read())
    except DAMAGED as error:
        raise FileUnreadable(file=path.name, problem="the archive is damaged; export it again") from error


def _starts(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(4)


def packed_name(path: Path) -> str:
    """What the one file in a .zip is called; "" where there is none, or several. It may say a day, and is not shown."""
    try:
        if not is_packed(path) or _starts(path).startswith(GZIP):
            return ""
        with zipfile.ZipFile(path) as archive:
            members = _members(archive)
    except (OSError, *DAMAGED):
        return ""
    return _base(members[0].filename) if len(members) == 1 else ""


def _members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The files of an archive without what systems leave in it."""
    return [one for one in archive.infolist() if not one.is_dir() and not _is_litter(one.filename)]


def _is_litter(name: str) -> bool:
    """Whether a name in an archive is of what systems leave there. ./ and ../ lead nowhere: only the bytes of a file are read."""
    steps = [step for step in name.replace("\\", "/").split("/") if step not in ("", ".", "..")]
    return not steps or steps[0].startswith(_LITTER) or steps[-1].startswith(_LITTER)


def _member(path: Path, allowed: int) -> BinaryIO:
    """The one table of an archive; its directory is believed where it tells of too much."""
    with zipfile.ZipFile(path) as archive:
        members = _members(archive)
        if not members:
            raise FileUnreadable(file=path.name, problem="the archive is empty; export it again")
        if len(members) != 1:
            problem = f"the archive holds {len(members)} files and has to hold one table; unpack it and load them"
            raise FileUnreadable(file=path.name, problem=problem)
        if members[0].flag_bits & 1:
            problem = "the archive is locked with a password; unpack it first"
            raise FileUnreadable(file=path.name, problem=problem)
        if members[0].file_size > allowed:
            raise _too_large(path.name, allowed)
        # The member keeps the archive's file open until it is closed itself.
        return archive.open(members[0])  # type: ignore[return-value]


def _too_large(name: str, allowed: int) -> FileUnreadable:
    problem = f"unpacked it would have more than {size_of(allowed)}; unpack it yourself and look at it"
    return FileUnreadable(file=name, problem=problem)


def _base(name: str) -> str:
    return name.replace("\\", "/").rsplit("/", 1)[-1]


def size_of(count: int) -> str:
    """A number of bytes as it is told."""
    return f"{count / (1 << 30):,.0f} GiB" if count >= 1 << 30 else f"{count >> 20} MiB"
