"""What a column of shares holds: fractions, percent, or numbers of people, told by its largest number without a percent sign."""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from riskwarn.arrays import Flags, Reals


class Shares(StrEnum):
    """How the numbers of a column of shares are read."""

    FRACTIONS = "fractions"
    PERCENT = "percent"
    PEOPLE = "people"


def shares_as(values: Reals, percent: Flags) -> Shares:
    """One reading for all numbers of a column; `percent` are those with a sign, which say it themselves."""
    largest = np.nanmax(values[~percent], initial=0.0)
    return Shares.PEOPLE if largest > 100 else Shares.PERCENT if largest > 1 else Shares.FRACTIONS
