"""A department's database as a source: a query in a file, over a real connection, as exports are read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Engine,
    MetaData,
    Numeric,
    Table,
    Text,
    create_engine,
    insert,
    update,
)

from riskwarn.errors import ColumnMissing, FileEmpty, FileUnreadable, SettingInvalid
from riskwarn.home import Home
from riskwarn.store import Store
from tests.riskwarn.test_cli import refused, told
from tests.riskwarn.test_durability import contents
from tests.worlds import dispute, grid_rows, load, write_csv

REGISTER = Table(
    "dispute_register",
    MetaData(),
    Column("case_id", BigInteger),
    Column("grid_id", Text),
    Column("发生时间", DateTime(timezone=True)),
    Column("登记时间", DateTime(timezone=False)),
    Column("化解日期", Date),
    Column("纠纷类型", Text),
    Column("件数", Numeric(10, 2)),
    Column("是否重复", Boolean),
    Column("当事人姓名", Text),
    Column("身份证号", Text),
)
SELECT = "SELECT * FROM dispute_register WHERE \"纠纷类型\" <> '其他' ORDER BY case_id;"


def record(number: int, **changes: Any) -> dict[str, Any]:
    """A row of the register, typed; an id of 19 digits, which only a database keeps whole."""
    return {
        "case_id": 5001032026030112300 + number,
        "grid_id": f"G{number % 4}",
        "发生时间": datetime(2026, 3, 1 + number % 28, 1, tzinfo=UTC),
        "登记时间": datetime(2026, 3, 1 + number % 28, 10),
        "化解日期": None if number % 2 else datetime(2026, 4, 2).date(),
        "纠纷类型": "邻里",
        "件数": Decimal("1.00"),
        "是否重复": number % 3 == 0,
        "当事人姓名": f"欧阳锦程{number}",
        "身份证号": "500103199001011236",
        **changes,
    }


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a department's database with a register of twelve disputes."""
    url: str = (
        f"sqlite:///{tmp_path / 'department.db'}"
        if request.param == "sqlite"
        else request.getfixturevalue("server").replace("postgresql:", "postgresql+psycopg:")
    )
    engine = create_engine(url)
    REGISTER.drop(engine, checkfirst=True)
    REGISTER.create(engine)
    with engine.begin() as connection:
        connection.execute(insert(REGISTER), [record(number) for number in range(12)])
    engine.dispose()
    yield url.replace("+psycopg", "")


def changed(url: str, **values: Any) -> None:
    """Change the register as the department does: one case, in place."""
    engine: Engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(update(REGISTER).where(REGISTER.c.case_id == record(3)["case_id"]).values(**values))
    engine.dispose()


def query(folder: Path, text: str = SELECT, name: str = "disputes.sql") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_query_is_read_like_an_export(city: Home, tmp_path: Path, database: str) -> None:
    account = load(city, "disputes", query(tmp_path), database=database)
    assert (account.read, account.accepted, account.reasons) == (12, 12, {})
    assert set(account.dropped_columns) == {"当事人姓名", "身份证号"}
    stored = Store(city).versions("disputes").sort_values("row").reset_index(drop=True)
    assert stored["record_id"].is_unique, "ids of 19 digits are kept apart"
    assert stored["known_at"][0] == pd.Timestamp("2026-03-01 02:00"), "a time without a zone is local"
    # SQLite keeps no zones: what was written there is read as local time.
    hour = 1 if database.startswith("postgresql") else -7
    assert stored["occurred_at"][0] == pd.Timestamp("2026-03-01") + pd.Timedelta(hours=hour)
    assert stored["closed_at"].notna().tolist() == [number % 2 == 0 for number in range(12)]
    assert stored["is_repeat"].tolist() == [number % 3 == 0 for number in range(12)]
    assert set(stored["count"]) == {1}


