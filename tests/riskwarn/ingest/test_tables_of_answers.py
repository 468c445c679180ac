"""Teams and tickets: who answers notices, and what became of these; nobody's name is in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from riskwarn.configuration import Configuration
from riskwarn.contracts.fields import Kind
from riskwarn.contracts.tables import TABLE_CONTRACTS
from riskwarn.home import Home, make_home
from riskwarn.settings import Settings
from riskwarn.store import Store
from tests.worlds import dispute, grid_rows, load, with_grids, write_csv


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return with_grids(make_home(tmp_path / "home", Settings()), tmp_path)


def team(**changes: Any) -> dict[str, Any]:
    return {
        "队伍编号": "调解一队", "服务区域": "石桥街道", "服务类型": "调解；走访、未知服务", "队伍人数": "6", "每周工时": "120",
        "每周处置上限": "5", **changes,
    }  # fmt: skip


def ticket(**changes: Any) -> dict[str, Any]:
    return {
        "预警编号": "wabcdefghijkl", "工单状态": "处置中", "更新时间": "2026-03-03 09:00:00", "办结时间": "", "核实结果": "",
        "处置措施": "", **changes,
    }  # fmt: skip


def test_a_team_is_of_a_unit_and_never_a_person(home: Home, tmp_path: Path) -> None:
    rows = [
        team(), team(队伍编号="李小红"), team(队伍编号="二队", 服务区域="C1", 每周处置上限=""), team(队伍编号="三队", 服务区域="无此街道"),
    ]  # fmt: skip
    done = load(home, "teams", write_csv(tmp_path / "队伍.csv", rows))
    assert (done.accepted, done.quarantined) == (2, 2)
    held = Store(home).versions("teams")
    assert held["team_id"].tolist() == ["调解一队", "二队"]
    assert held["unit"].tolist() == ["江北区/石桥街道", "C1"]
    assert held["services"].tolist() == ["mediation;visit"] * 2
    assert held["workers"].tolist() == [6, 6] and held["notices_a_week"].fillna(-1).tolist() == [5, -1]
    assert "李小红" not in home.database.url.render_as_string() and "李小红" not in str(Store(home).quarantined())


def test_a_column_of_members_is_dropped_unread(home: Home, tmp_path: Path) -> None:
    done = load(home, "teams", write_csv(tmp_path / "队伍.csv", [team(队员姓名="李小红", 负责人="张伟")]))
    assert done.accepted == 1
    assert {one["column"] if isinstance(one, dict) else str(one) for one in done.dropped_columns} >= {"负责人"}


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("待签收", "open"), ("已签收", "acknowledged"), ("处置中", "in_progress"), ("已办结", "closed"), ("退回", "returned"),
        ("作废", "withdrawn"), ("超期", "overdue"), ("挂起", "suspended"),
    ],
)  # fmt: skip
def test_the_status_of_a_ticket_is_a_word_of_the_app(home: Home, tmp_path: Path, word: str, status: str) -> None:
    done = load(home, "tickets", write_csv(tmp_path / "工单.csv", [ticket(工单状态=word)]))
    assert (done.accepted, done.quarantined) == (1, 0)
    assert Store(home).versions("tickets")["status"].tolist() == [status]


def test_each_standing_of_a_ticket_is_a_row_and_the_same_file_twice_changes_nothing(home: Home, tmp_path: Path) -> None:
    first = write_csv(tmp_path / "a.csv", [ticket(工单状态="已签收"), ticket(工单状态="哪里都没有")])
    assert (load(home, "tickets", first).accepted, load(home, "tickets", first).accepted) == (1, 0)
    later = ticket(
        工单状态="已办结",
        更新时间="2026-03-05 17:00:00",
        办结时间="2026-03-05 16:00:00",
        核实结果="属实",
        处置措施="上门调解",
    )
    assert load(home, "tickets", write_csv(tmp_path / "b.csv", [later])).accepted == 1
    held = Store(home).versions("tickets")
    assert held["status"].tolist() == ["acknowledged", "closed"]
    assert held[["outcome", "service"]].iloc[-1].tolist() == ["real", "mediation"]
    assert held["closed_at"].iloc[-1] == pd.Timestamp("2026-03-05 08:00:00")


def test_no_forecast_knows_of_either() -> None:
    """A home of before has the same fingerprint, and its snapshots can be rebuilt."""
    import hashlib
    import json

    configuration = Configuration()
    meant = configuration.model_dump(
        mode="json", exclude={"inbox", "keep_snapshots", "audit", "access", "sign_in", "console", "delivery", "alerts"}
    )
    del meant["sources"]["teams"], meant["sources"]["tickets"]
    text = json.dumps(meant, sort_keys=True, ensure_ascii=False)
    assert configuration.fingerprint() == hashlib.sha256(text.encode()).hexdigest()


#: Every field of a table that holds whole numbers, and an export of one sound row beside it.
WHOLE = [
    (source, field.name)
    for source, contract in TABLE_CONTRACTS.items()
    for field in contract.fields
    if field.kind is Kind.WHOLE and field.exported
]


@pytest.mark.parametrize(("source", "name"), WHOLE)
@pytest.mark.parametrize(("told", "reason"), [("3.7", "not_whole"), ("1e300", "out_of_range"), ("50%", "not_whole")])
def test_a_number_that_is_not_whole_is_refused_where_only_a_whole_one_means_anything(
    home: Home, tmp_path: Path, source: str, name: str, told: str, reason: str
) -> None:
    contract = TABLE_CONTRACTS[source]
    field = contract.field(name)
    if source == "grids":
        rows = [{**row, field.zh: "2"} for row in grid_rows()]
    else:
        rows = [{"队伍编号": f"队{number}", "服务区域": "G0", field.zh: "2"} for number in range(4)]
    rows[1][field.zh] = told
    done = load(home, source, write_csv(tmp_path / f"{source}.csv", rows))
    assert dict(done.reasons) == {reason: 1}
    assert Store(home).versions(source)[name].dropna().eq(2).sum() >= 3


@pytest.mark.parametrize("told", ["1.5", "1e300", "-1"])
def test_a_count_of_events_that_is_not_whole_is_refused(home: Home, tmp_path: Path, told: str) -> None:
    rows = [dispute(number, 件数="2") for number in range(4)]
    rows[1]["件数"] = told
    done = load(home, "disputes", write_csv(tmp_path / "disputes.csv", rows))
    assert dict(done.reasons) == {"bad_count": 1}


@pytest.mark.parametrize(
    "told",
    [
        "网格员张伟 13800138000",
        "队长王强",
        "调解队（李小红）",
        "石桥队 138-0013-8000",
        "13912345678队",
        "石桥队一三八〇〇一三八〇〇〇",
        "李小红",
    ],
)
def test_a_team_or_a_ticket_that_bears_somebody_is_refused(home: Home, tmp_path: Path, told: str) -> None:
    """Also where the name or the number stands in a longer text."""
    for source, rows in (
        ("teams", [team(), team(队伍编号=told)]), ("tickets", [ticket(), ticket(预警编号=told, 更新时间="2026-03-04 09:00:00")]),
    ):  # fmt: skip
        done = load(home, source, write_csv(tmp_path / f"{source}.csv", rows))
        assert (done.accepted, dict(done.reasons)) == (1, {"personal_value": 1})
        assert told not in str(Store(home).versions(source)) and told not in str(Store(home).quarantined())


@pytest.mark.parametrize("name", ["网格编码", "社区编码"])
def test_a_code_of_a_place_that_bears_somebody_is_refused(home: Home, tmp_path: Path, name: str) -> None:
    rows = grid_rows()
    rows[3][name] = "青山社区网格员张伟 13800138000"
    done = load(home, "grids", write_csv(tmp_path / "again.csv", rows))
    assert dict(done.reasons) == {"personal_value": 1}
    assert "张伟" not in str(Store(home).versions("grids").to_dict("records"))


@pytest.mark.parametrize(
    "name",
    [
        "石桥调解队",
        "平安志愿队",
        "江北区综治中心",
        "王家坝网格一队",
        "和平路司法所",
        "方家山队",
        "FW-01",
        "500105001",
        "黄桷坪调解委员会",
    ],
)
def test_what_teams_are_called_is_nobody(home: Home, tmp_path: Path, name: str) -> None:
    assert load(home, "teams", write_csv(tmp_path / "teams.csv", [team(队伍编号=name)])).accepted == 1
