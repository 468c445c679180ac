"""The bridge to the app that supervisors use already: the week's notices go out as tickets, and where each ticket stands comes back."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from riskwarn.audit import SYSTEM, Action, Entry, recorded
from riskwarn.audit.chain import hold
from riskwarn.contracts.tables import TABLE_CONTRACTS
from riskwarn.contracts.vocabulary import chinese_name
from riskwarn.errors import AlertStands
from riskwarn.files import uncomputed
from riskwarn.home import Home
from riskwarn.tables import parts
from riskwarn.words import Level, Unit
from serving.alerts.acting import acknowledged, announced, asked_anew, reopened
from serving.alerts.alert import Alert, alerts_where, live_alerts, steps_of
from serving.alerts.held import hold_void
from serving.alerts.keeping import escalated
from serving.alerts.life import BY_TICKET, LIFE, MOVES, SERVICES, Outcome, Rule, Status, Verb
from serving.alerts.silences import Silences, silences_at
from serving.alerts.tables import ALERTS
from serving.alerts.telling import Writing
from serving.alerts.ticket_rows import AGAIN, RANK, Followed, Left, Why, is_timed, news, ranked, time_of
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


#: What befalls a notice by its ticket.
_BEFALL = ("suspended", "overdue", "withdrawn")

#: What a ticket says that its own app opened again.
_OPENS = ("open", "acknowledged", "in_progress")


def follow_tickets(
    home: Home, rows: Sequence[Mapping[str, Any]], *, now: datetime, after: int | None = None
) -> Followed:
    """Let each notice follow its ticket, row by row in their order; a row that was followed is never followed again.

    What the life of a notice does not allow, because somebody did it here already, changes nothing; nor does what is older than what was
    done here and would take that back, or only repeats what was said before that. `rows` are all that are known, and have
    `alert_id, status, updated_at, exported_at, load_id, outcome, service`. Told of are those that are looked at now, or where `after` is
    given those of later loads.
    """
    if not rows:
        return Followed()
    ordered = ranked(rows, home.configuration.calendar.timezone)
    with home.database.connect() as connection:
        known = _followed_upto(connection, {row["alert_id"] for row in ordered})
    told = news(ordered)
    fresh = [row for row in told if row["alert_id"] in known and _is_new(known[row["alert_id"]], row, now)]
    looked_at = {(row["alert_id"], row[RANK]) for row in fresh}
    passed = [row for row in ordered if (row["alert_id"], row[RANK]) not in looked_at]
    found: list[tuple[Mapping[str, Any], Why | None]] = []
    found += [(row, why) for row in passed if (why := _passed_over(row, known, now, after)) is not None]
    if fresh:
        with recorded(home) as change:
            hold(change.connection)
            entries: list[Entry] = []
            found += _follow(home, change.connection, fresh, entries, now)
            change.append(*entries, at=now)
    return _told(found)


def _passed_over(
    row: Mapping[str, Any], known: Mapping[str, datetime | None], now: datetime, after: int | None
) -> Why | None:
    """Why a row is not even looked at; None of one of which nothing is told."""
    if after is not None and (row.get("load_id") or 0) <= after:
        return None
    if row["alert_id"] not in known:
        return Why.UNKNOWN
    if time_of(row) > now:
        return Why.AHEAD
    upto = known[row["alert_id"]]
    if after is None:
        return None
    return Why.OLDER if upto is not None and row[RANK] < upto else Why.SAME


def _told(found: Sequence[tuple[Mapping[str, Any], Why | None]]) -> Followed:
    """What became of rows, in their order."""
    in_order = sorted(found, key=lambda one: one[0][RANK])
    whys = [why for _, why in in_order]
    changed = {row["alert_id"] for row, why in found if why is None}
    left = [
        Left(row["alert_id"], row["status"], why) for row, why in in_order if why is not None and why is not Why.SAME
    ]
    return Followed(whys.count(None), len(changed), whys.count(Why.SAME), tuple(left))


def _follow(
    home: Home, connection: Connection, fresh: Sequence[Mapping[str, Any]], entries: list[Entry], now: datetime
) -> Iterator[tuple[Mapping[str, Any], Why | None]]:
    """Follow rows, with the lock of the chain held; gives each with why it changed nothing, None where it did."""
    writing = Writing(connection, now, home.configuration)
    silences, current = silences_at(connection, now), published.current_in(connection)
    for row in fresh:
        (alert,) = alerts_where(connection, ALERTS.c.id == row["alert_id"])
        if not _is_new(alert.ticket_at, row, now):
            continue
        if alert.live and alert.over(now):
            alert = writing.lapse(alert)
            entries.append(Entry(Action.ALERT_CHANGED, alert.id, SYSTEM, Rule.EXPIRED.value))
        done = _followed(home, writing, alert, row, silences)
        for verb, after in () if isinstance(done, Why) else done:
            alert = writing.put(alert, after, verb, source=BY_TICKET)
            entries.append(Entry(Action.ALERT_CHANGED, alert.id, SYSTEM, verb))
            if verb == Rule.WITHDRAWN and current is not None:
                hold_void(connection, current, alert, now)
        _mark(connection, alert.id, row[RANK])
        yield row, done if isinstance(done, Why) else None


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
    return (followed is None or row[RANK] > followed) and time_of(row) <= now


def _mark(connection: Connection, identity: str, at: datetime) -> None:
    connection.execute(ALERTS.update().where(ALERTS.c.id == identity).values(ticket_at=at))


def _followed(
    home: Home, writing: Writing, alert: Alert, row: Mapping[str, Any], silences: Silences
) -> list[tuple[str, Alert]] | Why:
    """The steps of one row: first that the deadlines go on, where they rested, then what its status says; why it has none."""
    connection, now = writing.connection, writing.now
    status, steps, at = row["status"], list[tuple[str, Alert]](), min(row[RANK], now)
    if alert.paused and alert.live:
        alert = alert.rested(at, paused=status == "suspended")
        steps.append((Rule.PAUSED.value if alert.paused else Rule.RESUMED.value, alert))
    if AGAIN in row and not _done_since(connection, alert, row[AGAIN]):
        return steps or Why.SAME
    if status in _BEFALL:
        return [*steps, *_befallen(home, writing, alert, status, silences, at)] or _stays(alert, status, silences)
    verbs = _verbs(connection, alert, row, silences)
    for verb in () if isinstance(verbs, Why) else verbs:
        if _goes_back(connection, alert, LIFE[Status(alert.status)].get(verb, Status.CLOSED), at):
            return steps or Why.DONE_HERE
        try:
            alert = _step(home, writing, alert, verb, row, at)
        except AlertStands:  # its window has passed, or another is live by now
            return steps or Why.OVER
        steps.append((verb.value, alert))
    return steps or (verbs if isinstance(verbs, Why) else Why.SAME)


def _befallen(
    home: Home, writing: Writing, alert: Alert, status: str, silences: Silences, at: datetime
) -> list[tuple[str, Alert]]:
    """What befalls a notice by its ticket, as it stands."""
    connection, now = writing.connection, writing.now
    if not alert.live:
        return []
    if status == "suspended":
        return [] if alert.paused else [(Rule.PAUSED.value, replace(alert, paused=True))]
    if status == "withdrawn":
        done = _done_since(connection, alert, at)
        return [] if done else [(Rule.WITHDRAWN.value, withdrawn(alert, now))]
    if silences.over(alert.target, alert.units) or alert.escalations >= home.configuration.alerts.escalations:
        return []
    return [(Rule.OVERDUE.value, escalated(home, alert, writing.teams, now))]


def _step(home: Home, writing: Writing, alert: Alert, verb: Verb, row: Mapping[str, Any], at: datetime) -> Alert:
    """The notice after what a row does to it. Raises AlertStands where it is not opened again."""
    now, service = writing.now, row.get("service")
    state = LIFE[Status(alert.status)].get(verb, Status.CLOSED)
    after = replace(alert, status=state.value, service=service if service in SERVICES else alert.service)
    if verb is Verb.ASSIGN:
        after = asked_anew(home.configuration, after, now)
    if verb is Verb.REOPEN:
        after = reopened(home, writing.connection, after, now)
    if verb in (Verb.ACKNOWLEDGE, Verb.START) and alert.acknowledged_at is None:
        after = acknowledged(after, at)
    if verb is Verb.CLOSE:
        outcome = row.get("outcome")
        known = outcome if outcome in list(Outcome) else alert.outcome or Outcome.UNKNOWN.value
        again = alert.fed_back and after.service == alert.service
        after = replace(
            after, outcome=known, ended_at=alert.ended_at or alert.in_order(now), paused=False, fed_back=again
        )
    return announced(home, writing, after, verb)


def _verbs(connection: Connection, alert: Alert, row: Mapping[str, Any], silences: Silences) -> Sequence[Verb] | Why:
    """What a row does to a notice as it stands; why it does nothing."""
    status, stands = row["status"], Status(alert.status)
    verb = DOES.get(status)
    if verb is Verb.CLOSE and stands is Status.CLOSED:
        said = {name: row[name] for name in ("outcome", "service") if row.get(name)}
        return [verb] if any(getattr(alert, name) != value for name, value in said.items()) else Why.SAME
    if stands is Status.CLOSED and status in _OPENS and _moved_by_ticket(connection, alert):
        # Somebody's old copy of a table says so, too; it has no time of its own.
        return [Verb.REOPEN, *([] if verb is None else [verb])] if is_timed(row) else Why.UNTIMED
    if stands is Status.RETURNED and status == "open":
        # The ticket was returned, and is given out anew; of a return that was said here a ticket does not know.
        return [Verb.ASSIGN] if _moved_by_ticket(connection, alert) else Why.DONE_HERE
    return _stays(alert, status, silences) if verb is None or verb not in LIFE[stands] else [verb]


def _moved_by_ticket(connection: Connection, alert: Alert) -> bool:
    """Whether a notice stands as it does since its ticket said so."""
    moves = [step for step in steps_of(connection, alert.id) if step["verb"] in MOVES]
    return bool(moves) and bool(moves[-1]["source"] == BY_TICKET)


def _stays(alert: Alert, status: str, silences: Silences) -> Why:
    """Why a status changes nothing of a notice."""
    if status in (alert.status, _ticket(alert)):
        return Why.SAME
    if not alert.live:
        return Why.OVER
    if status == "withdrawn":
        return Why.DONE_HERE
    return Why.SILENCED if status == "overdue" and silences.over(alert.target, alert.units) else Why.SAME


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

    Since when one stands so that somebody may close still is left empty: whoever changes its status by hand changes that alone. Of one that
    expired nobody said what was found: it is overdue, and not closed.
    """
    fields = {field.name: field.zh for field in TABLE_CONTRACTS["tickets"].fields}
    own = ("alert_id", "status", "updated_at", "closed_at", "outcome", "service")
    rows = [[*(fields[name] for name in own), *_BESIDE]]
    for one in alerts:
        ended = "" if one.status == Status.EXPIRED else _local(one.ended_at, zone)
        rows.append(
            [
                one.id, chinese_name("ticket_status", "tickets", _ticket(one)), ended, ended,
                "" if one.outcome is None else chinese_name("alert_outcome", "tickets", one.outcome),
                "" if one.service is None else chinese_name("service", "tickets", one.service),
                Level(one.level).zh, names.get(one.target, one.target), one.name,
                " ".join(name for unit, _, name in reversed(one.units[1:]) if unit != Unit.CITY),
                "；".join(why["zh"] for why in one.reasons),
                "；".join(dict.fromkeys(chinese_name("service", "tickets", each) for each in one.services)),
                _local(one.due_at, zone), one.team_id or "",
            ]
        )  # fmt: skip
    return rows


_TICKET = {"open": "open", "acknowledged": "acknowledged", "in_progress": "in_progress", "returned": "returned", "referred": "open", "expired": "overdue", "withdrawn": "withdrawn"}  # fmt: skip


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
