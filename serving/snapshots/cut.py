"""A snapshot cut to the part of the city that a caller sees. This is the one place that decides what lies inside.

What is left is a snapshot like any other, so that no route can forget to leave something out: the grids that lie inside by the tree of
today, the units above them that lie wholly inside, and nothing of the others. Scores, levels, excess and reasons stay as they were
published; ranks are those among what is left. What was computed over the whole city (cards of models, what levels catch, sums of sources,
digests of files) is not there, and of each place the last reason is not: with it the reasons add up to the distance from the city's mean.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from riskwarn.arrays import Flags, Indices
from riskwarn.words import Unit
from serving.columns.gaps import DataGaps
from serving.columns.members import BY_MEMBERS, COMPARED
from serving.columns.places import DOWNWARDS, LevelOfPlaces, Places, Places32
from serving.columns.reasons import AllReasons, Reasons
from serving.columns.scores import Block, Scores
from serving.snapshots.snapshot import Snapshot

#: Bytes of cut snapshots that are kept; one is always kept.
MOST_BYTES = 100_000_000

#: Of what a snapshot was made from only this is told.
_INPUTS = ("as_of",)

#: Of how a source reports this holds for every place.
_OF_SOURCE = ("source", "zh")


@dataclass(frozen=True)
class Inside:
    """What lies inside an area today."""

    grids: frozenset[str]
    units: frozenset[tuple[str, str]]  # (kind, code) of all that lie wholly inside


def inside_of(today: Places, units: Sequence[tuple[str, str]]) -> Inside:
    """What lies inside some units by the tree of today; a unit that there is no more holds nothing."""
    flags = np.zeros(len(today[Unit.GRID]), dtype=bool)
    for kind, code in units:
        row = today.row(Unit(kind), code)
        if row is not None:
            flags[row if kind == Unit.GRID else today.within(Unit(kind), row, Unit.GRID)] = True
    codes, kept = today[Unit.GRID].codes, _kept(today, flags)
    return Inside(
        frozenset(codes[row] for row in np.flatnonzero(flags).tolist()),
        frozenset((unit.value, today[unit].codes[row]) for unit in Unit for row in np.flatnonzero(kept[unit]).tolist()),
    )


def cut(snapshot: Snapshot, inside: Inside) -> Snapshot:
    """What a snapshot tells of what lies inside."""
    places = snapshot.places
    flags = np.fromiter((code in inside.grids for code in places[Unit.GRID].codes), bool, len(places[Unit.GRID]))
    rows, parents = _rows(places, _kept(places, flags))
    own = _places(places, rows, parents)
    districts, by_members = _districts(places, flags), snapshot.manifest.get(COMPARED) == BY_MEMBERS
    return replace(
        snapshot,
        manifest=manifest_inside(snapshot.manifest, districts),
        places=own,
        scores={
            block: {unit: _scores(one, rows[unit], by_members or unit is Unit.GRID) for unit, one in by_unit.items()}
            for block, by_unit in snapshot.scores.items()
        },
        reasons=_reasons(snapshot.reasons, rows),
        gaps=DataGaps.from_list(gaps_inside(snapshot.gaps.as_list(), districts)),
        health=tuple(_health(one, districts, own) for one in snapshot.health),
        whole=False,
    )


def _kept(places: Places, grids: Flags) -> dict[Unit, Flags]:
    """Which units of each level lie wholly inside: all of their grids do, and they have any."""
    kept = {}
    for unit, above in places.ancestors().items():
        size = len(places[unit])
        held = np.bincount(above, minlength=size)
        kept[unit] = (held > 0) & (held == np.bincount(above[grids], minlength=size))
    return kept


def _rows(places: Places, kept: Mapping[Unit, Flags]) -> tuple[dict[Unit, Indices], dict[Unit, Places32]]:
    """(the rows that are left of each level in their new order, the new rows of their parents).

    What has no parent inside comes last, with a row behind that of the last parent: what lies inside a unit still lies side by side.
    """
    rows: dict[Unit, Indices] = {}
    parents: dict[Unit, Places32] = {}
    upper: Unit | None = None
    for unit in DOWNWARDS:
        chosen = np.flatnonzero(kept[unit])
        if upper is None:
            own = np.full(len(chosen), -1, dtype=np.int32)
        else:
            new = np.full(len(places[upper]), len(rows[upper]), dtype=np.int32)
            new[rows[upper]] = np.arange(len(rows[upper]), dtype=np.int32)
            own = new[places[unit].parents[chosen]]
        order = np.argsort(own, kind="stable")
        rows[unit], parents[unit], upper = chosen[order], own[order], unit
    return rows, parents


def _places(places: Places, rows: Mapping[Unit, Indices], parents: Mapping[Unit, Places32]) -> Places:
    levels, outside = {}, {}
    upper: Unit | None = None
    for unit in DOWNWARDS:
        one, chosen = places[unit], rows[unit]
        levels[unit] = LevelOfPlaces(
            tuple(one.codes[row] for row in chosen.tolist()),
            tuple(one.names[row] for row in chosen.tolist()),
            parents[unit],
            one.residents[chosen],
            one.suppressed[chosen],
            None if one.points is None else one.points[chosen],
            None if one.initials is None else tuple(one.initials[row] for row in chosen.tolist()),
        )
        if upper is not None:
            # Where a unit lies is told, though nothing is told of what it lies in.
            for row in np.flatnonzero(parents[unit] == len(levels[upper])).tolist():
                outside[unit, row] = tuple(places.lineage(unit, int(chosen[row])))
        upper = unit
    return Places(levels, outside)


def _scores(one: Scores, rows: Indices, compared: bool) -> Scores:
    """The rows of a level; ranks are those among them, and intervals of ranks, which lean on all others, are not there.

    Nor is a change where it is not `compared` with the same grids.
    """
    own = Scores(**{field.name: getattr(one, field.name)[rows] for field in fields(Scores)})
    nothing, unknown = np.full(len(rows), -1, dtype=np.int32), np.full(len(rows), np.nan)
    return replace(
        own,
        rank=_ranks(own.rank),
        change=own.change if compared else unknown,
        before=own.before if compared else unknown,
        previous_rank=_ranks(own.previous_rank) if compared else nothing,
        rank_lower=nothing,
        rank_upper=nothing,
    )


def _ranks(ranks: Places32) -> Places32:
    """Ranks from 1 in the same order; -1 stays."""
    found = np.full(len(ranks), -1, dtype=np.int32)
    there = np.flatnonzero(ranks >= 0)
    found[there[np.argsort(ranks[there], kind="stable")]] = np.arange(1, len(there) + 1, dtype=np.int32)
    return found


def _reasons(reasons: AllReasons, rows: Mapping[Unit, Indices]) -> AllReasons:
    blocks: dict[Block, Reasons] = {block: _reasons_of(one, rows[Unit.GRID]) for block, one in reasons.blocks.items()}
    above = {(block, unit): _reasons_of(one, rows[unit]) for (block, unit), one in reasons.above.items()}
    return AllReasons(reasons.texts, blocks, above)


def _reasons_of(one: Reasons, rows: Indices) -> Reasons:
    """The reasons of some places, of each all but the last."""
    size = np.maximum(np.diff(one.starts)[rows] - 1, 0)
    starts = np.concatenate([[0], np.cumsum(size)]).astype(np.int32)
    chosen = np.arange(starts[-1]) + np.repeat(one.starts[rows] - starts[:-1], size)
    return Reasons(starts, one.text[chosen], one.effect[chosen])


def _districts(places: Places, grids: Flags) -> frozenset[str]:
    codes = places[Unit.DISTRICT].codes
    return frozenset(codes[row] for row in np.unique(places.ancestors()[Unit.DISTRICT][grids]).tolist())


def gaps_inside(gaps: Sequence[Mapping[str, Any]], districts: Collection[str]) -> list[dict[str, Any]]:
    """The gaps of the whole city, and those of the districts that hold something that lies inside."""
    return [dict(one) for one in gaps if one["district"] is None or one["district"] in districts]


def manifest_inside(manifest: Mapping[str, Any], districts: Collection[str]) -> dict[str, Any]:
    """What the manifest of a snapshot tells of what lies inside."""
    return {
        **manifest,
        "inputs": {name: value for name, value in manifest["inputs"].items() if name in _INPUTS},
        "gaps": gaps_inside(manifest["gaps"], districts),
        "files": {},
        "cards": {},
        "levels": {},
    }


def _health(source: Mapping[str, Any], districts: Collection[str], own: Places) -> dict[str, Any]:
    """How a source reports of the districts that hold something inside; more than gaps is told of those that lie inside wholly."""
    parts = []
    for one in source["districts"]:
        if one["code"] in own[Unit.DISTRICT].rows:
            parts.append(dict(one))
        elif one["code"] in districts:
            parts.append({name: one[name] for name in ("code", "name", "gap") if name in one})
    gaps = [one["gap"] for one in parts if one.get("gap")]
    gap = gaps[0] if gaps and len(gaps) == len(parts) else None
    told = {name: source[name] for name in _OF_SOURCE}
    return {**told, "verdict": "gap" if gaps else None, "gap": gap, "districts": parts}


class Cuts:
    """The cut snapshots that are asked for, each made once."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._kept: OrderedDict[
            tuple[str, str, tuple[tuple[str, str], ...]], tuple[frozenset[str], Flags, Snapshot]
        ] = OrderedDict()
        self._inside: OrderedDict[tuple[str, tuple[tuple[str, str], ...]], Inside] = OrderedDict()
        self._lock = threading.Lock()

    def inside(self, today: Snapshot, units: tuple[tuple[str, str], ...]) -> Inside:
        """What lies inside some units by the tree of the snapshot that is current."""
        with self._lock:
            return self._found(today, units)

    def __call__(self, snapshot: Snapshot, today: Snapshot, units: tuple[tuple[str, str], ...]) -> Snapshot:
        """A snapshot, cut to what lies inside some units by the tree of the one that is current."""
        key = snapshot.id, today.id, units
        with self._lock:
            found = self._kept.get(key)
            # What was made of another set of targets is not kept beside it: there is nothing of a suspended one. Nor is what was made while
            # less was withheld.
            withheld = snapshot.places[Unit.GRID].suppressed
            if found is None or found[0] != snapshot.suspended or found[1] is not withheld:
                found = self._kept[key] = snapshot.suspended, withheld, cut(snapshot, self._found(today, units))
                while len(self._kept) > 1 and sum(one.nbytes for *_, one in self._kept.values()) > self._most:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            return found[-1]

    def _found(self, today: Snapshot, units: tuple[tuple[str, str], ...]) -> Inside:
        key = today.id, units
        if key not in self._inside:
            for old in [one for one in self._inside if one[0] != today.id]:
                del self._inside[old]
            for gone in [one for one in self._kept if one[1] != today.id]:
                del self._kept[gone]
            self._inside[key] = inside_of(today.places, units)
        return self._inside[key]
