"""Copying files, hashed on their way; SQLite databases by their own way of being copied while they are written."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from riskwarn.backup.manifest import File
from riskwarn.database import WAIT_SECONDS
from riskwarn.errors import DatabaseUnusable, DiskFull
from riskwarn.files import FULL_DISK, sha256, sync

#: Bytes that are read and written at once.
CHUNK = 1 << 20


@contextmanager
def onto(folder: Path) -> Iterator[None]:
    """Raise DiskFull in the name of a folder where there is no room for what is written into it."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL_DISK:
            raise DiskFull(path=folder) from error
        raise


def copy_file(source: Path, folder: Path, path: str) -> File:
    """Copy a file to a path within a folder, for its owner alone, with the time of its last change."""
    digest, size = hashlib.sha256(), 0
    target = _made(folder, path)
    # What is there may be a link to a file of an earlier backup.
    target.unlink(missing_ok=True)
    with source.open("rb") as reading, onto(folder), open(target, "wb", opener=private) as writing:
        found = os.fstat(reading.fileno())
        while part := reading.read(CHUNK):
            digest.update(part)
            writing.write(part)
            size += len(part)
        # A full or failing disk may say so only now.
        writing.flush()
        os.fsync(writing.fileno())
    os.utime(target, ns=(found.st_mtime_ns, found.st_mtime_ns))
    return File(path, size, digest.hexdigest(), found.st_mtime_ns)


def link_file(earlier: Path, folder: Path, known: File) -> bool:
    """Give a file of an earlier backup a place in this one, without a copy; False where it is damaged, or lies on another disk."""
    source = earlier / known.path
    try:
        if source.is_symlink() or source.stat().st_size != known.size or sha256(source) != known.sha256:
            return False
        target = _made(folder, known.path)
        target.unlink(missing_ok=True)
        os.link(source, target)
    except OSError:
        return False
    return True


def copy_sqlite(source: Path, folder: Path, path: str) -> File:
    """Copy an SQLite database as it is at one instant.

    In one step: were it copied some pages at a time, every writer in between would make it begin anew, and a server writes its
    audit each second. Who writes waits meanwhile, about a second for each hundred megabytes.
    """
    target = _made(folder, path)
    target.unlink(missing_ok=True)
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    found = source.stat()
    try:
        with (
            closing(
                sqlite3.connect(f"{source.absolute().as_uri()}?mode=rw", uri=True, timeout=WAIT_SECONDS)
            ) as reading,
            closing(sqlite3.connect(target)) as writing,
        ):
            writing.execute("PRAGMA synchronous = OFF")  # it is made durable at its end
            reading.backup(writing, sleep=0.05)
        sync(target)
    except sqlite3.Error as error:
        if "disk is full" in str(error):
            raise DiskFull(path=folder) from error
        raise DatabaseUnusable(database=source, problem=str(error)) from error
    return File(path, target.stat().st_size, sha256(target), found.st_mtime_ns)


def _made(folder: Path, path: str) -> Path:
    target = folder / path
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return target


def private(path: str, flags: int) -> int:
    """Opens a file that is its owner's alone."""
    return os.open(path, flags, 0o600)
