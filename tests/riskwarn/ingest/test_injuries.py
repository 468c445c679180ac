"""Registers of accidents count the injured by how badly; of all of them together a band is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from riskwarn.contracts.vocabulary import field_of
from riskwarn.home import Home
from riskwarn.ingest.heading_words import plain_heading
from riskwarn.ingest.mapping_proposal.mapping_file import as_yaml
from riskwarn.ingest.mapping_proposal.proposal import propose
from riskwarn.store import Store
from tests.worlds import load, with_grids, write_csv


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("村社", "community_name"), ("村、社区", "community_name"), ("所在村社", "community_name"), ("村居社区", "community_name"),
        ("事发村居委", "community_name"), ("村（居）委", "community_name"), ("所在村民小组", "place"), ("居民小组", "place"),
        ("重伤（人）", "injured"), ("轻伤人数", "injured"), ("事故重伤人数", "injured"), ("轻微伤数", "injured"),
    ],
)  # fmt: skip
def test_what_registers_of_accidents_call_places_and_injuries(heading: str, field: str) -> None:
    known = field_of(plain_heading(heading), "events")
    assert known is not None and known[0] == field


def accident(number: int, **changes: Any) -> dict[str, Any]:
    """An accident of another day for each number."""
    told = {"发生时间": f"2026年3月{number + 1}日9时5分", "镇街": "石桥街道", "村社": "青山0社区", "事故类型": "火灾"}
    return told | {"详细地址": f"第{number % 2 + 1}网格滨河路{number + 3}号"} | changes


def test_parts_of_the_injured_are_summed_and_a_total_goes_before_them(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    counts = [("0", "0", "0"), ("1", "1", "2"), ("2", "1", ""), ("", "2人", "1人"), ("", "", "")]
    rows = [
        accident(n, **{"死亡（人）": dead, "重伤（人）": grave, "轻伤（人）": light})
        for n, (dead, grave, light) in enumerate(counts)
    ]
    rows.append({"发生时间": "合计", "死亡（人）": "3", "重伤（人）": "4", "轻伤（人）": "3"})
    file = write_csv(tmp_path / "事故.csv", rows)
    proposal = propose(file, home.configuration, source="incidents")
    (tmp_path / "m.yaml").write_text(as_yaml(proposal), encoding="utf-8")
    account = load(home, "incidents", file, mapping=tmp_path / "m.yaml")
    assert (account.read, account.accepted, account.quarantined) == (5, 5, 0)
    assert account.located == {"address": 5}, "the number of the grid in the address, the community beside it"
    stored = Store(home).versions("incidents").sort_values("occurred_at")
    assert stored["injured"].fillna("").tolist() == ["", "3-5", "1-2", "3-5", ""]
    assert stored["killed"].fillna("").tolist() == ["", "1-2", "1-2", "", ""]


def test_where_all_the_injured_are_counted_their_parts_are_not_added(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    rows = [accident(n, 事故编号=f"S{n}", 受伤人数="2", 重伤人数="1", 轻伤人数="1") for n in range(3)]
    account = load(home, "incidents", write_csv(tmp_path / "事故.csv", rows))
    assert account.accepted == 3
    assert {"重伤人数", "轻伤人数"} <= set(account.dropped_columns)
    assert Store(home).versions("incidents")["injured"].tolist() == ["1-2"] * 3


def test_of_petitions_no_part_of_the_injured_is_read(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    told = {"信访件编号": "X1", "信访时间": "2026-03-01", "网格编码": "G0", "内容分类": "城乡建设"}
    account = load(home, "petitions", write_csv(tmp_path / "x.csv", [told | {"重伤人数": "7", "轻伤人数": "9"}]))
    assert account.accepted == 1
    assert Store(home).versions("petitions")["injured"].isna().all()
