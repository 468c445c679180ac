"""Plain numbers as they may be shown: counts of a grid and times in bands, sums above it as what they are about.

A number is shown by its code: equal codes are shown alike, and a greater code is a greater number. What a band is called is in
:mod:`riskwarn.disclosure`.
"""

from __future__ import annotations

import numpy as np

from riskwarn.arrays import Indices, Reals
from riskwarn.disclosure import DURATION_BANDS, ONE_OR_TWO, ROUND, banded, bounds

Codes = Indices

#: Days at which bands of time begin.
_DAYS = tuple(7 * weeks for weeks in DURATION_BANDS)

#: What lies in each band, by its first week: an age, and how long ago something was.
_WORDS = {
    "zh": {
        0: ("不到2周", "2周以内"), 2: ("2至4周", "2至4周前"), 4: ("4至8周", "4至8周前"), 8: ("8至12周", "8至12周前"),
        12: ("12周至半年", "12周至半年前"), 26: ("半年至1年", "半年至1年前"), 52: ("超过1年", "1年以前"),
    },
    "en": {
        0: ("under 2 weeks", "within 2 weeks"), 2: ("2 to 4 weeks", "2 to 4 weeks ago"),
        4: ("4 to 8 weeks", "4 to 8 weeks ago"), 8: ("8 to 12 weeks", "8 to 12 weeks ago"),
        12: ("12 weeks to half a year", "12 weeks to half a year ago"), 26: ("half a year to a year", "half a year to a year ago"),
        52: ("over a year", "over a year ago"),
    },
}  # fmt: skip
_NEVER = {"zh": "无记录", "en": "none on record"}
_FIRST_WEEKS = (0, *DURATION_BANDS)

#: Numbers that are times, and what they are: an age, or how long ago something was.
AGES, AGO = ("oldest",), ("last", "events_last")
PEOPLE = ("population",)

#: Sums around a grid, and the number of each grid that they sum up.
NEXT_DOOR = {"near": "recent", "open_near": "open", "events_near": "events"}
OF_COMMUNITY = {"open_community": "open", "recent_community": "recent"}

#: What is counted, where it is not cases.
_MEASURES = {"year": "次", **dict.fromkeys(PEOPLE, "人")}


#: The code of a number that nobody knows, or that is withheld: nothing is said of it, least of all nought.
UNKNOWN = -3

#: The ends of what is told of a count: each number to 19, then numbers of two digits.
_ENDS = np.array([*range(ROUND), *range(20, 100, 10), *(n * 10**ten for ten in range(1, 8) for n in range(10, 100))])
_SHIFT = 1024

assert len(_ENDS) < _SHIFT


def coded(number: str, values: Reals) -> Codes:
    """The code of each value, by which values are compared; of an age that nobody has -1, of a number that is not known `UNKNOWN`."""
    if number in AGES:
        return np.where(np.isnan(values), -1, np.searchsorted(_DAYS, np.nan_to_num(values), side="right"))
    if number in AGO:
        return np.where(np.isnan(values), len(_DAYS) + 1, np.searchsorted(_DAYS, np.nan_to_num(values), side="right"))
    unknown, whole = np.isnan(values), np.nan_to_num(values)
    if number in PEOPLE:
        return np.where(unknown, UNKNOWN, np.maximum(np.round(whole / 100), 0)).astype(np.int64)
    whole = np.rint(whole)
    step = 10.0 ** np.maximum(np.floor(np.log10(np.maximum(whole, 1))) - 1, 1)
    rounded = np.where(whole >= ROUND, np.rint(whole / step) * step, whole)
    return np.where(unknown, UNKNOWN, np.where(whole == 2, 1, rounded)).astype(np.int64)


def between(least: Reals, most: Reals) -> Codes:
    """The code of a count of which is told what it is at least and at most."""
    low = np.searchsorted(_ENDS, least, side="right") - 1
    high = np.minimum(np.searchsorted(_ENDS, most), len(_ENDS) - 1)
    return np.asarray(low * _SHIFT + high, dtype=np.int64)


def around(values: Reals) -> Codes:
    """The code of a sum around a grid: the band in which it lies; `UNKNOWN` where it is NaN."""
    ends = (end.astype(np.float64) for end in bounds(banded(np.nan_to_num(values))))
    return np.where(np.isnan(values), UNKNOWN, between(*ends))


def shown(number: str, code: int, language: str) -> str:
    """A number in words."""
    if number in AGES:
        return _WORDS[language][_FIRST_WEEKS[code]][0] if code >= 0 else "—"
    if number in AGO:
        return _WORDS[language][_FIRST_WEEKS[code]][1] if code < len(_FIRST_WEEKS) else _NEVER[language]
    if number in PEOPLE:
        return _about(100 * max(code, 1), "人", language)
    if code == 1:
        return f"{ONE_OR_TWO}{_measure(number, language)}"
    if code:
        return _about(code, _measure(number, language), language)
    return "no" if language == "en" else f"0{_measure(number, language)}"


def is_never(number: str, code: int) -> bool:
    """Whether a number says that there is no such time."""
    return number in AGO and code >= len(_FIRST_WEEKS)


def between_shown(number: str, code: int, language: str) -> str:
    """A count of which is told what it is at least and at most, in words."""
    low, high = (int(_ENDS[end]) for end in divmod(code, _SHIFT))
    if high == 0:
        return shown(number, 0, language)
    return _range(low, high, _measure(number, language), language)


def usual_shown(number: str, low: int, high: int, language: str) -> str:
    """What lies between two codes, in words."""
    if number in (*AGES, *AGO) or (number in PEOPLE and low == high):
        return shown(number, low, language)
    if high == 0:
        return "none" if language == "en" else shown(number, 0, language)
    scale = 100 if number in PEOPLE else 1
    last = 2 if high * scale == 1 else high * scale
    return _range(low * scale, last, _measure(number, language), language)


def _measure(number: str, language: str) -> str:
    return _MEASURES.get(number, "件") if language == "zh" else ""


def _about(value: int, measure: str, language: str) -> str:
    return f"about {value:,}" if language == "en" else f"约{value}{measure}"


def _range(low: int, high: int, measure: str, language: str) -> str:
    if low == high:
        return f"{low:,}" if language == "en" else f"{low}{measure}"
    return f"{low:,}–{high:,}" if language == "en" else f"{low}–{high}{measure}"
