"""Labels: what counts as an event, when its window is ripe, and what nobody could know yet."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from features import City, build_features, read_city
from riskwarn.errors import TargetSourceMissing
from riskwarn.home import Home
from tests.worlds import dispute, load, with_grids, write_csv
from training.labels.targets import embargo_days, mature, target_events, window_counts
from training.labels.task import make_task


def city_of(home: Home, folder: Path, *rows: dict[str, Any], source: str = "disputes") -> City:
    with_grids(home, folder)
    load(home, source, write_csv(folder / f"{source}.csv", rows))
    return read_city(home, date(2026, 6, 1))


def escalated(number: int, on: str, outcome: str = "致人受伤", grid: str = "G1") -> dict[str, Any]:
    return dispute(
        number,
        网格编码=grid,
        发生时间="2026-03-02 09:00:00",
        登记时间="2026-03-02 10:00:00",
        升级时间=f"{on} 09:00:00",
        调解结果=outcome,
    )


def counts(city: City, horizon: int = 1, before: date = date(2026, 6, 1), target: str = "conflict") -> Any:
    origins = [date(2026, 3, 2), date(2026, 3, 9), date(2026, 3, 16)]
    events = target_events(city, target)
    return window_counts(events, city.calendar, origins, 0, horizon, len(city.geography), before)[:, 1].tolist()


def test_an_escalation_counts_in_the_windows_that_hold_its_date(home: Home, tmp_path: Path) -> None:
    city = city_of(home, tmp_path, escalated(1, "2026-03-16"), escalated(2, "2026-03-10"), dispute(3))
    assert counts(city) == [0, 1, 1]
    assert counts(city, horizon=2) == [1, 2, 1]


def test_an_exit_to_court_is_no_target(home: Home, tmp_path: Path) -> None:
    city = city_of(home, tmp_path, escalated(1, "2026-03-10", outcome="引导诉讼"), escalated(2, "2026-03-10"))
    assert counts(city) == [0, 1, 0]


def test_what_is_labelled_by_outcome_stands_in_the_features_as_the_same_event(home: Home, tmp_path: Path) -> None:
    """No date of escalation at all: the target and its own history both go by outcome and closing."""
    rows = [
        {**escalated(number, "2026-03-10"), "升级时间": "", "化解时间": f"2026-03-{day} 09:00:00", "调解结果": outcome}
        for number, (day, outcome) in enumerate((("10", "民转刑"), ("17", "转公安"), ("18", "调解成功"), ("19", "")))
    ]
    city = city_of(home, tmp_path, *rows)
    assert counts(city) == [0, 1, 1]
    matrix = build_features(city, [date(2026, 3, 16), date(2026, 3, 23)])
    own = {
        name: matrix.values[matrix.names.index(name), :, 1].tolist()
        for name in ("conflict_events_4", "disputes_escalated_4")
    }
    assert own == {"conflict_events_4": [1, 2], "disputes_escalated_4": [0, 0]}
    history = make_task(city, "conflict", 1, matrix).inputs.history
    seen = history.within(4)[history.columns_of(matrix.origins), 1]
    assert seen.tolist() == [1, 2], "the baselines and the features count one event alike"


def test_a_label_knows_only_what_had_arrived(home: Home, tmp_path: Path) -> None:
    city = city_of(home, tmp_path, escalated(1, "2026-03-10"))
    assert counts(city, before=date(2026, 3, 10)) == [0, 0, 0]
    assert counts(city, before=date(2026, 3, 11)) == [0, 1, 0]


def test_other_incidents_never_count_for_safety(home: Home, tmp_path: Path) -> None:
    rows = [
        {"事故编号": "A1", "网格编码": "G1", "发生时间": "2026-03-10 09:00:00", "事故类型": "火灾"},
        {"事故编号": "A2", "网格编码": "G1", "发生时间": "2026-03-10 09:00:00", "事故类型": "其他"},
        {"事故编号": "A3", "网格编码": "G1", "发生时间": "2026-03-10 09:00:00", "事故类型": "外星人"},
    ]
    city = city_of(home, tmp_path, *rows, source="incidents")
    assert counts(city, target="safety") == [0, 1, 0]
    with pytest.raises(TargetSourceMissing, match="riskwarn ingest disputes"):
        target_events(city, "conflict")


def test_the_embargo_waits_for_late_reports(home: Home, tmp_path: Path) -> None:
    rows = [
        {
            "事故编号": f"A{day}",
            "网格编码": "G1",
            "发生时间": f"2026-03-{day:02d} 09:00:00",
            "登记时间": f"2026-03-{day + late:02d} 09:00:00",
            "事故类型": "火灾",
        }
        for day, late in ((2, 0), (3, 0), (4, 10))
    ]
    city = city_of(home, tmp_path, *rows, source="incidents")
    events = target_events(city, "safety")
    assert embargo_days(events, city.calendar, date(2026, 3, 10)) == 0, "the late one was not known yet"
    assert embargo_days(events, city.calendar, date(2026, 6, 1)) == 9, "95 % quantile of 0, 0 and 10 days"


def test_an_origin_is_ripe_when_its_window_and_the_embargo_are_over(home: Home) -> None:
    calendar = home.configuration.calendar
    origins = [date(2026, 3, 2), date(2026, 3, 9), date(2026, 3, 16)]
    assert mature(origins, calendar, 4, 0, date(2026, 4, 6)) == origins[:2]
    assert mature(origins, calendar, 4, 1, date(2026, 4, 6)) == origins[:1]
    assert mature(origins, calendar, 4, 0, date(2026, 3, 29)) == []


def test_counts_are_whole_and_of_every_grid(home: Home, tmp_path: Path) -> None:
    city = city_of(home, tmp_path, escalated(1, "2026-03-10", grid="G0"), escalated(2, "2026-03-10", grid="G3"))
    events = target_events(city, "conflict")
    found = window_counts(events, city.calendar, [date(2026, 3, 9)], 0, 1, 4, date(2026, 6, 1))
    assert np.array_equal(found, [[1, 0, 0, 1]])


def test_the_embargo_grows_by_what_the_exports_show_to_come_late(home: Home, tmp_path: Path) -> None:
    """Weekly exports, each without the records of its newest ten days, though they were registered."""
    with_grids(home, tmp_path)
    start = datetime(2026, 1, 5, 9)
    rows = [
        dispute(
            number,
            发生时间=start + timedelta(days=number // 3),
            登记时间=start + timedelta(days=number // 3, hours=1),
            升级时间=start + timedelta(days=number // 3, hours=2) if number % 2 else "",
        )
        for number in range(300)
    ]
    for week in range(2, 16):
        taken = start + timedelta(days=7 * week)
        seen = [row for row in rows if row["登记时间"] + timedelta(days=10) <= taken]
        if seen:
            load(home, "disputes", write_csv(tmp_path / f"{week}.csv", seen), exported_at=taken.replace(tzinfo=UTC))
    city = read_city(home, date(2026, 4, 20))
    events, came = target_events(city, "conflict"), city.arrivals["disputes"]
    without = embargo_days(events, city.calendar, city.as_of)
    late = embargo_days(events, city.calendar, city.as_of, came)
    assert without <= 1
    assert 8 <= late - without <= 11
    early = embargo_days(events, city.calendar, date(2026, 1, 20), came)
    assert early == embargo_days(events, city.calendar, date(2026, 1, 20)), "nothing of it was seen then"
