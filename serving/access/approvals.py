"""Large files: asked for with a reason, decided by a second person, and opened by what was decided.

An approval is bound to who asked, to what that one saw then and the units that lay inside, to the snapshot and to the query. Whoever decides is a person, another than
who asked, and sees all that is asked for: an approval gives nobody what he may not see himself. An area is a name: who sees it today and not
what lay in it when somebody asked is told of no approval, for how many rows the file had tells of what lies outside.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import Connection, insert, select, update

from riskwarn.audit import Action, Entry, recorded
from riskwarn.audit import Caller as AuditCaller
from riskwarn.audit.recording import Recording
from riskwarn.contracts.because import check_because
from riskwarn.errors import ApprovalRefused, ApprovalUnusable, UnknownApproval
from riskwarn.home import Home
from riskwarn.messages import Message
from serving.access.areas import Area, area_of
from serving.access.caller import Caller
from serving.access.tables import EXPORT_APPROVALS
from serving.access.tokens import new_id

#: Approvals that are listed at most.
MOST_LISTED = 100


class State(StrEnum):
    """How an approval stands."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    USED = "used"
    ENDED = "ended"


@dataclass(frozen=True)
class Wanted:
    """A file: out of which snapshot, by which query, how many rows it has, and of which units: a digest of their codes."""

    snapshot: str
    query: dict[str, Any]
    rows: int
    inside: str


@dataclass(frozen=True)
class Approval:
    """A row."""

    id: str
    asked_by: str
    asked_at: datetime
    area: list[list[str]]
    snapshot: str
    query: dict[str, Any]
    rows: int
    inside: str | None
    by_tree_of: str | None
    reason: str
    ends_at: datetime
    decision: str | None
    decided_by: str | None
    decided_at: datetime | None
    used_at: datetime | None

    def state(self, now: datetime, once: bool) -> State:
        """How it stands; `once` says whether it opens one file."""
        if self.decision == State.REFUSED:
            return State.REFUSED
        if once and self.used_at is not None:
            return State.USED
        if self.ends_at <= now:
            return State.ENDED
        return State.APPROVED if self.decision == State.APPROVED else State.WAITING

    def as_dict(self, now: datetime, once: bool) -> dict[str, Any]:
        """The shape that the API answers."""
        return {
            "id": self.id,
            "state": self.state(now, once).value,
            "snapshot": self.snapshot,
            "query": {**_NOT_NARROWED, **self.query},
            "rows": self.rows,
            "reason": self.reason,
            "asked_by": self.asked_by,
            "asked_at": self.asked_at.isoformat(),
            "ends_at": self.ends_at.isoformat(),
            "decided_by": self.decided_by,
            "decided_at": None if self.decided_at is None else self.decided_at.isoformat(),
        }


#: By what a file may be narrowed besides; what is not asked for is not kept.
_NOT_NARROWED = {"min_level": None, "search": None}

#: (area, snapshot by whose tree it was) -> whether a caller sees all of it, as it is today and as it was then.
Saw = Callable[[Area, str | None], bool]

#: The same -> whether the area holds today what it held then.
Unchanged = Callable[[Area, str | None], bool]

OTHER_FILE = Message("it was given for another file: the query must be the same")

#: Why an approval opens nothing.
_WHY = {
    State.WAITING: Message("it waits for a second person"),
    State.REFUSED: Message("it was refused"),
    State.USED: Message("it was used"),
    State.ENDED: Message("it has ended"),
}


def person(caller: Caller) -> str:
    """Who asks, whichever of the own keys is shown: the operator, or a program's key."""
    return caller.operator or caller.id


def ask(
    home: Home, caller: Caller, origin: str, wanted: Wanted, reason: str, *, by_tree_of: str, now: datetime
) -> Approval:
    """Ask for a file; `by_tree_of` is the snapshot whose tree says what lies in the area.

    Raises RefusedWord, PersonalText or ReasonTooLong where the reason may not be kept.
    """
    check_because(reason, "reason")
    entry_of = _entries(caller, origin)
    made = Approval(
        new_id("ex"), person(caller), now, caller.area.as_list(), wanted.snapshot, wanted.query, wanted.rows, wanted.inside,
        by_tree_of, reason, now + timedelta(hours=home.configuration.access.approval_hours), None, None, None, None,
    )  # fmt: skip
    with recorded(home) as change:
        change.connection.execute(insert(EXPORT_APPROVALS).values(**vars(made)))
        change.append(entry_of(Action.EXPORT_ASKED, made.id, reason), at=now)
    return made


