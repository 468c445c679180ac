"""Registers in which a town, a date or a category is merged over the rows that it holds for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from riskwarn.configuration import Configuration
from riskwarn.errors import ConfigurationInvalid
from riskwarn.home import Home
from riskwarn.ingest.mapping_proposal.proposal import propose
from riskwarn.store import Store
from tests.riskwarn.ingest.books import book, table
from tests.worlds import dispute, grid_rows, load, write_csv

GRIDS: list[dict[str, Any]] = [
    {"区县": "江北区", "镇街": f"石桥{n // 4}街道", "社区": f"青山{n // 2}社区", "网格编码": f"G{n}", "人数": n}
    for n in range(8)
]


def blanked(rows: list[dict[str, Any]], *headings: str) -> list[dict[str, Any]]:
    """The rows as an export of merged cells has them: the text in the first row only."""
    before: dict[str, Any] = {}
    found = []
    for row in rows:
        same = [heading for heading in headings if before.get(heading) == row[heading]]
        found.append({**row, **dict.fromkeys(same, "")})
        before = row
    return found


def towns(home: Home) -> list[tuple[str, str, str]]:
    stored = Store(home).versions("grids").sort_values("row")
    return list(zip(stored["district_name"], stored["town_name"], stored["community_name"], strict=True))


WHOLE = [(row["区县"], row["镇街"], row["社区"]) for row in GRIDS]
AREAS = ("A2:A9", "B2:B5", "B6:B9", "C2:C3", "C4:C5", "C6:C7", "C8:C9")


@pytest.mark.parametrize("title", [False, True])
def test_merged_units_hold_for_their_rows(home: Home, tmp_path: Path, title: bool) -> None:
    rows = table(blanked(GRIDS, "区县", "镇街", "社区"))
    areas: tuple[str, ...] = AREAS
    if title:
        # A title above and an empty column before move everything.
        rows = [["江北区网格台账"], *rows]
        areas = ("A1:E1", "A3:A10", "B3:B6", "B7:B10", "C3:C4", "C5:C6", "C7:C8", "C9:C10")
    account = load(home, "grids", book(tmp_path / "g.xlsx", {"网格": rows}, merged={"网格": areas}))
    assert (account.accepted, account.quarantined) == (8, 0)
    assert towns(home) == WHOLE
    assert [note for note in account.notes if "merged cells hold for all their rows in 区县, 镇街, 社区" in note]


def test_a_file_that_does_not_tell_of_merging_is_filled_where_the_mapping_says_so(home: Home, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "g.csv", blanked(GRIDS, "区县", "镇街"))
    account = load(home, "grids", path)
    assert account.accepted == 1 and account.quarantined == 7
    hints = [note for note in account.notes if "fill_down" in note]
    assert len(hints) == 2 and "town_name is blank in 75% of the rows" in hints[0] + hints[1]
    mapping = tmp_path / "m.yaml"
    mapping.write_text("fill_down: [district_name, town_name]\n")
    again = load(home, "grids", path, mapping=mapping)
    assert (again.accepted, again.quarantined) == (7, 0) and not [note for note in again.notes if "fill_down" in note]
    assert towns(home) == WHOLE
    seen = propose(path, Configuration(), source="grids")
    assert len([note for note in seen.notes if "fill_down" in note]) == 2


def test_what_is_of_one_row_is_not_filled_down(home: Home, tmp_path: Path) -> None:
    mapping = tmp_path / "m.yaml"
    for field, says in (
        ("grid_id", "of one row"),
        ("longitude", "of one row"),
        ("town_nam", "the nearest is town_name"),
    ):
        mapping.write_text(f"fill_down: [{field}]\n")
        with pytest.raises(ConfigurationInvalid, match=says):
            load(home, "grids", write_csv(tmp_path / "g.csv", GRIDS), mapping=mapping)


def test_filling_begins_anew_with_each_sheet(home: Home, tmp_path: Path) -> None:
    rows = blanked(GRIDS, "区县", "镇街")
    mapping = tmp_path / "m.yaml"
    mapping.write_text("fill_down: [district_name, town_name]\n")
    path = book(tmp_path / "g.xlsx", {"一": table(rows[:4]), "二": table([{**rows[4], "区县": ""}, *rows[5:]])})
    account = load(home, "grids", path, mapping=mapping)
    assert (account.accepted, account.reasons) == (4, {"missing_unit": 4})


@pytest.fixture
def city(home: Home, tmp_path: Path) -> Home:
    load(home, "grids", write_csv(tmp_path / "grids.csv", grid_rows()))
    return home


def test_a_date_and_a_category_are_carried_down_and_across_and_an_id_is_not(city: Home, tmp_path: Path) -> None:
    rows = [
        [row[name] for name in ("纠纷编号", "网格编码", "发生时间", "登记时间", "纠纷类型")]
        for row in map(dispute, range(4))
    ]
    for row in rows[1:3]:
        row[2] = row[4] = None
    for row in rows[:3]:
        row[3] = None
    # The second case is merged over the lines of its two parties; a line of totals stands below.
    lines = [
        ["编号", "网格编码", "发生时间", "登记时间", "纠纷类型"],
        *rows[:2],
        [None] * 5,
        *rows[2:],
        ["合计", None, None, None, None],
    ]
    lines[-1] = [None, None, "合计", None, None]
    areas = ["C2:D5", "E2:E5", "A3:A4", "B3:B4", "C7:E7"]
    account = load(city, "disputes", book(tmp_path / "d.xlsx", {"台账": lines}, merged={"台账": areas}))
    assert (account.accepted, account.reasons) == (4, {})
    stored = Store(city).versions("disputes").sort_values("row")
    assert stored["row"].tolist() == [2, 3, 5, 6]
    assert stored["occurred_at"].dt.strftime("%d").tolist() == ["01", "01", "01", "04"]
    assert (stored["known_at"] == stored["occurred_at"]).tolist() == [True, True, True, False]
    assert set(stored["category"]) == {"neighbourhood"}


def test_days_without_a_format_count_from_1904_where_the_workbook_does(city: Home, tmp_path: Path) -> None:
    path = book(tmp_path / "d.xlsx", {"台账": table([dispute(1, 发生时间=46082 - 1462, 登记时间="")])})
    written = openpyxl.load_workbook(path)
    written.epoch = CALENDAR_MAC_1904
    written.save(path)
    account = load(city, "disputes", path)
    assert [note for note in account.notes if "1904" in note]
    assert Store(city).versions("disputes")["occurred_at"].dt.strftime("%Y-%m-%d").tolist() == ["2026-02-28"]


def test_a_line_of_another_party_waits_for_its_number_and_not_for_the_date_that_was_filled(
    city: Home, tmp_path: Path
) -> None:
    """The number is merged over the lines of both parties, town and community are not: the second line looks like a case."""
    lines: list[list[Any]] = [["纠纷编号", "街道", "社区", "网格编码", "发生时间", "纠纷类型", "当事人"]]
    for n in range(4):
        place = ["石桥街道", f"青山{n // 2}社区"]
        lines.append([f"M{n}", *place, f"G{n}", f"2026-03-0{n + 1}", "邻里纠纷", "甲"])
        lines.append([None, *place, None, None, None, "乙"])
    areas = [f"{column}{2 * n + 2}:{column}{2 * n + 3}" for n in range(4) for column in "ADE"]
    account = load(city, "disputes", book(tmp_path / "d.xlsx", {"台账": lines}, merged={"台账": areas}))
    assert (account.read, account.accepted, account.reasons) == (8, 4, {"missing_record_id": 4})
