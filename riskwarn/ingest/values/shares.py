"""What a column of shares of the residents holds: fractions, percent, or numbers of people."""

from __future__ import annotations

import re
from enum import StrEnum

import numpy as np

from riskwarn.arrays import Flags, Reals

#: What in a heading says that its numbers are shares.
_SHARE = re.compile(r"占比|比例|比重|比率|率|百分|[%％]|share|ratio|percent|proportion", re.IGNORECASE)
#: The share of the young and of the old among the residents of most places, roughly (census of 2020: 18 and 14 percent).
USUAL = 0.15


class Shares(StrEnum):
    """How the numbers of a column of shares are read."""

    FRACTIONS = "fractions"
    PERCENT = "percent"
    PEOPLE = "people"


def says_share(heading: str) -> bool:
    """Whether a heading says that its numbers are shares: 65岁以上占比 does, 65岁以上 leaves it open."""
    return _SHARE.search(heading) is not None


def shares_as(values: Reals, percent: Flags, residents: Reals | None = None) -> Shares:
    """One reading for all numbers of a column; `percent` are those with a sign, which say it themselves.

    Numbers above 100 are people. Whole numbers up to 100 may be people of small places, too: where the heading leaves it open
    (`residents` are given, a number each), they are what makes the more usual share of the residents.
    """
    plain = values[~percent]
    largest = np.nanmax(plain, initial=0.0)
    if largest > 100:
        return Shares.PEOPLE
    if largest > 1 and residents is not None:
        known = np.isfinite(plain) & (residents[~percent] > 0) & (plain > 0)
        whole = plain[known]
        if len(whole) and bool((whole == np.round(whole)).all()):
            as_people, as_percent = (float(np.median(one)) for one in (whole / residents[~percent][known], whole / 100))
            if abs(np.log(as_people / USUAL)) < abs(np.log(as_percent / USUAL)):
                return Shares.PEOPLE
    return Shares.PERCENT if largest > 1 else Shares.FRACTIONS
