"""Loading: awkward files, privacy, duplicates, corrections, quarantine. Accounts add up in each."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from riskwarn.errors import (
    ColumnMissing,
    FileEmpty,
    FileMissing,
    FileUnreadable,
    GridsMissing,
    HeadingClash,
    PrivateColumn,
    UnknownSource,
)
from riskwarn.home import Home
from riskwarn.ingest.values.dates import instants
from riskwarn.store import Store
from tests.worlds import NOW, dispute, load, with_grids, write_csv

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def city(home: Home, tmp_path: Path) -> Home:
    return with_grids(home, tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_in_every_encoding(city: Home, tmp_path: Path, encoding: str) -> None:
    account = load(city, "disputes", write_csv(tmp_path / "d.csv", [dispute(n) for n in range(5)], encoding))
    assert (account.read, account.accepted, account.quarantined) == (5, 5, 0)
    assert set(Store(city).versions("disputes")["category"]) == {"neighbourhood"}


def test_the_same_rows_as_gzip_excel_and_parquet_are_duplicates(city: Home, tmp_path: Path) -> None:
    rows = [dispute(n) for n in range(6)]
    plain = write_csv(tmp_path / "d.csv", rows)
    (tmp_path / "d2.csv.gz").write_bytes(gzip.compress(plain.read_bytes()))
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(rows[0]))
    for row in rows:
        typed = {
            key: datetime.fromisoformat(value) if "时间" in key and value else value or None
            for key, value in row.items()
        }
        sheet.append(list(typed.values()))
    book.save(tmp_path / "d.xlsx")
    frame = pd.DataFrame(rows).replace("", None)
    frame["发生时间"] = pd.to_datetime(frame["发生时间"])
    frame.to_parquet(tmp_path / "d.parquet")
    assert load(city, "disputes", plain).accepted == 6
    for name in ("d2.csv.gz", "d.xlsx", "d.parquet", "d.csv"):
        again = load(city, "disputes", tmp_path / name)
        assert (again.duplicates, again.accepted, again.corrected) == (6, 0, 0), name


def test_every_fault_has_its_reason(city: Home, tmp_path: Path) -> None:
    rows = [
        dispute(0),
        dispute(1, 纠纷编号=""),
        dispute(2, 发生时间="", 登记时间=""),
        dispute(3, 发生时间="昨天下午"),
        dispute(4, 网格编码="G99"),
        dispute(5, 网格编码=""),
        dispute(6, 登记时间="2026-02-01 10:00:00", 发生时间="2026-03-10 10:00:00"),
        dispute(7, 严重程度="3"),
        dispute(8, 纠纷类型="群体性事件"),
        dispute(9, 发生时间="某日"),
        dispute(10, 发生时间="2036-03-01", 登记时间="2036-03-01"),
        dispute(0),
        dispute(0, 纠纷类型="物业"),
    ]
    account = load(city, "disputes", write_csv(tmp_path / "d.csv", rows))
    assert account.reasons == {
        "missing_record_id": 1,
        "missing_date": 1,
        "bad_date": 2,
        "unknown_grid": 1,
        "no_place": 1,
        "known_before_event": 1,
        "severity_digits": 1,
        "not_loaded": 1,
        "in_future": 1,
    }
    assert (account.accepted, account.duplicates, account.corrected) == (1, 1, 1)
    listed = Store(city).quarantined("disputes")
    assert [row["row"] for row in listed] == [3, 4, 5, 6, 7, 8, 9, 10, 11, 12]


def test_ragged_rows_are_counted_and_numbered(city: Home, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "d.csv", [dispute(n) for n in range(3)])
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines[:2], "too,few", *lines[2:], lines[1] + ",more"]), encoding="utf-8")
    account = load(city, "disputes", path)
    assert (account.read, account.accepted, account.reasons) == (5, 3, {"ragged_row": 2})
    assert [row["row"] for row in Store(city).quarantined()] == [3, 6]


def test_personal_columns_never_reach_the_disk(city: Home, tmp_path: Path) -> None:
    planted = {
        "当事人姓名": "欧阳锦程",
        "身份证号码": "500103199001011236",
        "联系电话": "13983771234",
        "心情": "愤怒之极",
        "案情": "某某不服",
    }
    rows = [dispute(n, 纠纷编号=f"canary-{n}-of-the-register", **planted) for n in range(4)]
    account = load(city, "disputes", write_csv(tmp_path / "d.csv", rows))
    assert set(account.dropped_columns) == set(planted)
    for file in city.path.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert not any(word.encode() in content for word in (*planted.values(), "canary-")), file.name


def test_reports_of_wrongdoing_are_not_loaded(city: Home, tmp_path: Path) -> None:
    rows = [
        {"信访件编号": f"X{n}", "网格编码": "G1", "信访日期": "2026-03-02", "信访目的": kind, "内容分类": "城乡建设"}
        for n, kind in enumerate(["求决", "检举控告", "建议意见"])
    ]
    account = load(city, "petitions", write_csv(tmp_path / "x.csv", rows))
    assert (account.accepted, account.reasons) == (2, {"not_loaded": 1})
    stored = Store(city).versions("petitions")
    assert stored["due_derived"].all()
    assert ((stored["due_at"] - stored["occurred_at"]).dt.days == 60).all()


def test_a_correction_is_a_new_version_and_an_old_file_again_is_none(city: Home, tmp_path: Path) -> None:
    old = write_csv(tmp_path / "old.csv", [dispute(1), dispute(2)])
    new = write_csv(tmp_path / "new.csv", [dispute(1, 纠纷类型="物业"), dispute(2)])
    load(city, "disputes", old, exported_at=datetime(2026, 4, 1, tzinfo=UTC))
    account = load(city, "disputes", new, exported_at=datetime(2026, 5, 1, tzinfo=UTC))
    assert (account.corrected, account.duplicates) == (1, 1)
    assert load(city, "disputes", old).duplicates == 2
    versions = Store(city).versions("disputes")
    assert versions["version_at"].max() == pd.Timestamp("2026-05-01")
    assert len(versions) == 3


def test_places_are_found_by_name_and_path(city: Home, tmp_path: Path) -> None:
    base = {key: value for key, value in dispute(1).items() if key != "网格编码"}
    told = [
        {"区县": "江北区", "街道": "石桥", "社区": "青山1", "所属区域": ""},
        {"区县": "", "街道": "石桥街道", "社区": "", "所属区域": ""},
        {"区县": "", "街道": "", "社区": "", "所属区域": "江北区/石桥街道/青山0社区/第2网格"},
        {"区县": "", "街道": "", "社区": "无此社区", "所属区域": ""},
    ]
    rows = [{**base, "纠纷编号": f"P{n}", **place} for n, place in enumerate(told)]
    account = load(city, "disputes", write_csv(tmp_path / "p.csv", rows))
    assert (account.accepted, account.reasons) == (3, {"unknown_place": 1})
    stored = Store(city).versions("disputes").sort_values("row")
    assert stored["located_by"].tolist() == ["community", "town", "path"]
    assert stored["grid_id"].tolist()[2] == "G1"
    assert stored["unit"].tolist()[0] == "C1"
    assert stored["grid_id"].isna().tolist() == [True, True, False]


def test_ids_that_excel_rounded_are_quarantined(city: Home, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["编号", "网格编码", "发生时间"])
    sheet.append([5001032026030112345, "G1", datetime(2026, 3, 1)])
    sheet.append(["5001032026030112346", "G1", datetime(2026, 3, 1)])
    book.save(tmp_path / "r.xlsx")
    account = load(city, "disputes", tmp_path / "r.xlsx")
    assert (account.accepted, account.reasons) == (1, {"rounded_id": 1})


@pytest.mark.parametrize(
    ("source", "name", "content", "error", "says"),
    [
        ("disputes", "missing.csv", None, FileMissing, "no such file"),
        ("weather", "w.csv", "a,b\n1,2\n", UnknownSource, "known are grids"),
        ("disputes", "d.docx", "x", FileUnreadable, "CSV, Excel, Parquet or JSON"),
        ("disputes", "d.xlsx", "not a workbook", FileUnreadable, "not an Excel workbook"),
        ("disputes", "d.parquet", "not parquet", FileUnreadable, "Parquet"),
        ("disputes", "empty.csv", "", FileEmpty, "nothing was loaded"),
        ("disputes", "head.csv", "编号,网格编码,发生时间\n", FileEmpty, "nothing was loaded"),
        ("disputes", "d.csv", "编号,网格编码,发案日志\n1,G1,2026-03-01\n", ColumnMissing, "occurred_at"),
        ("disputes", "d.csv", "编号,发生时间\n1,2026-03-01\n", ColumnMissing, "grid_id"),
        ("disputes", "d.csv", "编号,事件编号,网格编码,发生时间\n1,2,G1,2026-03-01\n", HeadingClash, "both stand for"),
    ],
)
def test_a_wrong_file_is_one_sentence_and_leaves_no_trace(
    city: Home, tmp_path: Path, source: str, name: str, content: str | None, error: type[Exception], says: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_text(content, encoding="utf-8")
    before = Store(city).version()
    with pytest.raises(error, match=says):
        load(city, source, path)
    assert Store(city).version() == before


def test_a_personal_column_cannot_be_mapped(city: Home, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "d.csv", [dispute(1, 当事人姓名="欧阳")])
    mapping = tmp_path / "m.yaml"
    mapping.write_text("columns: {category: 当事人姓名}\n", encoding="utf-8")
    with pytest.raises(PrivateColumn):
        load(city, "disputes", path, mapping=mapping)


def test_events_need_grids(home: Home, tmp_path: Path) -> None:
    with pytest.raises(GridsMissing, match="ingest grids"):
        load(home, "disputes", write_csv(tmp_path / "d.csv", [dispute(1)]))


def test_aggregated_rows_are_known_at_the_end_of_their_period(city: Home, tmp_path: Path) -> None:
    rows = [
        {"网格编码": "G1", "类型": "火灾", "件数": 2, "年": 2026, "月": 3},
        {"网格编码": "G1", "类型": "火灾", "件数": 3, "年": 2026, "月": 3},
        {"网格编码": "G2", "类型": "触电", "件数": 1, "年": 2026, "月": 3},
    ]
    mapping = tmp_path / "m.yaml"
    mapping.write_text("period: {unit: month, year: 年, month: 月}\n", encoding="utf-8")
    account = load(city, "incidents", write_csv(tmp_path / "i.csv", rows), mapping=mapping)
    assert account.read == 3
    stored = Store(city).versions("incidents")
    assert sorted(stored["count"]) == [1, 5]
    assert set(stored["known_at"]) == {pd.Timestamp("2026-03-31T15:59:59.999999")}


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2024-03-01 08:05:00", "2024-03-01T00:05:00"),
        ("2024-03-01T08:05:00.250+08:00", "2024-03-01T00:05:00.250"),
        ("2024-03-01T00:05:00Z", "2024-03-01T00:05:00"),
        ("2024/3/1 8:05", "2024-03-01T00:05:00"),
        ("2024年3月1日 8时5分", "2024-03-01T00:05:00"),
        ("2024年3月1日8时5分30秒", "2024-03-01T00:05:30"),
        ("20240301", "2024-02-29T16:00:00"),
        ("20240301080500", "2024-03-01T00:05:00"),
        ("2024.3.1", "2024-02-29T16:00:00"),
        ("24-3-1", "2024-02-29T16:00:00"),
        ("2024-03-01 下午 3:30", "2024-03-01T07:30:00"),
        ("2024/3/1 上午12:10", "2024-02-29T16:10:00"),
        ("45352", "2024-02-29T16:00:00"),
        ("45352.5", "2024-03-01T04:00:00"),
        ("1709251500", "2024-03-01T00:05:00"),
        ("1709251500000", "2024-03-01T00:05:00"),
    ],
)
def test_dates_as_offices_write_them(text: str, utc: str) -> None:
    found, unreadable = instants(pa.array([text]), SHANGHAI)
    assert not unreadable[0]
    assert found[0] == np.datetime64(utc)


@given(st.text(max_size=20))
def test_no_text_breaks_the_reading_of_dates(text: str) -> None:
    found, unreadable = instants(pa.array([text]), SHANGHAI)
    assert unreadable[0] == np.isnat(found[0])


cells = st.one_of(
    st.just(""),
    st.sampled_from(["G0", "G9", "2026-03-01", "邻里", "一般", "作废", "维稳", "x"]),
    st.text(alphabet="网格一二,\"'\n 1-", max_size=6),
)


@given(rows=st.lists(st.fixed_dictionaries(dict.fromkeys(dispute(0), cells)), min_size=1, max_size=12))
@pytest.mark.slow
def test_accounts_add_up_whatever_comes(tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, str]]) -> None:
    folder = tmp_path_factory.mktemp("rows")
    from riskwarn.home import make_home
    from riskwarn.settings import Settings

    city = with_grids(make_home(folder / "home", Settings()), folder)
    path = write_csv(folder / "d.csv", [dispute(0), *rows])
    account = load(city, "disputes", path)
    assert account.read == account.accepted + account.duplicates + account.corrected + account.quarantined
    again = load(city, "disputes", path)
    assert again.duplicates == account.read - account.quarantined
    assert NOW.tzinfo is not None
