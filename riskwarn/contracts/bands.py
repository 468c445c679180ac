"""Numbers of people as bands: how many were concerned matters, the exact number would point at persons."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Band:
    """A band of numbers of people; `most` is None where it is open."""

    code: str
    least: int
    most: int | None
    zh: str


BANDS = (
    Band("1-2", 1, 2, "1至2人"),
    Band("3-5", 3, 5, "3至5人"),
    Band("6-10", 6, 10, "6至10人"),
    Band("11-30", 11, 30, "11至30人"),
    Band("31+", 31, None, "31人以上"),
)

_NUMBER = re.compile(r"(?:约|近)?(\d{1,7})(?:\.0+)?(?:(?:[-~至到])(\d{1,7}))?(?:余|多)?(?:人|名|户)?(?:以上|左右)?")


def band_of(text: str) -> str | None:
    """The code of the band in which a written number of people lies; None where it is none, or nought.

    Of a range (3-5人, 10余人) the lower end counts: a band that is told already stays what it is.
    """
    number = least_of(text)
    if number is None:
        return None
    return next(
        (band.code for band in BANDS if number >= band.least and (band.most is None or number <= band.most)), None
    )


def least_of(text: str) -> int | None:
    """A written number of people, of a range the lower end; None where it is none."""
    found = _NUMBER.fullmatch(text.replace(",", "").replace("—", "-").replace(" ", ""))
    return None if found is None else int(found[1])
