"""What may be shown of small numbers, to anyone, anywhere: the one place that decides it.

Scores, expected counts, intervals, ranks and levels are never withheld (they follow from each other). Residents, numbers per
10,000, the values of reasons, histories and counts are: of a unit with few residents, and of one whose number follows from what
is shown around it. Counts of a grid and durations are told in bands; a sum is made of what its parts are told as.
"""

from riskwarn.disclosure.bands import (
    DURATION_BANDS,
    ONE_OR_TWO,
    ROUND,
    about,
    banded,
    bounds,
    count_shown,
    few,
    week_of,
)
from riskwarn.disclosure.caught import levels_shown
from riskwarn.disclosure.sensitive import is_sensitive, sensitive_kind
from riskwarn.disclosure.sums import RESIDENTS, Parts, place_of_counts, rounded, shifts_of, summands
from riskwarn.disclosure.withheld import complemented

#: Number of these rules. It is raised when less is told than before: what was made under an earlier one is told without its numbers.
RULE = 3

__all__ = [
    "DURATION_BANDS",
    "ONE_OR_TWO",
    "RESIDENTS",
    "ROUND",
    "RULE",
    "Parts",
    "about",
    "banded",
    "bounds",
    "complemented",
    "count_shown",
    "few",
    "is_sensitive",
    "levels_shown",
    "place_of_counts",
    "rounded",
    "sensitive_kind",
    "shifts_of",
    "summands",
    "week_of",
]
