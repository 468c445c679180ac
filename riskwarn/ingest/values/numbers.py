"""Numbers as offices write them: which mark is the decimal one is decided for the column and the file, never by cell."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from riskwarn.arrays import Flags
from riskwarn.ingest.values.cells import coded

Mark = Literal[".", ","]


#: No count is larger; and beyond this not every whole number is one of floating point.
MOST_WHOLE = 2.0**53

#: Field -> what may stand behind its numbers and says what they count: 418人. Residents told in 户 are none.
UNITS: dict[str, re.Pattern[str]] = {
    field: re.compile(rf"\s*(?:{words})$")
    for fields, words in (
        (("population", "registered_population", "migrant_population", "living_alone_over_65"), "人|口|名|位"),
        (("households",), "户|家|个"),
        (("workers",), "人|名|位|个"),
        (("buildings",), "栋|幢|座|个"),
        (("rental_units",), "套|间|户|处|个"),
        (("housing_age",), "年"),
        (("hours",), "小时|个小时|h"),
        (("count",), "件|起|宗|例|次|条|处|项|笔|个"),
    )
    for field in fields
}


def _pattern(decimal: str, thousands: str) -> re.Pattern[str]:
    """Digits, or groups of three behind one and the same mark, then the decimals."""
    grouped = rf"[1-9]\d{{0,2}}(?:(?P<mark>[{thousands} '’])\d{{3}})(?:(?P=mark)\d{{3}})*"
    return re.compile(rf"[-+]?(?:{grouped}|\d+)?(?:{decimal}\d*)?(?:[eE][-+]?\d+)?")


_WRITTEN: dict[Mark, re.Pattern[str]] = {".": _pattern(r"\.", ","), ",": _pattern(",", r"\.")}


@dataclass(frozen=True)
class NumberForm:
    """What the marks of a column leave open."""

    marks: frozenset[Mark]  # decimal marks with which all of its numbers can be read
    commas: bool  # whether a comma stands in it
    points: bool

    def mark(self, *, semicolons: bool, commas_elsewhere: bool) -> Mark | None:
        """The decimal mark; None where no one reads all of its numbers.

        Where both would do, a file with semicolons has decimal commas (for that is why it has semicolons), and another file
        marks thousands by commas; points alone are decimal ones, unless other columns of the file have decimal commas.
        """
        if len(self.marks) < 2:
            return next(iter(self.marks), None)
        return "," if (self.commas and semicolons) or (not self.commas and commas_elsewhere) else "."


def number_form(texts: Iterable[str | None]) -> NumberForm:
    """The decimal marks with which all numbers of a column can be read; `texts` are its distinct cells."""
    marks: set[Mark] = {".", ","}
    commas = points = False
    for text in texts:
        if text is None or ("," not in text and "." not in text):
            continue
        fitting = {mark for mark in _WRITTEN if not np.isnan(number(text, mark))}
        if not fitting:
            continue
        marks &= fitting
        commas, points = commas or "," in text, points or "." in text
    return NumberForm(frozenset(marks), commas, points)


def numbers(
    cells: pa.Array, decimal: Mark | None = ".", units: re.Pattern[str] | None = None
) -> tuple[npt.NDArray[np.float64], Flags, Flags]:
    """Values (NaN where null or unreadable), which are unreadable, and which carried a percent sign.

    Without a `decimal` mark only numbers are read that have none. `units` may stand behind them.
    """
    codes, words = coded(cells)
    if units is not None:
        words = [word if word is None else units.sub("", word) for word in words]
    told = [np.nan if word is None else number(word, decimal) for word in words] + [np.nan]
    values = np.array(told, dtype=np.float64)[codes]
    percent = np.array([word is not None and word.endswith("%") for word in words] + [False])[codes]
    return values, (codes >= 0) & np.isnan(values), percent


def number(text: str, decimal: Mark | None) -> float:
    """One number; NaN where it is none, or where it has a mark and nobody knows which is the decimal one."""
    plain = text.rstrip("%").strip()
    if decimal is None:
        return number(text, ".") if "," not in plain and "." not in plain else np.nan
    if not any(character.isdigit() for character in plain) or _WRITTEN[decimal].fullmatch(plain) is None:
        return np.nan
    plain = re.sub(r"[.,' ’]", lambda mark: "." if mark[0] == decimal else "", plain)
    try:
        value = float(plain)
    except ValueError:
        return np.nan
    return value if np.isfinite(value) else np.nan
