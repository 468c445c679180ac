"""One writer at a time, and no trace of those that died."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select

from riskwarn.database import LAKE_FILES
from riskwarn.home import Home
from riskwarn.progress import Progress, silent

LOCK = ".lock"
UNFINISHED = ".writing-"


@contextmanager
def writing(home: Home, progress: Progress = silent) -> Iterator[None]:
    """Hold the store's only pen: waits for another writer, then sweeps what a killed one left behind.

    The lock is the operating system's (flock): it ends with its process, however that ends.
    """
    home.lake.mkdir(exist_ok=True)
    with (home.lake / LOCK).open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress("waiting for another load to end")
            fcntl.flock(handle, fcntl.LOCK_EX)
        _sweep(home)
        yield


def _sweep(home: Home) -> None:
    """Remove files that no manifest row names; nobody has ever read them."""
    with home.database.connect() as connection:
        listed = set(connection.scalars(select(LAKE_FILES.c.path)))
    for file in home.lake.glob("*/*"):
        if file.name.startswith(UNFINISHED) or f"{file.parent.name}/{file.name}" not in listed:
            file.unlink(missing_ok=True)
