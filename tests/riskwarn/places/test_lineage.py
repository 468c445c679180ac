"""Carrying along the lineage: whole numbers, exact totals, the right shares, one record always to one place."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskwarn.contracts.schema import DEMOGRAPHICS, GRID_LINEAGE, GRIDS, SERVICE_AREAS
from riskwarn.geography import Geography, geography, lineage
from riskwarn.geography.lineage import shared_out, uniform
from riskwarn.periods import Calendar, Period
from riskwarn.words import Unit
from tests.riskwarn.places.four_grids import grid, table
from tests.riskwarn.places.totals import rolled_up

CALENDAR = Calendar(Period.WEEK, ZoneInfo("Asia/Shanghai"))
FIRST, SECOND = date(2026, 1, 1), date(2026, 3, 1)
AS_OF = date(2026, 6, 1)


def redrawn(*rows: tuple[str, str, date, float | None], load_id: int = 1) -> pd.DataFrame:
    names = ("from_grid_id", "to_grid_id", "effective_at", "weight")
    return table(GRID_LINEAGE, [{**dict(zip(names, row, strict=True)), "load_id": load_id} for row in rows])


def city(grids: list[str], rows: pd.DataFrame, as_of: date = AS_OF, **more: Any) -> Geography:
    told = [
        {**grid(n), "grid_id": name, "community": f"C{n // 2}", "load_id": 1, **more.get(name, {})}
        for n, name in enumerate(grids)
    ]
    return geography(table(GRIDS, told), as_of, "x", lineage(rows, as_of, CALENDAR), more.get("areas"))


def carried(
    places: Geography, grids: list[str], day: str = "2025-06-01", count: list[int] | None = None
) -> list[tuple[int, str | None, int]]:
    """(row, grid, count) of records that were written down on a day, numbered from 0."""
    n = len(grids)
    coded = np.full(n, np.datetime64(day, "us"))
    number = np.array(count or [1] * n, dtype=np.int64)
    found = places.carry(pd.Series(grids, dtype=object), coded, pd.Series(np.arange(n)), number)
    ids = [*places.grid_ids, None]
    return [
        (int(row), ids[grid], int(many)) for row, grid, many in zip(found.row, found.grid, found.count, strict=True)
    ]


weights = st.lists(st.integers(0, 50), min_size=1, max_size=6).filter(any)


@given(
    counts=st.lists(st.integers(1, 10_000), min_size=1, max_size=20),
    weights=weights,
    keys=st.integers(0, 2**63),
)
def test_shares_are_whole_exact_and_never_a_unit_off(counts: list[int], weights: list[int], keys: int) -> None:
    count = np.array(counts, dtype=np.int64)
    share = np.array(weights) / sum(weights)
    draw = uniform(np.arange(len(counts), dtype=np.uint64) + np.uint64(keys))
    parts = shared_out(count, share, draw)
    assert np.array_equal(parts.sum(axis=1), count)
    assert (parts >= 0).all()
    assert (np.abs(parts - count[:, None] * share) < 1 + 1e-6).all()
    assert (parts[:, share == 0] == 0).all()


def test_in_the_mean_every_successor_gets_its_weight() -> None:
    """Also the small ones, of small counts: that is where largest remainders fail."""
    draw = uniform(np.arange(40_000, dtype=np.uint64))
    for count in (1, 2, 3):
        parts = shared_out(np.full(len(draw), count), np.array([0.6, 0.3, 0.1]), draw)
        assert parts.mean(axis=0) == pytest.approx(count * np.array([0.6, 0.3, 0.1]), abs=0.015)


def test_a_record_goes_through_every_redrawing_after_its_day() -> None:
    places = city(
        ["B", "D", "E", "X"], redrawn(("A", "B", FIRST, 0.5), ("A", "C", FIRST, 0.5), ("C", "D", SECOND, 0.5), ("C", "E", SECOND, 0.5))
    )  # fmt: skip
    old = carried(places, ["A"] * 400)
    assert {grid for _, grid, _ in old} == {"B", "D", "E"}
    assert 160 < sum(grid == "B" for _, grid, _ in old) < 240
    assert {grid for _, grid, _ in carried(places, ["C"] * 50, "2026-02-01")} == {"D", "E"}
    assert {grid for _, grid, _ in carried(places, ["X", "B"], "2024-02-01")} == {"X", "B"}


def test_a_later_redrawing_moves_only_what_it_touches() -> None:
    first = [("A", "B", FIRST, 0.3), ("A", "C", FIRST, 0.7)]
    before = carried(city(["B", "C"], redrawn(*first)), ["A"] * 300)
    after = carried(
        city(["B", "D", "E"], redrawn(*first, ("C", "D", SECOND, 0.2), ("C", "E", SECOND, 0.8))), ["A"] * 300
    )
    assert [grid == "B" for _, grid, _ in before] == [grid == "B" for _, grid, _ in after]


def test_a_shifted_border_moves_what_was_written_before_it_and_nothing_after() -> None:
    places = city(["A", "B"], redrawn(("A", "A", FIRST, 0.8), ("A", "B", FIRST, 0.2)))
    assert {grid for _, grid, _ in carried(places, ["A"] * 100)} == {"A", "B"}
    assert {grid for _, grid, _ in carried(places, ["A"] * 100, "2026-01-02")} == {"A"}


def test_counts_are_shared_and_rows_that_count_nothing_stay() -> None:
    places = city(["B", "C"], redrawn(("A", "B", FIRST, None), ("A", "C", FIRST, None)))
    found = carried(places, ["A", "A", "B"], count=[10, 0, 4])
    assert [(row, many) for row, _, many in found if row == 0] == [(0, 5), (0, 5)]
    assert [(row, many) for row, _, many in found if row > 0] == [(1, 0), (2, 4)]


def test_before_the_redrawing_nothing_is_carried_and_recoded_cases_go_back() -> None:
    later = redrawn(("A", "B", date(2027, 1, 1), 0.5), ("A", "C", date(2027, 1, 1), 0.5))
    places = city(["A", "X"], later)
    assert [grid for _, grid, _ in carried(places, ["A", "X", "B", "C"])] == ["A", "X", "A", "A"]


def test_the_newest_statement_of_a_redrawing_holds_whole() -> None:
    rows = pd.concat(
        [
            redrawn(("A", "B", FIRST, 0.5), ("A", "C", FIRST, 0.5)),
            redrawn(("A", "B", FIRST, 0.5), ("A", "D", FIRST, 0.5), load_id=2),
        ],
        ignore_index=True,
    )
    assert lineage(rows, AS_OF, CALENDAR).heirs("A", 0) == (("B", 0.5), ("D", 0.5))


def test_a_grid_whose_end_nobody_wrote_down_is_not_in_force() -> None:
    assert city(["A", "B"], redrawn(("A", "B", FIRST, 1.0))).grid_ids == ("B",)
    assert city(["A", "B"], redrawn(("A", "B", FIRST, 1.0)), date(2025, 12, 31)).grid_ids == ("A", "B")
    assert city(["A"], redrawn(("A", "B", FIRST, 1.0))).grid_ids == ("A",), "its successor is not loaded yet"


def test_what_has_no_grid_any_more_serves_its_community() -> None:
    places = city(["A", "B", "X"], redrawn(), X={"valid_to": FIRST, "community": "C0"})
    assert [grid for _, grid, _ in carried(places, ["X"])] == [None]
    above = places.above.index_of(*(pd.Series([value], dtype="str") for value in (None, "grid_id", "X")))
    assert places.above.shares[Unit.COMMUNITY][above].toarray().tolist() == [[1.0]]


def test_above_the_grid_units_get_their_shares_and_totals_stay() -> None:
    areas = table(
        SERVICE_AREAS,
        [
            {"name": "派出所", "grid_id": "A", "weight": 0.25, "load_id": 1},
            {"name": "派出所", "grid_id": "D", "weight": 0.75, "load_id": 1},
        ],
    )
    places = city(["A", "B", "C", "D"], redrawn(), areas=areas, D={"town": "T1", "town_name": "新桥镇"})
    told = pd.DataFrame(
        {
            "unit": ["C0", "T0", "派出所"],
            "located_by": ["community", "town", "service_area"],
            "grid_id": [None] * 3,
        },
        dtype="str",
    )
    index = places.above.index_of(told["unit"], told["located_by"], told["grid_id"])
    counts = np.zeros(len(places.above))
    counts[index] = [10, 100, 1000]
    grids = np.array([1.0, 2.0, 3.0, 4.0])
    assert rolled_up(places, Unit.COMMUNITY, grids, counts).tolist() == [3 + 10 + 250, 7 + 750]
    assert rolled_up(places, Unit.TOWN, grids, counts).tolist() == [6 + 110 + 250, 4 + 750]
    assert rolled_up(places, Unit.DISTRICT, grids, counts).tolist() == [10 + 1110]
    assert rolled_up(places, Unit.CITY, grids, counts).tolist() == [10 + 1110]


def people(**rows: tuple[str | None, float, float | None]) -> pd.DataFrame:
    told = [
        {
            "grid_id": name.split("_")[0],
            "valid_from": date.fromisoformat(day) if day else None,
            "population": number,
            "share_over_65": share,
        }
        for name, (day, number, share) in rows.items()
    ]
    frame = table(DEMOGRAPHICS, told)
    return frame.astype({name: "float64" for name in DEMOGRAPHICS.names if DEMOGRAPHICS.field(name).type == "double"})


def numbers(frame: pd.DataFrame) -> dict[tuple[str, str], tuple[float, float]]:
    return {
        (grid, str(day)[:10]): (round(population, 9), round(share, 9))
        for grid, day, population, share in zip(
            frame["grid_id"], frame["valid_from"], frame["population"], frame["share_over_65"], strict=True
        )
    }


def test_residents_are_split_and_shares_stay() -> None:
    places = city(["B", "C", "X"], redrawn(("A", "B", FIRST, 0.4), ("A", "C", FIRST, 0.6)))
    found = numbers(places.carry_numbers(people(A=("2025-01-01", 1000, 0.2), X=(None, 70, 0.1))))
    assert found == {
        ("B", "2025-01-01"): (400, 0.2), ("C", "2025-01-01"): (600, 0.2), ("X", "None"): (70, 0.1),
    }  # fmt: skip


def test_residents_are_added_and_shares_are_weighed_by_them() -> None:
    places = city(["M"], redrawn(("A", "M", FIRST, 1.0), ("B", "M", FIRST, 1.0)))
    told = people(A=("2025-01-01", 1000, 0.2), B=("2025-01-01", 3000, 0.4), B_2=("2025-09-01", 1000, 0.4))
    found = numbers(places.carry_numbers(told))
    assert found == {("M", "2025-01-01"): (4000, 0.35), ("M", "2025-09-01"): (2000, 0.3)}


def test_a_count_in_a_new_grid_replaces_what_was_carried_there() -> None:
    rows = redrawn(("A", "B", FIRST, 0.4), ("A", "C", FIRST, 0.6))
    told = people(A=("2025-01-01", 1000, 0.2), B=("2026-02-01", 444, 0.1))
    found = numbers(city(["B", "C"], rows).carry_numbers(told))
    assert found[("B", "2026-02-01")] == (444, 0.1)
    assert found[("B", "2025-01-01")] == (400, 0.2)
    assert ("C", "2026-02-01") not in found
    recounted = people(A=("2025-01-01", 1000, 0.2), B=("2025-01-01", 390, 0.2))
    born = numbers(city(["B", "C"], rows, B={"valid_from": FIRST}).carry_numbers(recounted))
    assert born == {("B", "2025-01-01"): (390, 0.2), ("C", "2025-01-01"): (600, 0.2)}


def test_a_grid_that_gains_ground_keeps_its_own() -> None:
    rows = redrawn(("A", "A", FIRST, 0.75), ("A", "B", FIRST, 0.25))
    found = numbers(city(["A", "B"], rows).carry_numbers(people(A=(None, 400, 0.2), B=(None, 100, 0.4))))
    assert found == {("A", "None"): (300, 0.2), ("B", "None"): (200, 0.3)}


def test_an_old_id_that_is_written_after_its_end_goes_through_its_redrawing() -> None:
    places = city(["B", "C"], redrawn(("A", "B", FIRST, 0.5), ("A", "C", FIRST, 0.5)))
    assert {grid for _, grid, _ in carried(places, ["A"] * 40, "2026-05-01")} == {"B", "C"}
