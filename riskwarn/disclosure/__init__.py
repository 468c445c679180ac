"""What may be shown of small numbers, to anyone, anywhere: the one place that decides it.

Scores, expected counts, intervals, ranks and levels are never withheld (they follow from each other). Residents, numbers per
10,000, the values of reasons, histories and counts are: of a unit with few residents, and of one whose number follows from what
is shown around it. Counts of 1 and 2 are told together, durations in bands, dates as weeks.
"""

from riskwarn.disclosure.bands import DURATION_BANDS, count_shown, duration_shown, week_shown
from riskwarn.disclosure.sensitive import SENSITIVE_CATEGORIES, is_sensitive
from riskwarn.disclosure.withheld import complemented

__all__ = [
    "DURATION_BANDS",
    "SENSITIVE_CATEGORIES",
    "complemented",
    "count_shown",
    "duration_shown",
    "is_sensitive",
    "week_shown",
]
