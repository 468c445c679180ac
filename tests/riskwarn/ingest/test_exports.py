"""One full export and thirty-six monthly ones say the same; what comes late, corrected, void or in sums stays in time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features import FeatureMatrix, build_features, read_city
from riskwarn.home import Home
from riskwarn.store import Store
from tests.riskwarn.ingest.department import (
    END,
    LATER,
    MONTHS,
    START,
    Department,
    believed,
    cases,
    load_disputes,
    load_incidents,
    month,
    taken,
)
from tests.worlds import dispute, load, write_csv

NewCity = Callable[[], Home]
FEW = settings(max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
MANY = settings(FEW, max_examples=25)


def features(home: Home, as_of: date, version: int | None = None) -> FeatureMatrix:
    city = read_city(home, as_of, version=version)
    return build_features(city, [city.as_of])


def assert_same_features(one: FeatureMatrix, other: FeatureMatrix) -> None:
    assert one.names == other.names
    for index, name in enumerate(one.names):
        np.testing.assert_allclose(one.values[index], other.values[index], rtol=1e-6, atol=1e-6, err_msg=name)


def assert_same_beliefs(one: dict[str, pd.DataFrame], other: dict[str, pd.DataFrame]) -> None:
    assert one.keys() == other.keys()
    for source, frame in one.items():
        pd.testing.assert_frame_equal(frame, other[source], obj=source)


def one_full(home: Home, folder: Path, office: Department) -> Home:
    """The register of today, years later, in one file."""
    load_disputes(home, folder, office.disputes(LATER), LATER)
    load_incidents(home, folder, office.incidents(END), LATER)
    return home


def thirty_six(home: Home, folder: Path, office: Department, only_changes: bool) -> Home:
    """An export a month: the whole register each time, or what changed; and in the end the register of today."""
    for number in range(1, MONTHS + 1):
        since, until = month(number - 1), month(number)
        load_disputes(home, folder, office.disputes(until, since if only_changes else None), until)
        load_incidents(home, folder, office.incidents(until, since if only_changes else START), until)
    load_disputes(home, folder, office.disputes(LATER, END if only_changes else None), LATER)
    load_incidents(home, folder, office.incidents(END, END if only_changes else START), LATER)
    return home


def check_full_and_monthly(
    new_city: NewCity, tmp_path: Path, world: list[Any], stamped: bool, only_changes: bool, looks: list[int]
) -> None:
    office = Department(world, stamped)
    full = one_full(new_city(), tmp_path, office)
    monthly = thirty_six(new_city(), tmp_path, office, only_changes)
    assert_same_beliefs(believed(full), believed(monthly))
    for days in looks:
        as_of = (min(case.registered for case in world) + timedelta(days=1 + days)).date()
        if as_of <= LATER.date():
            assert_same_features(features(full, as_of), features(monthly, as_of))


@FEW
@given(world=cases(corrected=False), stamped=st.booleans(), only_changes=st.booleans(), look=st.integers(1, 1000))
@pytest.mark.slow
def test_one_full_export_equals_thirty_six_monthly_ones(
    new_city: NewCity, tmp_path: Path, world: list[Any], stamped: bool, only_changes: bool, look: int
) -> None:
    check_full_and_monthly(new_city, tmp_path, world, stamped, only_changes, [look, 1200])


@pytest.mark.slow
@MANY
@given(
    world=cases(corrected=False, most=30), stamped=st.booleans(), only_changes=st.booleans(),
    looks=st.lists(st.integers(1, 1200), min_size=3, max_size=3),
)  # fmt: skip
def test_one_full_export_equals_thirty_six_monthly_ones_at_length(
    new_city: NewCity, tmp_path: Path, world: list[Any], stamped: bool, only_changes: bool, looks: list[int]
) -> None:
    check_full_and_monthly(new_city, tmp_path, world, stamped, only_changes, looks)


midnights = st.lists(st.integers(40, MONTHS * 30), min_size=2, max_size=5, unique=True).map(sorted)


@settings(FEW, max_examples=6)
@given(world=cases(corrected=True), stamped=st.booleans(), days=midnights, data=st.data())
@pytest.mark.slow
def test_what_is_exported_later_changes_no_past(
    new_city: NewCity, tmp_path: Path, world: list[Any], stamped: bool, days: list[int], data: st.DataObject
) -> None:
    """The first law over loads: features as of a midnight need no export that was taken after it."""
    office = Department(world, stamped)
    moments = [START + timedelta(days=number) for number in days]
    cut = data.draw(st.sampled_from(moments))
    if not office.disputes(cut):
        return
    whole, part = new_city(), new_city()
    for home, last in ((whole, END), (part, cut)):
        for moment in [*moments, LATER]:
            if moment <= last or home is whole:
                load_disputes(home, tmp_path, office.disputes(moment), moment)
                until = moment.replace(day=1)
                load_incidents(home, tmp_path, office.incidents(until), moment)
    assert_same_features(features(whole, cut.date()), features(part, cut.date()))


@settings(FEW, max_examples=5)
@given(world=cases(corrected=True), stamped=st.booleans(), days=midnights)
@pytest.mark.slow
def test_the_store_of_then_can_be_read_again(
    new_city: NewCity, tmp_path: Path, world: list[Any], stamped: bool, days: list[int]
) -> None:
    """The fourth law for the store: whatever is loaded afterwards, an older version reads as it did."""
    office, home = Department(world, stamped), new_city()
    seen: dict[int, dict[str, pd.DataFrame]] = {}
    for moment in [*(START + timedelta(days=number) for number in days), LATER]:
        load_disputes(home, tmp_path, office.disputes(moment), moment)
        load_incidents(home, tmp_path, office.incidents(moment.replace(day=1)), moment)
        if Store(home).sources().keys() - {"grids"}:
            seen[Store(home).version()] = believed(home)
    for version, then in seen.items():
        assert_same_beliefs(believed(home, version), then)


def test_a_value_that_goes_there_and_back_over_three_months(city: Home, tmp_path: Path) -> None:
    told = []
    for number, category in ((3, "邻里"), (4, "物业"), (5, "邻里")):
        path = write_csv(tmp_path / f"{number}.csv", [dispute(1, 纠纷类型=category, 发生时间="2026-03-01")])
        told.append(load(city, "disputes", path, exported_at=taken(datetime(2026, number, 28))))
    assert [(one.accepted, one.corrected) for one in told] == [(1, 0), (0, 1), (0, 1)]
    for number in (3, 4, 5):
        assert load(city, "disputes", tmp_path / f"{number}.csv").duplicates == 1, (
            "the same file again says nothing new"
        )
    rows = read_city(city, date(2026, 6, 1)).beliefs["disputes"].sort_values("believed_from")
    assert rows["category"].tolist() == ["neighbourhood", "property_management", "neighbourhood"]


def test_last_months_sum_grows_with_this_months_export(city: Home, tmp_path: Path) -> None:
    mapping = tmp_path / "m.yaml"
    mapping.write_text("period: {unit: month, year: 年, month: 月}\n", encoding="utf-8")
    march = {"网格编码": "G1", "类型": "火灾", "件数": 2, "年": 2026, "月": 3}
    first = write_csv(tmp_path / "1.csv", [march])
    second = write_csv(tmp_path / "2.csv", [{**march, "件数": 1}, {**march, "件数": 4}, {**march, "月": 4}])
    assert load(city, "incidents", first, mapping=mapping, exported_at=taken(datetime(2026, 4, 2))).accepted == 1
    account = load(city, "incidents", second, mapping=mapping, exported_at=taken(datetime(2026, 5, 2)))
    assert (account.read, account.accepted, account.corrected, account.duplicates) == (3, 1, 1, 1)
    for day, count in ((date(2026, 4, 20), 2), (date(2026, 5, 20), 5)):
        rows = read_city(city, day).beliefs["incidents"]
        at = pd.Timestamp(day, tz="Asia/Shanghai").tz_convert("UTC").tz_localize(None)
        held = rows[(rows["believed_from"] < at) & (rows["believed_to"] >= at) & (rows["known_at"] < "2026-04-02")]
        assert held["count"].tolist() == [count]
