"""What `riskwarn load` does with the next file: what was settled before, ids that repeat, records that come again."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
import yaml
from click.testing import CliRunner

from riskwarn.cli import riskwarn as cli
from riskwarn.home import open_home
from riskwarn.settings import Settings
from riskwarn.store import Store
from riskwarn.store.newest import in_force
from tests.riskwarn.ingest.commands import ANSWERS, run, stored, told
from tests.worlds import dispute, grid_rows, load, with_grids, write_csv


@pytest.fixture
def home(tmp_path: Path) -> Path:
    run(tmp_path / "home", "init")
    return tmp_path / "home"


def columns_of(path: Path, headings: list[str], rows: list[list[str]]) -> Path:
    path.write_text("\n".join(",".join(row) for row in [headings, *rows]) + "\n", encoding="utf-8")
    return path


def book_of(path: Path, title: str, rows: list[list[str]]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
    book.save(path)
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


#: What ends a line somewhere: for YAML, for a terminal, for Python.
BREAKS = ["\n", "\r\n", "\v", "\x1b", "\x85", "\u2028", "\u2029"]


def broken_headings(path: Path, mark: str, month: int) -> Path:
    """A register whose headings have a break in them, of which one is read and one is not."""
    headings = ["编号", "网格编码", "发生时间", "纠纷类型", f"是否{mark}激化", f"其他{mark}: 栏目"]
    with path.open("w", encoding="utf-8", newline="") as stream:
        rows = [[f"{month}-{n}", f"G{n % 4}", f"2026-0{month}-02", "邻里", "无有"[n % 2], n] for n in range(8)]
        csv.writer(stream).writerows([headings, *rows])
    return path


@pytest.mark.parametrize("mark", BREAKS)
def test_a_heading_with_a_break_is_remembered_and_told_on_one_line(home: Path, tmp_path: Path, mark: str) -> None:
    with_grids(open_home(home, Settings()), tmp_path)
    first, second, third = (broken_headings(tmp_path / f"纠纷{month}.csv", mark, month) for month in (3, 4, 5))
    done = run(home, "load", first, "--yes")
    assert "纠纷3.csv, disputes: ? 是否 激化 is taken for escalation (assumed heading)\n" in done.stdout
    assert "纠纷3.csv, disputes: not read: 其他 : 栏目\n" in done.stdout
    (settled,) = (home / "mappings").glob("disputes-*.yaml")
    assert "\n# ? 是否 激化 is taken for escalation (assumed heading)\n" in settled.read_text(encoding="utf-8")
    assert told(home, "load", second, "--yes")["accounts"][0]["accepted"] == 8
    assert told(home, "ingest", "disputes", third)["accepted"] == 8
    disputes = Store(open_home(home, Settings())).versions("disputes")
    assert len(disputes) == 24 and int((disputes["outcome"] == "violence").sum()) == 12


@pytest.mark.parametrize("mark", BREAKS)
def test_a_proposed_mapping_with_such_a_heading_can_be_read(home: Path, tmp_path: Path, mark: str) -> None:
    with_grids(open_home(home, Settings()), tmp_path)
    file, mapping = broken_headings(tmp_path / "纠纷.csv", mark, 3), tmp_path / "m.yaml"
    run(home, "map", file, "--to", mapping)
    assert told(home, "ingest", "disputes", file, "--mapping", mapping)["accepted"] == 8
    assert int((Store(open_home(home, Settings())).versions("disputes")["outcome"] == "violence").sum()) == 4


@pytest.mark.parametrize("way", ["load", "ingest"])
def test_a_settled_mapping_that_cannot_be_read_says_what_to_do(home: Path, tmp_path: Path, way: str) -> None:
    with_grids(open_home(home, Settings()), tmp_path)
    file = broken_headings(tmp_path / "纠纷.csv", "\n", 3)
    run(home, "load", file, "--yes")
    (settled,) = (home / "mappings").glob("disputes-*.yaml")
    settled.write_text(settled.read_text(encoding="utf-8").replace("是否 激化", "是否\n激化"), encoding="utf-8")
    arguments = ("load", file, "--yes") if way == "load" else ("ingest", "disputes", file)
    done = CliRunner().invoke(cli, ["--home", str(home), *map(str, arguments)])
    assert done.exit_code == 1
    said = f"mappings/{settled.name}, line 6: YAML: mapping values are not allowed here (mend the line, or delete the file: riskwarn load writes it anew)."
    assert said in (done.stdout if way == "load" else str(done.exception))
    settled.unlink()
    run(home, "load", file, "--yes")
    assert settled.is_file()


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
    # Who says it in so many words has answered.
    (settled,) = (home / "mappings").glob("incidents-*.yaml")
    settled.write_text(settled.read_text(encoding="utf-8") + "# as we count them\n", encoding="utf-8")
    done = run(home, "load", tmp_path / "事故四月.csv", "--yes", "--dry-run")
    assert "share the id" not in done.stdout


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("declared", ["settled", "riskwarn.yaml"])
def test_a_mapping_that_is_in_force_is_proposed_as_it_is_used(
    home: Path, tmp_path: Path, named: bool, declared: str
) -> None:
    with_grids(open_home(home, Settings()), tmp_path)
    rows = [dispute(n, 化解时间="2026-04-20 19:00:00") | {"办得怎样": "民转刑", "归类": "甲"} for n in range(6)]
    rows = [{name: cell for name, cell in row.items() if name not in ("纠纷类型", "调解结果")} for row in rows]
    first, second = write_csv(tmp_path / "纠纷三月.csv", rows[:3]), write_csv(tmp_path / "纠纷四月.csv", rows[3:])
    said = {"columns": {"outcome": "办得怎样", "category": "归类"}, "words": {"category": {"甲": "wage_arrears"}}}
    if declared == "settled":
        run(home, "load", first, "--yes")
        (settled,) = (home / "mappings").glob("disputes-*.yaml")
        settled.write_text(yaml.safe_dump(said, allow_unicode=True), encoding="utf-8")
    else:
        config = home / "riskwarn.yaml"
        content = yaml.safe_load(config.read_text(encoding="utf-8"))
        content.setdefault("sources", {})["disputes"] = {"mapping": said}
        config.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    mapping = tmp_path / "m.yaml"
    proposed = told(home, "map", second, *(("--source", "disputes") if named else ()), "--to", mapping)
    fields = {one["heading"]: one["field"] for one in proposed["columns"]}
    assert (fields["办得怎样"], fields["归类"], proposed["source"]) == ("outcome", "category", "disputes")
    assert "甲" not in str(proposed["unknown_words"]) and proposed["mapping"]["words"] == said["words"]
    written = yaml.safe_load(mapping.read_text(encoding="utf-8"))
    assert written == proposed["mapping"]
    assert told(home, "ingest", "disputes", second, "--mapping", mapping)["accepted"] == 3
    disputes = Store(open_home(home, Settings())).versions("disputes").tail(3)
    assert (set(disputes["category"]), set(disputes["outcome"])) == ({"wage_arrears"}, {"violence"})
    assert told(home, "ingest", "disputes", second)["duplicates"] == 3


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


def test_a_case_that_is_listed_twice_is_no_news_next_month(home: Path, tmp_path: Path) -> None:
    """Open, and then settled, in one register: the same two rows, in whatever order, change nothing; a third one is new."""
    city = with_grids(open_home(home, Settings()), tmp_path)
    plain = {name: value for name, value in dispute(0).items() if name != "更新时间"}
    rows = [{**plain, "纠纷编号": f"D{n}"} for n in range(8)]
    settled = [row | {"化解时间": "2026-03-20 09:00:00", "调解结果": "调解成功"} for row in rows[:3]]
    failed = settled[0] | {"调解结果": "调解不成"}

    def account(name: str, lines: list[dict[str, str]], month: int) -> tuple[int, int, int]:
        file = write_csv(tmp_path / name, lines)
        done = load(city, "disputes", file, exported_at=datetime(2026, month, 1, tzinfo=UTC))
        return done.accepted, done.corrected, done.duplicates

    assert account("a.csv", [*rows, *settled], 4) == (8, 3, 0)
    assert account("a.csv", [*rows, *settled], 4) == (0, 0, 11)
    assert account("b.csv", [*rows, *settled], 5) == (0, 0, 11)
    assert account("c.csv", [*settled, *rows], 6) == (0, 0, 11)
    assert account("d.csv", [*rows, *settled, failed], 7) == (0, 1, 11)
    assert account("e.csv", [*rows, failed, *settled[1:]], 8) == (0, 0, 11)
    newest = (
        Store(city).versions("disputes").sort_values("load_id", kind="stable").drop_duplicates("record_id", keep="last")
    )
    assert newest["outcome"].fillna("").value_counts().to_dict() == {"": 5, "settled": 2, "mediation_failed": 1}
    # Where the first listing alone is written otherwise, a case stands as its last one says, in however many loads.
    amended = [row | {"纠纷类型": "物业"} for row in rows[:3]]
    assert account("g.csv", [*amended, *rows[3:], failed, *settled[1:]], 9) == (0, 0, 11)
    assert account("h.csv", [*amended, *rows[3:], failed, *(row | {"纠纷类型": "物业"} for row in settled[1:])], 9) == (
        0,
        4,
        7,
    )
    newest = (
        Store(city).versions("disputes").sort_values("load_id", kind="stable").drop_duplicates("record_id", keep="last")
    )
    assert newest["outcome"].fillna("").value_counts().to_dict() == {"": 5, "settled": 2, "mediation_failed": 1}
    # One row alone that says what was said before is news.
    assert account("f.csv", rows[3:] + settled[:1], 10) == (0, 1, 5)


def test_residents_that_are_told_anew_are_counted_once(home: Path, tmp_path: Path) -> None:
    city = with_grids(open_home(home, Settings()), tmp_path)
    for month, people in ((4, 900), (5, 901)):
        rows = [{"网格编码": row["网格编码"], "常住人口": people} for row in grid_rows()]
        taken = datetime(2026, month, 1, tzinfo=UTC)
        load(city, "demographics", write_csv(tmp_path / f"{month}.csv", rows), exported_at=taken)
    assert in_force(Store(city)) == {"grids": 4, "demographics": 4}


def test_another_sheet_of_the_same_workbook_is_not_the_same_file_again(home: Path, tmp_path: Path) -> None:
    with_grids(open_home(home, Settings()), tmp_path)
    book = openpyxl.Workbook()
    for year in (2025, 2026):
        sheet = book.create_sheet(f"{year}年")
        # The second has one column more: it is a load of its own. Each lists a case open, and then settled.
        first = dispute(1) | {"纠纷编号": f"D{year}"} | ({"化解时限": "2026-05-01"} if year == 2026 else {})
        second = first | {"化解时间": "2026-03-20 09:00:00"}
        for line in (list(first), list(first.values()), list(second.values())):
            sheet.append(line)
    del book["Sheet"]
    book.save(tmp_path / "纠纷台账.xlsx")
    done = run(home, "load", tmp_path / "纠纷台账.xlsx", "--yes")
    assert stored(home)["disputes"] == 4 and "riskwarn loads undo" not in done.stdout


def test_a_column_that_is_given_is_not_said_to_be_left_unread(home: Path, tmp_path: Path) -> None:
    """Nor is one said to be taken in its place."""
    register = columns_of(
        tmp_path / "事故.csv",
        ["事故编号", "事故发生时间", "事故类型", "网格编码", "伤情", "备考"],
        [[f"SG{n}", f"2026-03-{n % 28 + 1:02d}", "火灾", "G1", f"{n % 3}", f"第{n}号"] for n in range(30)],
    )
    with_grids(open_home(home, Settings()), tmp_path)
    before = run(home, "load", register, "--dry-run").output
    assert "伤情" in next(line for line in before.splitlines() if "not read" in line)
    after = run(home, "load", register, "--yes", "--column", "injured=伤情").output
    assert "伤情" not in next((line for line in after.splitlines() if "not read" in line), "")
    assert not any("taken for injured" in line for line in after.splitlines())


def test_a_new_month_in_titles_and_sheets_costs_no_question(home: Path, tmp_path: Path) -> None:
    """Which column, which district, which coordinates was answered for these headings; the day of the export is read in the file."""

    def month(number: int) -> Path:
        folder = tmp_path / f"{number}月"
        folder.mkdir()
        top = [[f"2026年{number}月网格底册"], [f"制表日期：2026年{number}月28日"]]
        grids = [["社区", "街道", "网格编号", "东经", "北纬"]]
        grids += [[f"青山{n // 4}社区", "石桥街道", f"G{n}", f"{106.5 + n / 100:.4f}", "29.5000"] for n in range(8)]
        book_of(folder / f"网格底册2026{number:02d}.xlsx", f"{number}月", [*top, *grids])
        events = [["纠纷编号", "网格编号", "发生时间", "登记时间", "纠纷类型", "地点经度", "地点纬度"]]
        events += [
            [f"JF{number}{n:03d}", f"G{n % 8}", f"2026-{number:02d}-{n % 27 + 1:02d} 09:00", f"2026-{number:02d}-{n % 27 + 1:02d} 10:00",
             "邻里纠纷", f"{106.5 + n % 8 / 100:.4f}", "29.5000"] for n in range(40)
        ]  # fmt: skip
        book_of(folder / f"{number}月纠纷.xlsx", f"2026年{number}月", [[f"{number}月份矛盾纠纷台账"], top[1], *events])
        return folder

    answers = ("--district", "江北区", "--coordinates", "gcj02", "--column", "occurred_at=登记时间")
    run(home, "load", month(3), "--yes", *answers)
    again = told(home, "load", month(4), "--yes")
    assert again["missing"] == [] and again["failed"] == []
    assert {one["question"]: one["answer"][:10] for one in again["asked"]} == {"exported_at": "2026-04-29"}
    assert all(one["mapping"] and one["quarantined"] == 0 for one in again["accounts"])
    held = Store(open_home(home, Settings()))
    assert set(held.versions("grids")["district_name"]) == {"江北区"}
    known = held.versions("disputes", ["occurred_at"])["occurred_at"]
    assert set(known.dt.hour) == {2}, "10:00 here: the column that was given is kept"


@pytest.mark.parametrize(
    "otherwise",
    [
        lambda day: f"{day.year}年{day.month}月{day.day}日",
        lambda day: f"{day:%Y-%m-%d} 00:00:00",
        lambda day: f"{day:%Y/%m/%d}",
        lambda day: f"{day:%Y-%m-%d}T00:00:00",
        lambda day: str((day - date(1899, 12, 30)).days),
    ],
)
def test_a_case_whose_day_and_place_are_written_otherwise_next_month_is_the_same_case(
    home: Path, tmp_path: Path, otherwise: Callable[[date], str]
) -> None:
    """An id that is made of several columns is made of what they tell."""
    with_grids(open_home(home, Settings()), tmp_path)
    headings = ["发生时间", "网格编码", "纠纷类型", "发生地点", "化解时间"]
    days = [date(2026, 3, 1) + timedelta(days=n) for n in range(28)]
    march = [
        [f"{day.year}.{day.month}.{day.day}", f"G{n % 4}", ("邻里", "物业")[n % 2], "河边 茶馆", ""]
        for n, day in enumerate(days)
    ]
    april = [
        [otherwise(day), *row[1:3], "河边茶馆", otherwise(day + timedelta(days=9))]
        for day, row in zip(days, march, strict=True)
    ]
    first = told(home, "load", columns_of(tmp_path / "纠纷三月.csv", headings, march), "--yes")["accounts"][0]
    again = told(home, "load", columns_of(tmp_path / "纠纷四月.csv", headings, april), "--yes")["accounts"][0]
    assert (first["accepted"], again["accepted"], again["corrected"]) == (28, 0, 28)
    disputes = in_force(Store(open_home(home, Settings())))["disputes"]
    assert disputes == 28
