"""Kinds of cells that departments write and that must not be taken for something else: one line a kind, with right values."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from riskwarn.configuration import Configuration
from riskwarn.errors import PrivateColumn
from riskwarn.home import Home, open_home
from riskwarn.ingest import Account
from riskwarn.ingest.mapping_proposal.proposal import propose
from riskwarn.settings import Settings
from riskwarn.store import Store
from tests.worlds import dispute, grid_rows, load, write_csv

CASES = Path(__file__).parent / "cases"
Row = dict[str, Any]


@pytest.fixture
def city(city: Home, tmp_path: Path) -> Home:
    """A city of six grids."""
    load(city, "grids", write_csv(tmp_path / "grids.csv", grid_rows(6)))
    return city


def utc(text: str) -> pd.Timestamp:
    """An instant that is written in local time (Asia/Shanghai)."""
    return pd.Timestamp(text, tz="Asia/Shanghai").tz_convert("UTC").tz_localize(None)


def mapped(tmp_path: Path, text: str) -> dict[str, Any]:
    """The options of a load with a mapping."""
    path = tmp_path / "mapping.yaml"
    path.write_text(text, encoding="utf-8")
    return {"mapping": path}


def disputes(city: Home, tmp_path: Path, rows: list[Row], mapping: str = "", **options: Any) -> Account:
    """Load disputes."""
    more = mapped(tmp_path, mapping) if mapping else {}
    return load(city, "disputes", write_csv(tmp_path / f"{len(list(tmp_path.iterdir()))}.csv", rows), **more, **options)


def stored(city: Home, source: str, name: str) -> list[Any]:
    """What the store holds of a field, in the order of the rows; None where nothing is."""
    column = Store(city).versions(source)[name]
    return [None if pd.isna(value) else value for value in column]


# fmt: off
CLOCKS = [
    "2024-03-02", "2024-03-02", "2024-03-02", "2024-03-01 23:59:59", "2024-03-01 15:05", "2024-03-01 08:05", "2024-03-01 08:05",
    "2024-03-01", "2024-03-01 09:00", "2024-03-01", "2024-03-01 08:05", "2024-03-01 08:05:00.123",
]
PG = [f"2024-03-0{day} 08:05:00{'' if day % 2 else '.895'}" for day in range(1, 6)]
APART = [f"2026-03-{day:02d} {(day - 1) * 7 % 24:02d}:05" for day in range(1, 11)]
MONTHS = [f"2024-{month:02d}-01" for month in (2, 3, 4) for _ in range(3)]
AMERICAN = ["2024-01-02 09:00", "2024-01-11 09:00", "2024-12-08 09:00", "2024-12-25 09:00"]
KINDS = [
    pytest.param("g01_two_digit_years.csv", "hotline", "", "occurred_at", [utc(one) for one in AMERICAN], id="order of day and month told by the column"),
    pytest.param("g02_epoch_zero.csv", "disputes", "", "closed_at", [None] * 20, id="an epoch of zero is no closing"),
    pytest.param("g02_epoch_zero.csv", "disputes", "", "escalated_at", [None] * 20, id="an epoch of zero is no escalation"),
    pytest.param("g04_decimal_comma.csv", "demographics", "", "area_km2", [0.35, 1.2], id="decimal comma, area"),
    pytest.param("g04_decimal_comma.csv", "demographics", "", "housing_age", [12.5, 8.0], id="decimal comma, years"),
    pytest.param("g04_decimal_comma.csv", "demographics", "", "density", [3525.7, 822.5], id="decimal comma, density"),
    pytest.param("g06_pg_offsets.csv", "disputes", "", "occurred_at", [utc(one) for one in PG], id="offsets of hours"),
    *(
        pytest.param(f"g07{letter}_month_cell.csv", "incidents", "g07.yaml", "known_at", [utc(month) - pd.Timedelta(microseconds=1) for month in MONTHS], id=f"a month in one cell {letter}")
        for letter in "abc"
    ),
    pytest.param("g08_clock_forms.csv", "incidents", "", "occurred_at", [utc(one) for one in CLOCKS], id="forms of the clock"),
    pytest.param("g09_words_for_nothing.csv", "disputes", "", "closed_at", [None] * 12, id="words for nothing"),
    pytest.param("g16_date_and_time_apart.csv", "grid_reports", "", "occurred_at", [utc(one) for one in APART], id="date and time apart"),
    pytest.param("g17_yymmdd_ids.csv", "hotline", "g17.yaml", "grid_id", [f"G{n % 6}" for n in range(60)], id="ids that could be mobiles"),
    pytest.param("g18_excel_text_marks.csv", "disputes", "", "grid_id", ["G0", "G1", "G2", "G0", "G1", "G2"], id="marks of text"),
]
# fmt: on


@pytest.mark.parametrize(("file", "source", "mapping", "name", "expected"), KINDS)
def test_every_kind_of_cell_is_read_as_it_is_meant(
    city: Home, file: str, source: str, mapping: str, name: str, expected: list[Any]
) -> None:
    account = load(city, source, CASES / file, **({"mapping": CASES / mapping} if mapping else {}))
    assert (account.read, account.quarantined) == (len(expected), 0), account.reasons
    assert stored(city, source, name) == expected


def test_what_is_read_as_empty_is_counted_by_field(city: Home, tmp_path: Path) -> None:
    notes = load(city, "disputes", CASES / "g02_epoch_zero.csv").notes
    assert {note.split(" cell")[0] for note in notes if "before 1990-01-01" in note} == {
        "closed_at: 20",
        "escalated_at: 20",
    }
    rows = [
        dispute(1, 化解时间="某日"),
        dispute(2, 化解时间="2025-01-01", 升级时间="2036-01-01"),
        dispute(3, 化解时间="未办结"),
        dispute(4, 登记时间="1970-01-01 08:00:00", 更新时间="0001-01-01"),
        dispute(5, 化解时间="2026-03-05 09:00:00"),  # a day before its event, and no more
    ]
    account = disputes(city, tmp_path, [{**row, "纠纷编号": f"E{n}"} for n, row in enumerate(rows)])
    assert account.accepted == 5
    told = {tuple(note.split(" cell(s) ")) for note in account.notes if " cell(s) " in note}
    assert {(field, why.split(", and")[0].split(" (")[0]) for field, why in told} == {
        ("closed_at: 1", "cannot be read as a date"),
        ("closed_at: 1", "lie more than a day before their event"),
        ("escalated_at: 1", "lie more than a day after the export"),
        ("known_at: 1", "lie before 1990-01-01"),
        ("updated_at: 1", "lie before 1990-01-01"),
    }
    versions = Store(city).versions("disputes").tail(5)
    assert versions["closed_at"].notna().tolist() == [False, False, False, False, True]
    assert versions["known_at"].tolist()[3] == utc("2026-03-05 09:00:00"), (
        "known when it happened, for nothing else is told"
    )


@pytest.mark.parametrize(
    "word", ["0001-01-01 00:00:00", "1601-01-01", "1753-01-01", "1899-12-30", "1970-01-01 08:00:00"]
)
def test_an_event_before_all_records_is_refused(city: Home, tmp_path: Path, word: str) -> None:
    account = disputes(city, tmp_path, [dispute(1), dispute(2, 发生时间=word)])
    assert (account.accepted, account.reasons) == (1, {"out_of_range": 1})


def test_the_earliest_date_is_a_setting_and_deadlines_may_lie_anywhere(city: Home, tmp_path: Path) -> None:
    (city.path / "riskwarn.yaml").write_text("earliest_date: 1970-01-01\n", encoding="utf-8")
    old = open_home(city.path, Settings())
    row = dispute(1, 发生时间="1975-05-01", 登记时间="", 办理时限="2099-12-31")
    assert disputes(old, tmp_path, [row]).accepted == 1
    assert stored(old, "disputes", "due_at") == [utc("2099-12-31")]
    grids = [{**row, "启用日期": day} for row, day in zip(grid_rows(2), ("1949-10-01", "2099-01-01"), strict=True)]
    assert load(old, "grids", write_csv(tmp_path / "g.csv", grids)).quarantined == 0


def test_an_order_that_cannot_be_told_is_refused_with_the_key_that_tells_it(city: Home, tmp_path: Path) -> None:
    rows = [dispute(n, 发生时间=f"0{n}/0{n + 1}/24 09:00", 登记时间="") for n in range(1, 5)]
    account = disputes(city, tmp_path, rows)
    assert account.reasons == {"bad_date": 4}
    assert [note for note in account.notes if "occurred_at" in note and "dates: ymd or mdy or dmy" in note]
    for order, first in (("mdy", "2024-01-02"), ("dmy", "2024-02-01"), ("{occurred_at: ymd}", "2001-02-24")):
        assert disputes(city, tmp_path, rows, f"dates: {order}").quarantined == 0
        assert utc(f"{first} 09:00") in stored(city, "disputes", "occurred_at")


def test_a_column_takes_its_order_from_another_of_the_file(city: Home, tmp_path: Path) -> None:
    rows = [dispute(n, 发生时间=f"0{n}/02/2024", 登记时间=f"2{n}/03/2024") for n in range(1, 5)]
    assert disputes(city, tmp_path, rows).accepted == 4
    assert stored(city, "disputes", "occurred_at")[2] == utc("2024-02-03")


def test_later_rows_cannot_contradict_what_was_decided(city: Home, tmp_path: Path) -> None:
    rows = [dispute(1, 发生时间="12/25/24", 登记时间=""), dispute(2, 发生时间="25/12/24", 登记时间="")]
    account = disputes(city, tmp_path, rows)
    assert account.reasons == {"bad_date": 2} and [note for note in account.notes if "no order" in note]


def test_map_and_ingest_read_the_same_dates(tmp_path: Path) -> None:
    """What map calls a date is one that the load reads."""
    for cells, holds in (
        (["01/02/24", "02/03/24"], "date in a form that is not read (M/D/YYYY or D/M/YYYY"),
        (["01/02/24", "12/25/24"], "date (M/D/YYYY)"),
        (["二〇二四年三月一日", "2024年3月1日9时许"], "date and time (year, month and day in Chinese"),
    ):
        rows = [dispute(n, 发生时间=cell) for n, cell in enumerate(cells * 3)]
        found = propose(write_csv(tmp_path / "d.csv", rows), Configuration(), source="disputes")
        shown = next(one.holds for one in found.columns if one.heading == "发生时间")
        assert shown.replace("YY-M-D or ", "").startswith(holds), shown


@pytest.mark.parametrize(
    ("cells", "separator", "expected"),
    [
        (["0,35", "12,5"], ",", [0.35, 12.5]),  # no thousands are grouped so
        (["1,200", "3"], ",", [1200, 3]),
        (["1,200", "3"], ";", [1.2, 3]),
        (["1,200", "3.5"], ";", [1200, 3.5]),  # its other numbers contradict the semicolon
        (["1.234,5", "7"], ",", [1234.5, 7]),
        (["1,234.5", "1 234"], ";", [1234.5, 1234]),
        (["1.250", "3.500"], ";", [1.25, 3.5]),  # no comma stands anywhere
    ],
)
def test_the_decimal_mark_is_that_of_the_column(
    city: Home, tmp_path: Path, cells: list[str], separator: str, expected: list[float]
) -> None:
    lines = [separator.join(f'"{cell}"' for cell in ("网格编码", "常住人口", "网格面积"))]
    lines += [separator.join((f"G{n}", "100", f'"{cell}"')) for n, cell in enumerate(cells)]
    path = tmp_path / "p.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    assert load(city, "demographics", path).accepted == 2
    assert stored(city, "demographics", "area_km2") == expected
    for mark, value in ((".", "1.2"), (",", "1,2")):
        path.write_text(f'网格编码,常住人口,网格面积,统计日期\nG0,100,"{value}",2026-01-01', encoding="utf-8")
        load(city, "demographics", path, **mapped(tmp_path, f'decimal: "{mark}"'))
        assert stored(city, "demographics", "area_km2")[-1] == 1.2


def test_marks_that_contradict_each_other_are_refused_and_told(city: Home, tmp_path: Path) -> None:
    rows = [{"网格编码": f"G{n}", "常住人口": "1", "网格面积": cell} for n, cell in enumerate(["12,5", "12.55", "7"])]
    account = load(city, "demographics", write_csv(tmp_path / "p.csv", rows))
    assert (account.accepted, account.reasons) == (1, {"bad_number": 2})
    assert [note for note in account.notes if note.startswith("area_km2") and "decimal:" in note]


def test_one_record_in_several_spellings_is_one(city: Home, tmp_path: Path) -> None:
    options = {"exported_at": pd.Timestamp("2026-04-01", tz="UTC").to_pydatetime()}
    assert load(city, "hotline", CASES / "g05a_march.csv", **options).accepted == 20
    again = load(city, "hotline", CASES / "g05b_april.csv")
    assert (again.accepted, again.corrected) == (0, 20)
    spellings = ["7001", "7001.0", "'7001", '="7001"', "７００１", " 7001 "]
    rows = [dispute(1, 纠纷编号=one) for one in spellings]
    assert (disputes(city, tmp_path, rows).accepted, len(Store(city).versions("disputes"))) == (1, 1)
    parts = [dispute(n, 纠纷编号=one) for n, one in enumerate(["12", "12.0", "12.1"])]
    assert disputes(city, tmp_path, parts).accepted == 3, "a point that is a part of ids stays"


def test_ids_that_are_spelt_anew_are_told_and_new_records_are_not(city: Home, tmp_path: Path) -> None:
    rows = [dispute(n, 纠纷编号=f"{n:06d}", 发生时间=f"2026-03-01 09:{n:02d}:00") for n in range(30)]
    assert disputes(city, tmp_path, rows).accepted == 30
    respelt = [{**row, "纠纷编号": str(int(row["纠纷编号"])), "化解时间": "2026-04-01"} for row in rows]
    account = disputes(city, tmp_path, respelt)
    assert account.accepted == 30 and [note for note in account.notes if "30 of 30" in note and "another id" in note]
    others = [{**row, "纠纷编号": f"X{row['纠纷编号']}", "发生时间": "2026-03-01 11:05:07"} for row in rows]
    assert not [note for note in disputes(city, tmp_path, others).notes if "another id" in note]


def test_a_count_that_a_re_export_leaves_out_is_told(city: Home, tmp_path: Path) -> None:
    options = {"mapping": CASES / "g07.yaml"}
    assert load(city, "incidents", CASES / "g07a_month_cell.csv", **options).accepted == 9
    text = (CASES / "g07a_month_cell.csv").read_text(encoding="utf-8")
    left_out, next_month = tmp_path / "a.csv", tmp_path / "b.csv"
    left_out.write_text(text.replace("G1,火灾,2,2024-02\n", ""), encoding="utf-8")
    next_month.write_text("网格编码,类型,件数,统计月份\nG0,火灾,1,2024-04\n", encoding="utf-8")
    assert [note for note in load(city, "incidents", left_out, **options).notes if note.startswith("1 stored count(s)")]
    assert not [note for note in load(city, "incidents", next_month, **options).notes if "stored count" in note]


@pytest.mark.parametrize(
    ("unit", "cell", "end"),
    [
        ("quarter", "2024Q1", "2024-04-01"), ("quarter", "2024年第四季度", "2025-01-01"), ("quarter", "2024-04-01", "2024-07-01"),
        ("week", "2024-W01", "2024-01-08"), ("week", "2020W53", "2021-01-04"), ("month", "Jan 2024", "2024-02-01"),
        ("month", "2024.12", "2025-01-01"), ("day", "2024-02-29", "2024-03-01"),
    ],
)  # fmt: skip
def test_a_row_an_event_of_a_period_counts_one(city: Home, tmp_path: Path, unit: str, cell: str, end: str) -> None:
    rows = [{"网格编码": "G0", "类型": "火灾", "期": cell}] * 2
    mapping = mapped(tmp_path, f"period: {{unit: {unit}, start: 期}}\nalways: {{count: 1}}\n")
    assert load(city, "incidents", write_csv(tmp_path / "i.csv", rows), **mapping).quarantined == 0
    assert stored(city, "incidents", "count") == [2]
    assert stored(city, "incidents", "occurred_at") == [utc(end) - pd.Timedelta(microseconds=1)]


def test_a_month_that_is_none_is_refused(city: Home, tmp_path: Path) -> None:
    rows = [{"网格编码": "G0", "类型": "火灾", "期": cell} for cell in ("2024-13", "2024Q1", "某月", "")]
    mapping = mapped(tmp_path, "period: {unit: month, start: 期}\nalways: {count: 1}\n")
    account = load(city, "incidents", write_csv(tmp_path / "i.csv", rows), **mapping)
    assert account.reasons == {"bad_date": 3, "missing_date": 1}


def test_a_column_whose_dates_none_can_read_is_told_by_its_shape_and_by_nothing_else(
    city: Home, tmp_path: Path
) -> None:
    cells = ["第7天 8时61分 王建国", "第7天 8时61分 李秀英", "2026-3"]
    account = disputes(city, tmp_path, [dispute(n, 化解时间=cell) for n, cell in enumerate(cells)])
    assert account.accepted == 3
    [said] = [note for note in account.notes if "none of its cells" in note]
    assert said.startswith(
        "closed_at: none of its cells could be read as a date; they look like 第9… 9时99分 …; 9999-9 (9 "
    )
    assert "王" not in str(account.as_dict()) and "2024.3.1 上午8点半" in said
    account = disputes(city, tmp_path, [dispute(7, 化解时间="2026-3"), dispute(8, 化解时间="2026-05-01 9时5分")])
    assert not [note for note in account.notes if "none of its cells" in note]
    assert stored(city, "disputes", "closed_at")[-1] == utc("2026-05-01 09:05")


def test_the_time_of_day_of_another_column(city: Home, tmp_path: Path) -> None:
    clocks = ["0.5", "下午3:05", "", "083000", "8时5分", "1899-12-30 07:30:00", "2026-03-09 10:00"]
    days = ["2026-03-01 00:00:00", "20260302", "2026年3月3日", "46085", "2026/3/5", "2026-3-6", "2026-03-07"]
    rows = [dispute(n, 登记时间="") for n in range(7)]
    rows = [{**row, "日": d, "时": t} for row, d, t in zip(rows, days, clocks, strict=True)]
    rows = [{name: cell for name, cell in row.items() if name != "发生时间"} for row in rows]
    account = disputes(city, tmp_path, rows, "{columns: {occurred_at: 日}, times: {occurred_at: 时}}")
    assert account.accepted == 7
    expected = ["01 12:00", "02 15:05", "03 00:00", "04 08:30", "05 08:05", "06 07:30", "09 10:00"]
    assert stored(city, "disputes", "occurred_at") == [utc(f"2026-03-{one}") for one in expected]


def test_a_pair_is_joined_whatever_part_of_it_is_mapped_and_map_says_so(city: Home, tmp_path: Path) -> None:
    file = CASES / "g16_date_and_time_apart.csv"
    found = propose(file, Configuration(), source="grid_reports")
    fields = {one.heading: one.field for one in found.columns}
    assert fields["报警日期"] == fields["报警时间"] == "occurred_at"
    for heading in ("报警日期", "报警时间"):
        account = load(city, "grid_reports", file, **mapped(tmp_path, f"columns: {{occurred_at: {heading}}}"))
        assert account.quarantined == 0
    assert len(Store(city).versions("grid_reports")) == 10, "the second says the same"


def test_words_for_nothing_of_a_department(city: Home, tmp_path: Path) -> None:
    rows = [dispute(1, 化解时间="没有", 纠纷类型="0")]
    account = disputes(city, tmp_path, rows, "empty: [没有, 0]")
    assert account.accepted == 1 and not [note for note in account.notes if "closed_at" in note]
    assert stored(city, "disputes", "category") == [None]


def test_mobiles_are_refused_as_ids(city: Home, tmp_path: Path) -> None:
    numbers = [f"139{n * 7919 % 100_000_000:08d}" for n in range(40)]
    rows = [{"业务单号": number, **dispute(n)} for n, number in enumerate(numbers)]
    rows = [{name: cell for name, cell in row.items() if name != "纠纷编号"} for row in rows]
    with pytest.raises(PrivateColumn, match="phone number"):
        disputes(city, tmp_path, rows, "columns: {record_id: 业务单号}")


def test_borders_in_metres_or_latitude_first(home: Home, tmp_path: Path) -> None:
    account = load(home, "grids", CASES / "g13_borders_in_metres.csv")
    assert account.accepted == 2
    assert [note for note in account.notes if note.startswith("geometry: 1 row(s) are not in degrees (metres")]
    assert [note for note in account.notes if note.startswith("geometry: 1 border(s) had latitude before longitude")]
    metres, exchanged = Store(home).versions("grids")["geometry"]
    assert pd.isna(metres)
    corners = json.loads(exchanged)["coordinates"][0][0]
    assert {tuple(corner) for corner in corners} == {(x, y) for x in (107.52, 107.54) for y in (29.55, 29.57)}
    european = {"grid_id": "E1", "community": "C", "town": "T", "district": "D", "longitude": 9.9, "latitude": 53.5}
    shape = "POLYGON((53.4 9.8,53.6 9.8,53.6 10.0,53.4 10.0,53.4 9.8))"
    load(home, "grids", write_csv(tmp_path / "e.csv", [{**european, "geometry": shape}]))
    turned = json.loads(Store(home).versions("grids")["geometry"].iloc[-1])["coordinates"][0][0]
    assert turned[0] == [9.8, 53.4], "the centre tells where both orders would do"
