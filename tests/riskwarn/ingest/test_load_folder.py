"""`riskwarn load`: a folder as it was handed over, in one command, with two answers; next month without any."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

import riskwarn.cli.load
from riskwarn.errors import AnswerContradicts, ExportInFuture
from riskwarn.home import make_home, open_home
from riskwarn.ingest.loading.survey import survey
from riskwarn.settings import Settings
from riskwarn.store import Store
from tests.riskwarn.ingest.commands import ANSWERS, run, run_error, stored, told
from tests.riskwarn.ingest.handed_over import GRIDS, NAMES, hand_over
from tests.worlds import NOW, dispute, grid_rows, write_csv


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


def test_an_answer_is_for_the_tables_that_ask_for_it(home: Path, folder: Path) -> None:
    """The register was loaded with another system of coordinates: the file that tells none has its own."""
    run(home, "load", folder / "网格台账.xlsx", "--yes", "--district", "江北区", "--coordinates", "wgs84")
    told(home, "load", folder, "--yes", *ANSWERS)
    settled = {
        file.name.split("-")[0]: yaml.safe_load(file.read_text("utf-8")) for file in (home / "mappings").iterdir()
    }
    assert (settled["grids"]["coordinates"], settled["incidents"]["coordinates"]) == ("wgs84", "gcj02")


def test_accidents_of_one_hour_in_two_towns_are_two(home: Path, tmp_path: Path) -> None:
    """Nothing but the town tells them apart in later months: it is part of an id that is made, whether this file needs it or not."""
    towns = [{**row, "街道": f"{'东西'[number % 2]}桥街道"} for number, row in enumerate(grid_rows())]
    run(home, "load", write_csv(tmp_path / "网格.csv", towns), "--yes", *ANSWERS)
    rows = [
        {
            "事故时间": f"2026-01-{n % 28 + 1:02d} {n % 24:02d}:00",
            "所在镇街": f"{'东西'[n % 2]}桥街道",
            "事故类型": "火灾",
        }
        for n in range(60)
    ]
    march = [{**rows[0], "所在镇街": town} for town in ("东桥街道", "西桥街道")]
    run(home, "load", write_csv(tmp_path / "安全事故.csv", rows), "--yes")
    assert told(home, "ingest", "incidents", write_csv(tmp_path / "三月.csv", march))["corrected"] == 0
    assert len(Store(open_home(home, Settings())).versions("incidents")) == len(rows) + 1


def test_accidents_of_one_hour_and_town_are_told_apart_by_addresses_that_nobody_keeps(
    home: Path, tmp_path: Path
) -> None:
    run(home, "load", write_csv(tmp_path / "网格.csv", grid_rows()), "--yes", *ANSWERS)
    rows = [
        {"事故时间": f"2026-01-{n % 7 + 1:02d} 08:00", "所在镇街": "石桥街道", "事故类型": "火灾", "事故地点": f"石桥街道青山路{n}号{n % 3}单元{100 + n}室"}
        for n in range(60)
    ]  # fmt: skip
    done = told(home, "load", write_csv(tmp_path / "安全事故.csv", rows), "--yes")
    assert [(one["accepted"], one["corrected"], one["duplicates"]) for one in done["accounts"]] == [(60, 0, 0)]
    assert not any("青山路1号".encode() in file.read_bytes() for file in home.rglob("*") if file.is_file())


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
    assert "2025-07-30: " in done.stdout and "当事人信息姓名" in done.stdout
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
    shown = run(home, "load", folder, "--dry-run", *ANSWERS, "--exported-at", "2026-04-02").stdout
    assert "2026-04-02: " in shown and "now: " not in shown
    refused = run_error(home, "load", folder, "--yes", *ANSWERS, "--exported-at", "2150-01-01")
    assert isinstance(refused, ExportInFuture) and "2150-01-01" in str(refused)
    assert stored(home) == {}


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


def test_a_lineage_that_comes_in_the_same_run_is_not_asked_for(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "over"
    folder.mkdir()
    rows = [{**row, "停用日期": "2025-12-31" if n < 2 else ""} for n, row in enumerate(grid_rows(5))]
    write_csv(folder / "网格台账.csv", rows)
    write_csv(
        folder / "网格沿革.csv", [{"原网格编码": "G0", "现网格编码": "G2", "调整日期": "2026-01-01", "划入比例": "1"}]
    )
    done = told(home, "load", folder, "--yes", "--coordinates", "wgs84")
    notes = {one["source"]: [note for note in one["notes"] if "grid_lineage" in note] for one in done["accounts"]}
    assert notes["grids"] == [] and len(notes["grid_lineage"]) == 1
    assert notes["grid_lineage"][0].startswith(
        "1 grid(s) have ended and no row of grid_lineage says what followed (G1)"
    )
