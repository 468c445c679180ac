"""Following tickets while a server runs: the store is read where something was loaded since, or the time of a row has come."""

from __future__ import annotations

from datetime import datetime

from riskwarn.home import Home
from riskwarn.store import Store
from serving.alerts.sources import tickets_of
from serving.alerts.tickets import Followed, follow_tickets, time_of


class Follower:
    """Remembers up to where it has followed."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._version: int | None = None
        self._next: datetime | None = None  # when the first row is due whose clock is ahead

    def look(self, now: datetime) -> Followed:
        """Follow what is new."""
        version = Store(self._home).version()
        if version == self._version and (self._next is None or now < self._next):
            return Followed()
        rows = tickets_of(self._home)
        done = follow_tickets(self._home, rows, now=now)
        self._version = version
        self._next = min((at for at in map(time_of, rows) if at > now), default=None)
        return done
