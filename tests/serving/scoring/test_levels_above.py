"""The level of a unit above the grid, by those of its grids; and the initials by which it is found."""

from __future__ import annotations

import numpy as np
import pytest

from riskwarn.configuration import Levels
from serving.columns.scores import LEVEL_NUMBERS, LEVELS
from serving.scoring.initials import initials_of
from serving.scoring.levels import levels_above


def level(**grids: int) -> str:
    """The level of a unit of so many grids of each level, beside another that has nothing but grids of none."""
    own = np.repeat([LEVEL_NUMBERS[name] for name in (*grids, "none")], [*grids.values(), 10]).astype(np.int8)
    unit = np.repeat([1, 0], [sum(grids.values()), 10])
    found = levels_above(own, unit, 2, Levels())
    assert LEVELS[found[0]].value == "none"
    return LEVELS[found[1]].value


@pytest.mark.parametrize(
    ("grids", "wanted"),
    [
        ({"red": 4, "none": 96}, "red"),
        ({"red": 3, "orange": 6, "none": 91}, "orange"),
        ({"red": 3, "orange": 5, "none": 92}, "none"),
        ({"red": 3, "orange": 5, "yellow": 12, "none": 80}, "yellow"),
        ({"yellow": 19, "blue": 11, "none": 70}, "blue"),
        ({"blue": 29, "none": 71}, "none"),
        ({"red": 1, "none": 24}, "red"),
    ],
)
def test_a_unit_has_a_level_where_so_many_of_its_grids_have_it(grids: dict[str, int], wanted: str) -> None:
    assert level(**grids) == wanted


def test_what_did_not_come_is_never_low_risk_and_hides_no_level_that_is_raised() -> None:
    assert level(unknown=100) == "unknown"
    assert level(unknown=1, none=99) == "unknown"
    assert level(unknown=1, blue=40, none=59) == "unknown"
    assert level(unknown=70, yellow=20, none=10) == "yellow"


def test_initials_are_read_in_their_word() -> None:
    assert initials_of(["重庆市渝中区", "重点", "第77号网格 A-3", "grid 4"]) == ("cqsyzq", "zd", "d77hwga3", "grid4")
