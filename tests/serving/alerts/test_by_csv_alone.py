"""From a notice to a closed one by files alone, in Chinese: what a supervisor's app does with the week's tickets, and the nightly load."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import Workbook, load_workbook

from riskwarn.cli import riskwarn
from riskwarn.disclosure import week_of
from riskwarn.store import Store
from serving.alerts.keeping import keep
from serving.alerts.sources import tickets_of
from serving.alerts.ticket_rows import Followed, Left, Why
from serving.alerts.tickets import follow_tickets
from tests.serving.alerts import city as made
from tests.serving.alerts.city import City
from tests.worlds import with_grids


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> City:
    """Two notices of this week, by the clock of the machine: files bear its times."""
    monkeypatch.chdir(tmp_path)
    now = datetime.now(UTC)
    monkeypatch.setattr(made, "FIRST", week_of(now.date()))
    city = City(tmp_path)
    # The commands read what the file declares: at whatever hour this runs, it is no quiet one.
    with (city.home.path / "riskwarn.yaml").open("a", encoding="utf-8") as file:
        file.write("alerts: {quiet: null}\n")
    city.publish({0: "red", 12: "orange"}, later=now - timedelta(hours=6) - city.now)
    with_grids(city.home, tmp_path)
    return city


def run(city: City, *arguments: str) -> str:
    done = CliRunner().invoke(riskwarn, ["--home", str(city.home.path), "--lang", "zh", *arguments])
    assert done.exit_code == 0, done.output
    return done.output


def edited(file: Path, change: Callable[[dict[str, str]], None]) -> None:
    """Open a table as an office does, change rows and save it, which a workbook does in its own encoding."""
    if file.suffix == ".xlsx":
        rows = [[str(cell or "") for cell in row] for row in load_workbook(file).active.iter_rows(values_only=True)]
    else:
        written = file.read_bytes()
        text = written.decode("utf-8-sig" if written.startswith(b"\xef\xbb\xbf") else "gb18030")
        rows = list(csv.reader(text.splitlines()))
    heads, *tickets = rows
    told = [dict(zip(heads, row, strict=True)) for row in tickets]
    for one in told:
        change(one)
    _save(file, [heads, *(list(one.values()) for one in told)])


def _save(file: Path, rows: Sequence[Sequence[str]]) -> None:
    if file.suffix == ".xlsx":
        # Its sheet keeps the name under which it went out.
        book = load_workbook(file) if file.exists() else Workbook()
        for at, row in enumerate(rows, 1):
            for column, value in enumerate(row, 1):
                book.active.cell(at, column).value = value or None
        book.save(file)
        return
    with file.open("w", encoding="gb18030", newline="") as stream:
        csv.writer(stream).writerows(rows)


def standing(city: City) -> list[tuple[str, str | None, str | None]]:
    return [(one.status, one.outcome, one.service) for one in city.alerts()]


@pytest.mark.parametrize("name", ["本周工单.csv", "本周工单.xlsx"])
def test_a_status_that_is_changed_by_hand_moves_its_notice(city: City, name: str) -> None:
    """The status alone is changed in the file that went out, three times; the other ticket stays as it is."""
    first, other = (one.id for one in city.alerts())
    assert run(city, "alerts", "tickets", name) == f"2 张工单：{name}\n"

    def to(status: str, **more: str) -> Callable[[dict[str, str]], None]:
        return lambda row: row.update({"工单状态": status, **more}) if row["预警编号"] == first else None

    for change, expected in (
        (to("已签收"), ("acknowledged", None, None)),
        (to("处置中", 处置措施="上门调解"), ("in_progress", None, "mediation")),
        (to("已办结", 核实结果="已化解"), ("closed", "prevented", "mediation")),
    ):
        edited(Path(name), change)
        assert "1 条提示已随工单变化。" in run(city, "load", name, "--yes")
        assert standing(city) == [expected, ("open", None, None)]
    assert city.verbs(first) == ["raised", "acknowledge", "start", "close"] and city.verbs(other) == ["raised"]
    acknowledged = city.alert(first).acknowledged_at
    assert acknowledged is not None and abs(datetime.now(UTC) - acknowledged) < timedelta(hours=1)
    # The same file again, and another night, change nothing.
    versions, before = len(Store(city.home).versions("tickets")), city.alerts()
    run(city, "load", name, "--yes")
    run(city, "alerts", "tick")
    assert (len(Store(city.home).versions("tickets")), city.alerts()) == (versions, before)
    assert "已办结" in run(city, "alerts", "list") and "已化解" in run(city, "alerts", "week")


@pytest.mark.parametrize("name", ["本周工单.csv", "本周工单.xlsx"])
def test_a_workbook_that_is_filled_in_twice_undoes_nothing_that_was_done_in_between(city: City, name: str) -> None:
    """One row is changed the second time; of the others each has the time of that load again."""
    first, other = (one.id for one in city.alerts())
    run(city, "alerts", "tickets", name)
    edited(
        Path(name), lambda row: row.update(工单状态="已办结", 核实结果="已化解") if row["预警编号"] == first else None
    )
    run(city, "load", name, "--yes")
    assert standing(city)[0] == ("closed", "prevented", None)
    city.now = datetime.now(UTC)
    city.do(first, "reopen", note="结果填错")
    edited(Path(name), lambda row: row.update(工单状态="处置中") if row["预警编号"] == other else None)
    assert "1 条提示已随工单变化。" in run(city, "load", name, "--yes")
    assert standing(city) == [("open", None, None), ("in_progress", None, None)]


def test_what_else_a_ticket_says(city: City) -> None:
    """超期 goes up and stays what it is, 挂起 rests, 退回 is asked of the unit above, 作废 is withdrawn and whoever was told is told so."""
    first, other = (one.id for one in city.alerts())
    name = "工单.csv"

    def then(status_of_first: str, status_of_other: str) -> None:
        run(city, "alerts", "tickets", name, "--force")
        states = {first: status_of_first, other: status_of_other}
        edited(Path(name), lambda row: row.update(工单状态=states.get(row["预警编号"], row["工单状态"])))
        run(city, "load", name, "--yes")

    then("超期", "挂起")
    assert (city.alert(first).status, city.alert(first).escalations) == ("open", 1)
    assert (city.alert(other).status, city.alert(other).paused) == ("open", True)
    assert keep(city.home, now=datetime.now(UTC) + timedelta(days=12)).escalated == 1, "what rests does not go up"
    then("退回", "处置中")
    assert (city.alert(first).status, city.alert(first).escalations) == ("returned", 3)
    asked = city.alert(first).acknowledge_by
    assert asked is not None and asked > datetime.now(UTC)
    assert (city.alert(other).status, city.alert(other).paused) == ("in_progress", False)
    then("作废", "处置中")
    assert city.alert(first).status == "withdrawn"
    assert city.messages()[-1][0] == "Cancel" and city.messages()[-1][1].startswith(first)
    assert city.verbs(other) == ["raised", "paused", "resumed", "start"]


def test_a_ticket_without_its_word_or_its_notice_changes_nothing(city: City) -> None:
    name = "工单.csv"
    run(city, "alerts", "tickets", name)
    edited(Path(name), lambda row: row.update(工单状态="已读", 预警编号=row["预警编号"]))
    run(city, "load", name, "--yes")
    assert "tickets" not in Store(city.home).sources() and tickets_of(city.home) == []
    edited(Path(name), lambda row: row.update(工单状态="已办结", 预警编号="w" + "z" * 12))
    run(city, "load", name, "--yes")
    followed = follow_tickets(city.home, tickets_of(city.home), now=datetime.now(UTC))
    assert followed == Followed(left=(Left("w" + "z" * 12, "closed", Why.UNKNOWN),))
    assert standing(city) == [("open", None, None)] * 2


def test_a_load_and_a_tick_say_which_rows_did_nothing(city: City) -> None:
    """Of a table that comes again: one is closed here already, one has no notice, one is new."""
    first, other = (one.id for one in city.alerts())
    name = Path("工单.csv")
    heads = ["预警编号", "工单状态", "核实结果", "更新时间"]
    now = datetime.now(UTC).astimezone(city.home.configuration.calendar.timezone)

    def at(hours: int) -> str:
        return (now + timedelta(hours=hours)).strftime("%Y-%m-%d %H:%M:%S")

    _save(name, [heads, [first, "已签收", "", at(-4)]])
    assert "工单：跟进 1 行，无新内容 0 行，未能跟进 0 行。" in run(city, "load", str(name), "--yes")
    city.now = datetime.now(UTC)
    city.do(first, "close", outcome="real")
    rows = [[first, "已签收", "", at(-4)], [first, "处置中", "", at(-3)], [other, "处置中", "", at(-3)], ["wnothing", "已签收", "", at(-3)]]  # fmt: skip
    _save(name, [heads, *rows])
    said = run(city, "load", str(name), "--yes")
    assert "工单：跟进 1 行，无新内容 1 行，未能跟进 2 行。" in said
    assert f"{first} (处置中): 该提示已结束" in said and "wnothing (已签收): 没有这条提示" in said
    said = run(city, "alerts", "tick")
    assert "工单：跟进 0 行，无新内容 0 行，未能跟进 1 行。" in said and "wnothing (已签收): 没有这条提示" in said
