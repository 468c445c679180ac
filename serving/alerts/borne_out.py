"""The one rule of a withdrawal: after it every live notice stands as the snapshots that remain bear it out.

What a snapshot told stays told as long as it stands, whatever the rules are by now, unless it told so by the withdrawn one alone; and
what one would have told, had that one never been, is told by it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, or_, select, update

from riskwarn.alert_rules import HEIGHTS
from riskwarn.audit import SYSTEM, Action, Entry
from riskwarn.configuration import Configuration
from riskwarn.tables import parts
from riskwarn.words import Level, Unit
from serving.alerts.alert import Alert, alerts_where, live_alerts
from serving.alerts.calm import held_back
from serving.alerts.candidates import REASONS_TOLD, Candidate, Looked
from serving.alerts.held import Held, Reason
from serving.alerts.life import Rule
from serving.alerts.precision import promises
from serving.alerts.raising import Publication, raise_alerts
from serving.alerts.redrawing import taken_away
from serving.alerts.remaining import Key, Later, Remaining, keyed, stand_of_unit
from serving.alerts.tables import ALERTS, HELD, TELLINGS
from serving.alerts.teams import kept_teams
from serving.alerts.telling import Writing, updated
from serving.alerts.tellings import district_of, tell
from serving.alerts.withdrawing import withdrawn

#: Why a later publication held something back that the notices of the withdrawn one stood in the way of.
_IN_THE_WAY = (Reason.INHIBITED.value, Reason.GROUP.value, Reason.BUDGET.value)


@dataclass(frozen=True)
class _Saying:
    """That a snapshot told of a unit of a notice; what it found where nobody was told of that by it."""

    at: int
    snapshot: str
    horizon: int
    code: str
    level: str
    found: Candidate | None = None


def bear_out(
    connection: Connection, remaining: Remaining, gone: str, configuration: Configuration, now: datetime
) -> tuple[int, list[Entry]]:
    """Let every live notice stand as the snapshots that remain bear it out, and tell what the withdrawn one stood in the way of.

    Gives how many notices were withdrawn, and the rows of the audit. Call it with the lock of the chain held.
    """
    ended, entries, writing = 0, list[Entry](), Writing(connection, now, configuration)
    held = _held(connection, [one.row.id for one in remaining.later])
    spoken = {
        (one.target, code)
        for one in _told_by(connection, {gone, *(one.row.id for one in remaining.later)})
        for code in _codes(one)
    }
    live = live_alerts(connection)
    own = _tellings(connection, live, remaining)
    for alert in live:
        if alert.over(now):
            writing.lapse(alert)
            entries.append(Entry(Action.ALERT_CHANGED, alert.id, SYSTEM, Rule.EXPIRED.value))
            continue
        said = own.get(alert.id) or _raised(alert, remaining)
        stays = _staying(alert, said, remaining, held)
        if stays == said and not (alert.members and alert.snapshot == gone):
            continue
        if not stays:
            verb, after = Rule.WITHDRAWN, withdrawn(alert, now)
            ended += 1
        else:
            verb, after = _standing(alert, said, stays, remaining, configuration, now)
            _tell(connection, alert, stays, gone, now)
        writing.put(alert, after, verb.value)
        entries.append(Entry(Action.ALERT_CHANGED, alert.id, SYSTEM, verb.value))
    entries += _raise(connection, remaining, held, spoken, configuration, now)
    entries += _as_drawn_before(connection, remaining, spoken, configuration, now)
    return ended, entries


def _codes(alert: Alert) -> tuple[str, ...]:
    return alert.grids or (alert.code,)


def _key(alert: Alert, code: str) -> Key:
    of_grids = alert.grids and alert.kind != "gap"
    return keyed(alert.target, Unit.GRID.value if of_grids else alert.unit, code, alert.kind)


def _told_by(connection: Connection, snapshots: Iterable[str]) -> list[Alert]:
    """The notices that snapshots told of and nobody has to do with any more: of those nobody is told again."""
    found: dict[str, Alert] = {}
    for part in parts(sorted(snapshots)):
        told = select(TELLINGS.c.alert).where(TELLINGS.c.snapshot.in_(part))
        rows = alerts_where(connection, or_(ALERTS.c.snapshot.in_(part), ALERTS.c.id.in_(told)))
        found |= {one.id: one for one in rows if not one.live}
    return list(found.values())


def _held(connection: Connection, snapshots: Sequence[str]) -> dict[tuple[str, Key], str]:
    """(snapshot, key) -> why it was held back."""
    found = {}
    for part in parts(list(snapshots)):
        for row in connection.execute(select(HELD).where(HELD.c.snapshot.in_(part))):
            found[row.snapshot, keyed(row.target, row.unit, row.code, row.kind)] = row.reason
    return found


def _tellings(connection: Connection, live: Sequence[Alert], remaining: Remaining) -> dict[str, list[_Saying]]:
    """Notice -> which snapshot told of which of its grids, the first first; of one that is withdrawn the place is not known."""
    found: dict[str, list[_Saying]] = {}
    names = {one.id: {*_codes(one)} for one in live}
    for part in parts([one.id for one in live]):
        rows = connection.execute(select(TELLINGS).where(TELLINGS.c.alert.in_(part)).order_by(TELLINGS.c.sequence))
        for row in rows:
            kept = remaining.rows.get(row.snapshot)
            one = _Saying(-1 if kept is None else kept.sequence, row.snapshot, row.horizon, row.code, row.level)
            if row.code in names[row.alert]:  # others lie in its unit no more
                found.setdefault(row.alert, []).append(one)
    return found


def _raised(alert: Alert, remaining: Remaining) -> list[_Saying]:
    """What told of a unit above the grid, or of a gap: of these nothing is written down but the notice."""
    kept = remaining.rows.get(alert.snapshot)
    return [_Saying(-1 if kept is None else kept.sequence, alert.snapshot, alert.horizon, alert.code, alert.level)]


def _staying(
    alert: Alert, said: Sequence[_Saying], remaining: Remaining, held: Mapping[tuple[str, Key], str]
) -> list[_Saying]:
    """What remains of what was said of a notice, with what later snapshots would have said."""
    later = {one.row.id: one for one in remaining.later}
    stays = [
        one for one in said
        if one.snapshot in remaining.rows and not (one.snapshot in later and _key(alert, one.code) in later[one.snapshot].only_by_it)
    ]  # fmt: skip
    if len(stays) == len(said) and not any(_new(one, alert) for one in later.values()):
        return list(said)
    first = remaining.since(said[0].snapshot)
    for one in later.values():
        for code in _codes(alert):
            key = _key(alert, code)
            found = one.found.get(key)
            told = any(other.snapshot == one.row.id and other.code == code for other in said)
            if (
                found is not None
                and not told
                and one.row.sequence > first
                and held.get((one.row.id, key)) != Reason.SILENCED
            ):
                stays.append(_Saying(one.row.sequence, one.row.id, found.horizon, code, found.level.value, found))
    by_code: dict[str, list[_Saying]] = {}
    for saying in sorted(stays, key=lambda one: one.at):
        before = by_code.setdefault(saying.code, [])
        if not before or HEIGHTS[Level(saying.level)] > HEIGHTS[Level(before[-1].level)]:
            before.append(saying)
    accepted = [one for each in by_code.values() for one in each]
    return [*said] if {*accepted} == {*said} else sorted(accepted, key=lambda one: one.at)


def _new(one: Later, alert: Alert) -> bool:
    """Whether a publication would have told of a notice's grids anew, had the withdrawn one never been."""
    keys = {_key(alert, code) for code in _codes(alert)}
    return bool(keys & (one.found.keys() - one.before))