def test_the_same_query_again_finds_what_has_changed_since(city: Home, tmp_path: Path, database: str) -> None:
    """A query is no file: asked again, it is a new export, taken when it was asked."""
    path = query(tmp_path)
    load(city, "disputes", path, database=database, now=datetime(2026, 5, 1, tzinfo=UTC))
    unchanged = load(city, "disputes", path, database=database, now=datetime(2026, 6, 1, tzinfo=UTC))
    assert unchanged.duplicates == 12
    changed(database, 纠纷类型="物业")
    account = load(city, "disputes", path, database=database, now=datetime(2026, 7, 1, tzinfo=UTC))
    assert (account.duplicates, account.corrected) == (11, 1)
    newest = Store(city).versions("disputes").iloc[-1]
    assert newest["category"] == "property_management"
    assert newest["version_at"] == pd.Timestamp("2026-07-01"), "it was not known before it was asked for"


def test_a_query_and_the_export_of_its_rows_are_the_same(city: Home, tmp_path: Path, database: str) -> None:
    load(city, "disputes", query(tmp_path), database=database)
    rows = [
        {
            **record(number),
            "case_id": str(record(number)["case_id"]),
            "发生时间": record(number)["发生时间"].isoformat(),
            "是否重复": "是" if number % 3 == 0 else "否",
        }
        for number in range(12)
    ]
    # SQLite keeps no zones, so that all times move: that stops a load.
    again = load(city, "disputes", write_csv(tmp_path / "d.csv", rows), force=database.startswith("sqlite"))
    if database.startswith("postgresql"):
        assert again.duplicates == 12
    assert again.accepted == 0


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        ("SELECT nothing FROM nowhere", FileUnreadable, "refuses the query"),
        ("SELEC", FileUnreadable, "refuses the query"),
        ("", FileEmpty, "nothing was loaded"),
        (" ;\n", FileUnreadable, "quer"),
        ("SELECT * FROM dispute_register WHERE case_id < 0", FileEmpty, "nothing was loaded"),
        ("SELECT case_id, grid_id FROM dispute_register", ColumnMissing, "occurred_at"),
        ("DELETE FROM dispute_register", FileUnreadable, "quer"),
    ],
)
def test_a_wrong_query_is_one_sentence_and_harms_nothing(
    city: Home, tmp_path: Path, database: str, text: str, error: type[Exception], says: str
) -> None:
    before = contents(city)
    with pytest.raises(error, match=says) as caught:
        load(city, "disputes", query(tmp_path, text), database=database)
    assert "\n" not in str(caught.value) and "欧阳" not in str(caught.value)
    assert contents(city)[1:] == before[1:]
    assert load(city, "disputes", query(tmp_path), database=database).accepted == 12, "the register is as it was"


@pytest.mark.parametrize(
    "url", [None, "nonsense", "oracle9i://me:secret@there/x", "postgresql://me:secret@127.0.0.1:1/x"]
)
def test_a_database_that_is_not_there_is_told_without_its_secret(city: Home, tmp_path: Path, url: str | None) -> None:
    with pytest.raises(SettingInvalid, match="RISKWARN_SOURCE_URL") as caught:
        load(city, "disputes", query(tmp_path), database=url)
    assert "secret" not in str(caught.value)


@pytest.mark.slow
def test_the_command_line_asks_the_database_of_the_setting(tmp_path: Path, database: str) -> None:
    told("init", cwd=tmp_path)
    told("ingest", "grids", write_csv(tmp_path / "grids.csv", grid_rows()), cwd=tmp_path)
    path = query(tmp_path)
    assert "RISKWARN_SOURCE_URL" in refused("ingest", "disputes", path, cwd=tmp_path)
    account = told("ingest", "disputes", path, cwd=tmp_path, RISKWARN_SOURCE_URL=database)
    assert (account["read"], account["accepted"]) == (12, 12)
    two = told(
        "ingest",
        "disputes",
        path,
        write_csv(tmp_path / "d.csv", [dispute(1)]),
        cwd=tmp_path,
        RISKWARN_SOURCE_URL=database,
    )
    assert (two["duplicates"], two["accepted"]) == (12, 1)
