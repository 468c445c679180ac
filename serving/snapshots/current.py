"""The snapshot that is current, held in memory: looked for and read in the background, and swapped as one reference.

Nothing on the way of a request reads the database; a file is read for an older snapshot only, once for all who ask.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from datetime import date

from riskwarn.database import ANSWER_SECONDS, PATIENCE
from riskwarn.errors import AsOfGone, NoSnapshot, NotReadYet, QueryInvalid, SnapshotGone
from riskwarn.home import Home
from riskwarn.messages import Message
from serving.snapshots import published
from serving.snapshots.publications import Publications, read_publications
from serving.snapshots.published import Row
from serving.snapshots.snapshot import Snapshot, load_snapshot

#: Seconds between two looks for a newer snapshot.
LOOK_EVERY = 0.5

#: Seconds between two tries to read a snapshot that could not be read.
TRY_EVERY = 5.0

#: Seconds for which a start waits for the first look; then it answers that it is not ready yet.
FIRST_LOOK = 5.0

#: Bytes of older snapshots that are kept in memory; one is always kept.
OLDER_BYTES = 100_000_000

#: What became of a snapshot, in words; why somebody withdrew one is for the command line.
_FATES = {
    published.WITHDRAWN: Message("was withdrawn"),
    published.SWEPT: Message("has lost its files by retention (keep_snapshots in riskwarn.yaml)"),
}

_log = logging.getLogger(__name__)


class Current:
    """Gives the current snapshot."""

    def __init__(
        self,
        home: Home,
        look_every: float = LOOK_EVERY,
        older_bytes: int = OLDER_BYTES,
        try_every: float = TRY_EVERY,
    ) -> None:
        self._home, self._look_every, self._older_bytes, self._try_every = home, look_every, older_bytes, try_every
        self._failed: dict[str, tuple[float, Exception]] = {}
        self._held: Snapshot | None = None
        self._older: OrderedDict[str, Snapshot] = OrderedDict()
        self._reading, self._looking, self._of_older = threading.Lock(), threading.Lock(), threading.Lock()
        self._stopped, self._looked = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        #: What was published, as it was last read.
        self.publications = Publications()
        #: Counts what changed in the publications or was swapped: an answer of another number may be out of date.
        self.generation = 0
        #: Why the newest snapshot is not served; None where it is.
        self.problem: Exception | None = None
        #: How often a look failed.
        self.failures = 0

    @property
    def held(self) -> Snapshot | None:
        """The snapshot that is served; None before the first was read."""
        return self._held

    @property
    def looked(self) -> bool:
        """Whether the first look has ended."""
        return self._looked.is_set()

    def against(self, held: Snapshot | None) -> Exception | None:
        """What stands against serving the newest snapshot, where `held` is served; None where nothing does."""
        if held is not None or self.problem is not None:
            return self.problem
        return NoSnapshot(which="") if self.looked else NotReadYet()

    def start(self) -> None:
        """Look in the background; waits for the first look, but not for ever."""
        self._thread = threading.Thread(target=self._run, name="current-snapshot", daemon=True)
        self._thread.start()
        self._looked.wait(FIRST_LOOK)

    def stop(self) -> None:
        """End the background's looking."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(1)

    def _run(self) -> None:
        PATIENCE.set(ANSWER_SECONDS)
        while not self._stopped.is_set():
            self.look()
            self._stopped.wait(self._look_every)

    def look(self) -> None:
        """Look for a newer snapshot once; what cannot be read leaves the old one served, and is told by `problem`."""
        with self._looking:
            try:
                self._renew()
                if self.problem is not None:
                    _log.warning("the newest snapshot is served again")
                self.problem = None
            except Exception as error:  # whatever it is, what is held stays served
                self.failures += 1
                if type(error) is not type(self.problem):
                    _log.warning("the newest snapshot is not served: %s", error)
                self.problem = error
            finally:
                self._looked.set()

    def _renew(self) -> None:
        state = published.state(self._home)
        if state != self.publications.state:
            publications = read_publications(self._home, state)
            # What is older may have been withdrawn, or be of an as-of that has a newer one.
            with self._of_older:
                for gone in [one for one in self._older if one in publications.fates]:
                    del self._older[gone]
            self.publications = publications
            self.generation += 1
        elif self._held is not None and self.problem is None:
            return
        self._swap()

    def _swap(self) -> None:
        """Serve the newest that can be read. Raises why that is not the newest of all."""
        kept, held = self.publications.kept, self._held
        first: Exception | None = None
        chosen: Snapshot | None = None
        for row in kept:
            if held is not None and row.id == held.id:
                chosen = held
                break
            try:
                chosen = self._read(row)
                break
            except Exception as error:
                first = first or error
        if (chosen.id if chosen is not None else None) != (held.id if held is not None else None):
            self._held = chosen
            self.generation += 1
        if first is not None:
            raise first

    def _read(self, row: Row) -> Snapshot:
        """Read a snapshot; one that could not be read is not tried again for a while, lest each look read all of it."""
        failed = self._failed.get(row.id)
        if failed is not None and time.monotonic() - failed[0] < self._try_every:
            raise failed[1]
        try:
            found = load_snapshot(self._home, row)
        except Exception as error:
            self._failed[row.id] = time.monotonic(), error
            raise
        self._failed.pop(row.id, None)
        return found

    def __call__(self, as_of: date | None = None) -> Snapshot:
        """The current snapshot, or the newest of an as-of.

        Raises NoSnapshot, NotReadYet, QueryInvalid (no snapshot of this as-of), AsOfGone (none that is kept), and what stood
        against reading any.
        """
        held = self._held
        if as_of is None or (held is not None and held.as_of == as_of):
            if held is None:
                raise self.against(held) or NotReadYet()
            return held
        publications = self.publications
        row, gone = publications.by_as_of.get(as_of), publications.gone(as_of)
        if row is None and gone is not None:
            fate = _FATES[publications.fates[gone.id]["fate"]]
            raise AsOfGone(snapshot=gone.id, as_of=as_of, fate=fate)
        if row is None:
            raise QueryInvalid(parameter="as_of", problem=_nearest(as_of, self.publications.near(as_of)))
        return self.named(row.id)

    def named(self, snapshot: str) -> Snapshot:
        """A snapshot by its id. Raises NoSnapshot, SnapshotGone (withdrawn, or no longer kept), SnapshotDamaged."""
        held = self._held
        if held is not None and held.id == snapshot:
            return held
        row = self.row(snapshot)
        found = self._from_memory(snapshot)
        if found is None:
            # One reads for all who wait, and one at a time, so that memory holds one more at most.
            with self._reading:
                found = self._from_memory(snapshot)
                if found is None:
                    found = load_snapshot(self._home, row)
                    self._remember(found)
        return found

    def row(self, snapshot: str) -> Row:
        """The row of a snapshot that is kept. Raises NoSnapshot, SnapshotGone."""
        row = self.publications.by_id.get(snapshot)
        if row is None:
            raise NoSnapshot(which=f" as {snapshot}")
        if snapshot in self.publications.fates:
            raise SnapshotGone(snapshot=snapshot)
        return row

    def _from_memory(self, snapshot: str) -> Snapshot | None:
        with self._of_older:
            found = self._older.get(snapshot)
            if found is not None:
                self._older.move_to_end(snapshot)
            return found

    def _remember(self, snapshot: Snapshot) -> None:
        with self._of_older:
            self._older[snapshot.id] = snapshot
            while len(self._older) > 1 and sum(one.size() for one in self._older.values()) > self._older_bytes:
                self._older.popitem(last=False)


def _nearest(as_of: date, near: list[date]) -> str:
    if not near:
        return "there is no snapshot"
    days = " and ".join(day.isoformat() for day in near)
    return Message("there is no snapshot as of {as_of}; the nearest are as of {near}", as_of=as_of, near=days)
