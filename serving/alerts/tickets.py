"""The bridge to the app that supervisors use already: the week's notices go out as tickets, and where each ticket stands comes back."""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from riskwarn.audit import SYSTEM, Action, Entry, recorded
from riskwarn.audit.chain import hold
from riskwarn.contracts.tables import TABLE_CONTRACTS
from riskwarn.contracts.vocabulary import chinese_name
from riskwarn.files import uncomputed
from riskwarn.home import Home
from riskwarn.tables import parts
from riskwarn.words import Level, Unit
from serving.alerts.acting import announced, asked_anew
from serving.alerts.alert import Alert, alerts_where, live_alerts, steps_of
from serving.alerts.held import hold_void
from serving.alerts.keeping import escalated
from serving.alerts.life import BY_TICKET, LIFE, MOVES, SERVICES, Outcome, Rule, Status, Verb
from serving.alerts.silences import Silences, silences_at
from serving.alerts.tables import ALERTS
from serving.alerts.telling import Writing
from serving.alerts.withdrawing import withdrawn
from serving.snapshots import published

#: What the status of a ticket does to its notice.
DOES: Mapping[str, Verb] = {
    "acknowledged": Verb.ACKNOWLEDGE, "in_progress": Verb.START, "closed": Verb.CLOSE, "returned": Verb.RETURN,
}  # fmt: skip

#: After which of it what was said before counts for nothing.
_ANEW = frozenset(verb.value for verb in (Verb.ASSIGN, Verb.RETURN, Verb.REFER, Verb.REOPEN))

#: How far somebody has come.
_FORWARD = {Status.ACKNOWLEDGED: 1, Status.IN_PROGRESS: 2, Status.CLOSED: 3}


@dataclass(frozen=True)
class Followed:
    """What was done."""

    rows: int = 0  # that were new
    changed: int = 0  # notices
    unknown: int = 0  # tickets of notices that there are not

    def as_dict(self) -> dict[str, int]:
        """The shape that is told."""
        return dict(vars(self))


def follow_tickets(home: Home, rows: Sequence[Mapping[str, Any]], *, now: datetime) -> Followed:
    """Let each notice follow its ticket, row by row in their order; a row that was followed is never followed again.

    What the life of a notice does not allow, because somebody did it here already, changes nothing; nor does what is older than what was
    done here and would take that back, or only repeats what was said before that. `rows` are all that are known, and have
    `alert_id, status, updated_at, exported_at, outcome, service`, sorted by `updated_at`.
    """
    if not rows:
        return Followed()
    with home.database.connect() as connection:
        known = _followed_upto(connection, {row["alert_id"] for row in rows})
    fresh = [row for row in news(rows) if row["alert_id"] in known and _is_new(known[row["alert_id"]], row, now)]
    unknown = len({row["alert_id"] for row in rows} - known.keys())
    if not fresh:
        return Followed(unknown=unknown)
    changed: set[str] = set()
    with recorded(home) as change:
        connection = change.connection
        hold(connection)
        writing = Writing(connection, now, home.configuration)
        entries: list[Entry] = []
        silences = silences_at(connection, now)
        current = published.current_in(connection)
        for row in fresh:
            (alert,) = alerts_where(connection, ALERTS.c.id == row["alert_id"])
            if not _is_new(alert.ticket_at, row, now):
                continue
            if alert.live and alert.over(now):
                alert = writing.lapse(alert)
                entries.append(Entry(Action.ALERT_CHANGED, alert.id, SYSTEM, Rule.EXPIRED.value))
            for verb, after in _followed(home, writing, alert, row, silences):
                alert = writing.put(alert, after, verb, source=BY_TICKET)
                entries.append(Entry(Action.ALERT_CHANGED, alert.id, SYSTEM, verb))
                changed.add(alert.id)
                if verb == Rule.WITHDRAWN and current is not None:
                    hold_void(connection, current, alert, now)
            _mark(connection, alert.id, time_of(row))
        change.append(*entries, at=now)
    return Followed(len(fresh), len(changed), unknown)


#: Where a row says since when it repeats the one before it.
_AGAIN = "again_since"


