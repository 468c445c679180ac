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


#: What a team of a town may give, and how many work in it: some are too small for figures of their own.
_SERVICES = ("调解;走访;普法宣传", "调解;隐患整改;检查", "调解;心理疏导;法律援助")
_WORKERS = (4, 6, 9, 12)


def teams(world: World) -> pd.DataFrame:
    """队伍.csv: a team a town and one a district, which takes what its towns pass up; nobody's name is in it."""
    towns = [
        {
            "队伍编号": f"{name}处置队", "服务区域": f"ZJ{town:04d}", "服务类型": _SERVICES[town % 3], "队伍人数": _WORKERS[town % 4],
            "每周工时": 30 * _WORKERS[town % 4], "每周处置上限": 3,
        }
        for town, name in enumerate(world.town_names)
    ]  # fmt: skip
    districts = [
        {"队伍编号": f"{name}综治中心", "服务区域": f"QX{district:03d}", "服务类型": ";".join(_SERVICES), "队伍人数": 15, "每周工时": 450, "每周处置上限": 5}
        for district, name in enumerate(world.district_names)
    ]  # fmt: skip
    return pd.DataFrame([*towns, *districts])
