"""Registers of places whose town and community stand once, above the rows that they hold for, and are not merged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from riskwarn.configuration import Configuration
from riskwarn.home import Home
from riskwarn.ingest.mapping_proposal.proposal import propose
from riskwarn.ingest.values.blocks import blocks
from riskwarn.store import Store
from tests.riskwarn.ingest.books import book, table
from tests.riskwarn.ingest.commands import run, told
from tests.worlds import load, write_csv

#: Every town has a community 新桥社区, and two of its own.
TOWNS = ("石桥镇", "双桂镇", "荫平镇", "和林镇", "龙门镇")
GRIDS = [
    {"区县": "梁平区", "镇街": town, "社区": community, "网格编码": f"G{n}{m}", "网格名称": "第1网格"}
    for n, town in enumerate(TOWNS)
    for m, community in enumerate(("新桥社区", f"{town[0]}山社区", f"{town[0]}河社区"))
]
KINDS = ("消防通道堵塞", "用电安全", "燃气")


@pytest.fixture
def city(home: Home, tmp_path: Path) -> Home:
    load(home, "grids", write_csv(tmp_path / "grids.csv", GRIDS))
    return home


def inspections(each: int = 6) -> list[dict[str, Any]]:
    """Inspections, so many in each community, sorted by town and community: every place has the same days and kinds."""
    return [
        {"序号": number * each + day, "乡镇（街道）": grid["镇街"], "村（社区）": grid["社区"],
         "检查日期": f"2026-03-{day + 1:02d}", "隐患类别": KINDS[day % 3]}
        for number, grid in enumerate(GRIDS)
        for day in range(each)
    ]  # fmt: skip


def once(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows as they are printed: a town and a community in the first of their rows only."""
    before: dict[str, Any] = {}
    found = []
    for row in rows:
        town = row["乡镇（街道）"] != before.get("乡镇（街道）")
        community = town or row["村（社区）"] != before.get("村（社区）")
        found.append(row | ({} if town else {"乡镇（街道）": ""}) | ({} if community else {"村（社区）": ""}))
        before = row
    return found


def units(home: Home) -> list[str]:
    return list(Store(home).versions("hazards").sort_values(["load_id", "row"])["unit"])


WHERE = [f"梁平区/{row['乡镇（街道）']}/{row['村（社区）']}" for row in inspections()]


def test_blanks_below_a_town_and_a_community_are_filled_and_told(city: Home, tmp_path: Path) -> None:
    path = book(tmp_path / "九小场所排查台账.xlsx", {"台账": table(once(inspections()))})
    done = told(city.path, "load", path, "--yes")["accounts"][0]
    assert (done["source"], done["read"], done["accepted"], done["reasons"]) == ("hazards", 90, 90, {})
    assert units(city) == WHERE, "and no two inspections of two towns were taken for one"
    said = [note for note in done["notes"] if "filled down over the blanks" in note]
    assert said and said[0].startswith("town_name, community_name: each value stands once")
    assert not [note for note in done["notes"] if "if cells had been merged" in note]
    seen = propose(path, Configuration(), source="hazards")
    assert "town_name, community_name: each value stands once" in " ".join(seen.taken_for)
    assert seen.identity == ("检查日期", "村（社区）", "乡镇（街道）", "隐患类别"), "made of what was filled in"
    plan = run(city.path, "map", path).stdout
    assert "filled down over the blanks" in plan


def test_the_second_month_is_judged_by_itself(city: Home, tmp_path: Path) -> None:
    """What was filled in March is settled for no other month: in April a place may be blank because nobody knows it."""
    run(city.path, "load", write_csv(tmp_path / "隐患三月.csv", once(inspections())), "--yes")
    april = [row | {"检查日期": row["检查日期"].replace("-03-", "-04-")} for row in inspections()]
    for row in april[17::18]:
        row |= {"村（社区）": ""}
    done = told(city.path, "load", write_csv(tmp_path / "隐患四月.csv", april), "--yes")["accounts"][0]
    assert done["accepted"] == 90
    assert units(city)[:90] == WHERE
    assert units(city)[90:] == [where[:7] if number % 18 == 17 else where for number, where in enumerate(WHERE)]


