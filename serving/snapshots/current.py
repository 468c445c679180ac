"""The snapshot that is current, held in memory: looked for and read in the background, and swapped as one reference.

Nothing on the way of a request reads the database; a file is read for an older snapshot only, once for all who ask.
Suspensions are looked for by a thread of their own: they hold within a second, also while a new snapshot is being read.
What one worker finds damaged all leave within a second, so that all serve the same (:mod:`serving.snapshots.marked`).
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from datetime import date

from riskwarn.database import ANSWER_SECONDS, PATIENCE
from riskwarn.errors import (
    AsOfGone,
    NoSnapshot,
    NotReadYet,
    QueryInvalid,
    SnapshotDamaged,
    SnapshotGone,
    SnapshotUnknown,
)
from riskwarn.home import Home
from riskwarn.messages import Listed, Message
from serving.snapshots import published, suspensions
from serving.snapshots.files import verify
from serving.snapshots.marked import mark, marked, unmark
from serving.snapshots.publications import Publications, read_publications
from serving.snapshots.published import Row
from serving.snapshots.snapshot import Snapshot, load_snapshot
from serving.snapshots.suspensions import without
from serving.snapshots.trees import Trees
from serving.snapshots.withheld import Withheld, withheld_today

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
        self._marked: frozenset[str] = frozenset()  # what some worker found damaged
        self._whole: Snapshot | None = None  # as it was read
        self._held: Snapshot | None = None  # without what is suspended
        self._older: OrderedDict[str, Snapshot] = OrderedDict()
        self._reading, self._looking, self._of_older = threading.Lock(), threading.Lock(), threading.Lock()
        self._serving, self._of_suspensions = threading.Lock(), threading.Lock()
        self._stopped, self._looked = threading.Event(), threading.Event()
        self._threads: list[threading.Thread] = []
        self._suspensions: int | None = None
        self._least = home.configuration.min_residents
        self._withheld = Withheld(self._least)
        #: The targets that are suspended; none before that is known, when nothing is served.
        self.suspended: frozenset[str] = frozenset()
        #: What was published, as it was last read.
        self.publications = Publications()
        #: What units held when it was.
        self.trees = Trees(home)
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
        return NoSnapshot() if self.looked else NotReadYet()

    def start(self) -> None:
        """Look in the background; waits for the first look, but not for ever."""
        for name, run in (("current-snapshot", self._run), ("suspensions", self._watch)):
            self._threads.append(threading.Thread(target=run, name=name, daemon=True))
            self._threads[-1].start()
        self._looked.wait(FIRST_LOOK)

    def stop(self) -> None:
        """End the background's looking."""
        self._stopped.set()
        for thread in self._threads:
            thread.join(1)

    def _run(self) -> None:
        PATIENCE.set(ANSWER_SECONDS)
        while not self._stopped.is_set():
            self.look()
            self._stopped.wait(self._look_every)

    def _watch(self) -> None:
        while not self._stopped.wait(self._look_every):
            with suppress(Exception):  # what stands against it is told by `look`; until then what is known holds
                self.look_for_suspensions()

    def look_for_suspensions(self) -> None:
        """Look once whether targets were suspended or resumed; from then on nothing is served of those that are."""
        with self._of_suspensions:
            with self._home.database.connect() as connection:
                number = suspensions.number(connection)
                if number == self._suspensions:
                    return
                targets = frozenset(suspensions.suspended(connection))
            with self._serving:
                self._suspensions, self.suspended = number, targets
                self._show()

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
        self.look_for_suspensions()
        state, damaged = published.state(self._home), marked(self._home)
        changed, self._marked = damaged ^ self._marked, damaged
        for one in changed - damaged:  # put back: read at once by all
            self._failed.pop(one, None)
        if changed:
            with self._of_older:
                for one in changed & self._older.keys():
                    del self._older[one]
            with self._serving:
                self.generation += 1
        if state != self.publications.state:
            publications = read_publications(self._home, state)
            # What is older may have been withdrawn, or be of an as-of that has a newer one.
            with self._of_older:
                for gone in [one for one in self._older if one in publications.fates]:
                    del self._older[gone]
            with self._serving:
                self.publications = publications
                self.generation += 1
        elif self._whole is not None and self.problem is None and not changed:
            return
        self._swap()

    def _swap(self) -> None:
        """Serve the newest that can be read. Raises why that is not the newest of all."""
        kept, held = self.publications.kept, self._whole
        first: Exception | None = None
        chosen: Snapshot | None = None
        for row in kept:
            own = held if held is not None and row.id == held.id else None
            if own is not None and row.id not in self._marked:
                chosen = own
                break
            try:
                chosen = self._read(row, own)
                break
            except Exception as error:
                first = first or error
        if (chosen.id if chosen is not None else None) != (held.id if held is not None else None):
            with self._serving:
                self._whole = chosen
                self._show()
        if first is not None:
            raise first

    def _show(self) -> None:
        """Serve what was read, without what is suspended; what was answered before, or is being made of what was held, is past."""
        self._held = None if self._whole is None else without(self._whole, self.suspended)
        self.generation += 1

    def _read(self, row: Row, held: Snapshot | None = None) -> Snapshot:
        """Read a snapshot, or the files of one that is held; what could not be read is not tried again for a while, lest each look
        read all of it."""
        failed = self._failed.get(row.id)
        if failed is not None and time.monotonic() - failed[0] < self._try_every:
            raise failed[1]
        try:
            found = self._load(row, held)
        except Exception as error:
            self._failed[row.id] = time.monotonic(), error
            raise
        self._failed.pop(row.id, None)
        return found

    def _load(self, row: Row, held: Snapshot | None = None) -> Snapshot:
        """Read a snapshot from its files, and let the other workers know how they were found."""
        try:
            if held is not None:
                verify(self._home.snapshots / row.id, row.manifest["files"])
            found = held or self._told(load_snapshot(self._home, row))
        except SnapshotDamaged:
            mark(self._home, row.id)
            self._marked |= {row.id}
            raise
        if row.id in self._marked:
            unmark(self._home, row.id)
        return found

    def _told(self, snapshot: Snapshot) -> Snapshot:
        """A snapshot as it was read, without what the rule of today withholds of it."""
        return replace(snapshot, places=withheld_today(snapshot.places, self._least))

    def withholds(self, snapshot: str, units: Collection[tuple[str, str]]) -> bool:
        """Whether the details of any of some units are withheld today in a snapshot: they are of all where that cannot be known, because
        its files are damaged, or no snapshot is read of those that are kept."""
        today = self._whole
        if today is None and (self.publications.kept or not self.looked):
            return True
        own = (None, None) if today is None else (today.id, today.places)
        try:
            return self._withheld.holds(self._home.snapshots / snapshot, units, *own)
        except SnapshotDamaged:
            return True

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
            near = publications.near(as_of)
            if held is None and not near:
                raise self.against(held) or NotReadYet()  # that nothing is published is no fault of the day
            raise QueryInvalid(parameter="as_of", problem=_nearest(as_of, near))
        return self.named(row.id)

    def named(self, snapshot: str) -> Snapshot:
        """A snapshot by its id. Raises SnapshotUnknown, SnapshotGone (withdrawn, or no longer kept), SnapshotDamaged."""
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
                    found = self._load(row)
                    self._remember(found)
        today = self._whole
        return without(found if today is None else self._withheld.of(found, today), self.suspended)

    def row(self, snapshot: str) -> Row:
        """The row of a snapshot that is kept. Raises SnapshotUnknown, SnapshotGone."""
        row = self.publications.by_id.get(snapshot)
        if row is None:
            raise SnapshotUnknown(snapshot=snapshot[:64])
        fate = self.publications.fates.get(snapshot)
        if fate is not None:
            raise SnapshotGone(snapshot=snapshot, fate=_FATES[fate["fate"]])
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
            while len(self._older) > 1 and sum(one.nbytes for one in self._older.values()) > self._older_bytes:
                self._older.popitem(last=False)
            kept = {*self._older}
        if self._whole is not None:
            self._withheld.keep(kept, self._whole.id)


def _nearest(as_of: date, near: list[date]) -> str:
    if not near:
        return Message("there is no snapshot")
    days = Listed(day.isoformat() for day in near)
    return Message("there is no snapshot as of {as_of}; the nearest are as of {near}", as_of=as_of, near=days)
