"""A small city of three districts, whose incidents began late in one of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from riskwarn.home import Home, make_home
from riskwarn.settings import Settings
from tests.worlds import grid_rows, load, write_csv

START, WEEKS = datetime(2024, 1, 1, 9), 120
AS_OF = date(2024, 1, 1) + timedelta(weeks=WEEKS)
NOW = datetime(AS_OF.year, AS_OF.month, AS_OF.day, tzinfo=UTC)
DISTRICTS = ("北城区", "中城区", "南城区")


def records(kind: str, seed: int, rate: float, late: bool) -> list[dict[str, Any]]:
    """Incidents or disputes at one rate in six grids, in the last district from week 60 where they are late; the newest on the last day."""
    rng = np.random.default_rng(seed)
    found = []
    for week in range(WEEKS):
        for grid in range(6):
            if late and grid >= 4 and week < 60:
                continue
            for _ in range(rng.poisson(rate)):
                moment = START + timedelta(weeks=week, days=int(rng.integers(7)))
                found.append((f"{kind}{len(found)}", f"G{grid}", moment))
    found.append((f"{kind}last", "G0", START + timedelta(weeks=WEEKS, hours=-10)))
    if kind == "A":
        return [
            {"事故编号": name, "网格编码": grid, "事故时间": moment, "登记时间": moment, "事故类型": "火灾"}
            for name, grid, moment in found
        ]
    return [
        {"纠纷编号": name, "网格编码": grid, "发生时间": moment, "登记时间": moment, "纠纷类型": "邻里"}
        for name, grid, moment in found
    ]


def city_of(folder: Path, *, late: bool) -> Home:
    home = make_home(folder / "home", Settings(threads=1))
    rows = grid_rows(6)
    for index, row in enumerate(rows):
        row.update(区县=DISTRICTS[index // 2], 街道=f"第{index // 2}街道")
    load(home, "grids", write_csv(folder / "grids.csv", rows))
    for source, kind, rate in (("disputes", "D", 2.0), ("incidents", "A", 1.0)):
        file = write_csv(folder / f"{source}.csv", records(kind, 7, rate, late and kind == "A"))
        load(home, source, file, exported_at=NOW)
    return home
