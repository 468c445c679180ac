"""Health and labels call the same feeds silent: what the one sounds an alarm for, the other does not take for zeros."""

from __future__ import annotations

import numpy as np
import pytest

from riskwarn.health.freshness import freshness
from riskwarn.health.silence import alive
from riskwarn.periods import Period

WEEKS = 150


def feed(rate: float, quiet: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """(local days of its records, counts by week) of a feed of so many records a day that ended so many days ago."""
    rng = np.random.default_rng(seed)
    days = np.repeat(np.arange(7 * WEEKS), rng.poisson(rate, 7 * WEEKS))
    days = days[days < 7 * WEEKS - quiet]
    return days, np.bincount(days // 7, minlength=WEEKS).astype(float)


@pytest.mark.parametrize("rate", [1.0, 3.0, 20.0])
@pytest.mark.parametrize("quiet", [0, 7, 21, 28, 60])
def test_a_feed_that_ended_is_silent_to_both_or_to_none(rate: float, quiet: int) -> None:
    for seed in range(20):
        days, counts = feed(rate, quiet, seed)
        told = freshness(days, 7 * WEEKS, export_gap=0)
        assert told is not None
        known = alive(counts, Period.WEEK)
        assert told.silent == (not known[-1]) == (quiet > 14), seed
        assert known[: WEEKS - quiet // 7].all(), "what came before is known"


def test_a_rhythm_of_exports_excuses_a_quiet_feed_of_which_nothing_is_known_all_the_same() -> None:
    days, counts = feed(20.0, 28, 1)
    told = freshness(days, 7 * WEEKS, export_gap=30)
    assert told is not None and not told.silent
    assert np.flatnonzero(~alive(counts, Period.WEEK)).tolist() == list(range(WEEKS - 4, WEEKS))


def test_two_weeks_of_a_holiday_that_are_over_are_zeros_and_no_silence() -> None:
    _, counts = feed(1.0, 0, 2)
    counts[80:83] = 0
    assert alive(counts, Period.WEEK).all()
    counts[83] = 0
    assert np.flatnonzero(~alive(counts, Period.WEEK)).tolist() == [80, 81, 82, 83]
