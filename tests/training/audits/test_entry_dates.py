"""Dates of events that are those of an entry are found where they leave a trace, and sound dates are left alone."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from riskwarn.store.targets import EventRule
from tests.training.tasks import CALENDAR
from training.audits.entry_dates import after_a_wait, after_closing, entry_dates, in_office_days

DAY = np.timedelta64(86_400_000_000, "us")


def waits(rng: np.random.Generator, events: int = 300) -> np.ndarray:
    """Days from a dispute to its escalation, as they come."""
    return 2 + rng.exponential(15, events)


def test_escalations_that_are_all_a_fortnight_late_are_found() -> None:
    rng = np.random.default_rng(1)
    own = waits(rng)
    assert after_a_wait("conflict", own) == []
    [found] = after_a_wait("conflict", own + 14)
    assert found.check == "entry_date" and 16 <= found.figure < 17
    assert found.sentence.startswith(
        "hardly an event of “conflict” lies within 16 days after its record began, and then they come at once"
    )


@pytest.mark.parametrize(
    "sound",
    [
        lambda rng, n: rng.exponential(60, n),
        lambda rng, n: rng.gamma(2, 30, n),
        lambda rng, n: rng.gamma(1.5, 120, n),
        lambda rng, n: rng.lognormal(np.log(60), 0.5, n),
        lambda rng, n: rng.lognormal(np.log(90), 0.3, n),
        lambda rng, n: 80 * rng.weibull(1.5, n),
        lambda rng, n: np.floor(rng.exponential(20, n)),
    ],
)
@pytest.mark.parametrize("events", [100, 500, 3000])
def test_escalations_that_come_late_by_nature_are_not(
    sound: Callable[[np.random.Generator, int], np.ndarray], events: int
) -> None:
    found = [seed for seed in range(40) if after_a_wait("conflict", sound(np.random.default_rng(seed), events))]
    assert len(found) <= 1


def test_a_few_that_came_at_once_do_not_hide_the_wait_and_few_events_tell_nothing() -> None:
    late = waits(np.random.default_rng(2)) + 14
    assert after_a_wait("conflict", np.concatenate([late, [0.5, 1.0]]))
    assert after_a_wait("conflict", late[:90]) == []


def test_events_that_lie_after_the_closing_of_their_record_are_found() -> None:
    at = np.datetime64("2025-01-01", "us") + np.arange(100) * DAY
    nothing = np.full(100, np.datetime64("NaT", "us"))
    assert after_closing("conflict", at, nothing) == [] and after_closing("conflict", at, at + DAY) == []
    closed = np.where(np.arange(100) < 30, at - 5 * DAY, nothing)
    [found] = after_closing("conflict", at, closed)
    assert found.figure == pytest.approx(0.3)
    assert found.sentence.startswith(
        "30 events of “conflict” (30.0 %) lie more than a day after their record was closed"
    )
    assert after_closing("conflict", at, np.where(np.arange(100) < 15, closed, nothing)) == [], "some flare up again"


def test_events_that_come_only_when_an_office_is_open_are_found() -> None:
    rng = np.random.default_rng(3)
    days = 20_000 + rng.integers(0, 700, 400)  # 20000 was a Thursday, too
    assert in_office_days("safety", days) == []
    [found] = in_office_days("safety", days + np.select([(days + 3) % 7 == 5, (days + 3) % 7 == 6], [2, 1]))
    assert found.figure == 0 and "0.0 % of the 400 events of “safety” lie at weekends" in found.sentence
    assert in_office_days("safety", np.repeat(20_000 + 28 * np.arange(30), 20)) == [], (
        "a monthly date says nothing of weeks"
    )


def test_the_dates_of_a_source_are_looked_at_by_what_dates_the_target() -> None:
    rng = np.random.default_rng(4)
    began = np.datetime64("2025-01-01", "us") + (rng.uniform(0, 400, 300) * DAY).astype("timedelta64[us]")
    late = began + ((waits(rng) + 14) * DAY).astype("timedelta64[us]")
    beliefs = pd.DataFrame(
        {
            "record_id": np.arange(300),
            "occurred_at": began,
            "escalated_at": late,
            "closed_at": late + DAY,
            "outcome": None,
            "outcome_known": late,
        }
    ).assign(
        known_at=began, escalated_at_known=late, believed_from=began, believed_to=np.datetime64("2200-01-01", "us")
    )
    [found] = entry_dates("conflict", EventRule("disputes", "escalated_at"), beliefs, CALENDAR)
    assert found.subject == "conflict" and "within 16 days" in found.sentence
    again = pd.concat([beliefs, beliefs.assign(escalated_at=beliefs["escalated_at"] - 14 * DAY)], ignore_index=True)
    assert entry_dates("conflict", EventRule("disputes", "escalated_at"), again, CALENDAR) == [], "a correction holds"
    assert entry_dates("dispute", EventRule("disputes", "occurred_at"), beliefs, CALENDAR) == []
