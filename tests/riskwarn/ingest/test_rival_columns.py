"""Two headings that stand for one field: what is below them decides, and what stays open is asked once and remembered."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from shlex import quote

import pytest

import riskwarn.cli.load
from riskwarn.configuration import Configuration
from riskwarn.ingest.mapping_proposal.proposal import propose
from tests.riskwarn.ingest.commands import run, told
from tests.worlds import grid_rows, write_csv

ROWS = 40


@pytest.fixture
def home(tmp_path: Path) -> Path:
    run(tmp_path / "home", "init")
    run(tmp_path / "home", "load", write_csv(tmp_path / "网格.csv", grid_rows()), "--yes", "--coordinates", "wgs84")
    return tmp_path / "home"


def month(path: Path, **columns: Callable[[int], object]) -> Path:
    """A register of forty disputes with some columns more."""
    usual = {
        "网格编码": lambda n: f"G{n % 4}", "纠纷类型": lambda _: "邻里",
        "发生时间": lambda n: f"2026-03-{n % 28 + 1:02d} 0{n % 9}:{n % 60:02d}",
    }  # fmt: skip
    return write_csv(path, [{name: of(n) for name, of in {**columns, **usual}.items()} for n in range(ROWS)])


@pytest.mark.parametrize(
    ("columns", "chosen"),
    [
        ({"id": lambda n: 10**18 + n * 7919, "纠纷编号": lambda n: f"JF2026{n:05d}"}, "纠纷编号"),
        ({"纠纷编号": lambda n: f"JF2026{n:05d}", "id": lambda n: uuid.UUID(int=10**37 + n)}, "纠纷编号"),
        ({"编号": lambda n: n + 1, "纠纷编号": lambda n: f"JF2026{n * 3:05d}"}, "纠纷编号"),
        ({"受理编号": lambda n: "" if n % 3 else f"S{n:05d}", "纠纷编号": lambda n: f"JF{n:05d}"}, "纠纷编号"),
        ({"受理编号": lambda _: "", "纠纷编号": lambda n: f"JF{n:05d}"}, "纠纷编号"),
        ({"受理编号": lambda n: f"S{n % 3}", "纠纷编号": lambda n: f"JF{n:05d}"}, "纠纷编号"),
        ({"受理编号": lambda n: f"S{n:05d}", "纠纷编号": lambda n: f"JF{n:05d}"}, "受理编号"),
        # Numbered anew in every town: rows that share it tell of several events.
        ({"受理编号": lambda n: f"第{n // 2 * 2 + 11:03d}号", "id": lambda n: uuid.UUID(int=10**37 + n)}, "id"),
    ],
)
def test_of_two_ids_the_cells_say_which_is_the_record(
    home: Path, tmp_path: Path, columns: dict[str, Callable[[int], object]], chosen: str
) -> None:
    file = month(tmp_path / "纠纷.csv", **columns)
    proposal = propose(file, Configuration(), source="disputes")
    taken = {one.heading: one for one in proposal.columns if one.field == "record_id"}
    assert list(taken) == [chosen] and not taken[chosen].sure
    assert all(heading in taken[chosen].ground for heading in columns)
    done = told(home, "load", file, "--yes")
    assert done["accounts"][0]["accepted"] == ROWS
    assert done["asked"] == [] or {one["question"] for one in done["asked"]} == {"exported_at"}
    assert told(home, "ingest", "disputes", file)["duplicates"] == ROWS, "map, load and ingest ask one code"


def test_the_id_of_a_matter_goes_before_that_of_its_versions(home: Path, tmp_path: Path) -> None:
    first = month(tmp_path / "纠纷.csv", id=lambda n: uuid.UUID(int=10**37 + n), 纠纷编号=lambda n: f"JF{n:05d}")
    lines = first.read_text(encoding="utf-8").splitlines()
    again = [line.replace(line.split(",")[0], str(uuid.UUID(int=10**36 + n))) for n, line in enumerate(lines[1:6])]
    first.write_text("\n".join([*lines, *again]) + "\n", encoding="utf-8")
    account = told(home, "load", first, "--yes")["accounts"][0]
    assert (account["accepted"], account["duplicates"]) == (ROWS, 5)


@pytest.mark.parametrize(
    ("columns", "chosen"),
    [
        ({"受理时间": lambda _: "", "立案时间": lambda n: f"2026-03-{n % 28 + 1:02d} 23:00"}, "立案时间"),
        ({"受理时间": lambda _: "2026-01-01", "立案时间": lambda n: f"2026-03-{n % 28 + 1:02d} 23:00"}, "立案时间"),
        ({"受理时间": lambda n: f"2026-03-{n % 28 + 1:02d} 23:00", "立案时间": lambda n: "" if n % 2 else f"2026-03-{n % 28 + 1:02d} 23:00"}, "受理时间"),
    ],
)  # fmt: skip
def test_of_two_columns_the_empty_the_constant_and_the_repeated_give_way(
    home: Path, tmp_path: Path, columns: dict[str, Callable[[int], object]], chosen: str
) -> None:
    file = month(tmp_path / "纠纷.csv", 纠纷编号=lambda n: f"JF{n:05d}", **columns)
    proposal = propose(file, Configuration(), source="disputes")
    assert [one.heading for one in proposal.columns if one.field == "accepted_at"] == [chosen]
    assert told(home, "load", file, "--yes")["accounts"][0]["accepted"] == ROWS


def unclear(path: Path) -> Path:
    """Two ids of which neither tells the rows of the other apart."""
    return month(path, 受理编号=lambda n: f"S{n * 7 % 36:05d}", 纠纷编号=lambda n: f"JF{n * 11 % 38:05d}")


def test_what_stays_open_is_an_answer_that_is_remembered(home: Path, tmp_path: Path) -> None:
    file = unclear(tmp_path / "纠纷.csv")
    failed = str(run(home, "load", file, "--yes", code=1).exception)
    assert f"riskwarn load {quote(str(file))} --column record_id={quote('受理编号')}" in failed
    assert "record_id (受理编号, 纠纷编号)" in failed
    done = told(home, "load", file, "--yes", "--column", "record_id=纠纷编号")
    answers = [one for one in done["asked"] if one["question"] == "column"]
    assert answers == [{"question": "column", "answer": "record_id=纠纷编号", "by": "--column", "files": ["纠纷.csv"]}]
    account = done["accounts"][0]
    assert account["accepted"] == 38, "the answer holds"
    assert "record_id: 纠纷编号" in Path(account["mapping"]).read_text(encoding="utf-8")
    assert told(home, "load", file, "--yes")["accounts"][0]["duplicates"] == ROWS, "next month it is known"
    run(home, "load", file, "--yes", "--column", "record_id=没有", code=2)
    run(home, "load", file, "--yes", "--column", "没有", code=2)


def test_somebody_at_a_terminal_is_asked(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(riskwarn.cli.load, "can_ask", lambda: True)
    done = run(home, "load", unclear(tmp_path / "纠纷.csv"), stdin="受理编号\n\ny\n")
    assert "which column is record_id (受理编号, 纠纷编号)?" in done.output
    assert "disputes" in done.output and " 36 " in done.output


def test_a_time_of_day_that_the_load_joins_to_its_day_is_read_in_the_proposal(home: Path, tmp_path: Path) -> None:
    rows = [
        {"纠纷编号": f"J{n:05d}", "网格编码": f"G{n % 4}", "纠纷类型": "邻里", "日期": f"2026年3月{n % 28 + 1}日", "时刻": f"{n % 24:02d}时30分"}
        for n in range(ROWS)
    ]  # fmt: skip
    file = write_csv(tmp_path / "纠纷.csv", rows)
    read = {one.heading: one.field for one in propose(file, Configuration(), source="disputes").columns}
    assert read["日期"] == read["时刻"] == "occurred_at"
    done = run(home, "load", file, "--yes")
    assert "not read" not in done.output and "'日期' and '时刻' together are read as occurred_at" in done.output
