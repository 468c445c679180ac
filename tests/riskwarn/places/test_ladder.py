"""The ladder of places, rung by rung, with the names and borders of the record's day."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from riskwarn.contracts.schema import GRIDS, PLACES, SERVICE_AREAS
from riskwarn.ingest.places.coordinates import gcj02_to_bd09, wgs84_to_gcj02
from riskwarn.ingest.places.gazetteer import plain_name, steps_of
from riskwarn.ingest.places.grid_words import numbered
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


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("第1网格", "第1网格"), ("1网格", "第1网格"), ("01号网格", "第1网格"), ("第十二网格", "第12网格"),
        ("青山社区第1网格", "第1网格"), ("青山第1网格", "第1网格"), ("石桥街道青山社区第一网格", "第1网格"),
        ("第3微网格", "第3微网格"), ("阳光花园第2网格", "阳光花园第2网格"), ("一百零五网格", "第105网格"), ("河滩专属网格", None),
        ("第1网格（东）", None),
    ],
)  # fmt: skip
def test_the_number_of_a_grid_in_its_name(name: str, number: str | None) -> None:
    assert numbered(name, "石桥街道", "青山社区") == number


def test_what_is_no_name_of_a_unit_stays_before_the_number() -> None:
    assert numbered("梅江社区集镇第1网格", "梅江镇", "梅江社区") == "集镇第1网格"
    assert numbered("梅江村民之家第1网格", "龙池镇", "梅江社区") == "村民之家第1网格"
    assert numbered("梅江村第1网格", "梅江镇", "梅江村委会") == "第1网格"


@pytest.mark.parametrize("name", ["第{}网格", "青山0社区第{}网格", "石桥街道青山0社区{}号网格"])
def test_a_path_leads_to_a_grid_however_the_register_calls_it(name: str) -> None:
    grids = [
        grid(number, name=name.format(number + 1), community_name="青山0社区", community="C0") for number in range(3)
    ]
    for told in ("江北区石桥街道青山0社区第3网格", "石桥街道/青山0社区/第3网格", "青山0社区三网格"):
        for column in ("path", "grid_id", "grid_name", "address"):
            assert locate({column: told}, on=ladder(grids)).grid_id[0] == "G2", (told, column)


@pytest.mark.parametrize(
    "name", ["{}网格", "第{}网格", "梅江社区{}网格", "梅江镇梅江社区第{}网格", "梅江居委会{}网格", "梅江{}网格"]
)
def test_a_grid_is_found_in_a_community_that_is_called_like_its_town(name: str) -> None:
    grids = [
        grid(at, name=name.format(number), community="C0", community_name="梅江社区", town_name="梅江镇")
        for at, number in enumerate("一二三")
    ]
    grids.append(grid(3, name="一网格", community="C1", community_name="民族村", town_name="梅江镇"))
    city = ladder(grids)
    units = {"town_name": "梅江镇", "community_name": "梅江社区"}
    for told in (
        units | {"grid_name": "二网格"},
        units | {"grid_name": "第2网格"},
        units | {"grid_name": "梅江社区二网格"},
        units | {"address": "二网格12号"},
        {"address": "江北区梅江镇梅江社区二网格西街12号"},
        {"address": "梅江社区第2网格"},
        {"path": "江北区/梅江镇/梅江社区/第二网格"},
        {"path": "江北区梅江镇梅江社区2网格"},
    ):
        assert locate(told, city).grid_id[0] == "G1", told
    for told, unit in ((units | {"grid_name": "十九网格"}, "C0"), ({"address": "梅江镇梅江社区西街"}, "C0")):
        found = locate(told, city)
        assert (found.grid_id[0], found.unit[0]) == (None, unit), told
    assert locate({"address": "梅江镇民族村一网格"}, city).grid_id[0] == "G3"


def test_the_number_of_a_grid_by_itself_leads_to_no_grid_of_another_unit() -> None:
    """One grid alone is called by the bare number: the others bear their community's name before it."""
    city = ladder(
        [
            grid(0, name="梅江社区一网格", community_name="梅江社区", town_name="梅江镇"),
            grid(2, name="一网格", community_name="石堤社区", town="T1", town_name="石堤镇"),
            grid(3, name="七网格", community_name="石堤社区", town="T1", town_name="石堤镇"),
        ]
    )
    for column in ("grid_name", "path", "grid_id"):
        here = {"town_name": "梅江镇", "community_name": "梅江社区"}
        assert locate(here | {column: "一网格"}, city).grid_id[0] == "G0"
        assert locate({"community": "C0"} | {column: "一网格"}, city).grid_id[0] == "G0"
        assert locate({"community": "C0"} | {column: "七网格"}, city).unit[0] == "C0"
        assert locate(here | {column: "七网格"}, city).unit[0] == "C0"
        assert locate({"town_name": "梅江镇", column: "七网格"}, city).unit[0] == "T0"
        assert locate({"town_name": "石堤镇", column: "七网格"}, city).grid_id[0] == "G3"
        assert locate({"town_name": "石堤镇", "community_name": "无此社区", column: "七网格"}, city).unit[0] == "T1"
        assert locate({column: "一网格"}, city).located_by[0] is None
        assert locate({column: "七网格"}, city).grid_id[0] == "G3"


