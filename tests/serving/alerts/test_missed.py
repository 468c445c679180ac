"""Week by week it is counted which events a notice had told of, how early, and which none had."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from sqlalchemy import select

from features.city import city_around
from riskwarn.words import Unit
from serving.alerts.missed import count_missed
from serving.alerts.tables import OUTCOMES
from serving.track_record.came import Pasts
from tests.serving.alerts.city import FIRST, GRIDS, City, grid
from tests.worlds import load, write_csv

WEEK = timedelta(weeks=1)


@dataclass(frozen=True)
class Came:
    """What came in each week: row of the grid -> events. The reports of a week have come two weeks after its Monday."""

    weeks: Mapping[date, Mapping[int, float]]
    upto: date

    def of(self, _target: str) -> Came:
        return self

    def ripe(self, week: date, periods: int) -> bool:
        assert periods == 1
        return week + 2 * WEEK <= self.upto

    def came(self, week: date, _periods: int) -> np.ndarray:
        counts = np.zeros(GRIDS)
        for row, events in self.weeks.get(week, {}).items():
            counts[row] = events
        return counts


@pytest.fixture
def city(tmp_path: Path) -> City:
    """Three grids of which a notice tells, one of them from the second week on."""
    city = City(tmp_path)
    rows = [
        {"网格编码": grid(number), "网格名称": f"第{number}网格", "社区": "青山社区", "街道": "石桥街道", "区县": "江北区", "经度": 106.5, "纬度": 29.5}
        for number in range(GRIDS)
    ]  # fmt: skip
    load(city.home, "grids", write_csv(tmp_path / "grids.csv", rows))
    city.publish({0: "red", 12: "orange"})
    city.publish({0: "red", 12: "red"})
    return city


def counted(city: City, weeks: Mapping[date, Mapping[int, float]], as_of: date) -> int:
    pasts = cast(Pasts, Came(weeks, as_of))
    return count_missed(city.home, city_around(city.home, as_of), "now", pasts, now=city.now)


def lines(city: City, unit: Unit) -> list[tuple[Any, ...]]:
    """(weeks since the first, level, events, weeks since they were told of, added up)"""
    rows = select(OUTCOMES).where(OUTCOMES.c.unit == unit.value).order_by(OUTCOMES.c.week, OUTCOMES.c.level)
    with city.home.database.connect() as connection:
        return [((row.week - FIRST).days // 7, row.level, row.events, row.lead) for row in connection.execute(rows)]


def test_what_came_is_missed_or_was_told_of_so_many_weeks_before(city: City) -> None:
    weeks = {FIRST: {0: 2.0, 3: 1.0, 12: 1.0}, FIRST + WEEK: {0: 1.0, 12: 3.0}, FIRST + 4 * WEEK: {0: 1.0, 12: 0.5}}
    assert counted(city, weeks, FIRST + 3 * WEEK) == 2
    assert counted(city, weeks, FIRST + 6 * WEEK) == 3 and counted(city, weeks, FIRST + 6 * WEEK) == 0
    found = lines(city, Unit.TOWN)
    assert found == lines(city, Unit.CITY) == lines(city, Unit.DISTRICT) == [
        (0, "none", 1, 0), (0, "orange", 1, 0), (0, "red", 2, 0),
        (1, "none", 0, 0), (1, "red", 4, 4),
        (2, "none", 0, 0), (3, "none", 0, 0),
        (4, "none", 1, 0), (4, "red", 1, 3),
    ]  # fmt: skip


def test_of_a_unit_with_few_residents_nothing_is_counted(city: City, tmp_path: Path) -> None:
    rows = [{"网格编码": grid(number), "统计日期": "2026-01-01", "常住人口": 5} for number in range(GRIDS)]
    load(city.home, "demographics", write_csv(tmp_path / "people.csv", rows))
    assert counted(city, {FIRST: {3: 1.0}}, FIRST + 3 * WEEK) == 2
    assert lines(city, Unit.TOWN) == lines(city, Unit.DISTRICT) == []
    assert lines(city, Unit.CITY) == [(0, "none", 1, 0), (1, "none", 0, 0)]
