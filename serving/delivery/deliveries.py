"""What is on its way: who carries it, what is due, what became of it.

One process carries at a time, by a lease. A subscriber is told in order: what is behind a message that failed waits with it.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Select, and_, bindparam, delete, exists, func, or_, select, update

from riskwarn.audit import SYSTEM, Action, Entry, recorded
from riskwarn.audit import Caller as Actor
from riskwarn.configuration import Configuration
from riskwarn.home import Home
from serving.access.areas import Area
from serving.access.caller import Caller
from serving.delivery.messages import LATE_DAYS, Message, from_kept
from serving.delivery.outbox import DEAD, DELIVERED, WAITING
from serving.delivery.owners import areas_in_force, owner_of
from serving.delivery.subscriptions import Subscription, named
from serving.delivery.tables import DELIVERIES, DELIVERY_HOLDER, MESSAGES, SUBSCRIPTIONS
from serving.snapshots.suspensions import suspended

#: Messages that are held in memory, because many are told the same.
_HELD = 2_000


@dataclass(frozen=True)
class Item:
    """A message on its way to a subscriber; `told` is whether that one may know of the notice already."""

    sequence: int
    attempts: int
    queued_at: datetime
    message: Message
    told: bool


@dataclass(frozen=True)
class Run:
    """The next messages of one subscriber, in their order."""

    to: Subscription
    items: list[Item]
    barred: frozenset[str]  # targets that are suspended
    owner: Area | None  # what the owner sees today; None where he may be told nothing any more


@dataclass(frozen=True)
class Result:
    """What became of an attempt. Of a subscription that has to stop, `stop` says why."""

    subscription: str
    sequence: int
    state: str
    attempts: int
    due_at: datetime
    problem: str = ""
    stop: str = ""


def hold(home: Home, holder: str, seconds: float, now: datetime) -> bool:
    """Become who carries messages, or stay it; whether one is."""
    free = or_(DELIVERY_HOLDER.c.holder.is_(None), DELIVERY_HOLDER.c.holder == holder, DELIVERY_HOLDER.c.until <= now)
    own = update(DELIVERY_HOLDER).where(free).values(holder=holder, until=now + timedelta(seconds=seconds))
    with home.database.begin() as connection:
        return bool(connection.execute(own).rowcount)


def release(home: Home, holder: str) -> None:
    """Let another carry messages."""
    own = update(DELIVERY_HOLDER).where(DELIVERY_HOLDER.c.holder == holder).values(holder=None, until=None)
    with home.database.begin() as connection:
        connection.execute(own)


def _heads(now: datetime) -> Select[tuple[str]]:
    """The first message of each subscriber that waits, where it is due."""
    first = (
        select(DELIVERIES.c.subscription, func.min(DELIVERIES.c.sequence).label("sequence"))
        .where(DELIVERIES.c.state == WAITING)
        .group_by(DELIVERIES.c.subscription)
        .subquery()
    )
    same = and_(DELIVERIES.c.subscription == first.c.subscription, DELIVERIES.c.sequence == first.c.sequence)
    return select(DELIVERIES.c.subscription).join(first, same).where(DELIVERIES.c.due_at <= now)


class Waiting:
    """Reads what is due."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._held: OrderedDict[int, Message] = OrderedDict()

    def due(self, now: datetime, busy: Collection[str], most: int, length: int) -> list[Run]:
        """The next messages of so many subscribers that are not busy."""
        with self._home.database.connect() as connection:
            heads = [str(row.subscription) for row in connection.execute(_heads(now))]
            ready = [one for one in heads if one not in busy][:most]
            if not ready:
                return []
            barred = frozenset(suspended(connection))
            rows = connection.execute(select(SUBSCRIPTIONS).where(SUBSCRIPTIONS.c.id.in_(ready))).mappings()
            subscribers = [Subscription(**row) for row in rows]
            allowed = areas_in_force(self._home, connection, {one.owner for one in subscribers}, now)
            return [
                Run(one, self._items(connection, one.id, length), barred, allowed.get(one.owner)) for one in subscribers
            ]

    def _items(self, connection: Connection, subscription: str, length: int) -> list[Item]:
        own = DELIVERIES.alias("own")
        before = DELIVERIES.alias("before")
        told = exists().where(
            before.c.subscription == own.c.subscription,
            before.c.alert_id == own.c.alert_id,
            before.c.sequence <= own.c.sequence,
            or_(before.c.state == DELIVERED, before.c.attempts > 0),
        )
        rows = (
            select(own.c.sequence, own.c.attempts, own.c.queued_at, told)
            .where(own.c.state == WAITING, own.c.subscription == subscription)
            .order_by(own.c.sequence)
            .limit(length)
        )
        found = connection.execute(rows).all()
        self._read(connection, [row[0] for row in found])
        return [
            Item(sequence, attempts, queued, self._held[sequence], bool(known))
            for sequence, attempts, queued, known in found
        ]

    def _read(self, connection: Connection, sequences: list[int]) -> None:
        missing = [one for one in sequences if one not in self._held]
        if missing:
            rows = select(MESSAGES).where(MESSAGES.c.sequence.in_(missing))
            for row in connection.execute(rows).mappings():
                self._held[row["sequence"]] = from_kept(dict(row))
        for one in sequences:
            self._held.move_to_end(one)
        while len(self._held) > max(_HELD, len(sequences)):
            self._held.popitem(last=False)


