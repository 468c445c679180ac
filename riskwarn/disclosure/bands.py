"""Counts, durations and dates as people may see them."""

from __future__ import annotations

from datetime import date, timedelta

#: What counts of one and two are told as: one case is one household's.
ONE_OR_TWO = "1–2"

#: Weeks at which a duration passes into the next band.
DURATION_BANDS = (2, 4, 8, 12, 26, 52)


def count_shown(count: int) -> int | str:
    """A count: 1 and 2 are told together.

    >>> [count_shown(count) for count in (0, 1, 2, 3)]
    [0, '1–2', '1–2', 3]
    """
    return ONE_OR_TWO if count in (1, 2) else count


def duration_shown(weeks: float) -> tuple[int, int | None]:
    """The band of a duration: (at least, less than) so many weeks; None at the end is open.

    >>> duration_shown(1.5), duration_shown(12), duration_shown(80)
    ((0, 2), (12, 26), (52, None))
    """
    reached = [edge for edge in DURATION_BANDS if weeks >= edge]
    ahead = [edge for edge in DURATION_BANDS if weeks < edge]
    return (reached[-1] if reached else 0, ahead[0] if ahead else None)


def week_shown(day: date) -> date:
    """The Monday of the week in which a date falls.

    >>> week_shown(date(2026, 4, 2)).isoformat()
    '2026-03-30'
    """
    return day - timedelta(days=day.weekday())
