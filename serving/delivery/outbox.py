"""The outbox: what is to be said is written in the transaction of the change that it tells of, with a row for each who is to hear it.

Messages are numbered under one lock that holds until that transaction ends, so that whoever reads by number misses none. Append to the
audit after :func:`enqueue`: both take a lock, and everybody takes them in this order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, insert, select, update

from riskwarn.tables import parts
from serving.access.areas import WHOLE_CITY, area_of
from serving.delivery.levels import height
from serving.delivery.messages import TO_THE_TOLD, Message, as_kept, from_kept
from serving.delivery.tables import DELIVERIES, MESSAGES, OUTBOX_HEAD, SUBSCRIPTIONS

WAITING, DELIVERED, EXPIRED, DEAD = "waiting", "delivered", "expired", "dead"


def enqueue(connection: Connection, messages: Sequence[Message]) -> None:
    """Say something about notices. One whose id was said before is left out.

    A Cancel, and what became of a notice, go to whoever was told of it, whatever he asks for today, and to nobody else; an Update to
    those too. What is said of such a notice while a subscription is stopped is given up at once, so that `replay` tells it in its order;
    nothing else is kept for one that wants nothing any more.
    """
    if not messages:
        return
    held = connection.execute(update(OUTBOX_HEAD).values(sequence=OUTBOX_HEAD.c.sequence))  # takes the lock
    if not held.rowcount:
        connection.execute(insert(OUTBOX_HEAD).values(id=1, sequence=0))
    said = _known(connection, [one.id for one in messages])
    fresh = [one for one in {one.id: one for one in messages}.values() if one.id not in said]
    if not fresh:
        return
    last = connection.execute(select(OUTBOX_HEAD.c.sequence)).scalar_one()
    connection.execute(update(OUTBOX_HEAD).values(sequence=last + len(fresh)))
    numbered = list(enumerate(fresh, last + 1))
    connection.execute(insert(MESSAGES), [{"sequence": sequence, **as_kept(one)} for sequence, one in numbered])
    subscribers = [dict(row) for row in connection.execute(select(SUBSCRIPTIONS)).mappings()]
    told = _told(connection, [one.alert_id for one in fresh if one.kind != "Alert"])
    on_their_way: list[dict[str, Any]] = []
    for sequence, one in numbered:
        for subscriber in subscribers:
            identity = subscriber["id"]
            heard, stopped = one.alert_id in told.get(identity, ()), subscriber["stopped_at"] is not None
            if heard or (not stopped and one.kind not in TO_THE_TOLD and wants(subscriber, one)):
                told.setdefault(identity, set()).add(one.alert_id)
                on_their_way.append(
                    {
                        "subscription": identity,
                        "sequence": sequence,
                        "alert_id": one.alert_id,
                        "state": DEAD if stopped else WAITING,
                        "attempts": 0,
                        "queued_at": one.sent_at,
                        "due_at": one.sent_at,
                        "changed_at": one.sent_at,
                        "problem": subscriber["stopped"],
                    }
                )
    if on_their_way:
        connection.execute(insert(DELIVERIES), on_their_way)


def wants(subscriber: dict[str, Any], message: Message) -> bool:
    """Whether a subscriber asks for a message, and may hear it."""
    area = area_of(subscriber["area"])
    return (
        subscriber["status"] == message.status
        and subscriber["target"] in (None, message.target)
        and (subscriber["team_id"] is None or subscriber["team_id"] in message.teams)
        and (subscriber["min_level"] is None or height(message.level) >= height(subscriber["min_level"]))
        and (area == WHOLE_CITY or message.lies_in(area.units))
    )


def told_in(connection: Connection, alert: str) -> list[list[str]]:
    """[kind, code] of the unit of a notice and of each above it, as they were when it was told of last; none where that is not kept."""
    own = select(MESSAGES).where(MESSAGES.c.alert_id == alert).order_by(MESSAGES.c.sequence.desc()).limit(1)
    row = connection.execute(own).mappings().first()
    return [] if row is None else [list(one) for one in sorted(from_kept(dict(row)).places())]


def _known(connection: Connection, ids: list[str]) -> set[str]:
    found: set[str] = set()
    for part in parts(ids):
        found |= set(connection.scalars(select(MESSAGES.c.id).where(MESSAGES.c.id.in_(part))))
    return found


def _told(connection: Connection, alerts: list[str]) -> dict[str, set[str]]:
    """Of which of some notices each subscriber was told, or is about to be."""
    found: dict[str, set[str]] = {}
    for part in parts(alerts):
        rows = select(DELIVERIES.c.subscription, DELIVERIES.c.alert_id).where(DELIVERIES.c.alert_id.in_(part))
        for subscription, alert in connection.execute(rows.distinct()):
            found.setdefault(subscription, set()).add(alert)
    return found
