"""A folder that comes to be whole or not at all: it is filled under another name, and what a killed process left of it is cleared."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from riskwarn.errors import RiskwarnError
from riskwarn.files import sync
from riskwarn.messages import Message

#: In a folder that is being filled; its lock is held by who fills it.
MARK = ".partial"


@contextmanager
def partial(final: Path, refused: Callable[[str], RiskwarnError]) -> Iterator[Path]:
    """Give the folder FINAL.partial; where the block ends well, it is durable under its name (its files are synced by who writes
    them), else it is gone.

    Parameters
    ----------
    final : absent, or an empty folder.
    refused : makes the error of a problem.
    """
    problem: str
    if not final.parent.is_dir():
        problem = Message("there is no folder {folder}; make it, or mount its disk", folder=final.parent)
        raise refused(problem)
    if final.is_mount():
        problem = "it is a disk itself; name a folder on it"
        raise refused(problem)
    if example := _held(final):
        problem = Message("it holds other files ({example}); name a new or an empty folder", example=example)
        raise refused(problem)
    folder = final.with_name(f"{final.name}.partial")
    if (example := _held(folder)) and not (folder / MARK).is_file():
        problem = Message("{folder} is in the way and holds other files ({example})", folder=folder, example=example)
        raise refused(problem)
    folder.mkdir(mode=0o700, exist_ok=True)
    handle = os.open(folder / MARK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Who held it may have finished in between, and the mark with it.
            ours = os.path.samestat(os.fstat(handle), (folder / MARK).stat())
        except (BlockingIOError, FileNotFoundError):
            ours = False
        if not ours:
            problem = "another process is at it; wait until that has ended"
            raise refused(problem)
        _clear(folder)
        try:
            yield folder
            for inner, _, _ in os.walk(folder):
                sync(Path(inner))
            folder.rename(final)
            sync(final.parent)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        (final / MARK).unlink(missing_ok=True)
    finally:
        os.close(handle)


def _held(folder: Path) -> str | None:
    """The name of something that a place holds; None where nothing stands in the way."""
    if not folder.is_dir():
        return folder.name if os.path.lexists(folder) else None
    return min((one.name for one in folder.iterdir()), default=None)


def _clear(folder: Path) -> None:
    for one in folder.iterdir():
        if one.name == MARK:
            continue
        if one.is_dir() and not one.is_symlink():
            shutil.rmtree(one)
        else:
            one.unlink()
