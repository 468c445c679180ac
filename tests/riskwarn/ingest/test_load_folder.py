"""`riskwarn load`: a folder as it was handed over, in one command, with two answers; next month without any."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
import yaml
from click.testing import CliRunner, Result

import riskwarn.cli.load
from riskwarn.cli import riskwarn as cli
from riskwarn.errors import AnswerContradicts, ExportInFuture, RiskwarnError
from riskwarn.home import make_home, open_home
from riskwarn.ingest.loading.export_date import export_date
from riskwarn.ingest.loading.survey import survey
from riskwarn.settings import Settings
from riskwarn.store import Store
from tests.riskwarn.ingest.handed_over import GRIDS, NAMES, hand_over
from tests.worlds import NOW, dispute, grid_rows, with_grids, write_csv

ANSWERS = ("--district", "江北区", "--coordinates", "gcj02")


def run(home: Path, *arguments: object, code: int = 0, stdin: str | None = None) -> Result:
    done = CliRunner().invoke(cli, ["--home", str(home), *map(str, arguments)], input=stdin)
    assert done.exit_code == code, done.output + repr(done.exception)
    return done


def told(home: Path, *arguments: object, code: int = 0) -> Any:
    return json.loads(run(home, "--json", *arguments, code=code).stdout)


def stored(home: Path) -> dict[str, int]:
    return Store(open_home(home, Settings())).sources()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    run(tmp_path / "home", "init")
    return tmp_path / "home"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hand_over(tmp_path_factory.mktemp("handed") / "over")


def test_a_folder_loads_with_two_answers_and_next_month_with_none(home: Path, folder: Path, tmp_path: Path) -> None:
    done = told(home, "load", folder, "--yes", *ANSWERS)
    accounts = {one["source"]: one for one in done["accounts"]}
    assert list(accounts) == ["grids", "demographics", "disputes", "hotline", "incidents", "petitions"]
    for one in accounts.values():
        assert one["read"] == one["accepted"] + one["duplicates"] + one["corrected"] + one["quarantined"]
    assert accounts["grids"]["accepted"] == accounts["demographics"]["accepted"] == GRIDS
    assert (
        accounts["disputes"]["accepted"] == accounts["petitions"]["accepted"] == accounts["incidents"]["accepted"] == 60
    )
    assert accounts["disputes"]["sheets"] == ["2025年", "2026年"]
    assert accounts["hotline"]["reasons"] == {"not_loaded": 20}
    assert {one["file"]: one["reason"] for one in done["skipped"]} == {
        "~$网格台账.xlsx": "it is Office's lock of an open file",
        "矛盾纠纷台账.xlsx": "it is of no source that riskwarn knows",
        "通知.docx": "files that end in .docx are not read: save it as CSV, Excel, Parquet or JSON lines",
    }
    asked = {one["question"]: one for one in done["asked"]}
    assert asked["district"]["files"] == ["网格台账.xlsx"] and asked["coordinates"]["answer"] == "gcj02"
    assert asked["coordinates"]["files"] == ["网格台账.xlsx", "安全事故.csv"]

    store = Store(open_home(home, Settings()))
    grids = store.versions("grids")
    assert set(grids["district_name"]) == {"江北区"} and set(grids["town_name"]) == {"石桥街道"}
    # GCJ-02 lies some 500 m to the south-east of WGS-84 here.
    assert grids["longitude"].iloc[0] == pytest.approx(106.4993, abs=2e-4)
    assert set(store.versions("disputes")["grid_id"]) == {f"JB{n:04d}" for n in range(GRIDS)}
    assert store.versions("incidents")["grid_id"].notna().all()
    assert set(store.versions("disputes")["severity"].dropna()) == set()

    # What was settled is kept, and next month's file of the same headings needs no answer, not even of `ingest`.
    settled = {Path(one["mapping"]).name.split("-")[0]: yaml.safe_load(Path(one["mapping"]).read_text("utf-8"))
               for one in done["accounts"] if one["mapping"]}  # fmt: skip
    assert settled["grids"]["always"] == {"district_name": "江北区"} and settled["grids"]["coordinates"] == "gcj02"
    assert settled["incidents"]["identity"] == ["事故发生时间", "经度", "纬度", "事故类型"]
    assert settled["petitions"] == {"columns": {"occurred_at": "登记时间"}}
    again = told(home, "load", folder, "--yes")
    assert [one["question"] for one in again["asked"]] == ["exported_at"]
    assert all(one["accepted"] == one["corrected"] == 0 for one in again["accounts"])
    assert told(home, "load", folder, "--yes", *ANSWERS)["failed"] == [], (
        "the same answers once more contradict nothing"
    )
    for other in (("--district", "渝北区"), ("--coordinates", "bd09")):
        refused = run_error(home, "load", folder, "--yes", *other)
        assert isinstance(refused, AnswerContradicts) and other[1] in str(refused) and "mappings" in str(refused)
    text = (folder / "安全事故.csv").read_text("utf-8").replace("2025年", "2026年")
    march = tmp_path / "三月.csv"
    march.write_text(text, encoding="utf-8")
    assert told(home, "ingest", "incidents", march)["accepted"] > 50


@pytest.mark.slow
def test_a_dry_run_shows_accounts_and_records_and_stores_nothing(home: Path, folder: Path) -> None:
    before = {path for path in home.rglob("*") if path.is_file()}
    tried = told(home, "load", folder, "--dry-run", *ANSWERS)
    assert stored(home) == {} and {path for path in home.rglob("*") if path.is_file()} == before
    real = told(home, "load", folder, "--yes", *ANSWERS)
    for one, other in zip(tried["accounts"], real["accounts"], strict=True):
        counts = ("source", "file", "read", "accepted", "duplicates", "corrected", "quarantined", "reasons")
        assert [one[name] for name in counts] == [other[name] for name in counts]
    shown = {one["source"]: one["examples"] for one in tried["accounts"]}
    assert len(shown["disputes"]) == 10 and shown["disputes"][0]["grid_id"].startswith("JB")
    assert set(shown["grids"][0]) >= {"grid_id", "town_name", "district_name", "longitude"}
    text = json.dumps(tried, ensure_ascii=False)
    assert not any(name in text for name in NAMES) and "510105" not in text and "漏水" not in text and "JF0" not in text

    # Also where answers are missing: they are told, and what would come is shown as if they were the likeliest.
    other = home.parent / "other"
    run(other, "init")
    unsaid = told(other, "load", folder, "--dry-run", code=1)
    assert len(unsaid["missing"]) == 2 and "--coordinates" in unsaid["missing"][1] and unsaid["failed"] == []
    assert [one["accepted"] for one in unsaid["accounts"]] == [one["accepted"] for one in real["accounts"]]

    # Also of one file, against what is stored.
    held = stored(home)
    once = told(home, "ingest", "incidents", folder / "安全事故.csv", "--dry-run")
    assert (once["duplicates"], once["examples"]) == (60, []) and stored(home) == held


def test_what_nobody_says_is_an_error_that_names_it(home: Path, folder: Path) -> None:
    failed = run(home, "load", folder, "--yes", code=1)
    assert "网格台账.xlsx: nothing says the district of its grids; give it with --district NAME" in str(
        failed.exception
    )
    assert "网格台账.xlsx: nothing says the system of its coordinates" in str(failed.exception), "all at once"
    failed = run(home, "load", folder, "--yes", "--district", "江北区", code=1)
    assert "--coordinates" in str(failed.exception) and stored(home) == {}
    assert "--yes" in run(home, "load", folder, code=2).output


@pytest.mark.slow
def test_at_a_terminal_two_questions_serve_all_files(home: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(riskwarn.cli.load, "can_ask", lambda: True)
    done = run(home, "load", folder, stdin="江北区\ngcj02\ny\n")
    assert stored(home)["incidents"] == 60
    assert "网格台账.xlsx, grids: ? 中心东经 is taken for longitude (by values)" in done.stdout
    assert "安全事故.csv, incidents: ? 受伤人数 is taken for injured (assumed heading)" in done.stdout
    assert done.stdout.splitlines()[-1].endswith("Next: riskwarn health, then riskwarn train.")
    assert "2025-07-30: its title" in done.stdout and "当事人信息姓名" in done.stdout
    assert not any(name in done.output for name in NAMES)
    # Next month nobody is asked anything.
    assert "Load them?" not in run(home, "load", folder, stdin="").output


def test_files_are_looked_at_one_level_deep_in_the_order_of_their_months(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home", Settings())
    over = tmp_path / "over"
    (over / "2026" / "deep").mkdir(parents=True)
    rows = {
        month: [{"纠纷编号": f"D{month}{n}", "网格编码": "G1", "发生时间": f"2026-0{month}-0{n + 1}"} for n in range(5)]
        for month in (1, 2, 3)
    }
    for name, month in (("a.csv", 3), ("b.csv", 2), ("2026/c.csv", 1), ("2026/deep/d.csv", 1)):
        write_csv(over / name, rows[month])
    (over / "b again.csv").write_bytes((over / "b.csv").read_bytes())
    (over / ".hidden.csv").write_bytes(b"x")
    write_csv(over / "网格.csv", grid_rows())
    plan = survey(home, [over], now=NOW)
    assert [table.file.name for table in plan.tables] == ["网格.csv", "c.csv", "b again.csv", "a.csv"]
    assert [table.source for table in plan.tables] == ["grids"] + 3 * ["disputes"]
    assert {one.file: one.reason for one in plan.skipped} == {
        ".hidden.csv": "it is hidden",
        "deep": "it is a folder in a folder of the folder: name it by itself",
        "b.csv": "it is the same as b again.csv, byte for byte",
    }


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


def test_a_table_that_cannot_load_does_not_hinder_the_others(home: Path, tmp_path: Path, folder: Path) -> None:
    mixed = tmp_path / "mixed"
    mixed.mkdir()
    (mixed / "网格台账.xlsx").write_bytes((folder / "网格台账.xlsx").read_bytes())
    (mixed / "坏.xlsx").write_bytes(b"not a workbook")
    write_csv(
        mixed / "隐患.csv", [{"隐患编号": f"H{n}", "隐患类型": "火灾隐患", "网格编码": "JB0001"} for n in range(5)]
    )
    write_csv(mixed / "会议.csv", [{"议题": "安全", "时长": 30}])
    write_csv(mixed / "x.csv", [{"编号": f"X{n}", "发生时间": "2026-03-02", "网格编码": "JB0001"} for n in range(5)])
    harm = ("火灾", "触电", "溺水", "高空坠物")
    write_csv(
        mixed / "y.csv",
        [{"编号": f"Y{n}", "发生时间": "2026-03-02", "网格编码": "JB0001", "类型": harm[n % 4]} for n in range(40)],
    )
    done = told(home, "load", mixed, "--yes", *ANSWERS, code=1)
    assert [one["source"] for one in done["accounts"]] == ["grids", "demographics", "incidents"]
    assert {one["file"]: one["code"] for one in done["failed"]} == {
        "坏.xlsx": "file_unreadable",
        "隐患.csv": "column_missing",
    }
    assert {one["file"]: one["reason"] for one in done["skipped"]} == {
        "会议.csv": "it is of no source that riskwarn knows",
        "x.csv": "nothing tells its source (disputes is the likeliest): load it with riskwarn ingest SOURCE FILE",
    }


def test_a_mapping_that_was_edited_by_hand_is_used_and_kept(home: Path, folder: Path, tmp_path: Path) -> None:
    told(home, "load", folder, "--yes", *ANSWERS)
    path = next((home / "mappings").glob("incidents-*.yaml"))
    edited = path.read_text("utf-8").replace("coordinates: gcj02", "coordinates: wgs84\nalways: {severity: 一般}")
    path.write_text(edited, encoding="utf-8")
    march = tmp_path / "三月.csv"
    march.write_text((folder / "安全事故.csv").read_text("utf-8").replace("2025年", "2026年"), encoding="utf-8")
    done = told(home, "load", march, "--yes")
    assert done["accounts"][0]["accepted"] > 0 and path.read_text("utf-8") == edited
    assert "general" in set(Store(open_home(home, Settings())).versions("incidents")["severity"].dropna())


@pytest.mark.parametrize(
    ("name", "titles", "newest", "day"),
    [
        ("工单20260301-20260331", [], date(2026, 3, 31), "2026-04-01"),
        ("工单2026年3月31日", [], date(2026, 3, 1), "2026-04-01"),
        ("工单20260301", [], date(2026, 3, 31), None),  # the first day of what it holds
        ("工单202603", [], date(2026, 1, 1), None),
        ("工单20991231", [], None, None),
        ("台账", ["填报单位：综治中心", "截至2026年3月31日"], date(2026, 3, 30), "2026-04-01"),
        ("台账20260210", ["导出时间：2026-03-31"], date(2026, 3, 30), "2026-04-01"),
        ("台账", ["2026年3月31日会议纪要"], None, None),
        ("12345工单明细_20260331083015", [], date(2026, 3, 30), "2026-04-01"),
        ("工单202603310830", [], date(2026, 3, 30), "2026-04-01"),
        ("工单2026-03-31", [], date(2026, 3, 30), "2026-04-01"),
        ("工单209903310830", [], None, None),
        ("台账", ["导出时间", "2026年3月31日 09:12"], date(2026, 3, 30), "2026-04-01"),
        ("台账", ["数据截止：2026-03-31"], None, "2026-04-01"),
        ("台账", ["制表日期 2026.3.31"], None, "2026-04-01"),
        ("台账", ["统计截止时间：2026年3月31日"], None, "2026-04-01"),
    ],
)
def test_the_day_of_the_export_is_read_from_name_and_title(
    name: str, titles: list[str], newest: date, day: str | None
) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    found = export_date(name, titles, newest, datetime(2026, 11, 1, tzinfo=UTC), zone)
    assert (str(found[0].date()) if found else None) == day


def test_the_day_of_the_export_is_read_wherever_it_stands_and_later_rows_are_refused(
    home: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "四月"
    folder.mkdir()
    run(home, "load", write_csv(tmp_path / "网格.csv", grid_rows()), "--yes", "--coordinates", "wgs84")
    rows = [dispute(n) for n in range(300)]
    typed = {**dispute(300), "发生时间": "2026-08-02 10:00", "登记时间": "2026-08-02 11:00"}
    with zipfile.ZipFile(folder / "纠纷a.zip", "w") as archive:
        archive.write(write_csv(tmp_path / "x.csv", [*rows, typed]), "export_20260401.csv")
    foot = write_csv(folder / "纠纷b.csv", [dispute(n) for n in range(400, 410)])
    foot.write_text(foot.read_text("utf-8") + "数据截止：2026年4月1日\n", encoding="utf-8")
    book = openpyxl.Workbook()
    book.active.title, table = "封面", book.create_sheet("台账")
    book.active.append(["导出时间", "2026年4月1日 09:12"])
    table.append(list(dispute(0)))
    for n in range(500, 510):
        table.append([str(cell) for cell in dispute(n).values()])
    book.save(folder / "纠纷c.xlsx")
    done = told(home, "load", folder, "--yes")
    taken = {one["files"][0]: one["by"] for one in done["asked"] if one["answer"].startswith("2026-04-02T00:00")}
    assert taken == {
        "纠纷a.zip": "the name of the file in it", "纠纷b.csv": "its last lines", "纠纷c.xlsx": "its cover sheet",
    }  # fmt: skip
    accounts = {one["file"]: one for one in done["accounts"]}
    assert accounts["纠纷a.zip"]["reasons"] == {"in_future": 1}, "typed wrong: after the export, though before today"
    assert [accounts[name]["accepted"] for name in ("纠纷a.zip", "纠纷b.csv", "纠纷c.xlsx")] == [300, 10, 10]


def test_what_is_no_file_of_the_folder_is_named_and_not_followed(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, outside = tmp_path / "交来", write_csv(tmp_path / "外.csv", [dispute(1)])
    folder.mkdir()
    (folder / "外.csv").symlink_to(outside)
    (folder / "断.csv").symlink_to(folder / "没有.csv")
    (folder / "环").symlink_to(folder)
    locked = write_csv(folder / "锁.csv", [dispute(2)])

    def refused(path: Path, *_: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("riskwarn.ingest.loading.inputs.sha256", refused)
    monkeypatch.setattr("riskwarn.ingest.loading.survey.Looking.tables", refused)
    plan = survey(open_home(home, Settings()), [folder], now=NOW)
    assert {one.file: one.reason for one in plan.skipped} == {
        "外.csv": "it is a link that leads out of the folder: name what it leads to",
        "断.csv": "it is no file: a broken link, or a device",
        "环": "it is a link to a folder",
    }
    assert [(one.file, "Permission denied" in str(one.error)) for one in plan.failed] == [(locked.name, True)]


def test_without_a_terminal_what_is_not_there_is_told_first(home: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for options in ((), ("--yes",)):
        assert "nowhere: no such file" in str(run_error(home, "load", tmp_path / "nowhere", *options))
        assert "empty: the folder is empty" in str(run_error(home, "load", tmp_path / "empty", *options))
    assert "Nobody can be asked" in run(home, "load", tmp_path, code=2).output


def test_an_export_of_the_future_is_refused_before_anything_is_loaded(home: Path, folder: Path) -> None:
    refused = run_error(home, "load", folder, "--yes", *ANSWERS, "--exported-at", "2150-01-01")
    assert isinstance(refused, ExportInFuture) and "2150-01-01" in str(refused)
    assert stored(home) == {}


def run_error(home: Path, *arguments: object) -> RiskwarnError:
    error = CliRunner().invoke(cli, ["--home", str(home), *map(str, arguments)]).exception
    assert isinstance(error, RiskwarnError), error
    return error


def columns_of(path: Path, headings: list[str], rows: list[list[str]]) -> Path:
    path.write_text("\n".join(",".join(row) for row in [headings, *rows]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("way", ["load", "ingest"])
def test_equal_headings_in_another_order_next_month_are_told_by_their_words(
    home: Path, tmp_path: Path, way: str
) -> None:
    """March has the category first, April the form: what March settled does not say which is which."""
    with_grids(open_home(home, Settings()), tmp_path)
    headings = ["编号", "网格编码", "类型", "发生日期", "类型", "化解情况说明"]
    march = columns_of(
        tmp_path / "三月.csv", headings, [[f"A{n}", f"G{n % 4}", "邻里", "2026-03-02", "来访", ""] for n in range(8)]
    )
    april = columns_of(
        tmp_path / "四月.csv", headings, [[f"B{n}", f"G{n % 4}", "来访", "2026-04-02", "邻里", ""] for n in range(8)]
    )
    run(home, "load", march, "--yes")
    assert list((home / "mappings").glob("disputes-*.yaml")), "it was settled"
    run(home, *(("load", april, "--yes") if way == "load" else ("ingest", "disputes", april)))
    disputes = Store(open_home(home, Settings())).versions("disputes")
    assert len(disputes) == 16
    assert (set(disputes["category"]), set(disputes["form"])) == ({"neighbourhood"}, {"visit"})


def test_a_file_that_is_read_otherwise_by_a_mended_mapping_says_how_its_past_is_mended(
    home: Path, tmp_path: Path
) -> None:
    with_grids(open_home(home, Settings()), tmp_path)
    rows = [dispute(n, 化解时间=f"2026-03-{n % 28 + 1:02d} 19:00:00") | {"办得怎样": "民转刑"} for n in range(6)]
    file = write_csv(tmp_path / "纠纷.csv", rows)
    assert "riskwarn loads undo" not in run(home, "ingest", "disputes", file).stdout
    mapping = tmp_path / "m.yaml"
    mapping.write_text("columns: {outcome: 办得怎样}\n", encoding="utf-8")
    done = run(home, "ingest", "disputes", file, "--mapping", mapping)
    assert "riskwarn loads undo 2 --with-later, and load it again" in done.stdout
    run(home, "loads", "undo", 2, "--with-later")
    again = run(home, "ingest", "disputes", file, "--mapping", mapping)
    assert "riskwarn loads undo" not in again.stdout
    disputes = Store(open_home(home, Settings())).versions("disputes")
    assert len(disputes) == 6 and set(disputes["outcome"]) == {"violence"}


def test_an_id_that_no_longer_tells_rows_apart_is_told(home: Path, tmp_path: Path) -> None:
    with_grids(open_home(home, Settings()), tmp_path)
    headings = ["事故发生时间", "网格编码", "事故类型", "受伤人数"]
    rows = [[f"2026-03-{n + 1:02d}", f"G{n % 4}", ("火灾", "触电", "溺水")[n % 3], str(n)] for n in range(9)]
    run(home, "load", columns_of(tmp_path / "事故三月.csv", headings, rows), "--yes")
    twice = [[day.replace("03-", "04-"), *rest] for day, *rest in rows]
    done = run(home, "load", columns_of(tmp_path / "事故四月.csv", headings, [*twice, [*twice[0][:3], "7"]]), "--yes")
    assert "2 rows share the id that identity: makes with a row that tells of something else" in done.stdout
    again = run(home, "load", columns_of(tmp_path / "事故五月.csv", headings, twice), "--yes")
    assert "share the id" not in again.stdout


def test_a_record_that_comes_again_is_in_force_once(home: Path, tmp_path: Path) -> None:
    rows = grid_rows()
    write_csv(tmp_path / "grids.csv", rows)
    write_csv(tmp_path / "a.csv", [dispute(n) for n in range(6)])
    write_csv(tmp_path / "b.csv", [dispute(n, 纠纷类型="物业") for n in range(4, 8)])
    run(
        home,
        "load",
        *(tmp_path / f"{name}.csv" for name in ("grids", "a")),
        *ANSWERS[2:],
        "--exported-at",
        "2026-04-01",
        "--yes",
    )
    done = run(home, "load", tmp_path / "b.csv", "--exported-at", "2026-05-01", "--yes", "--force")
    assert stored(home)["disputes"] == 10, "two of the eight have two versions"
    assert f"In force: disputes 8, grids {len(rows)}." in done.stdout

    # Also where one file holds several versions: a register by month names a case until it is closed.
    other = tmp_path / "other"
    run(other, "init")
    months = [dispute(n) for n in range(6)] + [
        dispute(n, 化解时间="2026-04-02 09:00:00", 更新时间="2026-04-02 09:00:00") for n in range(3)
    ]
    write_csv(tmp_path / "months.csv", months)
    done = run(other, "load", *(tmp_path / f"{name}.csv" for name in ("grids", "months")), *ANSWERS[2:], "--yes")
    assert stored(other)["disputes"] == 9
    assert f"In force: disputes 6, grids {len(rows)}." in done.stdout


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


def test_what_cannot_be_read_is_named_by_every_run(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "over"
    folder.mkdir()
    write_csv(folder / "网格台账.csv", [{**row, "经度": 106.5, "纬度": 29.56} for row in grid_rows(4)])
    (folder / "事件列表.xls").write_text("<html><body>会话已过期，请重新登录</body></html>", encoding="utf-8")
    (folder / "事故.xlsx").write_bytes(b"PK\x03\x04 short")
    said = ("cannot be read: 事件列表.xls: it is a web page without a table", "cannot be read: 事故.xlsx")
    stopped = run(home, "load", folder, "--yes", code=1)
    assert "--coordinates" in str(stopped.exception) and stored(home) == {}
    rehearsed = run(home, "load", folder, "--dry-run", *ANSWERS, code=1)
    loaded = run(home, "load", folder, "--yes", *ANSWERS, code=1)
    for done in (stopped, rehearsed, loaded):
        assert [one for one in said if one not in done.output] == []
    assert "not loaded: 事件列表.xls: it is a web page" in loaded.output and stored(home)["grids"] == 4
    other = tmp_path / "other"
    run(other, "init")
    error = str(run(other, "--json", "load", folder, "--yes", code=1).exception)
    assert "事件列表.xls cannot be read; 事故.xlsx cannot be read" in error
