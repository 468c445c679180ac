"""The ladder of places, rung by rung, with the names and borders of the record's day."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from riskwarn.ingest.places.coordinates import gcj02_to_bd09, wgs84_to_gcj02
from tests.riskwarn.places.four_grids import (
    grid,
    ladder,
    locate,
    square,
)


@pytest.mark.parametrize(
    ("told", "grid_id", "unit", "rung"),
    [
        ({"grid_id": "G2", "place": "阳光花园"}, "G2", None, "grid_id"),
        ({"grid_id": "G9", "place": "阳光花园"}, "G1", None, "places"),
        ({"longitude": "106.523", "latitude": "29.506", "place": "阳光花园"}, "G2", None, "coordinates"),
        ({"coordinates": "106.523,29.506"}, "G2", None, "coordinates"),
        ({"coordinates": "29.506,106.523"}, "G2", None, "coordinates"),
        ({"longitude": "29.506", "latitude": "106.523"}, "G2", None, "coordinates"),
        ({"longitude": "120.1", "latitude": "30.2", "place": "阳光花园"}, "G1", None, "places"),
        ({"place": "阳光花园"}, "G1", None, "places"),
        ({"address": "江北区石桥街道阳光花园3栋2单元"}, "G1", None, "places"),
        ({"place": "幸福里"}, None, None, None),
        ({"place": "幸福里", "community_name": "青山1居委会"}, None, "C1", "community"),
        ({"place": "幸福里", "community": "C1"}, "G2", None, "places"),
        ({"place": "大市场"}, None, "C1", "places"),
        ({"place": "长河小区"}, None, "C1", "places"),
        ({"address": "不详", "address_2": "长河小区门口"}, None, "C1", "places"),
        ({"address": "江北区石桥街道青山0社区第2网格12号"}, "G1", None, "address"),
        ({"address": "青山0社区2号网格门口"}, "G1", None, "address"),
        ({"address": "青山1社区四网格3栋", "community": "C1"}, "G3", None, "address"),
        ({"address": "三网格菜场旁", "community_name": "青山1居委会"}, "G2", None, "address"),
        ({"address": "第3网格菜场旁", "community": "C1"}, "G2", None, "address"),
        ({"address": "第3网格菜场旁", "town_name": "石桥街道"}, None, "T0", "town"),
        ({"address": "石桥街道青山0社区第9网格"}, None, "C0", "community"),
        ({"address": "青山0社区阳光花园第2网格"}, "G1", None, "places"),
        ({"address": "网格号GRID-00042处"}, "GRID-00042", None, "address"),
        ({"address": "石桥街道河滩专属网格内"}, "S1", None, "address"),
        ({"path": "重庆市/江北区/石桥街道/青山0社区/第2网格"}, "G1", None, "path"),
        ({"path": "江北区石桥街道青山0社区第2网格"}, "G1", None, "path"),
        ({"path": "江北区石桥青山0社区2号网格"}, "G1", None, "path"),
        ({"path": "石桥街道青山0社区/第二网格"}, "G1", None, "path"),
        ({"path": "江北区、石桥街道、青山0社区、第2网格"}, "G1", None, "path"),
        ({"path": "江北区 > 石桥 > 青山0 > 第2网格"}, "G1", None, "path"),
        ({"path": "石桥街道大青山0社区第2网格"}, None, "T0", "town"),
        ({"grid_name": "江北区-石桥街道-青山0社区-第2网格"}, "G1", None, "path"),
        ({"grid_name": "第2网格", "community_name": "青山0社区"}, "G1", None, "path"),
        ({"grid_id": "江北区石桥街道青山0社区第2网格"}, "G1", None, "path"),
        ({"path": "江北区/石桥镇/青山0村"}, None, "C0", "community"),
        ({"district_name": "江北区", "town_name": "石桥", "community_name": "青山1村委会"}, None, "C1", "community"),
        ({"community": "C1", "town": "T0"}, None, "C1", "community"),
        ({"town_name": "石桥街道办事处"}, None, "T0", "town"),
        ({"address": "江北区石桥街道青山1社区某处"}, None, "C1", "community"),
        ({"service_area": "石桥派出所"}, None, "石桥派出所", "service_area"),
        ({"service_area": "石桥派出所", "town": "T0"}, None, "T0", "town"),
        ({"community_name": "无此社区"}, None, None, None),
    ],
)
def test_the_highest_rung_that_holds(told: dict[str, Any], grid_id: str | None, unit: str | None, rung: str) -> None:
    found = locate(told)
    assert (found.grid_id[0], found.unit[0], found.located_by[0]) == (grid_id, unit, rung)
    assert found.district[0] == ("江北区" if rung else None)
    assert found.unknown_grid[0] == (told.get("grid_id") == "G9" and rung is None)


@pytest.mark.parametrize(
    ("told", "several"),
    [
        ({"address": "第1网格12号"}, True),
        ({"address": "青山社区第1网格"}, True),
        ({"address": "青山社区第1网格", "town_name": "石桥街道"}, False),
        ({"address": "第2网格"}, False),  # one alone has the number, and yet nothing says that it is meant
        ({"address": "第7网格"}, False),
        ({"community_name": "青山社区"}, True),
        ({"path": "青山社区"}, True),
        ({"path": "江北区/青山社区"}, True),
        ({"place": "幸福里"}, True),
        ({"place": "某处"}, False),
        ({"grid_id": "G9"}, False),
    ],
)
def test_what_fits_several_places_is_told_from_what_fits_none(told: dict[str, Any], several: bool) -> None:
    twins = [
        grid(number, name=name, community=f"C{number}", community_name="青山社区", town=f"T{number}", town_name=town)
        for number, (name, town) in enumerate((("第1网格", "石桥街道"), ("第1网格", "临江镇"), ("第2网格", "长河镇")))
    ]
    found = locate(told, on=ladder(twins))
    assert bool(found.several[0]) == several
    assert not (several and found.located_by[0])


def test_a_community_of_two_towns_is_told_apart_by_the_row() -> None:
    """Two communities of one name: the number alone means neither, the row's town says which."""
    city = ladder(
        [
            grid(0, name="青山社区第1网格", community_name="青山社区"),
            grid(1, name="青山社区第1网格", community="C9", community_name="青山社区", town="T9", town_name="河东镇"),
        ]
    )
    address = {"address": "青山社区第1网格12号"}
    assert locate(address, city).located_by[0] is None
    assert locate(address | {"town_name": "河东镇"}, city).grid_id[0] == "G1"
    assert locate(address | {"town": "T0"}, city).grid_id[0] == "G0"
    assert locate(address | {"community": "C9"}, city).grid_id[0] == "G1"
    assert locate({"address": "河东镇青山社区第1网格12号"}, city).grid_id[0] == "G1"


