"""What `riskwarn load` takes tables and their columns for."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from riskwarn.home import make_home, open_home
from riskwarn.ingest.loading.survey import survey
from riskwarn.settings import Settings
from riskwarn.store import Store
from tests.riskwarn.ingest.commands import ANSWERS, run, told
from tests.worlds import NOW, dispute, with_grids, write_csv


@pytest.fixture
def home(tmp_path: Path) -> Path:
    run(tmp_path / "home", "init")
    return tmp_path / "home"


def test_a_table_of_villages_is_one_of_grids_and_their_residents(home: Path, tmp_path: Path) -> None:
    rows = [
        {"乡镇（街道）": "石桥镇", "所属村（社区）": f"{n // 2}村", "网格编号": f"0{n}", "网格名称": f"{n // 2}村第{n % 2}网格",
         "中心点经度": 106.5 + n / 100, "中心点纬度": 29.5, "常住人口": 400 + n, "65岁以上": 100 - n} for n in range(6)
    ]  # fmt: skip
    rows[0]["65岁以上"] = 120
    over = tmp_path / "over"
    over.mkdir()
    write_csv(over / "一览表.csv", rows)
    # A department that names the grid and nothing else.
    cases = [
        {"编号": f"D{n}", "发生时间": f"2026-03-0{n + 1}", "纠纷类型": "邻里", "所属网格": f"{n // 2}村第{n % 2}网格"}
        for n in range(6)
    ]
    write_csv(over / "纠纷.csv", cases)
    done = told(home, "load", over, "--yes", *ANSWERS)
    assert [(one["source"], one["accepted"]) for one in done["accounts"]] == [
        ("grids", 6), ("demographics", 6), ("disputes", 6),
    ]  # fmt: skip
    store = Store(open_home(home, Settings()))
    assert store.versions("grids")["longitude"].notna().all()
    # Numbers of people are no percentages: all of the column, also those below 100.
    shares = store.versions("demographics").sort_values("grid_id")["share_over_65"]
    assert shares.tolist() == pytest.approx([120 / 400, *((100 - n) / (400 + n) for n in range(1, 6))])
    assert store.versions("disputes").sort_values("occurred_at")["grid_id"].tolist() == [f"0{n}" for n in range(6)]


def test_a_file_that_is_read_in_several_pieces_is_looked_at_as_one(tmp_path: Path) -> None:
    """A last line without an end is a piece of its own, as what lies behind the first megabytes is."""
    home = with_grids(make_home(tmp_path / "home", Settings()), tmp_path)
    rows = [
        {"工单编号": f"T{n:05d}", "受理时间": f"2026/3/{n % 28 + 1} 8:05", "诉求类型": "噪声", "网格编码": "G1"}
        for n in range(200)
    ]
    file = write_csv(tmp_path / "hotline.csv", rows)
    file.write_bytes(file.read_bytes().rstrip())
    (table,) = survey(home, [file], now=NOW).tables
    assert (table.source, table.newest) == ("hotline", date(2026, 3, 28))


def test_a_preset_is_taken_where_it_brings_words(tmp_path: Path) -> None:
    home = with_grids(make_home(tmp_path / "home", Settings()), tmp_path)
    rows = [
        {"线索编号": f"W{n}", "网格编码": f"G{n % 4}", "反映时间": f"2026-03-{n % 28 + 1:02d}", "核实结果": "已清欠"}
        for n in range(30)
    ]
    table = survey(home, [write_csv(tmp_path / "欠薪线索.csv", rows)], now=NOW).tables[0]
    assert (table.source, table.keys["preset"], table.lacks) == ("disputes", "wage", ())


def test_a_mapping_that_is_declared_is_the_ground_of_what_is_proposed(tmp_path: Path) -> None:
    declared = tmp_path / "declared.yaml"
    declared.write_text(
        "sources: {incidents: {mapping: {delivery_days: 3, coordinates: gcj02, columns: {occurred_at: 出事}}}}\n",
        "utf-8",
    )
    home = with_grids(make_home(tmp_path / "home", Settings(), declared), tmp_path)
    rows = [{"事故编号": f"A{n}", "出事": "2026-03-02", "经度": 106.5, "纬度": 29.5, "伤": n} for n in range(30)]
    table = survey(home, [write_csv(tmp_path / "事故.csv", rows)], now=NOW).tables[0]
    assert (table.lacks, table.needs_system, table.rules.delivery_days) == ((), False, 3)
    assert "occurred_at" not in table.keys.get("columns", {})


def test_a_column_of_addresses_that_look_like_names_is_read_and_not_said_to_be_dropped(
    home: Path, tmp_path: Path
) -> None:
    with_grids(open_home(home, Settings()), tmp_path)
    rows = [
        {**{name: cell for name, cell in dispute(n).items() if name != "网格编码"}, "发生地址": address}
        for n, address in enumerate(("张三", "李四", "王小二", "石桥街道青山0社区"))
    ]
    done = run(home, "load", write_csv(tmp_path / "d.csv", rows), "--dry-run")
    assert "not read: 发生地址" not in done.stdout and "missing:" not in done.stdout
    proposed = told(home, "map", tmp_path / "d.csv")
    (address,) = [column for column in proposed["columns"] if column["heading"] == "发生地址"]
    assert (address["field"], proposed["missing"]) == ("address", [])
    # Where more than a place would be kept of it, it is dropped.
    kept = [{**row, "办理结果": "张三"} for row in rows]
    headings = {
        one["heading"]: one["field"] for one in told(home, "map", write_csv(tmp_path / "e.csv", kept))["columns"]
    }
    assert (headings["发生地址"], headings["办理结果"]) == ("address", None)


@pytest.mark.parametrize(
    ("heading", "shares", "said", "share"),
    [
        ("65岁以上", ("12", "50"), "65岁以上 is taken for percent", 0.5),
        ("65岁以上", ("12", "180"), "65岁以上 is taken for numbers of people", 0.225),
        ("65岁以上", ("12%", "50%"), None, 0.5),
        ("65岁以上", ("0.12", "0.5"), None, 0.5),
        # Small places: 90 of 800 is a usual share, 90 percent is none, unless the heading says so.
        ("65岁以上", ("80", "90"), "65岁以上 is taken for numbers of people", 0.1125),
        ("65岁以上占比", ("80", "90"), "65岁以上占比 is taken for percent", 0.9),
        ("65岁以上（%）", ("80", "90"), "65岁以上（%） is taken for percent", 0.9),
        ("65岁以上", ("80.5", "90"), "65岁以上 is taken for percent", 0.9),
    ],
)
def test_the_plan_says_for_what_a_share_is_taken(
    home: Path, tmp_path: Path, heading: str, shares: tuple[str, str], said: str | None, share: float
) -> None:
    with_grids(open_home(home, Settings()), tmp_path)
    rows = [
        {"网格编码": f"G{n}", "统计日期": "2026-01-01", "常住人口": "800", heading: told}
        for n, told in enumerate(shares)
    ]
    done = run(home, "load", write_csv(tmp_path / "人口.csv", rows), "--yes")
    plan = done.stdout.partition("accepted")[0]
    assert (said in plan) if said else "is taken for" not in plan
    assert Store(open_home(home, Settings())).versions("demographics")["share_over_65"].max() == pytest.approx(share)
