"""Days and instants as people and programs name them: a day is written YYYY-MM-DD and nothing else, by the command line and by the API alike."""

from __future__ import annotations

import re
from datetime import date, datetime

from riskwarn.messages import Message

#: The days whose weeks can be asked for: what lies beyond is a slip of the hand, and the calendar ends soon after.
FIRST, LAST = date(2000, 1, 1), date(2199, 12, 31)

_WRITTEN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(_WRITTEN.pattern + r"[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?([Zz]|[+-][0-9]{2}:[0-9]{2})")


class NotADay(ValueError):
    """A text names no day, or no instant; its sentence says why."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def day_of(text: str) -> date:
    """The day that a text names. Raises NotADay: also where a time of day follows, or digits are others than 0 to 9.

    >>> day_of("2026-11-08")
    datetime.date(2026, 11, 8)
    """
    if _WRITTEN.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            raise NotADay(
                Message("there is no such day: it must be a date of the calendar, written YYYY-MM-DD")
            ) from error
    raise NotADay(Message("it must be a date, written YYYY-MM-DD"))


def day_of_a_week(text: str) -> date:
    """The same of a day whose week is asked for. Raises NotADay."""
    day = day_of(text)
    if not FIRST <= day <= LAST:
        raise NotADay(Message("it is too far away: name a day between {first} and {last}", first=FIRST, last=LAST))
    return day


def instant_of(text: str) -> datetime:
    """The instant that a text names, with its offset (RFC 3339). Raises NotADay."""
    if _INSTANT.fullmatch(text):
        try:
            return datetime.fromisoformat(text.upper())
        except ValueError:
            pass
    raise NotADay(Message("it must be an instant with its offset, written as 2026-03-09T08:00:00+08:00"))
