"""What somebody does with a notice: one transaction over its row, its step, what others are told, and the audit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select

from riskwarn.alert_rules import Alerts
from riskwarn.audit import LOCAL, Action, Caller, Entry, recorded
from riskwarn.audit.chain import hold
from riskwarn.configuration import Configuration
from riskwarn.contracts.because import check_note
from riskwarn.contracts.vocabulary import standing_named
from riskwarn.errors import AlertChanged, AlertStands, QueryInvalid, RequestReused, RiskwarnError
from riskwarn.home import Home
from riskwarn.messages import Listed, Message
from serving.alerts.alert import Alert, alert_named, alerts_where
from serving.alerts.life import ASKED, GIVEN_UP, LIFE, MOVES, NEEDS, SERVICES, TOLD, Outcome, Rule, Status, Verb
from serving.alerts.shown import as_dict
from serving.alerts.tables import ALERTS, REQUESTS
from serving.alerts.teams import Team, Teams
from serving.alerts.telling import Writing, acknowledged_by, told_when, updated
from serving.snapshots.published import WITHDRAWN
from serving.snapshots.tables import FATES


@dataclass(frozen=True)
class Asked:
    """What somebody does, and what is said with it. Raises QueryInvalid, and what a note may not hold."""

    verb: Verb
    note: str = ""
    service: str | None = None
    outcome: str | None = None
    team_id: str | None = None

    def __post_init__(self) -> None:
        if self.note:
            check_note(self.note, "note")
        if self.service is not None and self.service not in SERVICES:
            raise QueryInvalid(parameter="service", problem=Message("there are {known}", known=Listed(SERVICES)))
        if self.outcome is not None and self.outcome not in list(Outcome):
            raise QueryInvalid(parameter="outcome", problem=Message("there are {known}", known=Listed(Outcome)))
        for name in ("outcome", "team_id"):
            if getattr(self, name) is not None and NEEDS.get(self.verb) != name:
                raise QueryInvalid(parameter=name, problem=Message("{verb} takes none", verb=self.verb.value))
        needed = NEEDS.get(self.verb)
        if needed is not None and not getattr(self, needed):
            raise QueryInvalid(parameter=needed, problem=Message("{verb} needs it", verb=self.verb.value))


@dataclass(frozen=True)
class By:
    """Who does it, by which way, and against what: the version that was read, the key of the request."""

    caller: Caller = LOCAL
    source: str = "cli"
    version: int | None = None
    key: str | None = None
    sees: Callable[[Alert], bool] = field(default=lambda _alert: True)
    answers: Callable[[Team], bool] = field(default=lambda _team: True)  # whether a team is one that is seen


def act(home: Home, identity: str, asked: Asked, by: By, *, now: datetime) -> dict[str, Any]:
    """Do something with a notice; gives it as it stands then.

    A request that comes again with its Idempotency-Key changes nothing, and is answered with the notice as it stands by now: nothing of one
    is told that is told no more. Raises UnknownAlert (also where the
    caller does not see it), AlertStands, AlertChanged, RequestReused, QueryInvalid.
    """
    request = _digest(identity, asked, by.version)
    with recorded(home) as change:
        connection = change.connection
        hold(connection)
        writing = Writing(connection, now, home.configuration)
        alert = alert_named(connection, identity, by.sees)
        if _answered(connection, by, request):
            return as_dict(alert)
        if by.version is not None and by.version != alert.version:
            raise AlertChanged(id=identity, version=alert.version, asked=by.version)
        entries = []
        if alert.live and alert.over(now):
            alert = writing.lapse(alert)
            entries.append(Entry(Action.ALERT_CHANGED, alert.id, result=Rule.EXPIRED.value, caller=by.caller))
        after = _after(home, writing, alert, asked, by)
        after = writing.put(alert, after, asked.verb.value, asked.note, by.source)
        entries.append(Entry(Action.ALERT_CHANGED, alert.id, by.caller, asked.verb.value, asked.note))
        answer = as_dict(after)
        if by.key is not None:
            row = {"digest": _key(by), "request": request, "answer": {}, "at": now}
            connection.execute(insert(REQUESTS).values(row))
        change.append(*entries, at=now)
    return answer


def act_on_many(home: Home, identities: Sequence[str], asked: Asked, by: By, *, now: datetime) -> list[dict[str, Any]]:
    """Do the same with several; each for itself: `{id, alert}` or `{id, code, problem}`."""
    found: list[dict[str, Any]] = []
    for identity in dict.fromkeys(identities):
        own = by if by.key is None else replace(by, key=f"{by.key}/{identity}")
        try:
            found.append({"id": identity, "alert": act(home, identity, asked, own, now=now)})
        except RiskwarnError as error:
            if error.status >= 500:
                raise
            found.append({"id": identity, "code": error.code, "problem": error.message})
    return found


def _after(home: Home, writing: Writing, alert: Alert, asked: Asked, by: By) -> Alert:
    """The notice after it; raise AlertStands where it is not done there."""
    rules, verb, now = home.configuration.alerts, asked.verb, writing.now
    state = LIFE[Status(alert.status)].get(verb)
    if state is None:
        there = Listed(one.value for one in LIFE[Status(alert.status)])
        raise _stands(alert, verb, Message("; {verbs} are", verbs=there) if there else "")
    if alert.paused and verb in MOVES:
        alert = alert.rested(now, paused=False)
    after = replace(alert, status=state.value, service=asked.service or alert.service)
    # One of elsewhere is as absent as one that there is not.
    if asked.team_id is not None and not any(one.id == asked.team_id and by.answers(one) for one in writing.teams.all):
        problem = Message("there is no team {team!r}", team=asked.team_id[:64])
        raise QueryInvalid(parameter="team_id", problem=problem)
    if asked.team_id is not None and _has_it(alert, asked.team_id, verb):
        raise _stands(alert, verb, Message("; team {team} has it already", team=asked.team_id))
    if verb is Verb.ACKNOWLEDGE or (verb is Verb.START and alert.acknowledged_at is None):
        after = acknowledged(after, now)
    elif verb is Verb.ASSIGN:
        after = asked_anew(home.configuration, replace(after, team_id=asked.team_id).beside(), now)
    elif verb is Verb.CO_HANDLE:
        after = after.beside(str(asked.team_id))
    elif verb is Verb.EXTEND:
        after = _extended(after, rules, now)
    elif verb is Verb.CLOSE:
        after = replace(after, outcome=asked.outcome, ended_at=after.in_order(now), paused=False)
    elif verb is Verb.REOPEN:
        after = reopened(home, writing.connection, after, now)
    return announced(home, writing, after, verb)


def _has_it(alert: Alert, team: str, verb: Verb) -> bool:
    """Whether it is the matter of a team already; what was given up may be given back to who had it."""
    if verb is Verb.ASSIGN:
        return team == alert.team_id and alert.status not in (Status.RETURNED, Status.REFERRED)
    return team in (alert.team_id, *alert.co_teams)


def announced(home: Home, writing: Writing, after: Alert, verb: Verb) -> Alert:
    """The notice after a verb, with the message to those who have to do something then, or nothing any more; by whichever way it came.

    What its team gives up is asked of the unit above at once, as an escalation would.
    """
    now = writing.now
    if verb not in TOLD or after.over(now):
        return after
    if verb in GIVEN_UP:
        after = replace(after.rested(now), acknowledged_at=None, reminders=0)
        after = asked_above(home.configuration, after, writing.teams, now)
    return updated(home.configuration, after, now)


def _stands(alert: Alert, verb: Verb, known: str) -> AlertStands:
    return AlertStands(id=alert.id, status=standing_named(alert.status), verb=verb.value, known=known)


def asked_above(configuration: Configuration, alert: Alert, teams: Teams, now: datetime) -> Alert:
    """The unit above has to do with it, too; it has as long as the first had before it goes further up. Where none is above, that is said."""
    above = teams.over(alert.units, alert.team_id, alert.escalations + 1)
    further = replace(_to_acknowledge(configuration, alert, now), escalations=alert.escalations + 1)
    return further if above is None else further.beside(above.id)


def asked_anew(configuration: Configuration, alert: Alert, now: datetime) -> Alert:
    """Whoever has it from now on has as long to acknowledge it as the first had."""
    anew = replace(alert.rested(now), acknowledged_at=None, reminders=0, escalations=0)
    return _to_acknowledge(configuration, anew, now)


def asked_again(configuration: Configuration, alert: Alert, now: datetime) -> Alert:
    """Whoever is above from now on has as long to acknowledge it as who was before, where somebody has to still."""
    return _to_acknowledge(configuration, alert, now) if Status(alert.status) in ASKED else alert


def acknowledged(alert: Alert, at: datetime) -> Alert:
    """A notice that somebody has acknowledged."""
    return replace(alert, acknowledged_at=alert.in_order(at)).on_terms(acknowledge_by=lambda _level, _by: None)


def _to_acknowledge(configuration: Configuration, alert: Alert, now: datetime) -> Alert:
    """A notice that whoever is asked now is to acknowledge in time."""
    rules, zone = configuration.alerts, configuration.calendar.timezone
    return alert.on_terms(
        acknowledge_by=lambda level, _by: acknowledged_by(rules, level, told_when(rules, level, now, zone), zone)
    )


def _extended(alert: Alert, rules: Alerts, now: datetime) -> Alert:
    if alert.extensions >= rules.extensions:
        raise _stands(alert, Verb.EXTEND, Message("; it was extended {times} times already", times=alert.extensions))
    more, since = timedelta(days=rules.extend_days), alert.counts_from(now)
    after = alert.on_terms(due_at=lambda _level, due: alert.within(max(due or since, since) + more))
    if after.due_at == alert.due_at:
        raise _stands(alert, Verb.EXTEND, Message("; it is due at the end of its window already"))
    return replace(after, extensions=alert.extensions + 1)


def reopened(home: Home, connection: Connection, alert: Alert, now: datetime) -> Alert:
    """The notice opened again; raise AlertStands where it is not: one whose window has passed wakes nobody again, and of a unit and target, and
    of each grid, one is live at most."""
    other = _in_the_way(connection, alert)
    taken_back = select(FATES.c.snapshot).where(FATES.c.snapshot == alert.snapshot, FATES.c.fate == WITHDRAWN)
    gone = connection.execute(taken_back).first() is not None
    if alert.over(now) or other or gone:
        why = (
            other if other
            else Message("; what raised it was withdrawn") if gone
            else Message("; its window has passed")
        )  # fmt: skip
        raise _stands(replace(alert, status=Status.CLOSED.value), Verb.REOPEN, why)
    days = home.configuration.alerts.days_to_close
    # One of which nobody was told has given back its place in the budget, and takes one when somebody is.
    again = replace(alert, outcome=None, ended_at=None, week=alert.week if alert.messages else None)
    due = again.on_terms(due_at=lambda level, _due: alert.within(now + timedelta(days=days(level))))
    return asked_anew(home.configuration, due, now)


def _in_the_way(connection: Connection, alert: Alert) -> str | None:
    """Why a notice may not be live beside one that is."""
    own = () if alert.kind == "gap" else alert.grids
    for one in alerts_where(connection, ALERTS.c.target == alert.target, ALERTS.c.head.is_not(None)):
        both_name_grids = bool(alert.members) and bool(one.members)
        if one.live_head == alert.live_head or (one.own_head == alert.own_head and not both_name_grids):
            return Message("; {id} is live for the same unit and target", id=one.id)
        named = next((code for code in one.grids if code in own), None)
        if named is not None and one.kind != "gap":
            return Message("; {id} is live and tells of {grid}", id=one.id, grid=named)
    return None


def _digest(identity: str, asked: Asked, version: int | None) -> str:
    told = [identity, asked.verb.value, asked.note, asked.service, asked.outcome, asked.team_id, version]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


def _key(by: By) -> str:
    return hashlib.sha256(f"{by.caller.actor}\0{by.key}".encode()).hexdigest()


def _answered(connection: Connection, by: By, request: str) -> bool:
    """Whether the same request was answered before; raise RequestReused where the key came with another."""
    if by.key is None:
        return False
    row = connection.execute(select(REQUESTS).where(REQUESTS.c.digest == _key(by))).mappings().first()
    if row is None:
        return False
    if row["request"] != request:
        raise RequestReused()
    return True