@pytest.mark.parametrize("system", ["wgs84", "gcj02", "bd09"])
def test_coordinates_of_every_system_mean_the_same_grid(system: str) -> None:
    x, y = np.array([106.5149]), np.array([29.5051])
    if system != "wgs84":
        x, y = wgs84_to_gcj02(x, y)
    if system == "bd09":
        x, y = gcj02_to_bd09(x, y)
    found = locate({"coordinates": f"{x[0]:.7f},{y[0]:.7f}"}, ladder(system=system))
    assert (found.grid_id[0], found.longitude.dtype) == ("G1", np.float32)
    assert (found.longitude[0], found.latitude[0]) == (np.float32(106.5149), np.float32(29.5051))


def test_what_was_mended_and_what_lies_outside_is_told() -> None:
    told = {"longitude": ["106.506", "29.506", "120.1", None], "latitude": ["29.506", "106.506", "30.2", None]}
    rows = pd.DataFrame({name: pd.Series(values, dtype="str") for name, values in told.items()})
    found = ladder().locate(rows.assign(grid_id=pd.Series([None, "G3", "G3", "G3"], dtype="str")))
    assert found.swapped.tolist() == [False, True, False, False]
    assert found.outside.tolist() == [False, False, True, False]
    assert found.located_by.tolist() == ["coordinates", "grid_id", "grid_id", "grid_id"]
    assert found.longitude.tolist()[:2] == [np.float32(106.506)] * 2
    assert np.isnan(found.longitude[2:]).all()


