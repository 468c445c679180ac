"""Plain numbers as they may be shown: counts of 1 and 2 together, large ones round, times in bands.

A number is shown by its code: equal codes are shown alike, and a greater code is a greater number.
"""

from __future__ import annotations

import numpy as np

from riskwarn.arrays import Indices, Reals
from riskwarn.disclosure import DURATION_BANDS, ONE_OR_TWO

Codes = Indices

#: Days at which bands of time begin.
_DAYS = tuple(7 * weeks for weeks in DURATION_BANDS)

#: What lies in each band, by its first week: an age, and how long ago something was.
_WORDS = {
    "zh": {
        0: ("不到2周", "2周以内"), 2: ("2至4周", "2至4周前"), 4: ("4至8周", "4至8周前"), 8: ("8至12周", "8至12周前"),
        12: ("超过12周", "12周至半年前"), 26: ("超过半年", "半年至1年前"), 52: ("超过1年", "1年以前"),
    },
    "en": {
        0: ("under 2 weeks", "within 2 weeks"), 2: ("2 to 4 weeks", "2 to 4 weeks ago"),
        4: ("4 to 8 weeks", "4 to 8 weeks ago"), 8: ("8 to 12 weeks", "8 to 12 weeks ago"),
        12: ("over 12 weeks", "12 weeks to half a year ago"), 26: ("over half a year", "half a year to a year ago"),
        52: ("over a year", "over a year ago"),
    },
}  # fmt: skip
_NEVER = {"zh": "无记录", "en": "none on record"}
_FIRST_WEEKS = (0, *DURATION_BANDS)

#: Numbers that are times, and what they are: an age, or how long ago something was.
AGES, AGO = ("oldest",), ("last", "events_last")
PEOPLE = ("population",)

#: Sums over several grids, and the bands in which they are told: their least and their most.
AROUND = ("near", "open_near", "events_near", "open_community", "recent_community")
_COARSE = {3: 5, 6: 10, 11: 19}

#: What is counted, where it is not cases.
_MEASURES = {"year": "次", **dict.fromkeys(PEOPLE, "人")}

#: From here on counts are round.
_ROUND = 20


def coded(number: str, values: Reals) -> Codes:
    """The code of each value; of an age that nobody has -1."""
    if number in AGES:
        return np.where(np.isnan(values), -1, np.searchsorted(_DAYS, np.nan_to_num(values), side="right"))
    if number in AGO:
        return np.where(np.isnan(values), len(_DAYS) + 1, np.searchsorted(_DAYS, np.nan_to_num(values), side="right"))
    whole = np.nan_to_num(values)
    if number in PEOPLE:
        return np.maximum(np.round(whole / 100), 0).astype(np.int64)
    whole = np.rint(whole)
    step = 10.0 ** np.maximum(np.floor(np.log10(np.maximum(whole, 1))) - 1, 1)
    rounded = np.where(whole >= _ROUND, np.rint(whole / step) * step, whole)
    if number in AROUND:
        # Of what is around a grid bands alone are told: less the others' numbers, one's own would be left.
        edges = np.array(list(_COARSE))
        rounded = np.where(
            (whole >= edges[0]) & (whole < _ROUND), edges[np.searchsorted(edges, whole, side="right") - 1], rounded
        )
    return np.where((whole == 2), 1, rounded).astype(np.int64)


def shown(number: str, code: int, language: str, about: bool = False) -> str:
    """A number in words; `about` where it is no more than about right."""
    if number in AGES:
        return _WORDS[language][_FIRST_WEEKS[code]][0] if code >= 0 else "—"
    if number in AGO:
        return _WORDS[language][_FIRST_WEEKS[code]][1] if code < len(_FIRST_WEEKS) else _NEVER[language]
    measure = _MEASURES.get(number, "件") if language == "zh" else ""
    if number in PEOPLE:
        told = f"{100 * max(code, 1):,}" if language == "en" else str(100 * max(code, 1))
        return f"about {told}" if language == "en" else f"约{told}{measure}"
    if number in AROUND and code in _COARSE:
        return f"{code}–{_COARSE[code]}{measure}"
    if code == 1:
        return f"{ONE_OR_TWO}{measure}"
    if code >= _ROUND or (about and code):
        return f"about {code:,}" if language == "en" else f"约{code}{measure}"
    return "no" if language == "en" and code == 0 else f"{code}{measure}"


def usual_shown(number: str, low: int, high: int, language: str) -> str:
    """What lies between two codes, in words."""
    if low == high:
        told = shown(number, low, language)
        return "none" if told == "no" else told
    scale = 100 if number in PEOPLE else 1
    measure = _MEASURES.get(number, "件") if language == "zh" else ""
    most = {1: 2, **(_COARSE if number in AROUND else {})} if scale == 1 else {}
    first, last = low * scale, most.get(high, high * scale)
    return f"{first:,}–{last:,}" if language == "en" else f"{first}–{last}{measure}"
