"""How much history a target is learnt and judged from: what the fit asks for, so that it can be foretold."""

from __future__ import annotations

from datetime import date

import numpy as np

from riskwarn.configuration import Configuration
from riskwarn.periods import Period

#: Fewer mature events or origins than these teach nothing that holds.
LEAST_EVENTS = 20
LEAST_ORIGINS = 12

#: The newest mature origins on which a version is judged, fitted on what was known before them.
JUDGED_ORIGINS = 52
LEAST_JUDGED = 4

#: Origins before this many periods of history are not learnt from: their windows are still filling.
WARM_UP = {Period.DAY: 56, Period.WEEK: 26, Period.MONTH: 12}


def warm_up(periods: int, period: Period) -> int:
    """How many periods of a history of so many its first origin lies after its beginning: of a short one a third."""
    return min(WARM_UP[period], max(1, periods // 3))


def periods_told(configuration: Configuration, known: tuple[np.datetime64, np.datetime64]) -> tuple[date, int]:
    """Until when records of such known times tell, and how many periods that are."""
    calendar = configuration.calendar
    as_of = calendar.midnight_after(known[1])
    return as_of, calendar.periods_between(calendar.local_date(known[0]), as_of) + 1


def learnt_from(
    configuration: Configuration, known: tuple[np.datetime64, np.datetime64] | None
) -> tuple[date, date] | None:
    """The time in which an event must lie to be learnt from; None where there is no history of the length."""
    if known is None:
        return None
    calendar, period = configuration.calendar, configuration.period
    as_of, periods = periods_told(configuration, known)
    back = judging_begins(periods, configuration.horizons[0], period)
    if back is None:
        return None
    return calendar.shift(as_of, warm_up(periods, period) - periods), calendar.shift(as_of, -back)


def judging_begins(periods: int, horizon: int, period: Period) -> int | None:
    """How many periods before its end a history of so many begins to be judged on: an event must lie before, to be learnt from.
    None where the history is too short. About, for the delay of reports takes some periods more."""
    mature = mature_origins(periods, horizon, period)
    judged = min(JUDGED_ORIGINS, mature // 3)
    if judged < LEAST_JUDGED or mature - judged - horizon + 1 < LEAST_ORIGINS:
        return None
    back = horizon + judged - 1
    return back if back < periods else None


def origin_step(horizon: int) -> int:
    """Every origin is learnt from, or every second or third where windows overlap so much that more would teach nothing."""
    return 1 if horizon < 4 else 2 if horizon < 12 else 3


def mature_origins(periods: int, horizon: int, period: Period) -> int:
    """Origins of a history of so many periods whose window has passed."""
    return periods + 1 - warm_up(periods, period) - horizon
