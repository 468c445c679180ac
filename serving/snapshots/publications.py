"""What was published, as a server knows it: all rows, what became of each, and which is current; read again when something changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from riskwarn.home import Home
from riskwarn.store.ledger import Loss, losses
from serving.snapshots import published
from serving.snapshots.published import Row


@dataclass(frozen=True)
class Publications:
    """All publications, the latest first, at one moment."""

    rows: tuple[Row, ...] = ()
    fates: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    losses: tuple[Loss, ...] = ()
    state: tuple[int, int, int] = (0, 0, 0)

    @cached_property
    def kept(self) -> tuple[Row, ...]:
        """What was neither withdrawn nor swept, in the order in which it would be current."""
        rows = [row for row in self.rows if row.id not in self.fates]
        return tuple(sorted(rows, key=lambda row: (row.as_of, row.sequence), reverse=True))

    @cached_property
    def by_as_of(self) -> dict[date, Row]:
        """The snapshot that stands for each as-of: the newest that is kept, the greatest as-of first."""
        found: dict[date, Row] = {}
        for row in self.kept:
            found.setdefault(row.as_of, row)
        return found

    def gone(self, as_of: date) -> Row | None:
        """The newest of an as-of that was withdrawn or swept."""
        return next((row for row in self.rows if row.as_of == as_of and row.id in self.fates), None)

    @cached_property
    def by_id(self) -> dict[str, Row]:
        """Every row by its id."""
        return {row.id: row for row in self.rows}

    @property
    def current(self) -> Row | None:
        """The snapshot of the greatest as-of, then the newest."""
        return next(iter(self.kept), None)

    def near(self, as_of: date) -> list[date]:
        """The as-ofs nearest to one that has no snapshot: the last before it and the first after it."""
        days = list(self.by_as_of)
        earlier, later = [day for day in days if day < as_of], [day for day in days if day > as_of]
        return earlier[:1] + later[-1:]


def read_publications(home: Home, state: tuple[int, int, int]) -> Publications:
    """Read all rows. `state` was asked before, so that a change in between is found by the next look."""
    return Publications(tuple(published.listed(home)), published.fates(home), tuple(losses(home)), state)
