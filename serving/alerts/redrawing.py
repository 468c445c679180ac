"""What a reform does to live notices. A code outlives what it stands for: from the publication on that knows of the reform a notice is of
what its unit holds today.

A unit above the grid that holds other grids is another matter, and its notice is taken back, as is that of a unit that there is no more.
One that names grids goes on with those that lie in its unit still, on their terms alone; those that left are told of by who answers for
them now, where they stand high still. What befell a notice before stays what it was.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, select

from riskwarn.audit import SYSTEM, Action, Entry
from riskwarn.configuration import Configuration
from riskwarn.words import Unit
from serving.alerts.alert import Alert, alerts_where, live_alerts
from serving.alerts.candidates import REASONS_TOLD, Said
from serving.alerts.held import Held, Reason
from serving.alerts.life import Rule
from serving.alerts.remaining import stand_of_unit
from serving.alerts.silences import silences_at
from serving.alerts.tables import ALERTS, STEPS, TELLINGS
from serving.alerts.telling import Writing, of_the_others, updated
from serving.alerts.withdrawing import withdrawn
from serving.columns.places import Places
from serving.snapshots.trees import held_by, tree_named

#: (kind, code) -> the grids that a unit held.
HeldBy = Mapping[tuple[str, str], frozenset[str]]


def redraw(
    connection: Connection, said: Said, snapshot: str, configuration: Configuration, now: datetime
) -> list[Entry]:
    """Let each live notice be of what its unit holds by the tree of a snapshot, which says so. Gives the rows of the audit.

    Call it with the lock of the chain held.
    """
    writing, entries, silences = Writing(connection, now, configuration), list[Entry](), silences_at(connection, now)
    places = said.places
    units = _Units(connection, places, snapshot)
    for alert in live_alerts(connection):
        gone = left(alert, places)
        if gone and len(gone) < len(alert.members):
            rule, after = Rule.REDRAWN, _of_the_others(alert, gone, said, snapshot)
            if not silences.over(alert.target, alert.units):
                after = updated(configuration, after, now)
        elif gone or places.row(Unit(alert.unit), alert.code) is None or units.differs(alert):
            rule, after = Rule.WITHDRAWN, withdrawn(alert, now)
        else:
            continue
        writing.put(alert, after, rule.value)
        entries.append(Entry(Action.ALERT_CHANGED, alert.id, SYSTEM, rule.value))
    return entries


def _of_the_others(alert: Alert, gone: Collection[str], said: Said, snapshot: str) -> Alert:
    """A notice of the grids that lie in its unit still, for the reasons that the first of these has by now: those of before may be of one
    that left."""
    after = of_the_others(alert, gone)
    first = after.members[0]
    block = alert.target, first.get("horizon", alert.horizon)
    stand = stand_of_unit(said, block, Unit.GRID, first["code"], REASONS_TOLD)
    return replace(after, snapshot=snapshot, reasons=() if stand is None else stand["reasons"])


def left(alert: Alert, places: Places) -> frozenset[str]:
    """Of the grids that a notice of their unit names, those that lie in it no more."""
    return frozenset(one["code"] for one in alert.members if not _lies_in(one["code"], alert, places))


def released(connection: Connection, places: Places, now: datetime) -> list[Held]:
    """What live notices tell of grids that lie in their unit no more: it waits for being told by who answers for them now, as long as it
    stands so high."""
    live = [one for one in live_alerts(connection) if one.members and not one.over(now)]
    return [each for one in live for each in waiting_of(one, left(one, places))]


def waiting_of(alert: Alert, codes: Collection[str]) -> Iterator[Held]:
    """Some of the grids that a notice names, as what waits."""
    for one in alert.members:
        if one["code"] in codes:
            about = Unit.GRID.value, one["code"], one["name"], one["level"]
            yield Held(alert.target, one.get("horizon", alert.horizon), alert.kind, *about, Reason.REST)


def taken_away(connection: Connection, at: datetime, snapshots: Collection[str]) -> Iterator[Held]:
    """What a publication at an instant took out of notices because units were redrawn, and some snapshots told of: as what waits."""
    own, told = STEPS.c, TELLINGS.c
    steps = select(own.alert).where(own.at == at, own.verb.in_([Rule.REDRAWN.value, Rule.WITHDRAWN.value]))
    for alert in alerts_where(connection, ALERTS.c.id.in_(steps.where(own.source == "rule"))):
        rows = select(told.code, told.level, told.horizon, told.snapshot).where(told.alert == alert.id)
        found = {row.code: row for row in connection.execute(rows.order_by(told.sequence)) if row.snapshot in snapshots}
        for code, row in found.items():
            if not alert.live or code not in alert.grids:
                yield Held(alert.target, row.horizon, alert.kind, Unit.GRID.value, code, code, row.level, Reason.REST)
        if not alert.live and not alert.grids and alert.snapshot in snapshots:
            about = alert.unit, alert.code, alert.name, alert.level
            yield Held(alert.target, alert.horizon, alert.kind, *about, Reason.REST)


def _lies_in(grid: str, alert: Alert, places: Places) -> bool:
    row = places.row(Unit.GRID, grid)
    return row is not None and (alert.unit, alert.code) in {
        (unit.value, code) for unit, code, _ in places.lineage(Unit.GRID, row)
    }


class _Units:
    """What units held by other trees than that of today; of one tree, which stands for many weeks, nothing is read."""

    def __init__(self, connection: Connection, places: Places, snapshot: str) -> None:
        self._connection, self._places = connection, places
        self._today = tree_named(connection, snapshot)
        self._trees = dict[str, str | None]()  # by snapshot
        self._held = dict[str, HeldBy]()  # by tree

    def differs(self, alert: Alert) -> bool:
        """Whether a notice is of a unit above the grid that holds other grids today than by the snapshot that told of it; not where nobody
        knows."""
        if alert.unit == Unit.GRID or alert.members:
            return False
        if alert.snapshot not in self._trees:
            self._trees[alert.snapshot] = tree_named(self._connection, alert.snapshot)
        tree = self._trees[alert.snapshot]
        if tree is None or tree == self._today:
            return False
        if tree not in self._held:
            self._held[tree] = held_by(self._connection, tree)
        before = self._held[tree].get((alert.unit, alert.code))
        return before is not None and before != self._grids(alert)

    def _grids(self, alert: Alert) -> frozenset[str]:
        """The grids that the unit of a notice holds; none where there is no such unit."""
        unit, places = Unit(alert.unit), self._places
        row = places.row(unit, alert.code)
        return frozenset(() if row is None else places[Unit.GRID].codes[places.within(unit, row, Unit.GRID)])
