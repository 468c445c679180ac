"""What the snapshots that remain tell, where one is taken back: of which units they would have told, had that one never been."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from riskwarn.errors import SnapshotDamaged
from riskwarn.home import Home
from riskwarn.words import Unit
from serving.alerts.candidates import Candidate, Declared, Said, looked_at
from serving.alerts.held import Held, waiting
from serving.alerts.past import Published
from serving.columns.gaps import DataGaps
from serving.snapshots import published
from serving.snapshots.files import read_files, read_scores
from serving.snapshots.published import Row

#: Target, kind of unit, code, and "gap" of what is told of a gap.
Key = tuple[str, str, str, str]

#: Code of a grid -> its kind.
Kinds = Mapping[str, str | None]


def keyed(target: str, unit: str, code: str, kind: str) -> Key:
    """By what something is found again that is told of a unit."""
    return target, unit, code, kind if kind == "gap" else ""


def key_of(one: Candidate) -> Key:
    """By what it is found again."""
    return keyed(*one.key, one.kind)


@dataclass(frozen=True)
class Later:
    """A publication after the one that is taken back."""

    row: Row
    said: Said
    found: Mapping[Key, Candidate]  # of which it would have told
    before: frozenset[Key]  # of which it told, with that one before it
    raised: bool  # whether it was current when it was published, and raised notices

    @property
    def only_by_it(self) -> frozenset[Key]:
        """Of what it told by the other alone."""
        return self.before - self.found.keys()


class Remaining:
    """The snapshots that remain, read as far as they are asked for."""

    def __init__(self, home: Home, gone: Row, kinds: Kinds) -> None:
        self._home, self._gone, self._kinds = home, gone, kinds
        withdrawn = published.of_fate(home, published.WITHDRAWN)
        standing = [row for row in published.listed(home) if row.id not in withdrawn]
        self._standing = sorted(standing, key=lambda row: row.sequence)
        self.rows = {row.id: row for row in self._standing if row.id != gone.id}
        self._full: dict[str, Said | None] = {}
        self.later = list(self._later())

    def said(self, snapshot: str) -> Said | None:
        """What a snapshot says, with its reasons; None where its files are not there any more, or are damaged."""
        if snapshot not in self._full:
            self._full[snapshot] = self._read(self.rows[snapshot], reasons=True) if snapshot in self.rows else None
        return self._full[snapshot]

    def since(self, snapshot: str) -> int:
        """The place of a snapshot in the order of publications, of the withdrawn one, too."""
        if snapshot == self._gone.id:
            return self._gone.sequence
        return self.rows[snapshot].sequence if snapshot in self.rows else 0

    def anew(self, one: Later, again: Sequence[Held]) -> tuple[Candidate, ...]:
        """What a publication would have told, of what was held back before it."""
        before = Published(self._home, one.row.as_of, one.said.places, one.row.sequence, (self._gone.id,))
        return looked_at(one.said, before, self._declared, again).candidates

    @property
    def _declared(self) -> Declared:
        configuration = self._home.configuration
        return Declared(configuration.alerts, configuration.levels, configuration.calendar)

    def _read(self, row: Row, reasons: bool) -> Said | None:
        folder, files = self._home.snapshots / row.id, row.manifest["files"]
        try:
            if reasons:
                content = read_files(folder, files)
                places, scores, why = content.places, content.scores, content.reasons
            else:
                (places, scores), why = read_scores(folder, files), None
        except SnapshotDamaged:
            return None
        kinds = [self._kinds.get(code) for code in places[Unit.GRID].codes]
        return Said(row.as_of, places, scores, DataGaps.from_list(row.manifest["gaps"]), why, kinds)

    def before_the_reform(self) -> Row | None:
        """The snapshot that is current from now on, where the one that is taken back was and had drawn units otherwise."""
        was, now = _current(self._standing), _current(self.rows.values())
        if was is None or now is None or was.id != self._gone.id:
            return None
        return now if now.manifest.get("tree") != was.manifest.get("tree") else None

    @property
    def at(self) -> datetime:
        """When the one was published that is taken back."""
        return self._gone.published_at

    def _later(self) -> Iterable[Later]:
        """Those that would have been current when they were published, the first first."""
        for row in self._standing:
            if row.sequence <= self._gone.sequence:
                continue
            earlier = [one for one in self._standing if one.sequence < row.sequence]
            with_it, without = _current(earlier), _current([one for one in earlier if one.id != self._gone.id])
            said = self._read(row, reasons=False) if without is None or row.as_of >= without.as_of else None
            if said is None:
                continue
            before = Published(self._home, row.as_of, said.places, row.sequence)
            told = looked_at(said, before, self._declared, self._waiting(with_it, row)).candidates
            less = Published(self._home, row.as_of, said.places, row.sequence, (self._gone.id,))
            found = looked_at(said, less, self._declared, self._waiting(without, row)).candidates
            raised = with_it is None or row.as_of >= with_it.as_of
            yield Later(row, said, {key_of(one): one for one in found}, frozenset(map(key_of, told)), raised)

    def _waiting(self, row: Row | None, before: Row) -> Sequence[Held]:
        with self._home.database.connect() as connection:
            return waiting(connection, None if row is None else row.id, before.published_at)


def _current(rows: Iterable[Row]) -> Row | None:
    return max(rows, key=lambda row: (row.as_of, row.sequence), default=None)


def stand_of_unit(said: Said, block: tuple[str, int], unit: Unit, code: str, most: int) -> dict[str, Any] | None:
    """`{score, expected_count, reasons}` of a unit, as a snapshot has them; None where it is not in it."""
    row = said.places.row(unit, code)
    if row is None or block not in said.scores:
        return None
    own = said.scores[block][unit]
    reasons = () if said.reasons is None else tuple(said.reasons.of(block, row, most, unit))
    score = float(own.score[row]) if unit is Unit.GRID else None
    return {"score": score, "expected_count": float(own.expected_count[row]), "reasons": reasons}