def alike(number: int, name: str, town: str, community: str) -> dict[str, Any]:
    """A grid of 梁平区; communities of three towns are called 新桥."""
    return grid(
        number, name=name, community=f"C{town}", community_name=community, town=town, town_name=town, district="梁平区",
        district_name="梁平区",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("told", "grid_id"),
    [
        ({"address": "重庆梁平梁山街道新桥社区第四网格"}, "G0"),
        ({"address": "重庆梁平明达镇新桥社区第2网格3组81号"}, "G1"),
        ({"address": "重庆梁平云龙镇新桥村2号网格"}, "G3"),
        ({"address": "重庆梁平云龙镇新桥村第4网格7组7号"}, "G2"),
        ({"address": "新桥村第四网格"}, "G2"),
        ({"grid_name": "重庆梁平梁山街道新桥社区第四网格"}, "G0"),
        ({"grid_name": "网格4", "town_name": "梁山街道", "community_name": "新桥社区"}, "G0"),
        ({"grid_name": "2", "town_name": "明达镇", "community_name": "新桥社区"}, "G1"),
        ({"grid_name": "2"}, None),
        ({"path": "梁平区>梁山街道>新桥社区>第四网格"}, "G0"),
        ({"address": "新桥社区第四网格"}, None),
        ({"grid_name": "新桥社区第四网格", "town_name": "明达镇"}, None),
        ({"address": "新桥社区第四网格", "town_name": "梁山街道"}, "G0"),
    ],
)
def test_a_grid_of_another_unit_than_the_text_names_is_never_meant(told: dict[str, Any], grid_id: str | None) -> None:
    """However its register writes its name, and whatever stands before the town."""
    on = ladder([
        alike(0, "新桥社区4网格", "梁山街道", "新桥社区"),
        alike(1, "第二网格", "明达镇", "新桥社区"),
        alike(2, "第四网格", "云龙镇", "新桥村"),
        alike(3, "第二网格", "云龙镇", "新桥村"),
    ])  # fmt: skip
    assert locate(told, on).grid_id[0] == grid_id


@pytest.mark.parametrize(
    ("told", "unit"),
    [
        ({"town_name": "荫平"}, "荫平镇"),
        ({"town_name": "荫平镇政府"}, "荫平镇"),
        ({"town_name": "荫平镇人民政府", "district_name": "梁平区"}, "荫平镇"),
        ({"town_name": "荫平社区"}, "C荫平镇"),  # written in full, though it is no town
        ({"town_name": "荫平", "community_name": "荫平"}, "C荫平镇"),
        ({"community_name": "荫平"}, None),
        ({"town_name": "和林", "address": "和林镇新桥社区"}, "C和林镇"),
        ({"town_name": "云龙"}, None),  # 云龙镇 and 云龙街道
    ],
)
def test_a_column_of_towns_names_towns_though_communities_are_called_alike(
    told: dict[str, Any], unit: str | None
) -> None:
    on = ladder([
        alike(0, "第1网格", "荫平镇", "荫平社区"),
        alike(1, "第1网格", "和林镇", "新桥社区"),
        alike(2, "第1网格", "石桥镇", "和林村"),
        alike(3, "第1网格", "云龙镇", "三合村"),
        alike(4, "第1网格", "云龙街道", "三星村"),
    ])  # fmt: skip
    assert locate(told, on).unit[0] == unit


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


@pytest.mark.parametrize(
    ("name", "plain"),
    [("青山社区居委会", "青山"), ("青山村委会", "青山"), ("石桥街道办事处", "石桥"), ("石桥乡", "石桥"), ("村", "村")],
)
def test_words_for_kinds_of_units_are_left_out(name: str, plain: str) -> None:
    assert plain_name(name) == plain


def test_a_path_without_separators_is_cut_after_the_kinds() -> None:
    assert steps_of("重庆市江北区石桥街道青山社区第2网格") == ["重庆市", "江北区", "石桥街道", "青山社区", "第2网格"]
