"""What is told and kept of headings and of words that no list knows: nobody who is named in them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from riskwarn.contracts.persons import names_somebody
from riskwarn.contracts.phrases import category_heard, heard
from riskwarn.contracts.repeated import may_be_named
from riskwarn.contracts.strangers import may_hold_name
from riskwarn.home import make_home, open_home
from riskwarn.ingest.privacy.tallies import LocalCategories
from riskwarn.ingest.redaction import kept_heading, shown_headings
from riskwarn.settings import Settings
from riskwarn.store import Store
from tests.riskwarn.ingest.commands import run, told
from tests.worlds import dispute, with_grids, write_csv

NAMES = "王建国", "李秀梅", "陈晓", "褚云峥", "张三", "刘德华"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    with_grids(make_home(tmp_path / "home", Settings()), tmp_path).database.dispose()
    return tmp_path / "home"


def written(home: Path, *words: str) -> list[str]:
    """Which files of a home hold one of these words."""
    files = [path for path in home.rglob("*") if path.is_file()]
    return [path.name for path in files if any(word.encode() in path.read_bytes() for word in words)]


def rows_with(heading: str, values: Sequence[str]) -> list[dict[str, Any]]:
    """Disputes whose status stands under a heading of its own."""
    return [
        {**{name: cell for name, cell in dispute(n).items() if name != "办理状态"}, heading: values[n % len(values)]}
        for n in range(60)
    ]


HEADINGS = {
    "办理进度（有疑问请联系王建国13912345678）": "办理进度(…)",
    "状态/王建国/13912345678": "状态/…/…",
    "状态-王建国": "状态-…",
    "王建国状态": "…状态",
    "状态-陈晓": "状态-…",
}


@pytest.mark.parametrize(("heading", "kept"), HEADINGS.items())
def test_a_heading_is_kept_and_told_without_whom_it_names(heading: str, kept: str) -> None:
    assert kept_heading(heading) == kept
    assert not any(name in shown for name in (*NAMES, "139") for shown in shown_headings(["编号", heading]))


@pytest.mark.parametrize(
    "heading", ["受理时间", "处理情况说明", "纠纷类型（小类）", "陈述", "经办部门", "Status", "平安状态", "许可证号"]
)
def test_a_heading_that_names_nobody_is_kept_as_it_stands(heading: str) -> None:
    assert kept_heading(heading) == heading


@pytest.mark.parametrize("heading", HEADINGS)
def test_a_home_remembers_a_column_and_nobody_who_is_named_in_its_heading(
    home: Path, heading: str, tmp_path: Path
) -> None:
    first, second = rows_with(heading, ["已办结", "办理中"])[:40], rows_with(heading, ["已办结", "办理中"])[40:]
    said = run(
        home, "load", write_csv(tmp_path / "纠纷1月.csv", first), "--yes", "--column", f"status={heading}"
    ).output
    stored = Store(open_home(home, Settings())).versions("disputes")
    assert set(stored["status"]) == {"closed", "in_progress"}
    assert written(home, *NAMES, "13912345678") == []
    assert "王建国" not in said.replace(heading, "")
    # Next month's file is read by what was remembered.
    [account] = told(home, "load", write_csv(tmp_path / "纠纷2月.csv", second), "--yes")["accounts"]
    assert account["accepted"] == 20
    stored = Store(open_home(home, Settings())).versions("disputes")
    assert len(stored) == 60 and stored["status"].notna().all()
    assert written(home, *NAMES, "13912345678") == []


PHRASES = (
    "打伤{}",
    "由派出所{}处置",
    "{}已打架致伤",
    "与{}调解成功",
    "{}：肢体冲突",
    "找{}处理了",
    "民转刑（{}）",
    "{}把人打伤",
)


@pytest.mark.parametrize("name", NAMES)
def test_no_word_that_could_hold_a_name_is_repeated(name: str) -> None:
    for phrase in PHRASES:
        word = phrase.format(name)
        assert may_hold_name(word) and not may_be_named(word), word
        assert name not in heard("outcome", word).by and name not in category_heard("disputes", word).by


@pytest.mark.parametrize(
    "word",
    [
        "当事人撤回",
        "已移交司法所",
        "调解不成引导诉讼",
        "已协调物业处理",
        "平安",
        "占道经营",
        "充电桩",
        "程序违法",
        "养犬",
        "油烟扰民",
        "双方达成和解协议",
        "双方未能达成协议",
        "交通安全隐患",
    ],
)
def test_a_word_that_can_hold_no_name_may_be_repeated(word: str) -> None:
    assert not may_hold_name(word)


def test_names_in_outcomes_are_neither_told_nor_kept(home: Path, tmp_path: Path) -> None:
    words = [phrase.format(name) for phrase in PHRASES for name in NAMES[:3]] + ["已移交调委会工作室"]
    rows = [{**dispute(n), "调解结果": words[n % len(words)]} for n in range(6 * len(words))]
    done = run(home, "ingest", "disputes", write_csv(tmp_path / "纠纷.csv", rows)).output
    done += run(home, "health").output
    assert not [name for name in NAMES[:3] if name in done]
    assert written(home, *NAMES[:3]) == []
    # What it was read by is told in the words of the list.
    assert all(said in done for said in ("打伤 → injury", "派出所…处置 → police_intervention", "民转刑 → violence"))


def test_words_that_are_not_repeated_are_told_by_their_number_and_the_row_of_the_first(
    home: Path, tmp_path: Path
) -> None:
    rows = [dispute(n, 调解结果="" if n < 3 else "找张三处理了") for n in range(9)]
    [note] = [
        one
        for one in told(home, "ingest", "disputes", write_csv(tmp_path / "纠纷.csv", rows))["notes"]
        if "outcome" in one
    ]
    assert note.startswith("outcome: 1 unknown word(s) of 6 row(s) were read as empty, the first in row 5; ")


@pytest.mark.parametrize("word", ["网格员王建国", "村民李秀梅漏雨", "占用王建国通道", "垃圾刘德华", "业主褚云峥"])
def test_no_local_category_names_somebody(word: str) -> None:
    assert names_somebody(word) and LocalCategories().code(word) == "other"


@pytest.mark.parametrize(
    "word", ["网格员上报", "村民自治", "占用消防通道", "王家坝漏雨", "李子坝站台", "高空抛物", "张贴小广告"]
)
def test_a_local_category_that_names_nobody_is_kept(word: str) -> None:
    assert LocalCategories().code(word) == word


def test_a_home_keeps_nobody_of_a_family_that_is_rare_inside_a_word(home: Path, tmp_path: Path) -> None:
    persons = ["夏秋生", "麻秋生", "马建国", "令狐晚舟", "仉玉珂"]
    heading = "马建国填写的办理状态"
    rows = rows_with(heading, ["已办结", "办理中"])
    named = [{**row, "纠纷类型": f"村民{persons[n % 2]}围墙", "备注 联系人:令狐晚舟": ""} for n, row in enumerate(rows)]
    file = write_csv(tmp_path / "纠纷-仉玉珂.csv", named)
    [account] = told(home, "load", file, "--yes", "--column", f"status={heading}")["accounts"]
    assert account["accepted"] == 60
    stored = Store(open_home(home, Settings())).versions("disputes")
    assert set(stored["category"]) == {"other"} and set(stored["status"]) == {"closed", "in_progress"}
    assert written(home, *persons) == []
