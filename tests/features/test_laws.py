"""The laws of time, over every feature that exists. Each has been seen to fail with a fault planted (below)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features import FeatureMatrix, build_features, read_city
from features.panel.panel import Panel
from riskwarn.home import Home, make_home
from riskwarn.settings import Settings
from tests.worlds import load, with_grids, write_csv

START = datetime(2025, 1, 6)
WEEKS = 20
END = START + timedelta(weeks=WEEKS)


@dataclass(frozen=True)
class Case:
    """One case of a department, as it really went."""

    number: int
    grid: int
    happened: datetime
    registered: datetime
    closed: datetime | None
    escalated: bool
    category: str
    severity: str
    void: bool


@st.composite
def cases(draw: st.DrawFn) -> list[Case]:
    """Cases that come late, close, escalate and prove void."""
    found = []
    for number in range(draw(st.integers(4, 18))):
        happened = START + timedelta(hours=draw(st.integers(0, WEEKS * 168 - 1)))
        registered = happened + timedelta(hours=draw(st.sampled_from([0, 5, 30, 200, 900])))
        stays = draw(st.sampled_from([None, 1, 40, 300, 1500]))
        found.append(
            Case(
                number,
                draw(st.integers(0, 3)),
                happened,
                registered,
                None if stays is None else happened + timedelta(hours=stays),
                draw(st.booleans()),
                draw(st.sampled_from(["邻里", "物业", "欠薪"])),
                draw(st.sampled_from(["一般", "较大"])),
                draw(st.booleans()) and draw(st.booleans()),
            )
        )
    return found


def exported(world: list[Case], until: datetime) -> dict[str, list[dict[str, Any]]]:
    """What the departments could hand over at a midnight: nothing registered later, nothing that had not yet happened."""
    files: dict[str, list[dict[str, Any]]] = {
        "disputes": [],
        "petitions": [],
        "hazards": [],
        "incidents": [],
        "grid_reports": [],
        "school_reports": [],
    }
    for case in world:
        if case.registered >= until:
            continue
        ended = case.closed if case.closed is not None and case.closed < until else None
        base = {
            "编号": f"N{case.number}",
            "网格编码": f"G{case.grid}",
            "发生时间": case.happened,
            "登记时间": case.registered,
        }
        void = case.void and ended is not None
        outcome = ("引导诉讼" if case.number % 3 == 0 else "致人受伤") if case.escalated else "调解成功"
        files["disputes"].append(
            {
                **base,
                "纠纷类型": case.category,
                "严重程度": case.severity,
                "化解时间": ended if not case.escalated else None,
                "升级时间": ended if case.escalated else None,
                "更新时间": max(ended, case.registered) if ended is not None else case.registered,
                "办理状态": "作废" if void else "",
                "调解结果": outcome if ended is not None else "调解中",
            }
        )
        files["petitions"].append({**base, "信访目的": "求决", "内容分类": "城乡建设", "答复时间": ended})
        files["hazards"].append({**base, "隐患类型": "燃气", "严重程度": case.severity, "整改完成日期": ended})
        files["grid_reports"].append({**base, "事件类型": "市容环境", "结案时间": ended})
        files["incidents"].append({**base, "事故类型": "火灾"})
        escalated = case.category == "物业"
        files["school_reports"].append(
            {**base, "办结时间": None if escalated else ended, "升级时间": ended if escalated else None}
        )
    return files


def with_a_source_of_its_own(folder: Path) -> Home:
    """A home with grids that declares the source which no contract is shipped for."""
    declared = folder / "declared.yaml"
    declared.write_text("sources: {school_reports: {fields: [closed_at, escalated_at]}}\n", encoding="utf-8")
    return with_grids(make_home(folder / "home", Settings(), declared), folder)


def as_seen(folder: Path, world: list[Case], until: datetime, as_of: date) -> FeatureMatrix:
    """Features of a home that was loaded with one export taken at `until`."""
    home = with_a_source_of_its_own(folder)
    people = [{"网格编码": f"G{grid}", "统计日期": "2024-01-01", "常住人口": 900 + grid} for grid in range(4)]
    load(home, "demographics", write_csv(folder / "people.csv", people))
    for source, rows in exported(world, until).items():
        if rows:
            load(home, source, write_csv(folder / f"{source}.csv", rows), exported_at=until.astimezone())
    city = read_city(home, as_of)
    return build_features(city, [city.as_of])


def assert_same(one: FeatureMatrix, other: FeatureMatrix) -> None:
    assert one.names == other.names
    for index, name in enumerate(one.names):
        left, right = one.values[index], other.values[index]
        assert np.array_equal(np.isnan(left), np.isnan(right)), name
        assert np.nanmax(np.abs(left - right) / np.maximum(1, np.abs(right)), initial=0) <= 1e-6, name


@pytest.fixture
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Gives new folders: one test tries many worlds."""
    return lambda: tmp_path_factory.mktemp("world")


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(world=cases(), weeks=st.integers(6, WEEKS), day=st.integers(0, 6))
@pytest.mark.slow
def test_features_know_nothing_of_the_future(fresh: Any, world: list[Case], weeks: int, day: int) -> None:
    """The first law, with the export trap: the full export of today and the one cut to `t` give equal features."""
    until = START + timedelta(weeks=weeks, days=day)
    if not any(case.registered < until for case in world):
        return
    full = as_seen(fresh(), world, END + timedelta(weeks=60), until.date())
    cut = as_seen(fresh(), world, until, until.date())
    assert_same(full, cut)


