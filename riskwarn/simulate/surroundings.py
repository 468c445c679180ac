"""What the city's offices know of its places: residential quarters, police areas, and when a register changed its ways."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from riskwarn.simulate.redrawing import grid_id
from riskwarn.simulate.world import GRIDS_PER_COMMUNITY, World

#: Two quarters a grid, named after its community.
_QUARTERS = ("花园", "家园", "新苑", "雅居", "名都", "小区", "里弄", "公寓", "佳园", "嘉苑")


def quarter(world: World, grid: int, second: bool) -> str:
    """The name of one of a grid's two quarters."""
    name: str = world.community_names[world.community[grid]].removesuffix("社区")
    return name + _QUARTERS[grid % GRIDS_PER_COMMUNITY * 2 + int(second)]


def police_area(world: World, grid: int) -> str:
    """The police area of a grid: one a town."""
    name: str = world.town_names[world.town[grid]].removesuffix("街道")
    return name + "派出所"


def places(world: World) -> pd.DataFrame:
    """小区.csv."""
    return pd.DataFrame(
        [
            {"小区名称": quarter(world, grid, second), "网格编码": grid_id(grid), "场所类型": "小区"}
            for grid in range(world.grids)
            for second in (False, True)
        ]
    )


def service_areas(world: World) -> pd.DataFrame:
    """派出所辖区.csv: an area's events are spread over its grids by residents."""
    people = world.population / np.bincount(world.town, world.population)[world.town]
    weight = np.round(people, 5)
    last = np.array([np.flatnonzero(world.town == town)[-1] for town in range(len(world.town_names))])
    weight[last] += 1.0 - np.bincount(world.town, weight)
    return pd.DataFrame(
        {
            "辖区名称": [police_area(world, grid) for grid in range(world.grids)],
            "辖区类型": "派出所",
            "网格编码": [grid_id(grid) for grid in range(world.grids)],
            "所占比例": np.round(weight, 5),
        }
    )


def breaks(world: World, start: date, weeks: int) -> pd.DataFrame:
    """口径变化.csv: the register of grid reports of one district was replaced."""
    return pd.DataFrame(
        [
            {
                "变化日期": start + timedelta(weeks=max(1, weeks * 2 // 5)),
                "数据源": "grid_reports",
                "单位代码": f"QX{int(world.district[0]):03d}",
                "变化原因": "网格事件系统更换",
            }
        ]
    )
