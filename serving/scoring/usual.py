"""What is usual for places of a kind, and numbers as they may be shown: counts of 1 and 2 together, times in bands.

A number is shown by its code: equal codes are shown alike, and a greater code is a greater number.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features import City
from riskwarn.words import Unit

Reals = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

#: Places of which something is usual, at least.
LEAST = 8

#: Days at which bands of time begin; with the first words for what lies between.
_DAYS = (14, 28, 84, 182, 364)
_AGES = {
    "zh": ("不到2周", "2至4周", "4至12周", "超过12周", "超过半年", "超过1年"),
    "en": ("under 2 weeks", "2 to 4 weeks", "4 to 12 weeks", "over 12 weeks", "over half a year", "over a year"),
}
_AGO = {
    "zh": ("2周以内", "2至4周前", "4至12周前", "12周至半年前", "半年至1年前", "1年以前", "无记录"),
    "en": (
        "within 2 weeks", "2 to 4 weeks ago", "4 to 12 weeks ago", "12 weeks to half a year ago",
        "half a year to a year ago", "over a year ago", "never on record",
    ),
}  # fmt: skip

#: Numbers that are times, and what they are: an age, or how long ago something was.
AGES, AGO = ("oldest",), ("last", "events_last")
PEOPLE = ("population",)

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
    return np.where((whole == 2), 1, rounded).astype(np.int64)


def shown(number: str, code: int, language: str) -> str:
    """A number in words."""
    if number in AGES:
        return _AGES[language][code] if code >= 0 else "—"
    if number in AGO:
        return _AGO[language][code]
    measure = _MEASURES.get(number, "件") if language == "zh" else ""
    if number in PEOPLE:
        told = f"{100 * max(code, 1):,}" if language == "en" else str(100 * max(code, 1))
        return f"about {told}" if language == "en" else f"约{told}{measure}"
    if code == 1:
        return f"1–2{measure}"
    if code >= _ROUND:
        return f"about {code:,}" if language == "en" else f"约{code}{measure}"
    return "no" if language == "en" and code == 0 else f"{code}{measure}"


def usual_shown(number: str, low: int, high: int, language: str) -> str:
    """What lies between two codes, in words."""
    if low == high:
        told = shown(number, low, language)
        return "none" if told == "no" else told
    scale = 100 if number in PEOPLE else 1
    measure = _MEASURES.get(number, "件") if language == "zh" else ""
    first, last = low * scale, (2 if high == 1 and scale == 1 else high * scale)
    return f"{first:,}–{last:,}" if language == "en" else f"{first}–{last}{measure}"


@dataclass(frozen=True)
class Peers:
    """With which places each is compared: `kinds` say what those of a group have in common."""

    group: Codes  # (places,)
    kinds: tuple[str, ...]  # of each group

    def shares(self, values: Reals, *shares: float) -> list[Reals]:
        """(groups,) for each share the number of a place below which so many of its group lie; NaN where nothing is known."""
        known = ~np.isnan(values)
        group, value = self.group[known], values[known]
        order = np.lexsort((value, group))
        starts = np.searchsorted(group[order], np.arange(len(self.kinds) + 1))
        size = np.diff(starts)
        held = np.append(value[order], np.nan)
        found = []
        for share in shares:
            place = starts[:-1] + np.floor(share * np.maximum(size - 1, 0) + 0.5).astype(np.int64)
            found.append(np.where(size >= LEAST, held[np.minimum(place, len(held) - 1)], np.nan))
        return found


def peers_of(city: City) -> Peers:
    """The grids of a grid's kind; where nobody knows that, those of its town; where these are few, all."""
    geography = city.geography
    number = Counter(geography.kinds)
    kinds = [kind for kind in number if kind is not None and number[kind] >= LEAST]
    numbers = {kind: place for place, kind in enumerate(kinds)}
    group = np.array([numbers.get(kind, -1) if kind else -1 for kind in geography.kinds], dtype=np.int64)
    towns = geography.units[Unit.TOWN]
    large = np.bincount(towns.of_grid, minlength=len(towns.codes)) >= LEAST
    of_town = np.where(large[towns.of_grid], len(kinds) + towns.of_grid, len(kinds) + len(towns.codes))
    return Peers(np.where(group >= 0, group, of_town), (*["kind"] * len(kinds), *["town"] * len(towns.codes), "city"))
