"""Who is told of a made-up city's notices, and what they hear."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import insert

from riskwarn.home import Home
from serving.access.areas import WHOLE_CITY
from serving.access.caller import LOCAL
from serving.delivery import dispatcher
from serving.delivery.dispatcher import Dispatcher
from serving.delivery.messages import Message
from serving.delivery.outcomes import DELIVERED, Outcome
from serving.delivery.subscriptions import Subscription
from serving.delivery.tables import SUBSCRIPTIONS
from tests.serving.alerts.city import City
from tests.serving.delivery.saying import FAST

#: What becomes of a message to somebody at an instant.
Hears = Callable[[str, Message, datetime], Outcome]


def subscribe(city: City, name: str, **asked: Any) -> None:
    """Somebody is told of what he asks for, of all where he asks for nothing."""
    row = {
        "id": name, "name": name, "channel": "webhook", "address": "", "language": "zh", "target": None, "min_level": None,
        "team_id": None, "area": WHOLE_CITY.as_list(), "status": "Actual", "owner": LOCAL.id, "created_at": city.now,
        "before_until": None, "stopped_at": None, "stopped": None,
    }  # fmt: skip
    with city.home.database.begin() as connection:
        connection.execute(insert(SUBSCRIPTIONS).values({**row, **asked}))


def carry(city: City, hears: Hears) -> None:
    """What is due is carried to who hears it."""

    class Ear:
        """Stands where messages are sent."""

        def __init__(self, _home: Home, clock: Callable[[], datetime], _at_once: int) -> None:
            self._clock = clock

        async def send(self, to: Subscription, message: Message) -> Outcome:
            return hears(to.id, message, self._clock())

        async def close(self) -> None:
            pass

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dispatcher, "Sender", Ear)
        asyncio.run(Dispatcher(city.home, lambda: city.now, FAST).drain())


def heard(city: City) -> list[tuple[str, Message]]:
    """(who, what) of all that is carried now."""
    found: list[tuple[str, Message]] = []

    def hears(who: str, message: Message, _at: datetime) -> Outcome:
        found.append((who, message))
        return DELIVERED

    carry(city, hears)
    return found
