"""What a server tells of sources: nothing from which single records follow, however often it is asked."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from riskwarn.health import served
from riskwarn.health.served import source_told

MONDAY = date(2026, 6, 22)


def examined(
    records: int, newest: date, *, observed: int = 2, districts: tuple[dict[str, Any], ...] = ()
) -> dict[str, Any]:
    """A source as an examination of a Monday gives it."""
    return {
        "source": "incidents", "zh": "警情", "verdict": "sound", "gap": None, "findings": [],
        "records": records, "versions": records + 3, "refused": 1,
        "freshness": {"newest": newest.isoformat(), "quiet_days": (MONDAY - newest).days, "usual_days": 9, "late": False, "silent": False},
        "volume": {"periods": 1, "observed": observed, "expected": 2.4, "lowest": 0.3, "rarity": 0.123, "short": False},
        "period": "week", "delay_days": {"records": 41, "p50": 1.2345, "p90": 3.0, "p95": 4.4, "p99": 6.0},
        "ended_grids": {"records": 2, "grids": ["G3"]}, "located_by": {"grid_id": 0.9931, "none": 0.0069},
        "reopened": 0.0035, "withdrawn": 0.0, "own_times_moved": [{"field": "closed_at", "moved": 2, "emptied": 0}],
        "districts": list(districts),
    }  # fmt: skip


def weeks_apart(first: int, second: int) -> int | None:
    """How many records came between two polls, as far as two totals tell."""
    before, after = (source_told(examined(count, MONDAY))["records"] for count in (first, second))
    return after - before if isinstance(before, int) and isinstance(after, int) and after != before else None


def test_two_polls_a_week_apart_do_not_tell_how_many_came(monkeypatch: pytest.MonkeyPatch) -> None:
    weeks = [(first, first + came) for first in range(0, 2000, 7) for came in (1, 2)]
    found = [after - before for before, after in weeks if weeks_apart(before, after) in (1, 2)]
    assert found == []
    with monkeypatch.context() as planted:
        planted.setattr(served, "about", lambda count: count)
        assert all(weeks_apart(before, after) == after - before for before, after in weeks)


@pytest.mark.parametrize("name", ["records", "versions", "refused"])
def test_every_total_is_what_it_is_about(name: str) -> None:
    told = {source_told({**examined(0, MONDAY), name: count})[name] for count in range(20)}
    assert told == {"0–19"} and source_told({**examined(0, MONDAY), name: 288})[name] == 300


def test_the_newest_record_and_how_long_it_is_quiet_tell_the_week_and_no_day() -> None:
    for back in range(1, 40):
        newest = MONDAY - timedelta(days=back)
        told = source_told(examined(300, newest))["freshness"]
        monday = newest - timedelta(days=newest.weekday())
        assert told == source_told(examined(300, monday))["freshness"] and told["newest"] == monday.isoformat()


def test_no_number_of_a_window_or_a_share_tells_one_from_two() -> None:
    """Neither what was observed, nor how rare that is, nor a share of so many records, nor a district beside the whole."""

    def of(few: int) -> dict[str, Any]:
        part = {
            "code": "D1",
            "name": "一区",
            "gap": None,
            "volume": {**examined(9, MONDAY)["volume"], "observed": few, "rarity": few / 7},
        }
        one = examined(284 + few, MONDAY, observed=few, districts=(part,))
        one["volume"]["rarity"] = few / 10
        return source_told({
            **one, "reopened": few / 286, "ended_grids": {"records": few, "grids": ["G3"]},
            "own_times_moved": [{"field": "closed_at", "moved": few, "emptied": few}],
        })  # fmt: skip

    assert of(1) == of(2) == of(0)
    assert of(0)["verdict"] == "sound" and of(0)["located_by"] == {"grid_id": 1.0, "none": 0.0}


def test_a_district_that_begins_late_is_told_by_the_week_of_its_first_record() -> None:
    def of(day: str) -> dict[str, Any]:
        finding = {
            "code": "absent",
            "verdict": "warning",
            "zh": f"南城区的数据自 {day} 才开始",
            "en": f"南城区 begins {day}",
            "district": "D1",
        }
        absent = {"district": "D1", "kind": "late", "begin": "2024-01-01", "end": day, "weeks": 60}
        return source_told({**examined(300, MONDAY), "findings": [finding], "absences": [absent]})

    assert of("2025-02-24") == of("2025-02-26") == of("2025-03-02") != of("2025-03-03")
