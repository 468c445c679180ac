"""What each unit held when a snapshot was published. This is the one place that decides whether what was kept of a unit may be told to who
sees a part of the city: only where the unit, as it was then, lies wholly inside that part today.

A code outlives what it stands for: a town joins another district, and the district's total of last month has the town in it still. So what
is kept of a unit names the snapshot that it was said by, and the manifest of that the tree. A tree is kept once, however many snapshots
were made of it, and longer than their files are. Of a snapshot that names no tree nobody knows, and nothing of its units is told to a part.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, insert, select

from riskwarn.home import Home
from riskwarn.words import Unit
from serving.columns.places import DOWNWARDS, Places
from serving.snapshots.cut import Inside
from serving.snapshots.tables import SNAPSHOTS, TREES

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")

#: {city: {district: {town: {community: [grids]}}}}
Tree = dict[str, Any]

#: (kind, code)
Units = frozenset[tuple[str, str]]

#: Trees, and answers, that are kept in memory.
_TREES, _ANSWERS = 8, 512

#: The kinds of the keys of a tree, from the outermost in.
_KINDS = tuple(unit.value for unit in DOWNWARDS[:-1])


def tree_of(places: Places) -> Tree:
    """The tree of some places; what holds no grid is not in it."""
    columns = [[places[unit].codes[row] for row in rows.tolist()] for unit, rows in places.ancestors().items()]
    found: Tree = {}
    for grid, community, *between in sorted(zip(*columns, strict=True)):
        inner = found
        for code in reversed(between):
            inner = inner.setdefault(code, {})
        inner.setdefault(community, []).append(grid)
    return found


def digest_of(places: Places) -> str:
    """The digest of the tree of some places, by which a manifest names it."""
    return _digest(tree_of(places))


def keep(connection: Connection, places: Places) -> str:
    """Keep the tree of some places, where it is not kept yet; gives its digest, by which a manifest names it."""
    tree = tree_of(places)
    digest = _digest(tree)
    if connection.execute(select(TREES.c.digest).where(TREES.c.digest == digest)).first() is None:
        connection.execute(insert(TREES).values(digest=digest, tree=tree))
    return digest


def tree_named(connection: Connection, snapshot: str) -> str | None:
    """The digest of the tree that a snapshot was made of; None where it names none, or is not there."""
    named = select(SNAPSHOTS.c.manifest["tree"].as_string()).where(SNAPSHOTS.c.id == snapshot)
    found: str | None = connection.execute(named).scalar_one_or_none()
    return found


def held_by(connection: Connection, digest: str) -> Mapping[tuple[str, str], frozenset[str]]:
    """(kind, code) -> the grids that the unit held by a tree; empty where that is not kept."""
    return dict(_grids(_kept(connection, digest)))


def _kept(connection: Connection, digest: str) -> Tree:
    """A tree; an empty one where it is not there, or is not what the manifest names."""
    found = connection.execute(select(TREES.c.tree).where(TREES.c.digest == digest)).scalar_one_or_none()
    return found if found is not None and _digest(found) == digest else {}


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


@dataclass(frozen=True)
class _Answer:
    """What of a tree lies inside something of today."""

    units: Units = frozenset()  # wholly
    districts: frozenset[str] = frozenset()  # with some of their grids

    @staticmethod
    def of(tree: Tree, inside: Inside) -> _Answer:
        held = list(_grids(tree))
        touched = (unit for unit, grids in held if not grids.isdisjoint(inside.grids))
        return _Answer(
            frozenset(unit for unit, grids in held if grids <= inside.grids),
            frozenset(code for kind, code in touched if kind == Unit.DISTRICT),
        )


class Trees:
    """The trees of a home, each read when it is first asked for."""

    def __init__(self, home: Home) -> None:
        self._home, self._lock = home, threading.Lock()
        self._of_snapshot: dict[str, str | None] = {}
        self._read: OrderedDict[str, Tree] = OrderedDict()
        self._answers: OrderedDict[tuple[str, Inside], _Answer] = OrderedDict()
        self._extents: dict[str, Mapping[tuple[str, str], str]] = {}

    def inside(self, snapshot: str | None, inside: Inside) -> Units:
        """The units that, as they were when a snapshot was published, lie wholly inside something of today; none where nobody knows."""
        return self._answer(snapshot, inside).units

    def districts(self, snapshot: str, inside: Inside) -> frozenset[str]:
        """The districts that held something when a snapshot was published that lies inside today; none where nobody knows."""
        return self._answer(snapshot, inside).districts

    def extents(self, snapshot: str) -> Mapping[tuple[str, str], str]:
        """(kind, code) -> a digest of the grids that the unit held when a snapshot was published."""
        with self._lock:
            digest = self._digest_of(snapshot)
            if digest is None:
                return {}
            if digest not in self._extents:
                self._extents[digest] = {unit: _digest(sorted(held)) for unit, held in _grids(self._tree(digest))}
            return self._extents[digest]

    def _answer(self, snapshot: str | None, inside: Inside) -> _Answer:
        with self._lock:
            digest = self._digest_of(snapshot)
            if digest is None:
                return _Answer()
            key = digest, inside
            if key not in self._answers:
                self._answers[key] = _Answer.of(self._tree(digest), inside)
            return _newest(self._answers, key, _ANSWERS)

    def _digest_of(self, snapshot: str | None) -> str | None:
        """The digest of a snapshot's tree. What tells of a snapshot is written with its row or after it: one that is not there never is."""
        if snapshot is not None and snapshot not in self._of_snapshot:
            with self._home.database.connect() as connection:
                rows = connection.execute(
                    select(SNAPSHOTS.c.id, SNAPSHOTS.c.manifest["tree"].as_string().label("tree"))
                )
                self._of_snapshot |= {row.id: row.tree for row in rows}
            self._of_snapshot.setdefault(snapshot, None)
        return None if snapshot is None else self._of_snapshot[snapshot]

    def _tree(self, digest: str) -> Tree:
        if digest not in self._read:
            with self._home.database.connect() as connection:
                self._read[digest] = _kept(connection, digest)
        return _newest(self._read, digest, _TREES)


def _newest(kept: OrderedDict[_Key, _Value], key: _Key, most: int) -> _Value:
    """What was just asked for; what was not asked for longest is let go."""
    kept.move_to_end(key)
    while len(kept) > most:
        kept.popitem(last=False)
    return kept[key]


def _grids(tree: Tree) -> Iterator[tuple[tuple[str, str], frozenset[str]]]:
    """Each unit of a tree, and the grids that it held."""

    def within(inner: Any, depth: int) -> Iterator[tuple[tuple[str, str], frozenset[str]]]:
        for code, held in inner.items():
            if isinstance(held, list):
                yield (_KINDS[depth], code), frozenset(held)
                continue
            below = list(within(held, depth + 1))
            yield from below
            kind = _KINDS[depth + 1]
            yield (_KINDS[depth], code), frozenset().union(*(grids for (unit, _), grids in below if unit == kind))

    yield from within(tree, 0)
