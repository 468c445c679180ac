"""Files of a source of one's own are known by its names, its declared columns and what was settled, and stored as no other source."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from riskwarn.errors import FileOfAnotherSource, NoChampion
from riskwarn.home import Home, open_home
from riskwarn.settings import Settings
from tests.riskwarn.ingest.books import book
from tests.riskwarn.ingest.commands import run_error, stored, told
from tests.worlds import load, write_csv

OWN = {"zh": "校园上报", "en": "reports of schools", "fields": ["closed_at", "escalated_at"]}
COLUMNS = {"record_id": "校园编号", "occurred_at": "发现日", "category": "种类"}


def declaring(home: Home, **more: Any) -> Path:
    (home.path / "riskwarn.yaml").write_text(
        yaml.safe_dump({"sources": {"school_reports": {**OWN, **more}}}, allow_unicode=True), encoding="utf-8"
    )
    return home.path


def reports(count: int = 30, **other: str) -> list[dict[str, Any]]:
    """Reports of schools, with headings that several sources could have."""
    row = {"编号": "S{n}", "网格编码": "G{g}", "上报时间": "2026-03-02 08:00", "类型": "欺凌", **other}
    return [{name: cell.format(n=n, g=n % 4) for name, cell in row.items()} for n in range(count)]


@pytest.mark.parametrize(
    "name", ["校园上报.csv", "校园上报2026年3月台账.csv", "school_reports_2026.csv", "Reports of schools.csv"]
)
def test_a_file_that_is_called_like_a_source_of_ones_own_is_of_it(city: Home, tmp_path: Path, name: str) -> None:
    home = declaring(city)
    [account] = told(home, "load", write_csv(tmp_path / name, reports()), "--yes")["accounts"]
    assert (account["source"], account["accepted"]) == ("school_reports", 30)
    assert "grid_reports" not in stored(home)


LONG = "附件3：松陵区各中小学校园上报情况统计表（截至2026年8月31日）"


@pytest.mark.parametrize("title", ["清沅县校园上报登记表", "校园上报", LONG, f"{LONG}（二〇二六年第三季度，各校汇总后由区教育局统一报送）",
    "松陵区教育局及所属各中小学校和幼儿园二〇二六年第三季度校园上报情况汇总统计表"])  # fmt: skip
def test_the_title_inside_a_table_is_asked_as_its_name_is(city: Home, tmp_path: Path, title: str) -> None:
    home = declaring(city)
    headings = ["学校编号", "所属网格编码", "上报时间", "问题类型", "办结时间"]
    rows = [[f"X{n:04d}", "G1", "2026-03-02", "欺凌", "2026-03-09"] for n in range(40)]
    file = book(tmp_path / "各校报送.xlsx", {"一": [[title], headings, *rows]})
    [account] = told(home, "load", file, "--yes")["accounts"]
    assert (account["source"], account["accepted"]) == ("school_reports", 40)
    assert "grid_reports" not in stored(home)


@pytest.mark.parametrize("sheets", [["校园上报"], ["填表说明", "校园上报"], ["2026年校园上报情况"]])
def test_the_title_of_a_sheet_is_asked_too(city: Home, tmp_path: Path, sheets: list[str]) -> None:
    home = declaring(city)
    headings = ["学校编号", "所属网格编码", "上报时间", "问题类型", "办结时间"]
    rows = [[f"X{n:04d}", "G1", "2026-03-02", "欺凌", "2026-03-09"] for n in range(40)]
    tables = {title: [["请各校如实填写"]] if title == "填表说明" else [headings, *rows] for title in sheets}
    [account] = told(home, "load", book(tmp_path / "各校报送.xlsx", tables), "--yes")["accounts"]
    assert (account["source"], account["accepted"]) == ("school_reports", 40)
    assert "grid_reports" not in stored(home)


@pytest.mark.parametrize("line", ["说明：本表由各网格员每日填写，与校园有关的事项请另在校园上报系统内登记，不得重复填写",
                                  "网格员每日填写本表并于当日十七时前报送社区，涉及校园上报的另表登记后统一报送区教育局"])  # fmt: skip
def test_a_line_that_explains_a_table_is_no_title(city: Home, tmp_path: Path, line: str) -> None:
    home = declaring(city)
    headings = ["编号", "所属网格编码", "上报时间", "问题类型", "办结时间"]
    rows = [[f"X{n:04d}", "G1", "2026-03-02", "占道经营", "2026-03-09"] for n in range(40)]
    [account] = told(home, "load", book(tmp_path / "报送.xlsx", {"一": [[line], headings, *rows]}), "--yes")["accounts"]
    assert account["source"] == "grid_reports"


def test_a_title_does_not_outweigh_the_headings_of_another_source(city: Home, tmp_path: Path) -> None:
    home = declaring(city)
    headings = ["纠纷编号", "网格编码", "发生时间", "纠纷类型"]
    rows = [[f"X{n:04d}", "G1", "2026-03-02", "邻里纠纷"] for n in range(40)]
    file = book(tmp_path / "报送.xlsx", {"一": [["校园上报"], headings, *rows]})
    [account] = told(home, "load", file, "--yes")["accounts"]
    assert account["source"] == "disputes"


def test_headings_that_bear_its_name_are_enough(city: Home, tmp_path: Path) -> None:
    home = declaring(city)
    rows = [
        {"事件编号": f"S{n}", "网格编码": "G1", "发生时间": "2026-03-02", "类型": "欺凌", "涉及校园": "x"}
        for n in range(30)
    ]
    [account] = told(home, "load", write_csv(tmp_path / "三月.csv", rows), "--yes")["accounts"]
    assert (account["source"], account["accepted"]) == ("school_reports", 30)


def own_columns(count: int, begin: int = 0) -> list[Mapping[str, Any]]:
    return [
        {"校园编号": f"S{n}", "网格编码": "G1", "发现日": "2026-03-02", "上报单位": "x", "种类": "欺凌"}
        for n in range(begin, begin + count)
    ]


def test_declared_columns_tell_a_file_whatever_it_is_called(city: Home, tmp_path: Path) -> None:
    home = declaring(city, mapping={"columns": COLUMNS}, zh="校内情况", en="inside")
    load(open_home(home, Settings()), "school_reports", write_csv(tmp_path / "一月.csv", own_columns(30)))
    [account] = told(home, "load", write_csv(tmp_path / "巡查上报二月.csv", own_columns(30, 30)), "--yes")["accounts"]
    assert (account["source"], account["accepted"]) == ("school_reports", 30)
    (home / "inbox").mkdir(exist_ok=True)
    write_csv(home / "inbox" / "三月.csv", own_columns(30, 60))
    assert isinstance(run_error(home, "update"), NoChampion)
    assert stored(home)["school_reports"] == 90 and "grid_reports" not in stored(home)


def test_headings_that_were_settled_before_are_asked_too(city: Home, tmp_path: Path) -> None:
    home = declaring(city)
    told(home, "load", write_csv(tmp_path / "校园上报1月.csv", reports()), "--yes", "--column", "category=类型")
    assert any((home / "mappings").glob("school_reports-*.yaml"))
    [account] = told(home, "load", write_csv(tmp_path / "导出2月.csv", reports(40)), "--yes")["accounts"]
    assert (account["source"], account["accepted"], account["duplicates"]) == ("school_reports", 10, 30)


def test_a_file_of_ones_own_whose_headings_nobody_knows_is_stored_nowhere(city: Home, tmp_path: Path) -> None:
    home = declaring(city)
    before = stored(home)
    strange = [{"甲": f"S{n}", "乙": "G1", "丙": "欺凌"} for n in range(30)]
    done = told(home, "load", write_csv(tmp_path / "校园上报.csv", strange), "--yes")
    [skipped] = done["skipped"]
    assert "--source school_reports" in skipped["reason"]
    # Where its headings are those of another source, it asks.
    register = [
        {"纠纷编号": f"S{n}", "纠纷类型": "邻里纠纷", "网格编码": "G1", "发生时间": "2026-03-02"} for n in range(30)
    ]
    done = told(home, "load", write_csv(tmp_path / "校园上报3月.csv", register), "--yes")
    [skipped] = done["skipped"]
    assert "school_reports is the likeliest" in skipped["reason"]
    assert stored(home) == before


HAZARDS = {
    "巡查编号": "YH-{n}", "发现日期": "2026-03-02", "责任网格": "G1", "隐患类型": "消防通道堵塞", "隐患等级": "一般隐患",
    "整改期限": "2026-04-02", "整改完成日期": "2026-04-01",
}  # fmt: skip


def test_one_heading_of_the_named_source_does_not_outweigh_many_of_another(city: Home, tmp_path: Path) -> None:
    rows = [{name: cell.format(n=n) for name, cell in HAZARDS.items()} for n in range(30)]
    for name in ("隐患排查清单.csv", "导出.csv"):
        with pytest.raises(FileOfAnotherSource, match="riskwarn ingest hazards"):
            load(city, "grid_reports", write_csv(tmp_path / name, rows))
    assert load(city, "hazards", write_csv(tmp_path / "清单.csv", rows)).accepted == 30


@pytest.mark.parametrize("name", ["清单.csv", "巡查.csv"])
@pytest.mark.parametrize("number", ["巡查编号", "任务号", "网格事件编号"])
def test_what_a_table_is_about_goes_before_the_word_in_the_heading_of_its_id(
    city: Home, tmp_path: Path, name: str, number: str
) -> None:
    row = {
        number: "YH-{n}",
        "所属网格编码": "G1",
        "发现时间": "2026-03-02",
        "隐患类型": "消防安全",
        "隐患等级": "一般隐患",
    }
    rows = [{key: cell.format(n=n) for key, cell in row.items()} for n in range(30)]
    before = stored(city.path)
    with pytest.raises(FileOfAnotherSource, match="riskwarn ingest hazards"):
        load(city, "grid_reports", write_csv(tmp_path / name, rows))
    assert stored(city.path) == before


@pytest.mark.parametrize("words", [("欺凌", "溺水风险"), ("欺凌", "邻里纠纷")])
def test_categories_that_riskwarn_yaml_declares_tell_their_source(
    city: Home, tmp_path: Path, words: tuple[str, str]
) -> None:
    home = declaring(city, categories=["欺凌", "溺水风险"])
    rows = [{**one, "类型": words[n % 2]} for n, one in enumerate(reports())]
    [account] = told(home, "load", write_csv(tmp_path / "上报.csv", rows), "--yes")["accounts"]
    assert account["source"] == ("school_reports" if words[1] == "溺水风险" else "grid_reports")
