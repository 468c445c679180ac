"""A city of four grids in a row, with places, a service area and grids of names of their own, to find addresses in."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from riskwarn.contracts.schema import GRIDS, PLACES, SERVICE_AREAS
from riskwarn.ingest.places.ladder import Ladder, Located


def table(schema: Any, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows as the store gives them."""
    frame = schema.empty_table().to_pandas()
    return pd.concat([frame, pd.DataFrame(rows)], ignore_index=True)[list(schema.names)]


def square(west: float, south: float, size: float = 0.01) -> str:
    ring = [[west, south], [west + size, south], [west + size, south + size], [west, south + size], [west, south]]
    return json.dumps({"type": "Polygon", "coordinates": [ring]})


def grid(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "grid_id": f"G{number}",
        "name": f"第{number + 1}网格",
        "community": f"C{number // 2}",
        "community_name": f"青山{number // 2}社区",
        "town": "T0",
        "town_name": "石桥街道",
        "district": "江北区",
        "district_name": "江北区",
        "longitude": 106.505 + number / 100,
        "latitude": 29.505,
        "load_id": 1,
        **changes,
    }


GRID_ROWS = [grid(number) for number in range(4)]
PLACE_ROWS = [
    {"name": "阳光花园", "grid_id": "G1"},
    {"name": "幸福里", "grid_id": "G2", "community": "C1"},
    {"name": "幸福里", "grid_id": "G0", "community": "C0"},
    {"name": "大市场", "community": "C1"},
    {"name": "长河小区", "grid_id": "G2"},
    {"name": "长河小区", "grid_id": "G3"},
]
AREA_ROWS = [
    {"name": "石桥派出所", "grid_id": "G0", "weight": 0.25},
    {"name": "石桥派出所", "grid_id": "G3", "weight": 0.75},
]


NAMED_ROWS = [
    grid(20, grid_id="GRID-00042", name=None, community="C10", community_name="绿水社区"),
    grid(21, grid_id="S1", name="河滩专属网格", community="C10", community_name="绿水社区"),
]


def ladder(grids: list[dict[str, Any]] = GRID_ROWS + NAMED_ROWS, system: Any = "wgs84") -> Ladder:
    places, areas = table(PLACES, PLACE_ROWS), table(SERVICE_AREAS, AREA_ROWS)
    return Ladder(table(GRIDS, grids), places, areas, coordinates=system)


def locate(told: dict[str, Any], on: Ladder | None = None, day: date | None = None) -> Located:
    on = on or ladder()
    rows = pd.DataFrame({name: pd.Series([value], dtype="str") for name, value in told.items()})
    if day is not None:
        rows["epoch"] = on.epochs(np.array([day], dtype="datetime64[D]"))
    return on.locate(rows)
