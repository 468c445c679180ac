"""A street of grids that are split, joined and shifted, and what happened on it: a world for the seventh law."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

from features import City, FeatureMatrix, build_features, read_city
from features.matrix import Feature
from riskwarn.home import make_home
from riskwarn.settings import Settings
from riskwarn.words import Quantity
from tests.worlds import load, write_csv
from training.labels.targets import target_events

START = datetime(2025, 1, 6)
WEEKS = 16
AS_OF = (START + timedelta(weeks=WEEKS)).date()

#: Length of the street in cells of 0.001 degrees; events lie in the middle of a cell.
LENGTH = 48
WEST, SOUTH, CELL = 106.5, 29.5, 0.001

#: Families and endings of names of features that look beyond the grid itself.
AROUND = {"neighbours", "roll-ups", "near_repeat"}
BEYOND = ("_near", "_ring", "_community", "_town", "_district", "_city")


def of_the_grid_alone(feature: Feature) -> bool:
    """Surprises are measured against all other grids, and rates of all history drawn to those around: they too look beyond."""
    drawn = feature.family == "memory" and any(word in feature.name for word in ("_rate_", "_incidence_"))
    beyond = feature.name.endswith(BEYOND) or "surprise" in feature.name or drawn
    return feature.family not in AROUND and not beyond


@dataclass(frozen=True)
class Stretch:
    """A grid: its id, its cells from `left` up to `right`, and its community."""

    grid: str
    left: int
    right: int
    community: int


Drawing = tuple[Stretch, ...]
FIRST: Drawing = tuple(Stretch(f"G{k}", 8 * k, 8 * k + 8, k // 2) for k in range(6))


@dataclass(frozen=True)
class Happening:
    """One case as it really went."""

    number: int
    cell: int
    registered: datetime
    stays: int | None  # hours until it ended
    escalated: bool
    many: int  # for the aggregated source


@dataclass(frozen=True)
class World:
    """Drawings and the days on which they came into force, and what happened."""

    drawings: tuple[tuple[date, Drawing], ...]
    cases: tuple[Happening, ...]

    def on(self, day: date) -> Drawing:
        return [drawing for start, drawing in self.drawings if start <= day][-1]


def redraw(old: Drawing, what: str, where: int, at: int, keep: bool, number: int) -> Drawing:
    """Split a stretch at a cell, join two, or shift the border between two; ids are kept or new."""
    parts = list(old)
    one = parts[where % len(parts)]
    other = parts[(where + 1) % len(parts)]
    cut = one.left + 1 + at % max(1, one.right - one.left - 1)
    if what == "split" and one.right - one.left > 1:
        name = one.grid if keep else f"S{number}"
        halves = [replace(one, grid=name, right=cut), replace(one, grid=f"T{number}", left=cut)]
        parts[where % len(parts) : where % len(parts) + 1] = halves
    elif what == "join" and other.left == one.right:
        joined = replace(one, grid=one.grid if keep else f"J{number}", right=other.right)
        parts[where % len(parts) : where % len(parts) + 2] = [joined]
    elif what == "shift" and other.left == one.right and one.right - one.left > 1:
        parts[where % len(parts) : where % len(parts) + 2] = [replace(one, right=cut), replace(other, left=cut)]
    return tuple(parts)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    drawings: list[tuple[date, Drawing]] = [(date(2024, 1, 1), FIRST)]
    days = sorted(draw(st.sets(st.integers(7, WEEKS * 7), min_size=1, max_size=2)))
    for number, day in enumerate(days):
        new = redraw(
            drawings[-1][1],
            draw(st.sampled_from(["split", "join", "shift"])),
            draw(st.integers(0, 5)),
            draw(st.integers(0, 6)),
            draw(st.booleans()),
            number,
        )
        drawings.append(((START + timedelta(days=day)).date(), new))
    cases = [
        Happening(
            number,
            draw(st.integers(0, LENGTH - 1)),
            START + timedelta(hours=draw(st.integers(0, WEEKS * 168 - 1))),
            draw(st.sampled_from([None, 1, 300])),
            draw(st.booleans()),
            draw(st.integers(1, 9)),
        )
        for number in range(draw(st.integers(6, 24)))
    ]
    return World(tuple(drawings), tuple(cases))


def holder(drawing: Drawing, cell: int) -> Stretch:
    return next(one for one in drawing if one.left <= cell < one.right)


def grid_table(world: World) -> list[dict[str, Any]]:
    """Every stretch with the days on which it held; some offices do not write down an end."""
    rows, held = [], {}
    for start, drawing in world.drawings:
        for one in drawing:
            if held.get(one.grid) != one:
                rows.append((one, start))
        held = {one.grid: one for one in drawing}
    return [
        {
            "grid_id": one.grid,
            "community": f"C{one.community}",
            "town": f"T{one.community // 2}",
            "district": "江北区",
            "longitude": WEST + CELL * (one.left + one.right) / 2,
            "latitude": SOUTH,
            "geometry": json.dumps({"type": "Polygon", "coordinates": [box(one)]}),
            "valid_from": start,
        }
        for one, start in rows
    ]


def box(one: Stretch) -> list[list[float]]:
    west, east = WEST + CELL * one.left, WEST + CELL * one.right
    return [[west, 29.4], [east, 29.4], [east, 29.6], [west, 29.6], [west, 29.4]]


def lineage_table(world: World) -> list[dict[str, Any]]:
    """Which part of each changed stretch went where, by length."""
    rows = []
    for (_, old), (day, new) in zip(world.drawings, world.drawings[1:], strict=False):
        for one in old:
            overlaps = [(other.grid, min(one.right, other.right) - max(one.left, other.left)) for other in new]
            heirs = [(grid, length) for grid, length in overlaps if length > 0]
            if heirs != [(one.grid, one.right - one.left)]:
                whole = one.right - one.left
                rows += [
                    {"from_grid_id": one.grid, "to_grid_id": grid, "effective_at": day, "weight": length / whole}
                    for grid, length in heirs
                ]
    return rows


def city(folder: Path, world: World, *, coordinates: bool, counts: bool = True) -> City:
    """A city that wrote down what happened in the grids of the day, `counts` also as weekly counts."""
    declared = folder / "declared.yaml"
    declared.write_text("sources: {school_reports: {fields: [closed_at, escalated_at]}}\n", encoding="utf-8")
    home = make_home(folder / "home", Settings(), declared)
    load(home, "grids", write_csv(folder / "grids.csv", grid_table(world)))
    if rows := lineage_table(world):
        assert load(home, "grid_lineage", write_csv(folder / "lineage.csv", rows)).accepted == len(rows)
    people = [
        {"grid_id": one.grid, "valid_from": "2024-06-01", "population": 100 * (one.right - one.left)} for one in world.drawings[0][1]
    ]  # fmt: skip
    load(home, "demographics", write_csv(folder / "people.csv", people))
    disputes, incidents, services = [], [], []
    for case in world.cases:
        grid = holder(world.on(case.registered.date()), case.cell).grid
        place = {"grid_id": grid}
        if coordinates:
            place |= {"longitude": WEST + CELL * (case.cell + 0.5), "latitude": SOUTH}
        ended = None if case.stays is None else case.registered + timedelta(hours=case.stays)
        base = {"record_id": f"N{case.number}", **place, "occurred_at": case.registered, "known_at": case.registered}
        disputes.append(
            {
                **base,
                "category": "邻里",
                "severity": "较大",
                "closed_at": None if case.escalated else ended,
                "escalated_at": ended if case.escalated else None,
                "outcome": "致人受伤" if case.escalated and ended else "",
            }
        )
        week = (case.registered - START).days // 7
        incidents.append(
            {**place, "category": "火灾", "count": case.many, "周": (START + timedelta(weeks=week)).date()}
        )
        services.append(
            {"record_id": f"F{case.number}", "grid_id": grid, "started_at": case.registered, "kind": "走访"}
        )
    for source in ("disputes", "school_reports"):
        load(home, source, write_csv(folder / f"{source}.csv", disputes))
    mapping = folder / "weekly.yaml"
    mapping.write_text("period: {unit: week, start: 周}\n", encoding="utf-8")
    if counts:
        load(home, "incidents", write_csv(folder / "incidents.csv", incidents), mapping=mapping)
    load(home, "interventions", write_csv(folder / "services.csv", services))
    return read_city(home, AS_OF)


def features(told: City) -> FeatureMatrix:
    return build_features(told, [told.calendar.shift(told.as_of, -4), told.as_of])


def assert_totals_stay(before: City, after: City) -> None:
    """Sums over the city, and over every unit whose ground is the same, of all that can be summed."""
    for name, rows in before.beliefs.items():
        assert after.beliefs[name]["count"].sum() == rows["count"].sum(), name
        assert (after.beliefs[name]["grid"] >= 0).all(), name
    assert len(before.interventions) == len(after.interventions)
    left, right = features(before), features(after)
    assert left.names == right.names
    for index, feature in enumerate(left.features):
        if feature.quantity is not Quantity.EXTENSIVE or not of_the_grid_alone(feature):
            continue
        sums = [np.nansum(one.values[index].astype(np.float64), axis=1) for one in (left, right)]
        assert sums[0] == pytest.approx(sums[1], rel=1e-6, abs=1e-6), feature.name
    for target in ("conflict", "safety"):
        totals = [target_events(one, target).count.sum() for one in (before, after)]
        assert totals[0] == totals[1], target


def assert_untouched_stay(before: City, after: City, untouched: set[str]) -> None:
    """Every feature of a grid's own, to the bit."""
    left, right = features(before), features(after)
    changed = []
    for index, feature in enumerate(left.features):
        if not of_the_grid_alone(feature):
            continue
        for grid in sorted(untouched):
            one = left.values[index, :, before.geography.grid_ids.index(grid)]
            other = right.values[index, :, after.geography.grid_ids.index(grid)]
            if not np.array_equal(one, other, equal_nan=True):
                changed.append((feature.name, grid))
    assert not changed


def assert_same_everywhere(one: City, other: City) -> None:
    assert one.geography.grid_ids == other.geography.grid_ids
    left, right = features(one), features(other)
    for index, feature in enumerate(left.features):
        # Residents and services have no coordinates: they go by weight.
        if feature.source not in ("demographics", "interventions") and "per_1000" not in feature.name:
            assert np.array_equal(left.values[index], right.values[index], equal_nan=True), feature.name


def untouched(world: World) -> set[str]:
    touched = {row[name] for row in lineage_table(world) for name in ("from_grid_id", "to_grid_id")}
    return {one.grid for one in FIRST} - touched


def never_redrawn(world: World) -> World:
    return replace(world, drawings=world.drawings[:1])


def always_so(world: World) -> World:
    """The world that was from the beginning drawn as it is today."""
    return replace(world, drawings=((date(2024, 1, 1), world.drawings[-1][1]),))