def news(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The rows that may tell something.

    One without a time of its own has that of its load: where it says what its ticket said before, it stood so since then, and is left
    out. One with a time of its own that does is marked with the time of the first that said so.
    """
    found: list[Mapping[str, Any]] = []
    before: dict[str, Mapping[str, Any]] = {}
    for row in rows:
        first = before.get(row["alert_id"])
        if first is None or any(row.get(name) != first.get(name) for name in ("status", "outcome", "service")):
            before[row["alert_id"]] = row
            found.append(row)
        elif row.get("exported_at") != row["updated_at"]:
            found.append({**row, _AGAIN: time_of(first)})
    return found


def time_of(row: Mapping[str, Any]) -> datetime:
    """Since when a ticket stands as a row says."""
    at: Any = row["updated_at"]
    moment: datetime = at.to_pydatetime() if hasattr(at, "to_pydatetime") else at
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _followed_upto(connection: Connection, ids: Collection[str]) -> dict[str, datetime | None]:
    """The time of the last row of its ticket that each notice has followed, of those that there are; nothing else of them is read."""
    own = ALERTS.c
    found: dict[str, datetime | None] = {}
    for part in parts(sorted(ids)):
        rows = select(own.id, own.ticket_at).where(own.id.in_(part))
        found |= {row.id: row.ticket_at for row in connection.execute(rows)}
    return found


def _is_new(followed: datetime | None, row: Mapping[str, Any], now: datetime) -> bool:
    """Whether a row is to be followed now. One of a clock that is ahead is followed when its time has come: else it would hide what
    is said until then."""
    return (followed is None or time_of(row) > followed) and time_of(row) <= now


def _mark(connection: Connection, identity: str, at: datetime) -> None:
    connection.execute(ALERTS.update().where(ALERTS.c.id == identity).values(ticket_at=at))


def _followed(
    home: Home, writing: Writing, alert: Alert, row: Mapping[str, Any], silences: Silences
) -> list[tuple[str, Alert]]:
    """The steps of one row: first that the deadlines go on, where they rested, then what its status says."""
    connection, now = writing.connection, writing.now
    status, steps, at = row["status"], list[tuple[str, Alert]](), time_of(row)
    if alert.paused and alert.live:
        alert = alert.rested(at, paused=status == "suspended")
        steps.append((Rule.PAUSED.value if alert.paused else Rule.RESUMED.value, alert))
    if _AGAIN in row and not _done_since(connection, alert, row[_AGAIN]):
        return steps
    if status == "suspended":
        return [*steps, (Rule.PAUSED.value, replace(alert, paused=True))] if alert.live and not alert.paused else steps
    if status == "overdue":
        silent = silences.over(alert.target, alert.units)
        if alert.live and not silent and alert.escalations < home.configuration.alerts.escalations:
            steps.append((Rule.OVERDUE.value, escalated(home, alert, writing.teams, now)))
        return steps
    if status == "withdrawn":
        if alert.live and not _done_since(connection, alert, at):
            steps.append((Rule.WITHDRAWN.value, withdrawn(alert, now)))
        return steps
    verb = _verb(connection, alert, row)
    if verb is None:
        return steps
    state = LIFE[Status(alert.status)].get(verb, Status.CLOSED)
    if _goes_back(connection, alert, state, at):
        return steps
    service = row.get("service")
    after = replace(alert, status=state.value, service=service if service in SERVICES else alert.service)
    if verb is Verb.ASSIGN:
        after = asked_anew(home.configuration, after, now)
    if verb in (Verb.ACKNOWLEDGE, Verb.START) and alert.acknowledged_at is None:
        after = replace(after, acknowledged_at=alert.in_order(min(at, now)), acknowledge_by=None)
    if verb is Verb.CLOSE:
        outcome = row.get("outcome")
        known = outcome if outcome in list(Outcome) else alert.outcome or Outcome.UNKNOWN.value
        again = alert.fed_back and after.service == alert.service
        after = replace(
            after, outcome=known, ended_at=alert.ended_at or alert.in_order(now), paused=False, fed_back=again
        )
    return [*steps, (verb.value, announced(home, writing, after, verb))]


def _verb(connection: Connection, alert: Alert, row: Mapping[str, Any]) -> Verb | None:
    """What a row does to a notice as it stands; None where it does nothing."""
    verb, stands = DOES.get(row["status"]), Status(alert.status)
    if row["status"] == "open" and stands is Status.RETURNED:
        # The ticket was returned, and is given out anew; of a return that was said here a ticket does not know.
        moves = [step for step in steps_of(connection, alert.id) if step["verb"] in MOVES]
        return Verb.ASSIGN if moves and moves[-1]["source"] == BY_TICKET else None
    if verb is Verb.CLOSE and stands is Status.CLOSED:
        said = {name: row[name] for name in ("outcome", "service") if row.get(name)}
        return verb if any(getattr(alert, name) != value for name, value in said.items()) else None
    return None if verb is None or verb not in LIFE[stands] else verb


def _done_since(connection: Connection, alert: Alert, at: datetime) -> list[str]:
    """What somebody did with a notice by another way than its ticket after an instant."""
    return [
        step["verb"] for step in steps_of(connection, alert.id)
        if step["source"] != BY_TICKET and step["at"] > at and step["verb"] in MOVES
    ]  # fmt: skip


def _goes_back(connection: Connection, alert: Alert, state: Status, at: datetime) -> bool:
    """Whether a row is older than what was done here, and says less than that: it is no news then. Nor is it any where the notice was
    given to others, or opened again, since."""
    since = _done_since(connection, alert, at)
    back = _FORWARD.get(state, 0) <= _FORWARD.get(Status(alert.status), 0)
    return bool(since) and (back or not {*_ANEW}.isdisjoint(since))


#: What a row of a ticket has beside the fields of `tickets`, for whoever answers it.
_BESIDE = ("级别", "目标", "地点", "所属", "原因", "建议服务", "办理期限", "队伍编号")


def week_of_tickets(connection: Connection, monday: date) -> list[Alert]:
    """The notices of a week, and those of before that somebody has to do with still."""
    live = {one.id: one for one in live_alerts(connection)}
    return list({one.id: one for one in [*alerts_where(connection, ALERTS.c.week == monday), *live.values()]}.values())


def tickets_table(alerts: Sequence[Alert], names: Mapping[str, str], zone: tzinfo) -> list[list[str]]:
    """Headings and a row a notice, under the headings by which `tickets` comes back: filled in it can be loaded as it is.

    Since when a live one stands so is left empty: whoever changes its status by hand changes that alone.
    """
    fields = {field.name: field.zh for field in TABLE_CONTRACTS["tickets"].fields}
    own = ("alert_id", "status", "updated_at", "closed_at", "outcome", "service")
    rows = [[*(fields[name] for name in own), *_BESIDE]]
    for one in alerts:
        rows.append(
            [
                one.id, chinese_name("ticket_status", "tickets", _ticket(one)), _local(one.ended_at, zone),
                _local(one.ended_at, zone), "" if one.outcome is None else chinese_name("alert_outcome", "tickets", one.outcome),
                "" if one.service is None else chinese_name("service", "tickets", one.service),
                Level(one.level).zh, names.get(one.target, one.target), one.name,
                " ".join(name for unit, _, name in reversed(one.units[1:]) if unit != Unit.CITY),
                "；".join(why["zh"] for why in one.reasons),
                "；".join(dict.fromkeys(chinese_name("service", "tickets", each) for each in one.services)),
                _local(one.due_at, zone), one.team_id or "",
            ]
        )  # fmt: skip
    return rows


_TICKET = {"open": "open", "acknowledged": "acknowledged", "in_progress": "in_progress", "returned": "returned", "referred": "open", "withdrawn": "withdrawn"}  # fmt: skip


def _ticket(alert: Alert) -> str:
    """How its ticket stands: one that rests goes on resting, where nobody says otherwise."""
    return "suspended" if alert.paused and alert.live else _TICKET.get(alert.status, "closed")


def _local(at: datetime | None, zone: tzinfo) -> str:
    return "" if at is None else at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def write_tickets(file: Path, rows: Sequence[Sequence[str]]) -> None:
    """Write a table as CSV for a workbook, or as XLSX where the name of the file says so; texts that begin like formulas stay texts."""
    if file.suffix.lower() == ".xlsx":
        from openpyxl import Workbook

        book = Workbook(write_only=True)
        sheet = book.create_sheet("预警工单")
        for row in rows:
            sheet.append([uncomputed(one) for one in row])
        book.save(file)
        return
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows([uncomputed(one) for one in row] for row in rows)