def leaky(self: Panel, source: str) -> Any:
    """Counts an event when it happened instead of when it became known."""
    spans = SPANS(self, source)
    happened = np.searchsorted(self.city.days, spans.day, side="right") - 1
    return replace(spans, known=happened, start=happened + 1)


SPANS = Panel.spans


def test_a_planted_leak_is_found(fresh: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The law is worth something: counting by event time lets the late registration of today into the past."""
    happened = START + timedelta(weeks=5)
    late = Case(1, 1, happened, happened + timedelta(weeks=3), None, False, "邻里", "一般", False)
    early = replace(late, number=2, registered=happened)
    monkeypatch.setattr(Panel, "spans", leaky)
    until = happened + timedelta(weeks=1)
    full = as_seen(fresh(), [early, late], END, until.date())
    cut = as_seen(fresh(), [early, late], until, until.date())
    with pytest.raises(AssertionError):
        assert_same(full, cut)


def test_an_origin_of_the_past_equals_the_as_of_of_then(fresh: Any, home: Home) -> None:
    """A row of yesterday's origin, built today, is the row that was built yesterday."""
    rng = np.random.default_rng(3)
    world = [
        Case(
            n, int(rng.integers(4)), happened, happened + timedelta(hours=int(rng.integers(400))),
            happened + timedelta(hours=int(rng.integers(10, 900))), bool(n % 4 == 0), "物业", "较大", n % 11 == 0,
        )
        for n, happened in ((n, START + timedelta(hours=int(rng.integers(WEEKS * 168)))) for n in range(60))
    ]  # fmt: skip
    folder = fresh()
    as_seen(folder, world, END, END.date())
    from riskwarn.home import open_home

    opened = open_home(folder / "home", Settings())
    whole = read_city(opened, END.date())
    origins = [whole.calendar.shift(whole.as_of, -back) for back in (9, 4, 0)]
    together = build_features(whole, origins)
    for index, origin in enumerate(origins):
        alone = build_features(read_city(opened, origin), [origin])
        assert_same(FeatureMatrix(together.features, (origin,), together.grid_ids, together.values[:, [index]]), alone)


def test_more_petitioners_behind_one_grievance_change_nothing(fresh: Any) -> None:
    """The petition test: with the same facts, the number of people is not seen at all."""
    rows = [
        {"信访件编号": "X1", "网格编码": "G1", "信访日期": "2025-03-03", "信访目的": "求决", "内容分类": "城乡建设"}
    ]
    built = []
    for people in (1, 60):
        folder = fresh()
        home = with_grids(make_home(folder / "home", Settings()), folder)
        crowd = [{**row, "信访人数": people} for row in rows]
        assert load(home, "petitions", write_csv(folder / "x.csv", crowd)).dropped_columns == ("信访人数",)
        city = read_city(home, date(2025, 3, 10))
        built.append(build_features(city, [city.as_of]))
    assert np.array_equal(built[0].values, built[1].values, equal_nan=True)
    assert not any("people" in name or "petitioner" in name for name in built[0].names)
    assert pd.Series(built[0].names).is_unique
