"""Following tickets while a server runs: they are read where some were loaded since, or the time of a row has come."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from riskwarn.home import Home
from riskwarn.store.tables import LOADS
from serving.alerts.ticket_rows import Followed, time_of
from serving.alerts.tickets import follow_tickets


class Follower:
    """Remembers up to where it has followed."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._last: int | None = None  # load of tickets
        self._next: datetime | None = None  # when the first row is due whose clock is ahead

    def look(self, now: datetime) -> Followed:
        """Follow what is new."""
        with self._home.database.connect() as connection:
            last = connection.scalar(select(func.max(LOADS.c.load_id)).where(LOADS.c.source == "tickets"))
        if last == self._last and (self._next is None or now < self._next):
            return Followed()
        # A server where nobody loads tickets holds nothing that reads the store.
        from serving.alerts.sources import tickets_of

        rows = tickets_of(self._home)
        done = follow_tickets(self._home, rows, now=now)
        self._last = last
        self._next = min((at for at in map(time_of, rows) if at > now), default=None)
        return done
