"""Towns of grids, four in a district."""

from __future__ import annotations

from datetime import date

from riskwarn.contracts.schema import GRIDS
from riskwarn.geography import Geography, geography
from tests.riskwarn.places.four_grids import grid, table

DAY = date(2026, 6, 1)


def towns_of(sizes: list[int], community: int | None = None) -> Geography:
    """Towns of so many grids: the first grids are the first town's, four towns a district's; each is one community, or has communities of so
    many grids."""
    of_grid = [town for town, size in enumerate(sizes) for _ in range(size)]
    told = [
        {
            **grid(1), "grid_id": f"G{n:03d}", "load_id": 1, "community": f"C{n // community if community else town:03d}",
            "community_name": f"Community {n // community if community else town}",
            "town": f"T{town:02d}", "town_name": f"Town {town}",
            "district": f"D{town // 4}", "district_name": f"District {town // 4}",
        }
        for n, town in enumerate(of_grid)
    ]  # fmt: skip
    return geography(table(GRIDS, told), DAY, "city")