NEAR_THE_THIRD = {"coordinates": "106.523,29.506"}


@pytest.mark.parametrize(
    ("told", "grid_id", "rung", "away"),
    [
        ({"path": "江北区/石桥街道/青山0社区/第2网格"}, "G1", "path", True),
        ({"path": "江北区/石桥街道/青山1社区/第3网格"}, "G2", "path", False),
        ({"grid_name": "第2网格", "community": "C0"}, "G1", "path", True),
        ({"grid_name": "第二网格", "town_name": "石桥街道", "community_name": "青山0社区"}, "G1", "path", True),
        ({"grid_name": "河滩专属网格"}, "S1", "path", True),
        ({"grid_id": "江北区石桥街道青山0社区第2网格"}, "G1", "path", True),
        ({"grid_id": "G1"}, "G1", "grid_id", False),
        # What names no grid, or not surely, leaves it to the coordinates.
        ({"grid_name": "第2网格"}, "G2", "coordinates", False),
        ({"path": "江北区/石桥街道/青山0社区"}, "G2", "coordinates", False),
        ({"path": "江北区/石桥街道/青山0社区/第9网格"}, "G2", "coordinates", False),
        ({"community_name": "青山0社区", "address": "青山0社区第2网格"}, "G2", "coordinates", False),
    ],
)
def test_a_grid_that_is_named_goes_before_the_nearest_centre(
    told: dict[str, Any], grid_id: str, rung: str, away: bool
) -> None:
    found = locate({**told, **NEAR_THE_THIRD})
    assert (found.grid_id[0], found.located_by[0], found.district[0]) == (grid_id, rung, "江北区")
    assert (bool(found.away[0]), bool(found.within_another[0])) == (away, False)
    assert found.longitude[0] == np.float32(106.523)


def test_borders_go_before_the_grid_that_is_named_and_the_difference_is_told() -> None:
    city = ladder([grid(number, geometry=square(106.5 + number / 100, 29.5)) for number in range(4)])
    for name, elsewhere in (("第2网格", True), ("第3网格", False)):
        told = {"grid_name": name, "community_name": "青山0社区" if elsewhere else "青山1社区", **NEAR_THE_THIRD}
        found = locate(told, city)
        assert (found.grid_id[0], found.located_by[0]) == ("G2", "coordinates")
        assert (bool(found.away[0]), bool(found.within_another[0])) == (False, elsewhere)


def test_names_and_borders_mean_what_they_meant_on_the_day() -> None:
    """A border moves in June, and the name of a community goes to another."""
    june = date(2026, 6, 1)
    old = [
        grid(0, geometry=square(106.50, 29.50), valid_to=june),
        grid(1, geometry=square(106.51, 29.50), valid_to=june),
    ]
    new = [
        grid(0, geometry=square(106.50, 29.50, 0.008), valid_from=june, community="C7", community_name="绿水社区"),
        grid(1, geometry=square(106.508, 29.50, 0.012), valid_from=june, community="C9", community_name="青山0社区"),
    ]
    city = ladder(old + new)
    point = {"coordinates": "106.509,29.505"}
    assert locate(point, city, date(2026, 5, 31)).grid_id[0] == "G0"
    assert locate(point, city, june).grid_id[0] == "G1"
    assert locate(point, city).grid_id[0] == "G1"
    name = {"community_name": "青山0社区"}
    assert [locate(name, city, day).unit[0] for day in (date(2026, 5, 31), june)] == ["C0", "C9"]
    assert locate({"community_name": "绿水社区"}, city, date(2026, 5, 31)).unit[0] is None


def test_of_two_with_one_plain_name_the_one_written_in_full_is_meant() -> None:
    city = ladder([grid(0, community_name="青山社区"), grid(2, community_name="青山村")])
    assert locate({"community_name": "青山村"}, city).unit[0] == "C1"
    assert locate({"community_name": "青山社区"}, city).unit[0] == "C0"
    assert locate({"community_name": "青山居委会"}, city).unit[0] is None, "it could be either"
