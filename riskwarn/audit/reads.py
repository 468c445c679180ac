"""Reads of detail: each is counted at once and written within a second, together with others of its kind.

A row for each read would triple what the slowest reads take. So a row stands for the reads of one caller, of one thing, by one
way, in one batch. A process that is killed loses the reads of its last second; one that ends well loses none.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from riskwarn.audit.actions import Action
from riskwarn.audit.entries import Caller, Entry
from riskwarn.audit.recording import record
from riskwarn.errors import RiskwarnError
from riskwarn.home import Home

#: Seconds between batches, and kinds of reads that a batch holds.
EVERY = 1.0
MOST = 10_000

#: What is read where a batch is full: the caller and the way are still told, and how many times.
SEVERAL = "*"

_Kind = tuple[Action, str, Caller, str]

logger = logging.getLogger(__name__)


class ReadsOfDetail:
    """The reads of one process; made as it starts to answer, closed as it ends. Threads may share it.

    Each worker process has one of its own, made after it was forked.
    """

    def __init__(
        self,
        home: Home,
        *,
        every: float = EVERY,
        most: int = MOST,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._home, self._every, self._most, self._clock = home, every, most, clock
        self._counted: Counter[_Kind] = Counter()
        self._lock, self._writing = threading.Lock(), threading.Lock()
        self._wake, self._closed = threading.Event(), False
        self._thread = threading.Thread(target=self._run, name="audit-reads", daemon=True)
        self._thread.start()

    def note(self, action: Action, object: str, caller: Caller, result: str = "done") -> None:
        """Count a read; waits for nothing. `object` is an id of ours, empty where what was asked for is not there."""
        with self._lock:
            if self._closed:
                raise RuntimeError("reads are noted before close()")
            kind = (action, object, caller, result)
            before = self._counted.get(kind)
            if before is None and len(self._counted) >= self._most:
                kind = (action, SEVERAL, caller, result)
                self._wake.set()
                before = self._counted.get(kind)
            self._counted[kind] = 1 if before is None else before + 1

    def flush(self) -> int:
        """Write what was counted; gives how many rows. What cannot be written stays counted, and the error is raised."""
        with self._writing:
            with self._lock:
                batch, self._counted = self._counted, Counter()
            if not batch:
                return 0
            try:
                entries = [
                    Entry(action, object, caller, result, count=count)
                    for (action, object, caller, result), count in batch.items()
                ]
                record(self._home, *entries, at=self._clock())
            except BaseException:
                with self._lock:
                    self._counted.update(batch)
                raise
        return len(batch)

    def close(self) -> None:
        """Write what is left, and end."""
        with self._lock:
            self._closed = True
        self._wake.set()
        self._thread.join()
        self.flush()

    def __enter__(self) -> ReadsOfDetail:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def _run(self) -> None:
        said = False
        while not self._closed:
            self._wake.wait(self._every)
            self._wake.clear()
            try:
                self.flush()
                said = False
            except Exception as error:
                # The database is busy or gone, or something that nobody foresaw: they stay counted, the next batch has them.
                if not said:
                    shown = str(error) if isinstance(error, RiskwarnError) else type(error).__name__
                    logger.warning("reads of detail are not written yet: %s", shown)
                said = True
