"""Addresses that name a town or a community, as people write them: without the district, with roads, with other counties."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskwarn.contracts.schema import GRIDS
from riskwarn.home import Home
from riskwarn.ingest.places.ladder import Ladder
from riskwarn.store import Store
from tests.riskwarn.places.four_grids import grid, locate, table
from tests.worlds import dispute, load, with_grids, write_csv

COMMUNITIES = (
    ("柳荫社区", "A1", "沙溪镇"),
    ("高坪村", "A1", "沙溪镇"),
    ("南桥社区", "A2", "临江街道"),
    ("高坪村", "A2", "临江街道"),
)


def city(district: str = "岚山区") -> Ladder:
    return Ladder(
        table(
            GRIDS,
            [
                grid(number, community=f"K{number}", community_name=name, town=town, town_name=town_name)
                | {"district": district, "district_name": district}
                for number, (name, town, town_name) in enumerate(COMMUNITIES)
            ],
        )
    )


@pytest.mark.parametrize(
    ("address", "unit"),
    [
        ("沙溪镇滨河大道42号", "A1"),
        ("沙溪乡9号", "A1"),
        ("重庆市沙溪镇滨河大道", "A1"),
        ("岚山沙溪镇", "A1"),
        ("岚山县沙溪镇", "A1"),
        ("遵义市岚山区沙溪镇", "A1"),
        ("滨河大道42号(沙溪镇)", "A1"),
        ("滨河小区沙溪镇街上", "A1"),
        ("菜市场旁，沙溪镇", "A1"),
        ("高新区沙溪镇", "A1"),
        ("临江街道办事处旁", "A2"),
        ("家住柳荫社区三栋", "K0"),
        ("临江南桥居委会门口", "K2"),
        ("岚山区滨河大道南桥社区", "K2"),
        ("沙溪镇滨河路高坪村二组", "K1"),  # of two of that name the one in the town that is named
        ("岚山区沙溪镇滨河路高坪村二组", "K1"),
        ("沙溪镇南桥社区", "A1"),  # no such community in this town: the town holds
        ("柳荫社区和沙溪镇高坪村之间", "A1"),  # two of one town
    ],
)
def test_an_address_lands_on_the_lowest_unit_that_it_names(address: str, unit: str) -> None:
    found = locate({"address": address}, city())
    assert (found.unit[0], found.located_by[0]) == (unit, "town" if unit[0] == "A" else "community")
    assert (found.grid_id[0], found.district[0], found.several[0]) == (None, "岚山区", False)


@pytest.mark.parametrize(
    ("address", "several"),
    [
        ("房山区沙溪镇滨河大道42号", False),  # towns of one name lie in many counties
        ("重庆市房山区沙溪镇", False),
        ("四川省广安市邻水县沙溪镇", False),
        ("荆门市沙溪镇", False),
        ("蓟县沙溪镇", False),
        ("房山区南庄街道", False),
        ("岚山区", False),
        ("滨河大道42号", False),
        ("大柳荫社区", False),  # another name, that ends like one of ours
        ("临江街道路积水", False),  # 临江街 and 道路
        ("高坪村路12号", False),  # a road
        ("高坪村二组", True),
        ("沙溪镇与临江街道交界", True),
    ],
)
def test_what_names_another_county_or_no_unit_or_several_lands_nowhere(address: str, several: bool) -> None:
    found = locate({"address": address}, city())
    assert (found.unit[0], found.located_by[0], found.several[0]) == (None, None, several)


def test_where_districts_have_codes_alone_a_county_before_a_town_is_taken_for_ours() -> None:
    assert locate({"address": "岚山区沙溪镇滨河大道42号"}, city("500199")).unit[0] == "A1"


def test_the_address_says_which_community_of_the_town_that_the_row_tells() -> None:
    assert locate({"town_name": "沙溪镇", "address": "高坪村二组"}, city()).unit[0] == "K1"
    assert locate({"town": "A2", "address": "高坪村二组"}, city()).unit[0] == "K3"
    assert locate({"town_name": "沙溪镇", "address": "南桥社区"}, city()).unit[0] == "A1", "the row's own town holds"
    assert locate({"place": "沙溪镇滨河大道42号"}, city()).unit[0] == "A1"


def test_rows_whose_community_nobody_knows_are_told_with_their_town(home: Home, tmp_path: Path) -> None:
    """The ladder gives them to the town, and says so."""
    with_grids(home, tmp_path)
    names = ["云岭社区", "青山0社区", "", "云岭社区"]
    rows = [dispute(n, 网格编码="", 社区编码="", 镇街="石桥街道", 社区=names[n]) for n in range(4)]
    account = load(home, "disputes", write_csv(tmp_path / "d.csv", rows))
    assert account.located == {"town": 3, "community": 1}
    assert "2 row(s) name a community that the table of grids does not have; their town was used" in account.notes
    assert not Store(home).quarantined()
