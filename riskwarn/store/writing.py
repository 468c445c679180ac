"""One writer at a time, and no trace of those that died."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from riskwarn.errors import HomeBusy
from riskwarn.home import Home
from riskwarn.progress import Progress, silent
from riskwarn.store.garbage import finish_erasures, sweep

LOCK = ".lock"

#: Held by who updates, and shared by who trains or scores by hand.
ROUTINE = ".routine.lock"


@contextmanager
def writing(home: Home, progress: Progress = silent) -> Iterator[None]:
    """Hold the store's only pen: waits for another writer, then sweeps what a killed one left behind."""
    with one_at_a_time(home.lake, progress, "waiting for another load to end"):
        sweep(home)
        finish_erasures(home)
        yield


@contextmanager
def one_at_a_time(folder: Path, progress: Progress, waiting: str) -> Iterator[None]:
    """Hold the lock of a folder; `waiting` is told while another process does.

    The lock is the operating system's (flock): it ends with its process, however that ends.
    """
    folder.mkdir(exist_ok=True)
    with (folder / LOCK).open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress(waiting)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextmanager
def routine(home: Home, *, alone: bool = False) -> Iterator[None]:
    """Train or score beside others who do, or `alone` carry out the nightly update; raise HomeBusy where that does not go.

    Nobody waits: who comes second is told, and comes again.
    """
    with (home.path / ROUTINE).open("a") as handle:
        try:
            fcntl.flock(handle, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise HomeBusy(home=home.path) from error
        yield
