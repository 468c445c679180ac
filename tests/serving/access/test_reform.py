"""A town left the district: what was kept of the district before is of something outside, too, though its code is still there."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskwarn.arrays import Indices
from riskwarn.home import Home, make_home
from riskwarn.settings import Settings
from riskwarn.words import Unit
from serving.access.areas import Area
from serving.columns import members
from serving.columns.places import Places
from serving.delivery.view import View
from serving.snapshots.trees import Trees
from tests.serving.access import cities
from tests.serving.access.asked import Pair, Two, leaks, stable, unlimited
from tests.serving.access.cities import OWN
from tests.serving.access.drawn import MOVED, OF_MOVED, published_twice


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["all of them", "by the code of today"])
def test_a_roll_up_that_is_told_by_its_code_is_found(two: Two, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    """What was kept of the district by the older tree is of a town, too, that lies outside today."""
    faults = {
        "all of them": lambda *_: True,
        "by the code of today": lambda view, unit, code, _: view.holds(unit, code),
    }
    monkeypatch.setattr(View, "held", faults[fault])
    homes, headers, ids = two
    with cities.served(*homes) as clients:
        found = leaks((clients, headers, ids))
    assert {
        "/v1/track-record", "/v1/alerts", "/v1/alerts/wd0", "/v1/alerts/held", "/v1/alerts/stats", "/v1/alerts/feed.atom",
        "/v1/alerts/stream?seconds=0",
    } <= set(found)  # fmt: skip


def test_of_the_district_as_it_is_today_all_is_told(
    pair: Pair,
) -> None:
    (client, _), (header, _), (older, newer) = pair
    rows = client.get("/v1/track-record", headers=header).json()["rows"]
    told = {one["snapshot"]: [(each["code"], each["observed"]) for each in one["districts"]] for one in rows}
    assert told == {newer: [("D0000000", "40")], older: []}
    assert client.get("/v1/alerts/wd1", headers=header).json()["score"] == 0.09
    assert [client.get(f"/v1/alerts/{one}", headers=header).status_code for one in ("wd0", "wt", "wb0")] == [404] * 3
    [level] = client.get("/v1/alerts/stats", headers=header).json()["levels"]
    assert (level["code"], level["grids"], level["precision"]) == ("D0000000", 50, 0.4)


#: A key of the district asks these of what it changed by.
OF_CHANGES = ["/v1/scores?unit=district", "/v1/export.csv?unit=district", "/v1/map?unit=district&measure=change"]


def answers(home: Home, header: dict[str, str], paths: list[str]) -> list[tuple[object, ...]]:
    with cities.served(home) as (client,):
        return [stable(cities.told(client.get(path, headers=header))) for path in paths]


def test_a_change_of_a_unit_by_its_code_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Today's number less the change would be that of before, with the town in it that lies outside."""

    def by_code(then: Places, now: Places, unit: Unit) -> Indices:
        return then[unit].rows_of(now[unit].codes)

    def differ(name: str) -> list[str]:
        homes = [make_home(tmp_path / f"{name}{outside}", Settings(threads=1)) for outside in (5, 17)]
        for home, outside in zip(homes, (5, 17), strict=True):
            cities.build(home, outside)
        one, other = (answers(home, cities.key(home, area=OWN), OF_CHANGES) for home in homes)
        return [path for path, *both in zip(OF_CHANGES, one, other, strict=True) if both[0] != both[1]]

    assert differ("by members") == []
    monkeypatch.setattr(members, "rows_of_then", by_code)
    assert differ("by code") == OF_CHANGES


@pytest.fixture(scope="module")
def of_moved(tmp_path_factory: pytest.TempPathFactory) -> Two:
    """Two cities that differ in nothing but what lies outside the town that moved, and a key of it to each."""
    homes = [unlimited(make_home(tmp_path_factory.mktemp("moved") / "home", Settings(threads=1))) for _ in range(2)]
    ids = [published_twice(home, outside, OF_MOVED) for home, outside in zip(homes, (5, 17), strict=True)]
    assert ids[0] == ids[1]
    return homes, [cities.key(home, area=Area((("town", MOVED),))) for home in homes], ids[0]


def gaps_told(of_moved: Two) -> list[list[list[str]]]:
    homes, headers, _ = of_moved
    found = []
    with cities.served(*homes) as clients:
        for client, header in zip(clients, headers, strict=True):
            items = client.get("/v1/snapshots", headers=header).json()["items"]
            found.append([[one["district"] for one in item["gaps"]] for item in items])
    return found


def test_of_a_snapshot_no_gap_is_told_of_a_district_of_then_that_lies_outside_today(of_moved: Two) -> None:
    """The town lay in the first district when the older was published, and lies in its neighbour today: of neither is it told what failed."""
    homes, headers, _ = of_moved
    assert gaps_told(of_moved) == [[[], []]] * 2
    older = "/v1/scores?as_of=2026-02-23&limit=1"
    with cities.served(*homes) as clients:
        told = [client.get(older, headers=one).json()["items"] for client, one in zip(clients, headers, strict=True)]
    assert [[one["data_gap"] for one in items] for items in told] == [[["visits"]]] * 2


def test_gaps_by_the_tree_of_today_are_found(of_moved: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Trees, "districts", lambda *_: frozenset({"D0000001"}))
    assert gaps_told(of_moved) == [[[], ["D0000001"]], [[], []]]


@pytest.mark.slow
def test_a_key_of_the_town_that_moved_is_told_of_nothing_outside(of_moved: Two) -> None:
    homes, headers, ids = of_moved
    with cities.served(*homes) as clients:
        assert leaks((clients, headers, ids)) == []
