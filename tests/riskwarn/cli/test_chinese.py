"""Who reads Chinese reads no English of ours, whatever the files are that a department hands over."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from riskwarn.cli import riskwarn as cli
from riskwarn.errors import RiskwarnError
from riskwarn.home import Home
from riskwarn.messages import translated
from tests.riskwarn.ingest.handed_over import hand_over
from tests.worlds import dispute, grid_rows, load, write_csv

#: Commands with what is given to them, options, and keys of declarations stand as they are typed.
_TYPED = re.compile(
    r"riskwarn(?: [a-z][a-z-]*)*(?: (?:[A-Z][A-Z.|]+|[a-z_]+|\S+\.\w+))*|--[a-z][a-z-]*(?:[ =][A-Za-z]+)?|\b\w+: (?:\{\w+: )?"
    r"|YYYY\S*(?: \S*mm\S*)?|[\w./~-]+\.\w{2,5}\b|存储形式：.*|JSON lines|quarantine \w+"
)
#: Two words beside each other are a sentence of ours: a code, a field or the name of a source stands alone.
_ENGLISH = re.compile(r"[A-Za-z]{2,},? [A-Za-z]{2,}")


def awkward(folder: Path) -> Path:
    """Files that a load has something to say of."""
    hand_over(folder)
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["填报说明", "本表由社区填报"])
    table = book.create_sheet("台账")
    table.append(["纠纷编号", "网格", "发生的时间", "案别", "处理情况", "涉事人员", "说明", "经度", "纬度"])
    for n in range(30):
        row = [
            f"JF{n}",
            "第1网格",
            f"{n % 12 + 1}/{n % 28 + 1}/2025",
            ["邻里", "抓扯"][n % 2],
            "谈妥",
            "王建国",
            f"第{n}件事",
            106.5,
            29.5,
        ]
        table.append(row)
    table.merge_cells("B2:B9")
    hidden = book.create_sheet("旧表")
    hidden.append(["纠纷编号"])
    hidden.sheet_state = "hidden"
    book.save(folder / "调解.xlsx")
    two = [{**dispute(n), "案发时间": "2026-01-05", "来源": "群众"} for n in range(30)]
    write_csv(folder / "两个时间.csv", two)
    write_csv(
        folder / "无编号.csv",
        [{name: value for name, value in row.items() if name != "纠纷编号"} for row in two],
        "gb18030",
    )
    write_csv(
        folder / "月报.csv",
        [{"统计月份": "2026-01", "网格编码": "JB0001", "类型": "邻里", "件数": n} for n in range(9)],
    )
    (folder / "损坏.xlsx").write_bytes((folder / "调解.xlsx").read_bytes()[:3000])
    (folder / "扫描.pdf").write_bytes(b"%PDF-1.4")
    (folder / "空.csv").write_bytes(b"")
    (folder / "无表头.csv").write_text("王建国,13812345678\n李秀英,13912345678\n", encoding="utf-8")
    (folder / ".隐藏.csv").write_text("a,b\n", encoding="utf-8")
    (folder / "查询.sql").write_text("SELECT 1", encoding="utf-8")
    (folder / "网页.xls").write_text("<html><body>登录</body></html>", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return awkward(tmp_path_factory.mktemp("awkward") / "over")


def left_in(text: str) -> list[str]:
    """The lines in which English stands."""
    return [line for line in text.splitlines() if _ENGLISH.search(_TYPED.sub(" ", line))]


class Reader:
    """Somebody who reads Chinese."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.english: list[str] = []

    def __call__(self, *arguments: object) -> str:
        done = CliRunner().invoke(cli, ["--home", str(self.home), "--lang", "zh", *map(str, arguments)])
        said = done.output
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            said += "\n" + translated(getattr(done.exception, "message", f"unforeseen fault {done.exception!r}"), "zh")
        self.english += left_in(said)
        return said


def test_no_english_is_left_in_what_a_load_says(folder: Path, tmp_path: Path) -> None:
    say = Reader(tmp_path / "home")
    say("init")
    assert "已生效" in say("load", folder, "--district", "江北区", "--coordinates", "gcj02", "--yes")
    say("quarantine", "list")
    assert not say.english, "\n".join(dict.fromkeys(say.english))


@pytest.mark.slow
def test_no_english_is_left_in_what_is_said_of_files(folder: Path, tmp_path: Path) -> None:
    say = Reader(tmp_path / "home")
    say("init")
    say("load", folder, "--dry-run")
    say("load", folder, "--yes")
    answers = ("--district", "江北区", "--coordinates", "gcj02", "--yes")
    assert "已生效" in say("load", folder, *answers)
    say("load", folder, *answers)
    names = (
        "网格台账.xlsx",
        "调解.xlsx",
        "两个时间.csv",
        "无编号.csv",
        "月报.csv",
        "空.csv",
        "无表头.csv",
        "12345工单.csv",
    )
    for name in names:
        say("map", folder / name)
    for name in ("调解.xlsx", "无编号.csv", "月报.csv", "两个时间.csv"):
        say("ingest", "disputes", folder / name, "--dry-run")
        say("ingest", "incidents", folder / name)
        say("diff", folder / "矛盾纠纷台账.xlsx", folder / name)
    say("diff", folder / "网格台账.xlsx", folder / "安全事故.csv")
    say("quarantine", "list")
    say("quarantine", "list", "--rows")
    say("quarantine", "retry", "disputes", folder / "两个时间.csv")
    say("quarantine", "retry", "hotline", folder / "12345工单.csv")
    say("health")
    say("loads", "list")
    assert not say.english, "\n".join(dict.fromkeys(say.english))


def test_the_check_sees_english() -> None:
    assert left_in("说明：a.xlsx: merged cells hold for all their rows in 镇街")
    assert left_in("grids  2026-10-31：封面所写  guessed by its headings")
    assert not left_in(
        "下一步：riskwarn health，然后 riskwarn train；--column category=HEADING；sources: grids: mapping: words: kind"
    )


def test_words_and_grids_are_known(tmp_path: Path) -> None:
    """Errors within errors are said in the same language."""
    say = Reader(tmp_path / "home")
    say("init")
    grids = write_csv(tmp_path / "grids.csv", grid_rows(4))
    assert "网格编码" in say("ingest", "disputes", grids)
    assert not say.english, "\n".join(say.english)


@pytest.mark.parametrize("command", ["health", "train", "score", "features build", "audit-data"])
def test_a_city_without_events_is_told_so_in_chinese(home: Home, tmp_path: Path, command: str) -> None:
    load(home, "grids", write_csv(tmp_path / "grids.csv", grid_rows()))
    done = CliRunner().invoke(cli, ["--home", str(home.path), "--lang", "zh", *command.split()])
    assert isinstance(done.exception, RiskwarnError)
    said = translated(done.exception.message, "zh")
    assert not re.search(r"[A-Za-z]{2,}", _TYPED.sub("", said)), said
