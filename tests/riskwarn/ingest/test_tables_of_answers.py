"""Teams and tickets: who answers notices, and what became of these; nobody's name is in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from riskwarn.configuration import Configuration
from riskwarn.home import Home, make_home
from riskwarn.settings import Settings
from riskwarn.store import Store
from tests.worlds import load, with_grids, write_csv


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