def _standing(
    alert: Alert,
    said: Sequence[_Saying],
    stays: Sequence[_Saying],
    remaining: Remaining,
    configuration: Configuration,
    now: datetime,
) -> tuple[Rule, Alert]:
    """The notice by what remains: a lower level or fewer grids are told, another snapshot that bears out the same is not."""
    before, last = ({one.code: one for one in each} for each in (said, stays))
    changed = {code for code, one in last.items() if one != before.get(code)}
    level = max((one.level for one in last.values()), key=lambda one: HEIGHTS[Level(one)])
    after = replace(alert, level=level)
    if alert.members:
        # Of one that was redrawn the reasons are those of the snapshot that did so.
        changed |= set() if alert.snapshot in remaining.rows else {*last}
        after = _of_members(replace(after, snapshot=stays[0].snapshot), last, changed, remaining)
    else:
        after = replace(after, snapshot=last[alert.code].snapshot, horizon=last[alert.code].horizon)
        if alert.code in changed and alert.kind != "gap":
            after = replace(after, **_of(alert, last[alert.code], remaining))
    if stays[0].snapshot != said[0].snapshot:
        after = _of_window(after, stays[0], remaining, configuration, now)
    if (after.level, after.grids) == (alert.level, alert.grids):
        return Rule.UPHELD, after
    return Rule.LOWERED, updated(configuration, after, now)


def _of_members(alert: Alert, last: Mapping[str, _Saying], changed: Collection[str], remaining: Remaining) -> Alert:
    """The notice of the grids that stay: those that something else tells of as that has them, and for the reasons of the first of all."""

    def as_told(one: dict[str, Any]) -> dict[str, Any]:
        saying = last[one["code"]]
        return {**one, "level": saying.level, "score": _of(alert, saying, remaining)["score"]}

    stay = [one for one in alert.members if one["code"] in last]
    after = replace(alert, members=tuple(as_told(one) if one["code"] in changed else one for one in stay))
    first = stay[0]["code"]
    if first == alert.members[0]["code"] and first not in changed:
        return after
    return replace(after, reasons=_of(alert, last[first], remaining)["reasons"])


