"""What leaks is found where it is planted, and sound data give no finding."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from riskwarn.messages import translated
from training.audits.leakage import (
    back_filled,
    early_events,
    early_records,
    edited_after,
    filled_events,
    knowing_columns,
    label_shift,
)
from training.audits.too_good import MOST_EXCESS, gini, too_good
from training.labels.targets import TargetEvents

ORIGINS, GRIDS = 13, 300


def windows(seed: int = 1) -> tuple[np.ndarray, list[np.ndarray]]:
    """(lasting risk by grid, counts of the windows before, of and after each origin)."""
    rng = np.random.default_rng(seed)
    risk = rng.gamma(1.0, 0.15, GRIDS)
    counts = rng.poisson(risk, (ORIGINS + 2, GRIDS)).astype(float)
    return risk, [counts[:-2], counts[1:-1], counts[2:]]


def test_a_column_that_knows_the_outcome_is_found_and_lasting_risk_and_history_are_not() -> None:
    risk, [before, now, after] = windows()
    rng = np.random.default_rng(2)
    noise = rng.normal(0, 1, (ORIGINS, GRIDS))
    columns = {
        "risk": np.broadcast_to(risk, now.shape),
        "history": before + risk,  # tells the window before best of all
        "noise": noise,
        "leaks": now + noise,
        "leaks_downwards": -(now + noise),
        "knows_the_window_after": after,
    }
    now[0, :20] = np.nan
    values = np.stack(list(columns.values())).astype(np.float32)
    found = too_good(list(columns), values, before, now, after, own=("history",))
    assert sorted(one.column for one in found) == ["leaks", "leaks_downwards"]
    [worst, *_] = found
    assert abs(worst.now) > abs(worst.after) + MOST_EXCESS and worst.lower > MOST_EXCESS
    [said, *_] = knowing_columns("safety", found, MOST_EXCESS)
    assert said.check == "too_good" and said.subject in said.sentence and "knows the outcome" in said.sentence


def test_gini_is_twice_the_area_under_the_curve_less_one() -> None:
    windows = np.array([[0.0, 0, 1, 2], [1, 1, 0, 0], [0, 0, 0, 0]])
    assert gini(np.array([1.0, 2, 3, 4]), windows) == pytest.approx([1, -1, np.nan], nan_ok=True)
    assert gini(np.array([4.0, 3, 2, 1]), windows) == pytest.approx([-1, 1, np.nan], nan_ok=True)
    assert gini(np.array([1.0, 1, 1, 1]), windows) == pytest.approx([0, 0, np.nan], nan_ok=True)
    unknown = np.array([[1.0, 0, np.nan], [1, 0, 0]])
    assert gini(np.array([2.0, np.nan, 9]), unknown) == pytest.approx([1, 1]), "what is not known in both is left out"


def test_a_target_that_is_counted_otherwise_since_the_middle_is_found_and_a_season_is_not() -> None:
    rng = np.random.default_rng(3)
    season = 1 + 0.8 * np.sin(2 * np.pi * np.arange(39) / 13)
    rates = rng.poisson(200 * season) / 1000
    assert label_shift("safety", rates, 13) == []
    doubled = np.where(np.arange(39) >= 26, 2.5, 1) * rates
    [found] = label_shift("safety", doubled, 13)
    assert found.figure == pytest.approx(2.5, rel=0.15) and "times as often in the newer half" in found.sentence
    assert label_shift("safety", np.where(np.arange(39) < 30, np.nan, rates), 13) == [], "too little is known"
    assert label_shift("safety", np.zeros(39), 13) == []
    year = np.where(np.arange(20) >= 10, 2, 1) * 0.1 + rng.normal(0, 0.005, 20)
    assert label_shift("safety", year, 13) == [], "of less than two years it may be the season"


def instants(days: np.ndarray) -> np.ndarray:
    return np.datetime64("2025-01-01", "us") + (days * 86_400e6).astype("timedelta64[us]")


def events(early: int) -> TargetEvents:
    """A hundred events, some of which are dated a fortnight later than they were known."""
    known = instants(np.arange(100.0))
    at = known - np.timedelta64(1, "D")
    at[:early] += np.timedelta64(15, "D")
    forever = np.full(100, np.datetime64("2200-01-01", "us"))
    return TargetEvents(
        "safety", np.zeros(100, dtype=np.int64), at, np.maximum(at, known), known, forever, np.ones(100)
    )


def test_labels_that_are_dated_after_they_were_known_are_found() -> None:
    assert early_events("safety", events(4)) == []
    [found] = early_events("safety", events(10))
    assert found.check == "time_travel" and found.figure == pytest.approx(0.1)
    assert "10 events of “safety” (10.0 %) were known more than a day before" in found.sentence


def beliefs(records: int = 200) -> pd.DataFrame:
    """Each known two days after it occurred, and believed from then on."""
    occurred = instants(np.arange(records, dtype=float))
    known = occurred + np.timedelta64(2, "D")
    return pd.DataFrame(
        {"record_id": np.arange(records), "occurred_at": occurred, "known_at": known, "believed_from": known}
    )


def test_records_that_were_known_before_they_happened_are_found() -> None:
    frame = beliefs()
    assert early_records("hazards", frame) == []
    frame.loc[:19, "known_at"] -= pd.Timedelta(days=30)
    [found] = early_records("hazards", frame)
    assert found.subject == "hazards" and found.figure == pytest.approx(0.1)


def test_records_that_are_rewritten_once_they_became_events_are_found() -> None:
    frame = beliefs()
    came = pd.DataFrame({"record_id": np.arange(50), "at": frame["known_at"][:50] + pd.Timedelta(days=5)})
    later = frame[:50].assign(believed_from=frame["known_at"][:50] + pd.Timedelta(days=9))
    assert edited_after("conflict", "disputes", frame, came) == []
    [found] = edited_after("conflict", "disputes", pd.concat([frame, later[:30]]), came)
    assert found.figure == pytest.approx(0.6) and "fixed: {severity: false}" in found.sentence
    usual = frame.assign(believed_from=frame["known_at"] + pd.Timedelta(days=9))
    assert edited_after("conflict", "disputes", pd.concat([frame, usual]), came) == [], "here all are"


def test_a_day_on_which_dates_were_filled_in_is_found() -> None:
    frame = pd.concat([beliefs(400).assign(record_id=np.arange(400) + 1000 * n) for n in range(3)], ignore_index=True)
    assert back_filled("hotline", frame) == []
    frame.loc[frame["record_id"] % 1000 < 40, "known_at"] = pd.Timestamp("2025-06-01")
    [found] = back_filled("hotline", frame)
    assert "known_at on one day" in found.sentence and found.figure == pytest.approx(0.1, abs=0.01)


def test_events_that_were_all_dated_one_day_are_found() -> None:
    """As at the end of a year, by whoever filled in what was missing; however rare events are."""
    rng = np.random.default_rng(4)
    for size in (120, 2_000):
        days = rng.integers(20_000, 20_700, size)
        assert filled_events("conflict", days) == []
        days[: size * 28 // 100] = 20_453
        [found] = filled_events("conflict", days)
        assert "are dated 2025-12-31" in found.sentence and found.figure == pytest.approx(0.28, abs=0.01)


def test_a_finding_names_its_target_as_the_city_does_and_keeps_its_code_for_programs() -> None:
    [found] = early_events("safety", events(10))
    named = found.naming({"safety": {"zh": "安全事故", "en": "safety incident"}})
    assert (named.check, named.subject) == ("time_travel", "safety")
    assert "10 events of “safety incident” (10.0 %)" in named.sentence
    assert translated(named.sentence, "zh").startswith("“安全事故”有 10 个事件")
    assert found.naming({"conflict": {"zh": "矛盾升级", "en": "conflict"}}) == found
