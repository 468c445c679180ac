"""When keys and sessions were last used: remembered on the way of a request, and written aside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection

from riskwarn.home import Home

#: Writes when some ids were last used.
Write = Callable[[Connection, Sequence[tuple[str, datetime]]], None]


class Uses:
    """The uses that are not written yet, by id."""

    def __init__(self, home: Home, write: Write) -> None:
        self._home, self._write = home, write
        self._used: dict[str, float] = {}  # timestamps

    def note(self, identity: str, moment: float) -> None:
        """Remember one: nothing but a look into a dictionary."""
        self._used[identity] = moment

    def last(self, identity: str) -> float | None:
        """The last that is not written yet, as a timestamp."""
        return self._used.get(identity)

    def write(self) -> None:
        """Write all. What cannot be written is kept for the next time, and the error is raised."""
        used, self._used = self._used, {}
        if not used:
            return
        try:
            with self._home.database.begin() as connection:
                self._write(connection, [(one, datetime.fromtimestamp(at, UTC)) for one, at in used.items()])
        except Exception:
            self._used = used | self._used
            raise