def _of(alert: Alert, saying: _Saying, remaining: Remaining) -> dict[str, Any]:
    """How a unit stands by a snapshot; where that cannot be read any more nobody knows, and what another said of it is not told for it."""
    said = remaining.said(saying.snapshot)
    block, unit = (alert.target, saying.horizon), Unit(_key(alert, saying.code)[1])
    stand = None if said is None else stand_of_unit(said, block, unit, saying.code, REASONS_TOLD)
    if stand is not None:
        return stand
    found = saying.found
    known = (None, None) if found is None else (found.score, found.expected_count)
    return {"score": known[0], "expected_count": known[1], "reasons": ()}


def _of_window(
    alert: Alert, first: _Saying, remaining: Remaining, configuration: Configuration, now: datetime
) -> Alert:
    """A notice that another snapshot bears out lasts as long as the window of that."""
    said = remaining.said(first.snapshot)
    if said is None:
        return alert
    ends = Publication(first.snapshot, said, configuration, now).ends
    own = {one["code"]: ends(one.get("horizon", first.horizon)) for one in alert.members}
    after = replace(
        alert,
        members=tuple({**one, "expires_at": own[one["code"]].isoformat()} for one in alert.members),
        expires_at=ends(first.horizon),
        kind=alert.kind if first.found is None else first.found.kind,
    )
    return after.on_terms(due_at=lambda _level, due: None if due is None else after.within(due))


def _tell(connection: Connection, alert: Alert, stays: Sequence[_Saying], gone: str, now: datetime) -> None:
    """Of what is told by another snapshot from now on the window of that is judged."""
    own = TELLINGS.c
    for one in stays:
        if one.found is None:
            continue
        moved = update(TELLINGS).where(
            own.alert == alert.id, own.snapshot == gone, own.code == one.code, own.level == one.level, own.judged.is_(False)
        )  # fmt: skip
        if not connection.execute(moved.values(snapshot=one.snapshot, district=district_of(one.found))).rowcount:
            tell(connection, alert, one.snapshot, [one.found], promises(connection, now), now)


def _raise(
    connection: Connection,
    remaining: Remaining,
    held: Mapping[tuple[str, Key], str],
    spoken: Iterable[tuple[str, str]],
    configuration: Configuration,
    now: datetime,
) -> list[Entry]:
    """Tell by the last snapshot what stands in it still and the withdrawn one stood in the way of."""
    if not remaining.later:
        return []
    live = live_alerts(connection)
    known = {*spoken, *((one.target, code) for one in live for code in _codes(one))}
    again: dict[tuple[str, str, str], Held] = {}
    for one in remaining.later:
        for key, found in one.found.items():
            why = held.get((one.row.id, key))
            unheard = key not in one.before or not one.raised or why in _IN_THE_WAY
            if unheard and why != Reason.SILENCED and (found.target, found.code) not in known:
                again[found.key] = held_back(found, Reason.BUDGET)
    last = remaining.later[-1]
    if not again:
        return []
    said = remaining.said(last.row.id) or last.said
    told_now = [one for one in remaining.anew(last, [*again.values()]) if one.key in again]
    for candidate in told_now:
        own = HELD.c
        connection.execute(
            delete(HELD).where(own.snapshot == last.row.id, own.target == candidate.target, own.unit == candidate.unit.value, own.code == candidate.code)
        )  # fmt: skip
    publication = Publication(last.row.id, said, configuration, now)
    raised = raise_alerts(connection, publication, Looked(tuple(told_now)), kept_teams(connection))
    return list(raised.entries)


def _as_drawn_before(
    connection: Connection,
    remaining: Remaining,
    spoken: Iterable[tuple[str, str]],
    configuration: Configuration,
    now: datetime,
) -> list[Entry]:
    """Where the withdrawn one had drawn units otherwise, let notices be of units as they are again; what they told of before is told, where
    it stands high still."""
    row = remaining.before_the_reform()
    said = None if row is None else remaining.said(row.id)
    if row is None or said is None:
        return []
    known = {*spoken, *((one.target, code) for one in live_alerts(connection) for code in _codes(one))}
    again = [one for one in taken_away(connection, remaining.at, remaining.rows) if (one.target, one.code) not in known]
    keys = {(one.target, one.unit, one.code) for one in again}
    found = remaining.anew(Later(row, said, {}, frozenset(), True), again)
    told = Looked(tuple(one for one in found if one.key in keys))
    raised = raise_alerts(connection, Publication(row.id, said, configuration, now), told, kept_teams(connection))
    return list(raised.entries)
