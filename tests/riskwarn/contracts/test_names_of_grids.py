"""A column 网格 tells codes in one export and numbers of grids within their community in the next: its values say which."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskwarn.configuration import Configuration
from riskwarn.ingest.mapping_proposal.proposal import propose
from tests.worlds import dispute, write_csv


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ("第{n}网格", "grid_name"),
        ("河东{n}号网格", "grid_name"),
        ("第{n}微网格", "grid_name"),
        ("50010900{n}", "grid_id"),
    ],
)
def test_what_stands_in_a_column_of_grids_says_whether_it_is_a_name(tmp_path: Path, told: str, field: str) -> None:
    rows = [{**dispute(n), "网格": told.format(n=n % 9 + 1)} for n in range(20)]
    rows = [{name: value for name, value in row.items() if name != "网格编码"} for row in rows]
    proposal = propose(write_csv(tmp_path / "d.csv", rows), Configuration(), source="disputes")
    assert next(one.field for one in proposal.columns if one.heading == "网格") == field


def test_beside_a_code_it_is_the_name_of_a_grid(tmp_path: Path) -> None:
    rows = [
        {"网格编码": f"G{n}", "网格": f"第{n}网格", "社区": "青山社区", "镇街编码": "T1", "区县": "江北区"}
        for n in range(20)
    ]
    proposal = propose(write_csv(tmp_path / "g.csv", rows), Configuration(), source="grids")
    assert next(one.field for one in proposal.columns if one.heading == "网格") == "name"
