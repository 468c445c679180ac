"""Grids by number or name, however a register writes them, and names of units without the words for their kind."""

from __future__ import annotations

from typing import Any

import pytest

from riskwarn.ingest.places.gazetteer import plain_name, steps_of
from riskwarn.ingest.places.grid_words import numbered
from tests.riskwarn.places.four_grids import grid, ladder, locate


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


@pytest.mark.parametrize(
    ("name", "plain"),
    [("青山社区居委会", "青山"), ("青山村委会", "青山"), ("石桥街道办事处", "石桥"), ("石桥乡", "石桥"), ("村", "村")],
)
def test_words_for_kinds_of_units_are_left_out(name: str, plain: str) -> None:
    assert plain_name(name) == plain


def test_a_path_without_separators_is_cut_after_the_kinds() -> None:
    assert steps_of("重庆市江北区石桥街道青山社区第2网格") == ["重庆市", "江北区", "石桥街道", "青山社区", "第2网格"]
