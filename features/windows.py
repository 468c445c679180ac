"""Windows, half-lives and names of the periods that features look through."""

from __future__ import annotations

from riskwarn.periods import Period

#: Windows of the panel's periods, short to long.
WINDOWS = {
    Period.DAY: (1, 3, 7, 14, 28, 56, 182, 364),
    Period.WEEK: (1, 2, 4, 8, 13, 26, 52, 104),
    Period.MONTH: (1, 2, 3, 6, 12, 24),
}


#: A short and a long window (about a month or two, and half a year) for features that need no more.
SHORT_AND_LONG = {Period.DAY: (28, 182), Period.WEEK: (4, 26), Period.MONTH: (2, 6)}


#: About a year.
YEAR = {Period.DAY: 364, Period.WEEK: 52, Period.MONTH: 12}


#: Half-lives of decayed counts, in periods.
HALF_LIVES = {Period.DAY: (28.0, 182.0), Period.WEEK: (4.0, 26.0), Period.MONTH: (2.0, 12.0)}


#: Half-lives at which a target's own events are remembered, in periods: from the shortest that says anything to two years.
MEMORY_HALF_LIVES = {
    Period.DAY: (7.0, 14.0, 28.0, 56.0, 91.0, 182.0, 364.0, 728.0),
    Period.WEEK: (1.0, 2.0, 4.0, 8.0, 13.0, 26.0, 52.0, 104.0),
    Period.MONTH: (1.0, 2.0, 3.0, 6.0, 12.0, 24.0),
}


#: Half-lives of what repeats nearby, in periods: about two weeks and two months.
NEAR_HALF_LIVES = {Period.DAY: (14.0, 56.0), Period.WEEK: (2.0, 8.0), Period.MONTH: (1.0, 2.0)}


#: The period's name in sentences.
PERIOD_ZH = {Period.DAY: "天", Period.WEEK: "周", Period.MONTH: "个月"}


PERIOD_EN = {Period.DAY: "days", Period.WEEK: "weeks", Period.MONTH: "months"}
