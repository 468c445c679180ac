"""How the city was drawn before: grids that were split, merged or shifted, and a town that moved to another district.

Life goes on in the grids of today; what changed is in which grid offices wrote it down. So the truth is about the grids in
force at its as-ofs, and the way from the old grids to them is known exactly.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskwarn.simulate.world import COMMUNITIES_PER_TOWN, GRIDS_PER_COMMUNITY, TOWNS_PER_DISTRICT, World

#: Of so many grids one is split, one was merged and one border was shifted.
GRIDS_PER_CHANGE = 80

#: Share of a grid's ground that a shifted border gave it.
SHIFTED = 0.35

Ids = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Redrawing:
    """The drawing before `day`, told by the grids of today (indices)."""

    day: date  # first day of the grids of today
    splits: tuple[tuple[int, int], ...]  # grids that were one
    merges: tuple[int, ...]  # grids that were two
    shifts: tuple[tuple[int, int], ...]  # (a, b): a part of b's ground was a's
    moved_town: int | None
    moved_on: date
    district_before: int | None


@dataclass(frozen=True)
class Former:
    """A grid as it was before the re-drawing: where it lay, and the parts of the grids of today that it consisted of."""

    grid_id: str
    ended: bool  # it is none of the grids of today
    parts: tuple[tuple[int, float], ...]  # (grid of today, share of its life)


def grid_id(index: int) -> str:
    """The id of a grid, which says nothing in itself; former grids are numbered after those of today."""
    return f"WG{500000 + 37 * index:07d}"


def redraw(world: World, start: date, weeks: int, latest_week: int, seed: int) -> tuple[World, Redrawing]:
    """Decide how the city was drawn before; the world comes back with the moved town in its new district.

    The grids are re-drawn half-way, and never after the week `latest_week`.
    """
    rng = np.random.default_rng([seed, 11])
    communities = rng.permutation(world.grids // GRIDS_PER_COMMUNITY)
    number = max(1, world.grids // GRIDS_PER_CHANGE)
    first = [int(community) * GRIDS_PER_COMMUNITY for community in communities]
    # Each change has a community of its own, as long as there are enough; else other grids of the same.
    chosen = [(first[k % len(first)], k // len(first)) for k in range(3 * number)]
    splits = tuple((grid, grid + 1) for grid, again in chosen[:number] if again == 0)
    merges = tuple(grid + 2 for grid, _ in chosen[number : 2 * number])
    shifts = tuple((grid + 3, grid + 4) for grid, _ in chosen[2 * number :])
    towns = COMMUNITIES_PER_TOWN * GRIDS_PER_COMMUNITY
    moves = world.grids > TOWNS_PER_DISTRICT * towns
    moved = TOWNS_PER_DISTRICT - 1 if moves else None
    before = 0 if moves else None
    day = start + timedelta(weeks=max(1, min(weeks // 2, latest_week)))
    drawn = Redrawing(
        day, splits, tuple(dict.fromkeys(merges)), tuple(dict.fromkeys(shifts)), moved,
        start + timedelta(weeks=max(1, weeks * 7 // 10)), before,
    )  # fmt: skip
    if moved is not None:
        world = replace(world, district=np.where(world.town == moved, 1, world.district))
    return world, drawn


def former_grids(world: World, drawn: Redrawing) -> list[Former]:
    """The grids before the re-drawing that are not grids of today, or had another border."""
    found, number = [], world.grids
    for one, other in drawn.splits:
        found.append(Former(grid_id(number), True, ((one, 1.0), (other, 1.0))))
        number += 1
    for grid in drawn.merges:
        for _ in range(2):
            found.append(Former(grid_id(number), True, ((grid, 0.5),)))
            number += 1
    for one, other in drawn.shifts:
        found.append(Former(grid_id(one), False, ((one, 1.0), (other, SHIFTED))))
        found.append(Former(grid_id(other), False, ((other, 1.0 - SHIFTED),)))
    return found


def written_ids(world: World, drawn: Redrawing, grid: pd.Series, registered: pd.Series) -> pd.Series:
    """The ids under which offices wrote cases of the grids of today down on the day of their registration.

    Which part of a grid a case lies in follows from its number, so that all offices agree.
    """
    today = np.array([grid_id(index) for index in range(world.grids)], dtype=object)
    ids, place = today[grid.to_numpy()], grid.to_numpy()
    old = registered.to_numpy() < np.datetime64(drawn.day, "s")
    where = grid.index.to_numpy() * 37 % 100 / 100
    parts: dict[int, list[tuple[str, float]]] = {}
    for former in former_grids(world, drawn):
        for part, share in former.parts:
            parts.setdefault(part, []).append((former.grid_id, share))
    for part, held in parts.items():
        ends = np.cumsum([share for _, share in held])
        rows = np.flatnonzero(old & (place == part))
        ids[rows] = np.array([name for name, _ in held], dtype=object)[np.searchsorted(ends, where[rows], side="right")]
    return pd.Series(ids, index=grid.index)


def lineage_table(world: World, drawn: Redrawing) -> pd.DataFrame:
    """What the office for grids hands over: which old grid went on in which new one, by residents."""
    rows = []
    for former in former_grids(world, drawn):
        people = [share * float(world.population[part]) for part, share in former.parts]
        if not former.ended and len(former.parts) == 1:
            continue  # it goes on, and gained ground
        weights = [round(number / sum(people), 4) for number in people]
        weights[-1] = round(1.0 - sum(weights[:-1]), 4)
        rows += [
            {"原网格编码": former.grid_id, "现网格编码": grid_id(part), "调整日期": drawn.day, "划入比例": weight, "比例依据": "常住人口"}
            for (part, _), weight in zip(former.parts, weights, strict=True)
        ]  # fmt: skip
    return pd.DataFrame(rows)


def former_people(world: World, drawn: Redrawing) -> pd.DataFrame:
    """Residents and the share of the old by the grids before the re-drawing: grid_id, population, share_over_65."""
    former = former_grids(world, drawn)
    changed = {part for one in former for part, _ in one.parts}
    rows = [
        (grid_id(index), int(world.population[index]), float(world.share_over_65[index]))
        for index in range(world.grids)
        if index not in changed
    ]
    for one in former:
        people = np.array([share * world.population[part] for part, share in one.parts])
        old = np.array([world.share_over_65[part] for part, _ in one.parts])
        rows.append((one.grid_id, round(float(people.sum())), float((people * old).sum() / people.sum())))
    return pd.DataFrame(rows, columns=["grid_id", "population", "share_over_65"])


def grid_table(world: World, drawn: Redrawing, until: date) -> pd.DataFrame:
    """Every grid that was ever in force before a day, with its days: index, grid_id, centre, district, valid_from, valid_to.

    `index` is the grid of today whose units it has.
    """
    former = {one.grid_id: one for one in former_grids(world, drawn)} if drawn.day < until else {}
    rows: list[tuple[int, str, float, float, date | None, date | None]] = []
    for index in range(world.grids):
        centre = float(world.longitude[index]), float(world.latitude[index])
        shifted = former.get(grid_id(index))
        new = any(index == part for one in former.values() for part, _ in one.parts)
        if shifted is not None:
            rows.append((index, grid_id(index), centre[0] - 0.0008, centre[1], None, drawn.day))
        rows.append((index, grid_id(index), *centre, drawn.day if new else None, None))
    for one in former.values():
        if one.ended:
            members = [part for part, _ in one.parts]
            offset = 0.0008 * (int(one.grid_id[2:]) // 37 % 2 * 2 - 1) if len(members) == 1 else 0.0
            x, y = float(world.longitude[members].mean()) + offset, float(world.latitude[members].mean())
            rows.append((members[0], one.grid_id, x, y, None, drawn.day))
    table = pd.DataFrame(rows, columns=["index", "grid_id", "longitude", "latitude", "valid_from", "valid_to"])
    return _with_districts(table, world, drawn, until)


def _with_districts(table: pd.DataFrame, world: World, drawn: Redrawing, until: date) -> pd.DataFrame:
    """Rows of the town that moved end on that day and go on in the other district."""
    table["district"] = world.district[table["index"]]
    if drawn.moved_town is None:
        return table
    there = world.town[table["index"]] == drawn.moved_town
    if drawn.moved_on >= until:
        return table.assign(district=table["district"].where(~there, drawn.district_before))
    ended = table["valid_to"].map(lambda day: day is not None and day <= drawn.moved_on).to_numpy(dtype=bool)
    before = table[there].assign(district=drawn.district_before)
    before["valid_to"] = before["valid_to"].where(ended[there], drawn.moved_on)
    after = table[there & ~ended].assign(valid_from=drawn.moved_on)
    together: pd.DataFrame = pd.concat([table[~there], before, after], ignore_index=True)
    return together.sort_values(["index", "grid_id"], kind="stable")