@pytest.mark.parametrize("way", ["returns", "random", "sorted", "by date", "few", "together", "mapping"])
def test_where_it_is_not_clear_nothing_is_filled(city: Home, tmp_path: Path, way: str) -> None:
    rows = once(inspections())
    said = ""
    if way == "returns":
        rows[20]["乡镇（街道）"] = "石桥镇"
    elif way == "random":
        rows = inspections()
        for number, row in enumerate(rows):
            row |= {} if number % 7 in (0, 3) else {"村（社区）": "", "乡镇（街道）": ""}
    elif way == "sorted":
        # A list that is sorted by its columns has what is not known at the end of each town.
        rows = [row | ({} if number % 6 == 0 else {"村（社区）": ""}) for number, row in enumerate(inspections())]
        rows.sort(key=lambda row: (TOWNS.index(row["乡镇（街道）"]), row["村（社区）"] == ""))
    elif way == "by date":
        rows = [row for start in range(6) for row in once(inspections())[start::6]]
    elif way == "few":
        rows = once(inspections(2)[:6])
    elif way == "together":
        # Where the town is not known, the community is not, either.
        rows = [row | ({} if row["乡镇（街道）"] else {"村（社区）": ""}) for row in rows]
    else:
        said = "fill_down: []\n"
    mapping = tmp_path / "m.yaml"
    mapping.write_text(f"identity: [检查日期, 隐患类别, 序号]\n{said}", encoding="utf-8")
    account = load(city, "hazards", write_csv(tmp_path / "h.csv", rows), mapping=mapping)
    assert not [note for note in account.notes if "filled down" in note]
    assert set(account.reasons) <= {"no_place", "several_places"}
    assert account.quarantined > 0 or (way == "sorted" and account.located["town"] == 75)


def test_an_id_is_made_of_a_place_that_stands_in_the_rows(city: Home, tmp_path: Path) -> None:
    """A community that is known of few inspections does not tell those of one day apart: their grids do."""
    rows = [
        {"检查日期": f"2026-03-{n // 15 + 1:02d}", "隐患类别": "燃气", "社区": grid["社区"] if n % 4 == 0 else "",
         "网格": f"{grid['镇街']}{grid['社区']}第1网格"}
        for n in range(60)
        for grid in [GRIDS[n % 15]]
    ]  # fmt: skip
    done = told(city.path, "load", write_csv(tmp_path / "隐患排查.csv", rows), "--yes")["accounts"][0]
    assert (done["accepted"], done["duplicates"], done["corrected"]) == (60, 0, 0)
    assert set(Store(city).versions("hazards")["grid_id"]) == {grid["网格编码"] for grid in GRIDS}


@pytest.mark.parametrize(
    ("beside", "filled"), [(None, True), ("grid_name", True), ("address", False), ("district", False)]
)
def test_a_town_alone_is_filled_where_nothing_else_tells_the_place(beside: str | None, filled: bool) -> None:
    town = pa.array([TOWNS[n // 10] if n % 10 == 0 else None for n in range(50)])
    cells = {"town_name": town, "category": pa.array(["火灾"] * 50)}
    if beside:
        cells[beside] = pa.array(["第1网格"] * 50)
    full = {name: np.asarray(cell.is_valid()) for name, cell in cells.items()}
    assert blocks(cells, full, np.ones(50, dtype=bool)) == (["town_name"] if filled else [])
    begun = cells | {"town_name": pa.array([None, *town.to_pylist()[:-1]])}
    full = {name: np.asarray(cell.is_valid()) for name, cell in begun.items()}
    assert blocks(begun, full, np.ones(50, dtype=bool)) == []


def test_a_table_of_grids_with_each_unit_written_once_loads_whole(home: Home, tmp_path: Path) -> None:
    """In each sheet for itself; a subtotal between the towns is no town, and is not carried on."""
    rows = [
        row | {"网格编码": f"{row['网格编码']}{k}", "网格名称": f"第{k + 1}网格"} for row in GRIDS for k in range(3)
    ]
    before: dict[str, Any] = {}
    lines = []
    for row in rows:
        if before and before["镇街"] != row["镇街"]:
            lines.append(dict.fromkeys(row, "") | {"镇街": f"{before['镇街']}小计", "网格编码": "9个"})
        town = before.get("镇街") != row["镇街"]
        same = [name for name in ("区县", "镇街") if before.get(name) == row[name]]
        same += [] if town or before["社区"] != row["社区"] else ["社区"]
        lines.append(row | dict.fromkeys(same, ""))
        before = row
    account = load(home, "grids", write_csv(tmp_path / "g.csv", lines))
    assert (account.accepted, account.reasons) == (45, {})
    stored = Store(home).versions("grids").sort_values("row")
    assert list(stored["town_name"] + stored["community_name"]) == [row["镇街"] + row["社区"] for row in rows]
    assert set(stored["district_name"]) == {"梁平区"}