def settle(home: Home, results: Sequence[Result], now: datetime) -> None:
    """Write what became of messages, and say in the audit how many each subscriber was told."""
    if not results:
        return
    own = and_(
        DELIVERIES.c.subscription == bindparam("of"), DELIVERIES.c.sequence == bindparam("number"), DELIVERIES.c.state == WAITING,
    )  # fmt: skip
    rows = [
        {
            "of": one.subscription, "number": one.sequence, "now_state": one.state, "tried": one.attempts,
            "due": one.due_at, "why": one.problem or None,
        }
        for one in results
    ]  # fmt: skip
    written = update(DELIVERIES).where(own).values(
        state=bindparam("now_state"), attempts=bindparam("tried"), due_at=bindparam("due"), problem=bindparam("why"), changed_at=now,
    )  # fmt: skip
    stopped = {one.subscription: one.stop for one in results if one.stop}
    sent = Counter(one.subscription for one in results if one.state == DELIVERED)
    with recorded(home) as change:
        change.connection.execute(written, rows)
        for identity, why in stopped.items():
            _stop(change.connection, identity, why, now)
        entries = [Entry(Action.DELIVERY_SENT, one, SYSTEM, count=number) for one, number in sorted(sent.items())]
        entries += [Entry(Action.SUBSCRIPTION_CHANGED, one, SYSTEM, result=why) for one, why in sorted(stopped.items())]
        change.append(*entries, at=now)


def _stop(connection: Connection, identity: str, why: str, now: datetime) -> None:
    connection.execute(update(SUBSCRIPTIONS).where(SUBSCRIPTIONS.c.id == identity).values(stopped_at=now, stopped=why))
    left = and_(DELIVERIES.c.subscription == identity, DELIVERIES.c.state == WAITING)
    connection.execute(update(DELIVERIES).where(left).values(state=DEAD, problem=why, changed_at=now))


def replay(home: Home, identity: str, caller: Caller, origin: str, *, now: datetime) -> int:
    """Try again what was given up, in its order, and let a subscription that was stopped go on; how many messages that are.

    Raises UnknownSubscription.
    """
    with recorded(home) as change:
        connection = change.connection
        named(connection, caller, identity)
        connection.execute(
            update(SUBSCRIPTIONS).where(SUBSCRIPTIONS.c.id == identity).values(stopped_at=None, stopped=None)
        )
        dead = and_(DELIVERIES.c.subscription == identity, DELIVERIES.c.state == DEAD)
        again = {"state": WAITING, "attempts": 0, "queued_at": now, "due_at": now, "changed_at": now}
        number = connection.execute(update(DELIVERIES).where(dead).values(**again)).rowcount
        actor = Actor(owner_of(caller), origin)
        change.append(Entry(Action.SUBSCRIPTION_CHANGED, identity, actor, result="replayed"), at=now)
    return int(number)


def sweep(home: Home, now: datetime) -> int:
    """Forget messages whose days are over, with what became of them, beside those that are still on their way; how many those are.

    Who was told of a notice is known longer, for as long as something may be said of it: by that a Cancel finds him.
    """
    old = MESSAGES.c.sent_at < now - timedelta(days=home.configuration.delivery.keep_days)
    waiting = exists().where(DELIVERIES.c.sequence == MESSAGES.c.sequence, DELIVERIES.c.state == WAITING)
    there = exists().where(MESSAGES.c.sequence == DELIVERIES.c.sequence)
    over = or_(DELIVERIES.c.state != DELIVERED, DELIVERIES.c.queued_at < _told_since(home.configuration, now))
    with home.database.begin() as connection:
        gone = connection.execute(delete(MESSAGES).where(old, ~waiting)).rowcount
        connection.execute(delete(DELIVERIES).where(~there, over))
    return int(gone)


def _told_since(configuration: Configuration, now: datetime) -> datetime:
    """Of what was said before this nothing more is said: the longest window has passed, and it was told what became of it."""
    day = now.astimezone(configuration.calendar.timezone).date()
    window = day - configuration.calendar.shift(day, -max(configuration.horizons))
    return now - window - timedelta(days=configuration.alerts.outcome_days + LATE_DAYS)
