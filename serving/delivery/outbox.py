"""The outbox: what is to be sent, in the order in which it was written."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, insert

from serving.delivery.messages import Message
from serving.delivery.tables import OUTBOX


def enqueue(connection: Connection, messages: Sequence[Message]) -> None:
    """Write messages in the transaction of the change that they tell of: they are sent exactly if it happens."""
    if messages:
        rows = [{"id": one.id, "message": one.as_dict(), "sent_at": one.sent_at} for one in messages]
        connection.execute(insert(OUTBOX), rows)
