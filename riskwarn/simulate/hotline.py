"""Calls to the city's hotline: nobody there knows grids, so that a call says its place in four other ways."""

from __future__ import annotations

import numpy as np
import pandas as pd

from riskwarn.simulate.surroundings import police_area, quarter
from riskwarn.simulate.world import World

CATEGORIES = ("噪声", "物业", "停水停电停气", "欠薪", "油烟", "消防通道堵塞", "低保", "预付卡", "其他")
_WEIGHTS = (0.22, 0.2, 0.12, 0.05, 0.1, 0.08, 0.08, 0.08, 0.07)
_KINDS = ("投诉", "求助", "咨询", "表扬")

#: Calls a week in a grid of mean size, and for each dispute of the week.
QUIET, TROUBLED = 0.12, 0.15

#: Shares of calls that name a quarter, lie on the map, or name their community; the rest names a police area.
_WAYS = (0.45, 0.85, 0.96)


def calls(world: World, weeks: int, warm_up: int, disputes: pd.DataFrame, seed: int) -> pd.DataFrame:
    """All calls: grid, week, second of the week, category, kind, hours until the answer; deterministic by seed."""
    rng = np.random.default_rng([seed, 13])
    trouble = np.zeros((warm_up + weeks, world.grids))
    np.add.at(trouble, (disputes["week"].to_numpy(), disputes["grid"].to_numpy()), 1.0)
    number = rng.poisson(QUIET * np.sqrt(world.population / world.population.mean()) + TROUBLED * trouble)
    week, grid = np.nonzero(number)
    week, grid = (np.repeat(place, number[number > 0]) for place in (week, grid))
    count = len(week)
    return pd.DataFrame(
        {
            "grid": grid,
            "week": week,
            "second": rng.integers(7, size=count) * 86_400 + rng.integers(7 * 3600, 23 * 3600, size=count),
            "category": rng.choice(np.array(CATEGORIES, dtype=object), count, p=_WEIGHTS),
            "kind": rng.choice(np.array(_KINDS, dtype=object), count, p=[0.5, 0.3, 0.15, 0.05]),
            "hours": np.round(rng.exponential(90, count), 1),
        }
    )


def places_of(world: World, grid: pd.Series, longitude: np.ndarray, latitude: np.ndarray) -> dict[str, pd.Series]:
    """Columns that say where each call comes from, each in its own way."""
    way = np.searchsorted(_WAYS, grid.index.to_numpy() * 61 % 100 / 100, side="right")
    index = grid.to_numpy()
    second = grid.index.to_numpy() % 2 == 1
    spots = [f"{x:.5f},{y:.5f}" for x, y in zip(longitude, latitude, strict=True)]
    quarters = [quarter(world, one, bool(two)) for one, two in zip(index, second, strict=True)]
    columns = {
        "小区名称": (0, quarters),
        "经纬度": (1, spots),
        "所属街道": (2, [world.town_names[world.town[one]] for one in index]),
        "所属社区": (2, [world.community_names[world.community[one]] for one in index]),
        "派出所": (3, [police_area(world, one) for one in index]),
    }
    return {
        name: pd.Series(told, index=grid.index, dtype=object).where(way == which)
        for name, (which, told) in columns.items()
    }
