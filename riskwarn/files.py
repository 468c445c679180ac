"""The one place that writes files, and reads those of the package: a crash leaves the old file or the new one, and nobody's file
is written over."""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from riskwarn.errors import FolderMissing, OutputRefused
from riskwarn.messages import Joined, Message

#: What the system says where there is no room for a file, or none for more of it.
FULL_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

#: What a spreadsheet takes for the beginning of a formula, also in full width.
_FORMULAS = tuple("=+-@\t\r\n＝＋－＠")


def uncomputed(value: Any) -> Any:
    """A cell that no spreadsheet computes: what a stranger wrote stays a text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULAS) else value


def output_file(
    path: Path, *, force: bool = False, endings: Iterable[str] = (), inputs: Iterable[Path | None] = ()
) -> Path:
    """The absolute path of a file that a user names and that may be written.

    Parameters
    ----------
    force : whether a file that is there may be replaced.
    endings : what the name may end in (`.xlsx`), where that decides what is written.
    inputs : files that are read; none of them is written over, not even with `force`.

    Raises OutputRefused, FolderMissing.
    """
    # The folder is resolved, the name is not: a link is replaced itself, and never what it leads to.
    whole = path.expanduser().parent.resolve() / path.name
    fitting = tuple(endings)
    if whole.is_dir():
        raise OutputRefused(file=path, problem="there is a folder of this name; name a file")
    if fitting and whole.suffix.lower() not in fitting:
        problem = Message("its name has to end in {endings}", endings=Joined(" or ", fitting))
        raise OutputRefused(file=path, problem=problem)
    if not whole.parent.is_dir():
        raise FolderMissing(file=path, folder=whole.parent)
    if any(one is not None and whole.exists() and one.exists() and whole.samefile(one) for one in inputs):
        raise OutputRefused(file=path, problem="it is the file that is read; name another")
    if os.path.lexists(whole) and not force:
        raise OutputRefused(file=path, problem="there is a file of this name; name another, or replace it with --force")
    return whole


@contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; when the block ends well, make it durable under its name.

    The file is synced before the rename and its folder after it, so that a name never leads to half a file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".writing-", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        sync(temporary)
        temporary.replace(path)
        sync(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


@dataclass
class Unnamed:
    """A file that is being written and gets the hash of its content as its name."""

    path: Path
    digest: str = ""


@contextmanager
def named_by_content(folder: Path, suffix: str) -> Iterator[Unnamed]:
    """Give a temporary path in `folder`; when the block ends well, the durable file is named by its SHA-256."""
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".writing-", dir=folder)
    os.close(handle)
    unnamed = Unnamed(Path(name))
    try:
        yield unnamed
        sync(unnamed.path)
        unnamed.digest = sha256(unnamed.path)
        unnamed.path.replace(folder / f"{unnamed.digest}{suffix}")
        sync(folder)
    finally:
        unnamed.path.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a text file atomically (UTF-8)."""
    with atomic(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def sync(path: Path) -> None:
    """Force a file or folder to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sha256(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def packaged(name: str) -> dict[str, Any]:
    """A YAML file of the package, read by libyaml where that is there: every command waits for some of them."""
    text = files("riskwarn").joinpath(name).read_text(encoding="utf-8")
    content: dict[str, Any] = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return content
