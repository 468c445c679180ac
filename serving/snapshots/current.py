"""The snapshot that is current, held in memory: looked for and read in the background, and swapped as one reference.

Nothing on the way of a request reads the database or a file, but for an older snapshot that is asked for by its as-of.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from datetime import date

from riskwarn.errors import NoSnapshot, QueryInvalid, SnapshotGone
from riskwarn.home import Home
from serving.snapshots import published
from serving.snapshots.snapshot import Snapshot, load_snapshot

#: Seconds between two looks for a newer snapshot.
LOOK_EVERY = 0.5

#: Bytes of older snapshots that are kept in memory; one is always kept.
OLDER_BYTES = 100_000_000

_log = logging.getLogger(__name__)


class Current:
    """Gives the current snapshot."""

    def __init__(self, home: Home, look_every: float = LOOK_EVERY, older_bytes: int = OLDER_BYTES) -> None:
        self._home, self._look_every, self._older_bytes = home, look_every, older_bytes
        self._held: Snapshot | None = None
        self._older: OrderedDict[str, Snapshot] = OrderedDict()
        self._reading, self._looking = threading.Lock(), threading.Lock()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        #: Counts what was swapped: an answer of another number is not this one's.
        self.generation = 0
        #: Why the newest snapshot is not served; None where it is.
        self.problem: Exception | None = None

    def start(self) -> None:
        """Look once, then go on looking in the background."""
        self.look()
        self._thread = threading.Thread(target=self._run, name="current-snapshot", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the background's looking."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(5)

    def _run(self) -> None:
        while not self._stopped.wait(self._look_every):
            self.look()

    def look(self) -> None:
        """Look for a newer snapshot once; what cannot be read leaves the old one served, and is told by `problem`."""
        with self._looking:
            try:
                row = published.newest(self._home)
                held = self._held.id if self._held is not None else None
                if (row.id if row is not None else None) != held:
                    self._held = load_snapshot(self._home, row) if row is not None else None
                    self.generation += 1
                if self.problem is not None:
                    _log.warning("the newest snapshot is served again")
                self.problem = None
            except Exception as error:  # whatever it is, what is held stays served
                if type(error) is not type(self.problem):
                    _log.warning("the newest snapshot is not served: %s", error)
                self.problem = error

    def __call__(self, as_of: date | None = None) -> Snapshot:
        """The current snapshot, or the newest of an as-of.

        Raises NoSnapshot, QueryInvalid (no snapshot of this as-of), and what stood against reading any.
        """
        if as_of is not None:
            return self._of(as_of)
        if self._held is None:
            raise self.problem or NoSnapshot(which="")
        return self._held

    def named(self, snapshot: str) -> Snapshot:
        """A snapshot by its id. Raises NoSnapshot, SnapshotGone (withdrawn, or no longer kept), SnapshotDamaged."""
        if self._held is not None and self._held.id == snapshot:
            return self._held
        with self._reading:
            found = self._older.get(snapshot)
            if found is None:
                row = published.named(self._home, snapshot)
                if published.fates(self._home, [snapshot]):
                    raise SnapshotGone(snapshot=snapshot)
                found = self._older[snapshot] = load_snapshot(self._home, row)
            self._older.move_to_end(snapshot)
            while len(self._older) > 1 and sum(one.size() for one in self._older.values()) > self._older_bytes:
                self._older.popitem(last=False)
            return found

    def _of(self, as_of: date) -> Snapshot:
        held = self._held
        if held is not None and held.as_of == as_of:
            return held
        row = published.newest(self._home, as_of)
        if row is None:
            near = " and ".join(day.isoformat() for day in published.near(self._home, as_of))
            problem = (
                f"there is no snapshot as of {as_of}; the nearest are as of {near}" if near else "there is no snapshot"
            )
            raise QueryInvalid(parameter="as_of", problem=problem)
        return self.named(row.id)
