"""Trying a subscription out: one test, sent now, and what became of it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

from riskwarn.home import Home
from serving.access.caller import Caller
from serving.delivery.outcomes import Outcome
from serving.delivery.sending import Sender
from serving.delivery.subscriptions import Subscription, named


def try_out(home: Home, identity: str, caller: Caller) -> dict[str, Any]:
    """`{id, delivered, problem}`; `problem` is a word, null where it arrived. Raises UnknownSubscription."""
    with home.database.connect() as connection:
        one = named(connection, caller, identity)
    outcome = asyncio.run(_sent(home, one))
    return {"id": identity, "delivered": outcome.delivered, "problem": outcome.problem or None}


async def _sent(home: Home, one: Subscription) -> Outcome:
    # A moment of the real clock: whoever receives it holds its signature against its own.
    sender = Sender(home, lambda: datetime.now(UTC), at_once=1)
    try:
        return await sender.test(one)
    finally:
        await sender.close()
