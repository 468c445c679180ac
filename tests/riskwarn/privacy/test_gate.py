"""What a load keeps of text, of people and of rows that are not loaded."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import func, select

from riskwarn.contracts.topics import topics
from riskwarn.errors import PersonalText, PrivateColumn, RefusedWord
from riskwarn.home import Home
from riskwarn.store import Store, undo
from riskwarn.store.tables import NOT_LOADED
from tests.riskwarn.privacy.test_refused import disguised
from tests.worlds import NOW, dispute, load, with_grids, write_csv


@pytest.fixture
def city(home: Home, tmp_path: Path) -> Home:
    return with_grids(home, tmp_path)


def petition(number: int, kind: str = "求决", **changes: object) -> dict[str, object]:
    return {
        "信访件编号": f"X{number}",
        "网格编码": f"G{number % 4}",
        "信访日期": f"2026-0{number % 6 + 1}-10",
        "信访目的": kind,
        "内容分类": "城乡建设",
        **changes,
    }


def test_texts_become_flags_and_numbers_of_people_bands(city: Home, tmp_path: Path) -> None:
    rows = [
        dispute(0, 事件简述="楼上漏水", 调处信息="双方打架", 涉及人数="4"),
        dispute(1, 事件简述="", 调处信息="现场未见漏水", 涉及人数="12人"),
        dispute(2, 事件简述="", 调处信息="", 涉及人数="若干"),
    ]
    account = load(city, "disputes", write_csv(tmp_path / "d.csv", rows))
    stored = Store(city).versions("disputes").sort_values("row")
    masks = {topic.code: topic.mask for topic in topics()}
    assert stored["topics"].tolist()[:2] == [masks["water_leak"] | masks["violence"], 0]
    assert stored["topics"].isna().tolist() == [False, False, True]
    assert stored["people"].fillna("").tolist() == ["3-5", "11-30", ""]
    assert "1 row(s) have a number in people that cannot be read" in account.notes
    assert not {"事件简述", "调处信息", "涉及人数"} & set(account.dropped_columns)


def test_how_many_stand_behind_a_petition_is_not_read(city: Home, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "x.csv", [petition(n, 涉及人数="250") for n in range(3)])
    account = load(city, "petitions", path)
    assert Store(city).versions("petitions")["people"].isna().all()
    assert any("not read: people" in note for note in account.notes)
    mapping = tmp_path / "m.yaml"
    mapping.write_text("columns: {people: 涉及人数}\n", encoding="utf-8")
    load(city, "petitions", path, mapping=mapping)
    assert Store(city).versions("petitions")["people"].isna().all()


def test_of_rows_that_are_not_loaded_only_their_number_is_kept(city: Home, tmp_path: Path) -> None:
    rows = [petition(n, "检举控告") for n in range(4)] + [petition(9)]
    rows += [petition(20, "检举控告", 网格编码="nowhere"), petition(21, "检举控告", 信访日期="不详")]
    path = write_csv(tmp_path / "x.csv", rows)
    account = load(city, "petitions", path)
    assert (account.accepted, account.reasons) == (1, {"not_loaded": 6})
    place = Store(city).versions("grids")["district"].iloc[0]
    expected = {(place, "2026Q1"): 3, (place, "2026Q2"): 1, ("", "2026Q1"): 1, (place, ""): 1}
    counted = {(str(row["district"]), str(row["quarter"])): row["rows"] for row in Store(city).not_loaded("petitions")}
    assert counted == expected
    load(city, "petitions", path)
    load(city, "petitions", write_csv(tmp_path / "y.csv", rows[:2]), exported_at=datetime(2026, 10, 1, tzinfo=UTC))
    assert {(row["district"], row["quarter"]): row["rows"] for row in Store(city).not_loaded()} == expected
    with city.database.connect() as connection:
        assert connection.scalar(select(func.sum(NOT_LOADED.c.rows))) == 6 + 2, "the same file again counts nothing"
        assert set(NOT_LOADED.c.keys()) == {"load_id", "source", "district", "quarter", "rows"}
    assert all(row["record"] is None for row in Store(city).quarantined("petitions"))


def test_numbers_of_a_load_that_was_taken_back_do_not_count(city: Home, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "x.csv", [petition(1, "检举控告"), petition(9)])
    load(city, "petitions", path)
    undo(city, Store(city).version(), now=NOW)
    assert Store(city).not_loaded() == []
    load(city, "petitions", path)
    assert [row["rows"] for row in Store(city).not_loaded()] == [1]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(word=disguised())
def test_a_refused_word_in_a_cell_is_counted_and_never_stored(city: Home, tmp_path: Path, word: str) -> None:
    cells = ("纠纷类型", "办理状态", "调解结果")
    rows = [dispute(n, **{name: word}) for n, name in enumerate(cells)]
    account = load(city, "disputes", write_csv(tmp_path / "d.csv", rows))
    assert account.reasons == {"not_loaded": 3}
    held = "".join(map(str, sqlite3.connect(city.path / "riskwarn.db").iterdump()))
    assert word not in held


def test_a_reason_that_is_kept_names_nobody(city: Home) -> None:
    with pytest.raises(RefusedWord):
        undo(city, 1, because="维稳", now=NOW)
    with pytest.raises(PersonalText):
        undo(city, 1, because="13983771234 来电要求", now=NOW)


def test_a_personal_column_under_another_name_cannot_be_mapped_in_any_batch(city: Home, tmp_path: Path) -> None:
    names = ["王小明", "李建国", "张伟", "欧阳锦程", "陈丽华"]
    path = write_csv(tmp_path / "d.csv", [dispute(n, 涉及=names[n % 5]) for n in range(20)])
    mapping = tmp_path / "m.yaml"
    for told in ("columns: {category: 涉及}", "columns: {grid_name: 涉及}", "headings: {category_final: [涉及]}"):
        mapping.write_text(told + "\n", encoding="utf-8")
        with pytest.raises(PrivateColumn, match="name, by its values"):
            load(city, "disputes", path, mapping=mapping)
    mapping.write_text("columns: {text: 涉及}\n", encoding="utf-8")
    assert load(city, "disputes", path, mapping=mapping).accepted == 20, "text is read for topics, whatever it says"
