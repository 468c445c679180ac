"""The order in time of the sheets of one table: of a record that stands in several, the newest says how it is now."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

_YEAR_AND_MONTH = re.compile(r"(20\d{2})\s*(?:年|[-_./])?\s*(1[0-2]|0?[1-9])(?:\s*月|(?!\d))")
_YEAR_AND_QUARTER = re.compile(r"(20\d{2})\s*年?\s*第?([一二三四1-4])季度?|(20\d{2})\s*[-_]?\s*Q([1-4])", re.I)
_YEAR = re.compile(r"(20\d{2})\s*年?(?:度|全年)?(?!\s*\d)")
_MONTH = re.compile(r"(?<!\d)(1[0-2]|0?[1-9])\s*月")
_QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4}


def in_time(titles: Sequence[str]) -> list[int]:
    """The places of sheets from the oldest to the newest, where all their titles name months, quarters or years; else as they stand.

    Months without a year are in order, or run backwards as a whole (12月, 11月, 10月).

    >>> in_time(["2026年2月", "2026年1月", "2025年12月"])
    [2, 1, 0]
    >>> in_time(["3月", "2月", "1月", "12月"])
    [3, 2, 1, 0]
    >>> in_time(["城区", "2026年1月"])
    [0, 1]
    """
    plain = [unicodedata.normalize("NFKC", title) for title in titles]
    order = list(range(len(titles)))
    named = [_named(title) for title in plain]
    if all(one is not None for one in named):
        return sorted(order, key=lambda place: (named[place] or (0, 0), place))
    months = [int(found[1]) for title in plain if (found := _MONTH.search(title)) and not _YEAR.search(title)]
    backwards = len(months) == len(titles) > 1 and all(
        (earlier - later) % 12 == 1 for earlier, later in pairwise(months)
    )
    return order[::-1] if backwards else order


def _named(title: str) -> tuple[int, int] | None:
    """(year, month) that a title names, a quarter by its last month, a year by its last but after its months."""
    if found := _YEAR_AND_QUARTER.search(title):
        year, quarter = found[1] or found[3], found[2] or found[4]
        return int(year), 3 * int(_QUARTERS.get(quarter, quarter))
    if found := _YEAR_AND_MONTH.search(title):
        return int(found[1]), int(found[2])
    found = _YEAR.search(title)
    return (int(found[1]), 13) if found else None