def decide(
    home: Home,
    caller: Caller,
    origin: str,
    identity: str,
    approve: bool,
    saw: Saw,
    unchanged: Unchanged,
    *,
    now: datetime,
) -> Approval:
    """Approve or refuse what another asked for.

    Raises UnknownApproval (also where it is of what the caller does not see), ApprovalRefused (a program, or who asked), ApprovalUnusable
    (decided already, or ended, or to be approved though it would open nothing).
    """
    once, entry_of = home.configuration.access.approval_once, _entries(caller, origin)
    with recorded(home) as change:
        found = _named(change, identity)
        own = found.asked_by == person(caller)
        of = area_of(found.area), found.by_tree_of
        if not own and not saw(*of):
            raise UnknownApproval(id=identity)
        if own:
            problem = Message("it is your own: another person decides")
            raise ApprovalRefused(id=identity, problem=problem)
        if caller.operator is None:
            problem = Message("only an operator decides, by a key of that person")
            raise ApprovalRefused(id=identity, problem=problem)
        state = found.state(now, once)
        if state is not State.WAITING:
            problem = Message("it was approved already") if state is State.APPROVED else _WHY[state]
            raise ApprovalUnusable(id=identity, problem=problem)
        if approve and not unchanged(*of):
            problem = Message("what who asked may see has changed since; that one asks again")
            raise ApprovalUnusable(id=identity, problem=problem)
        decision = State.APPROVED if approve else State.REFUSED
        decided = {"decision": decision.value, "decided_by": caller.operator, "decided_at": now}
        change.connection.execute(update(EXPORT_APPROVALS).where(EXPORT_APPROVALS.c.id == identity).values(**decided))
        change.append(entry_of(Action.EXPORT_APPROVED if approve else Action.EXPORT_REFUSED, identity), at=now)
    return Approval(**{**vars(found), **decided})


def opened(home: Home, caller: Caller, identity: str) -> Approval:
    """What a caller asked for. Raises UnknownApproval, also where another asked."""
    with home.database.connect() as connection:
        found = _read(connection, identity)
    if found is None or found.asked_by != person(caller):
        raise UnknownApproval(id=identity)
    return found


def use(home: Home, caller: Caller, origin: str, identity: str, wanted: Wanted, *, now: datetime) -> None:
    """Open a file by an approval, and write down that it was made; what opens one file opens no second, however many ask at once.

    Raises UnknownApproval, ApprovalUnusable.
    """
    once, entry_of = home.configuration.access.approval_once, _entries(caller, origin)
    with recorded(home) as change:
        found = _named(change, identity)
        check(found, caller, wanted, now=now, once=once)
        change.connection.execute(update(EXPORT_APPROVALS).where(EXPORT_APPROVALS.c.id == identity).values(used_at=now))
        change.append(entry_of(Action.EXPORT_MADE, identity), at=now)


def check(found: Approval, caller: Caller, wanted: Wanted, *, now: datetime, once: bool) -> None:
    """Raise UnknownApproval or ApprovalUnusable where an approval does not open a file to a caller."""
    if found.asked_by != person(caller):
        raise UnknownApproval(id=found.id)
    state = found.state(now, once)
    problem = None if state is State.APPROVED else _WHY[state]
    if problem is None and (found.snapshot, found.query) != (wanted.snapshot, wanted.query):
        problem = OTHER_FILE
    # An area is a name: what lies inside it, and with it the rows, may be other ones than somebody decided on.
    if problem is None and (area_of(found.area), found.rows, found.inside) != (caller.area, wanted.rows, wanted.inside):
        problem = Message("what you may see has changed since; ask again")
    if problem is not None:
        raise ApprovalUnusable(id=found.id, problem=problem)


def listed(home: Home, caller: Caller, saw: Saw, limit: int) -> list[Approval]:
    """What a caller asked for, and what he might decide on, the newest first."""
    rows = select(EXPORT_APPROVALS).order_by(EXPORT_APPROVALS.c.asked_at.desc(), EXPORT_APPROVALS.c.id)
    sees, found = cache(saw), []
    with home.database.connect() as connection:
        for row in connection.execute(rows).mappings():
            one = Approval(**row)
            if one.asked_by == person(caller) or sees(area_of(one.area), one.by_tree_of):
                found.append(one)
            if len(found) == limit:
                break
    return found


def _named(change: Recording, identity: str) -> Approval:
    """An approval that nobody else decides on or uses meanwhile. Raises UnknownApproval."""
    # Changing the row takes the lock of writers on SQLite and that of the row on a server; reading it would not.
    own = EXPORT_APPROVALS.c.id == identity
    change.connection.execute(update(EXPORT_APPROVALS).where(own).values(rows=EXPORT_APPROVALS.c.rows))
    found = _read(change.connection, identity)
    if found is None:
        raise UnknownApproval(id=identity)
    return found


def _read(connection: Connection, identity: str) -> Approval | None:
    row = connection.execute(select(EXPORT_APPROVALS).where(EXPORT_APPROVALS.c.id == identity)).mappings().first()
    return None if row is None else Approval(**row)


def _entries(caller: Caller, origin: str) -> Callable[..., Entry]:
    """How what a caller does is written down."""
    actor = AuditCaller(person(caller), origin, caller.purpose.value if caller.purpose is not None else "")

    def entry(action: Action, what: str, note: str = "") -> Entry:
        return Entry(action, what, actor, note=note)

    return entry
