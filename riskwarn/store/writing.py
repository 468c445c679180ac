"""One writer at a time, and no trace of those that died."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from riskwarn.home import Home
from riskwarn.progress import Progress, silent
from riskwarn.store.garbage import finish_erasures, sweep

LOCK = ".lock"


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
        sweep(home)
        finish_erasures(home)
        yield
