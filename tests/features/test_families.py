"""Features by hand: what a person counts is what the panel counts."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from features import FeatureMatrix, build_features, catalogue, read_city
from features.families.spatial import around
from riskwarn.configuration import Configuration
from riskwarn.errors import AsOfInvalid, GridsMissing, NothingKnown
from riskwarn.home import Home
from tests.worlds import dispute, load, with_grids, write_csv

AS_OF = date(2026, 3, 30)


def built(home: Home, folder: Path, *rows: dict[str, Any], as_of: date = AS_OF) -> FeatureMatrix:
    with_grids(home, folder)
    load(home, "disputes", write_csv(folder / "d.csv", rows))
    city = read_city(home, as_of)
    return build_features(city, [as_of])


def value(matrix: FeatureMatrix, name: str, grid: int = 1) -> float:
    return float(matrix.values[matrix.names.index(name), -1, grid])


def at(number: int, day: str, **changes: Any) -> dict[str, Any]:
    return dispute(
        number,
        **{"网格编码": "G1", "发生时间": f"2026-03-{day} 09:00:00", "登记时间": f"2026-03-{day} 10:00:00", **changes},
    )


def test_windows_count_what_became_known(home: Home, tmp_path: Path) -> None:
    matrix = built(home, tmp_path, at(1, "03"), at(2, "24"), at(3, "25", 登记时间="2026-03-30 08:00:00"))
    assert value(matrix, "disputes_count_1") == 1
    assert value(matrix, "disputes_count_4") == 2
    assert value(matrix, "disputes_count_1", grid=0) == 0
    assert value(matrix, "disputes_recency") == 6


def test_the_backlog_ends_with_closing_or_outcome(home: Home, tmp_path: Path) -> None:
    closed = {"化解时间": "2026-03-20 09:00:00", "调解结果": "调解成功"}
    escalated = {"升级时间": "2026-03-21 09:00:00", "调解结果": "致人受伤"}
    rows = [at(1, "02"), at(2, "02", **closed), at(3, "02", **escalated), at(4, "02", 化解时间="2026-04-20 09:00:00")]
    matrix = built(home, tmp_path, *rows)
    assert value(matrix, "disputes_open") == 2
    assert value(matrix, "disputes_open_over_28") == 2
    assert value(matrix, "disputes_open_over_84") == 0
    assert value(matrix, "disputes_open_age") == 28
    assert value(matrix, "disputes_escalated_4") == 1


def test_what_was_referred_is_no_escalation(home: Home, tmp_path: Path) -> None:
    matrix = built(home, tmp_path, at(1, "02", 升级时间="2026-03-21 09:00:00", 调解结果="引导诉讼"))
    assert value(matrix, "disputes_escalated_26") == 0


def test_a_community_is_the_mean_of_its_grids(home: Home, tmp_path: Path) -> None:
    matrix = built(home, tmp_path, at(1, "24"), at(2, "24"), at(3, "24", 网格编码="G3"))
    assert value(matrix, "disputes_count_4_community", grid=0) == 1
    assert value(matrix, "disputes_count_4_community", grid=2) == 0.5
    assert value(matrix, "disputes_count_4_district") == 0.75


def test_decay_halves_every_half_life(home: Home, tmp_path: Path) -> None:
    matrix = built(home, tmp_path, at(1, "01"))
    assert value(matrix, "disputes_decayed_4") == pytest.approx(0.5)


def test_unanswered_petitions_wait_for_their_answer(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    rows = [
        {"信访件编号": "X1", "网格编码": "G1", "信访日期": "2026-01-05", "信访目的": "求决", "答复时间": "2026-03-10"},
        {"信访件编号": "X2", "网格编码": "G1", "信访日期": "2026-01-05", "信访目的": "求决", "答复时间": ""},
    ]
    load(home, "petitions", write_csv(tmp_path / "x.csv", rows))
    city = read_city(home, AS_OF)
    matrix = build_features(city, [AS_OF])
    assert value(matrix, "petitions_unanswered") == 1
    assert value(matrix, "petitions_overdue") == 1
    assert value(matrix, "petitions_days_overdue") == (AS_OF - date(2026, 3, 6)).days


def test_a_hotline_call_that_asks_for_nothing_is_no_demand(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    rows = [
        {"工单编号": f"H{kind}", "网格编码": "G1", "来电时间": "2026-03-10 09:00:00", "工单类型": kind}
        for kind in ("求助", "投诉", "咨询", "表扬", "催办")
    ]
    load(home, "hotline", write_csv(tmp_path / "h.csv", rows))
    matrix = build_features(read_city(home, AS_OF), [AS_OF])
    assert value(matrix, "hotline_unanswered") == 2
    assert value(matrix, "hotline_count_4") == 5


def test_the_catalogue_is_told_in_two_languages_and_sums_only_what_may_be_summed() -> None:
    known = catalogue(Configuration())
    assert len({feature.name for feature in known}) == len(known)
    assert all(feature.zh and feature.en and feature.source for feature in known)
    petitions = [feature for feature in known if feature.source == "petitions"]
    assert {feature.family for feature in petitions} == {"demand", "neighbours", "roll-ups", "position"}
    assert not any(word in feature.name for feature in known for word in ("migrant", "rental", "registered"))
    from features.catalogue.catalogue import declared

    intensive = next(row for row in declared(Configuration()) if row.feature.name == "disputes_recency")
    with pytest.raises(ValueError, match="extensive"):
        list(around(intensive))


def test_a_city_without_records_or_grids_says_so(home: Home, tmp_path: Path) -> None:
    with pytest.raises(NothingKnown, match="load an event source"):
        read_city(home)
    with pytest.raises(GridsMissing):
        read_city(home, AS_OF)
    built(home, tmp_path, at(1, "24"))
    with pytest.raises(NothingKnown, match="2020-01-06"):
        read_city(home, date(2020, 1, 6))
    city = read_city(home, AS_OF)
    with pytest.raises(AsOfInvalid, match="nearest is 2026-03-30"):
        build_features(city, [date(2026, 3, 28)])


def test_rows_are_views_in_the_order_of_origins_and_grids(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    load(home, "disputes", write_csv(tmp_path / "d.csv", [at(1, "02"), at(2, "24")]))
    city = read_city(home, AS_OF)
    origins = [city.calendar.shift(AS_OF, -1), AS_OF]
    matrix = build_features(city, origins)
    rows = matrix.rows(origins)
    assert rows.shape == (8, len(matrix.names))
    assert np.shares_memory(rows, matrix.values)
    assert np.array_equal(matrix.rows([AS_OF]), rows[4:], equal_nan=True)
    names = ["disputes_count_4", "disputes_count_1"]
    assert matrix.select(names).rows([AS_OF])[:, 1].tolist() == [0, 1, 0, 0]


def test_what_lies_above_the_grid_counts_for_its_unit_and_for_no_grid(home: Home, tmp_path: Path) -> None:
    located = {"网格编码": "", "社区编码": "C0", "街道": "石桥街道", "区县": "江北区"}
    rows = [{**at(1, "24"), "社区编码": "", "街道": "", "区县": ""}, {**at(2, "24"), **located}]
    matrix = built(home, tmp_path, *rows)
    assert value(matrix, "disputes_count_4", grid=0) == 0
    assert value(matrix, "disputes_count_4", grid=1) == 1
    assert value(matrix, "disputes_count_4_community", grid=0) == 1  # two records, two grids
    assert value(matrix, "disputes_count_4_district", grid=3) == 0.5
    assert value(matrix, "disputes_recency", grid=0) != value(matrix, "disputes_recency", grid=1)


def test_a_change_of_recording_is_told_to_the_grids_that_it_concerns(home: Home, tmp_path: Path) -> None:
    broken = [{"date": "2026-02-02", "source": "disputes", "unit": "C0", "reason": "新系统"}]
    built(home, tmp_path, at(1, "24"))
    load(home, "breaks", write_csv(tmp_path / "b.csv", broken))
    matrix = build_features(read_city(home, AS_OF), [AS_OF])
    assert value(matrix, "disputes_break_recency", grid=1) == (AS_OF - date(2026, 2, 2)).days
    assert np.isnan(value(matrix, "disputes_break_recency", grid=2))
    assert value(matrix, "disputes_break_52", grid=0) == 1


def test_dissatisfaction_counts_when_the_case_was_closed(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    judged = {
        "网格编码": "G1",
        "来电时间": "2026-03-02 09:00:00",
        "工单类型": "投诉",
        "办结时间": "2026-03-24 09:00:00",
    }
    words = ("满意", "不满意", "不满意")
    rows = [{"工单编号": f"H{number}", **judged, "满意度": word} for number, word in enumerate(words)]
    load(home, "hotline", write_csv(tmp_path / "h.csv", rows))
    city = read_city(home, AS_OF)
    matrix = build_features(city, [city.calendar.shift(AS_OF, -1), AS_OF])
    place = matrix.names.index("hotline_dissatisfied_26")
    assert matrix.values[place, :, 1].tolist() == [0, 2]
    assert value(matrix, "hotline_dissatisfied_share_26") == pytest.approx(2 / 3)
