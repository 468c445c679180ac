"""What a mapping says of fields: written once at registration, or written again."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pytest

from riskwarn.geography import geography
from riskwarn.home import Home
from riskwarn.mapping import Mapping
from riskwarn.store import Store
from riskwarn.store.beliefs import beliefs
from tests.worlds import dispute, load, with_grids, write_csv

EXPORTED = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def city(home: Home, tmp_path: Path) -> Home:
    return with_grids(home, tmp_path)


def believed(city: Home, mapping: Mapping) -> pd.DataFrame:
    store = Store(city)
    places = geography(store.versions("grids"), date(2026, 10, 1), "city")
    return beliefs(store.versions("disputes"), places, mapping)


def test_a_fixed_field_is_believed_from_the_registration(city: Home, tmp_path: Path) -> None:
    load(city, "disputes", write_csv(tmp_path / "d.csv", [dispute(1, 严重程度="重大")]), exported_at=EXPORTED)
    (row,) = believed(city, Mapping()).itertuples()
    assert (row.severity, row.believed_from) == ("major", row.known_at)


def test_a_field_that_is_written_again_is_believed_from_the_export_that_carried_it(city: Home, tmp_path: Path) -> None:
    load(city, "disputes", write_csv(tmp_path / "d.csv", [dispute(1, 严重程度="重大")]), exported_at=EXPORTED)
    before, after = believed(city, Mapping(fixed={"severity": False})).sort_values("believed_from").itertuples()
    assert pd.isna(before.severity) and before.believed_from == before.known_at
    assert (after.severity, after.believed_from) == ("major", pd.Timestamp(EXPORTED.replace(tzinfo=None)))
    assert before.believed_to == after.believed_from
    assert before.category == after.category


def test_the_closing_tells_it_where_it_comes_before_the_export(city: Home, tmp_path: Path) -> None:
    row = dispute(1, 严重程度="重大", 化解时间="2026-04-01 00:00:00")
    load(city, "disputes", write_csv(tmp_path / "d.csv", [row]), exported_at=EXPORTED)
    told = believed(city, Mapping(fixed={"severity": False})).sort_values("believed_from")
    assert told["believed_from"].iloc[-1] == pd.Timestamp("2026-03-31 16:00:00")


def test_a_value_that_was_replaced_before_it_was_carried_is_never_believed(city: Home, tmp_path: Path) -> None:
    first = dispute(1, 严重程度="重大")
    load(city, "disputes", write_csv(tmp_path / "a.csv", [first]), exported_at=EXPORTED)
    again = [{**first, "严重程度": "一般", "更新时间": "2026-05-01 00:00:00"}]
    load(city, "disputes", write_csv(tmp_path / "b.csv", again), exported_at=EXPORTED)
    told = believed(city, Mapping(fixed={"severity": False})).sort_values("believed_from")
    assert [None if pd.isna(word) else word for word in told["severity"]] == [None, "general"]
