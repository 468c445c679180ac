"""Who has two keys of areas that overlap learns no more than from one, and nothing of a grid that is withheld."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from riskwarn.home import Home
from serving.access.areas import Area
from serving.columns.reasons import REST
from serving.publishing.publish import publish
from tests.conftest import Town
from tests.serving.access import cities
from tests.serving.conftest import running
from tests.serving.test_disclosure import (
    UNITS,
    everything,
    exported,
    following,
    hierarchy,
    name_of,
    reasoned,
    remembered,
    residents_that_follow,
    small_grids,
    strict,
)
from tests.worlds import NOW

pytestmark = pytest.mark.slow

Items = dict[tuple[str, str], dict[str, Any]]  # by (target and horizon, unit)


@dataclass(frozen=True)
class Attackers:
    """A city with small grids, who sees all of it, and pairs of keys to parts of it that overlap."""

    small: set[str]
    above: dict[str, str]
    whole: httpx.Client
    pairs: dict[str, tuple[httpx.Client, httpx.Client]]


def parts(above: dict[str, str], unit: str) -> list[str]:
    """The units of the level below that lie in one."""
    return sorted(name for name, upper in above.items() if upper == unit)


def pairs_of(above: dict[str, str], small: set[str]) -> dict[str, tuple[list[str], list[str]]]:
    """Areas of two keys each, around a grid that is small: one holds it and the other all that lies beside it."""
    found = {}
    for grid in sorted(small)[:3]:
        community = above[grid]
        town = above[community]
        beside = [one for one in parts(above, community) if one != grid]
        found[f"{grid}: its community, and the grids beside it"] = ([community], beside or [town])
        others = [one for one in parts(above, town) if one != community]
        found[f"{grid}: its town, and the communities beside its own"] = ([town], others or beside)
        found[f"{grid}: itself and what is beside, and its town"] = ([grid, *others], [town])
    town = above[above[min(small)]]
    towns = parts(above, above[town])
    found["all towns but one, and the district"] = ([above[town]], [one for one in towns if one != town] or [town])
    return found


def attackers(home: Home, stack: ExitStack) -> Attackers:
    small = small_grids(home)
    with running(home, lambda: NOW) as address, httpx.Client(base_url=address) as api:
        above = hierarchy(api)

    def key(units: list[str]) -> dict[str, str]:
        area = Area(tuple((unit, code) for unit, _, code in (one.partition(":") for one in units)))
        return cities.key(home, area=area, now=NOW)

    keys = {name: (key(one), key(other)) for name, (one, other) in pairs_of(above, small).items()}
    whole = cities.key(home, now=NOW)
    address = stack.enter_context(running(home, lambda: NOW))

    def client(header: dict[str, str]) -> httpx.Client:
        return stack.enter_context(httpx.Client(base_url=address, headers=header, timeout=60))

    pairs = {name: (client(one), client(other)) for name, (one, other) in keys.items()}
    return Attackers(small, above, client(whole), pairs)


@pytest.fixture(scope="module")
def attacked(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attackers]:
    with ExitStack() as stack:
        home = _limitless(strict(town, tmp_path_factory.mktemp("keys")))
        publish(home, now=NOW)
        yield attackers(home, stack)


def _limitless(home: Home) -> Home:
    access = home.configuration.access.model_copy(update={"requests_a_minute": 1_000_000})
    return Home(home.path, home.configuration.model_copy(update={"access": access}), home.settings)


def items_of(api: httpx.Client, parents: list[str]) -> Items:
    """What all rankings tell, of the whole area and of every unit in it."""
    found: Items = {}
    for item in everything(api):
        found[item["block"], name_of(item)] = item
    for parent in parents:
        for unit in UNITS[: UNITS.index(parent.partition(":")[0])]:
            answer = api.get("/v1/scores", params={"unit": unit, "parent": parent.partition(":")[2], "limit": 1000})
            told = answer.json()
            for item in told.get("items", []):
                first = found[f"{told['target']}/{told['horizon']}", name_of(item)]
                assert {**first, "block": None, "rank": None} == {**item, "block": None, "rank": None}
    return found


def test_what_a_key_to_a_part_tells_a_key_to_the_whole_tells_too(attacked: Attackers) -> None:
    """Rate, reasons and order: none is told, or told more exactly, because one sees less."""
    units = sorted({*attacked.above.values()})
    whole = items_of(attacked.whole, [])
    for one in (api for pair in attacked.pairs.values() for api in pair):
        own = items_of(one, units)
        assert own
        for key, item in own.items():
            of_all = whole[key]
            assert item["per_10000"] in (None, of_all["per_10000"]) and item["suppressed"] >= of_all["suppressed"]
            # What is not told apart is left out, and the next of the whole's own takes its place.
            of_whole = [why for why in of_all["reasons"] if why["theme"] != REST]
            assert item["reasons"][: len(of_whole)] == of_whole[: len(item["reasons"])], (
                "in their order, and perhaps fewer"
            )
            if item["unit"] == "grid" and len(item["reasons"]) > len(of_whole):
                target, horizon = item["block"].split("/")
                asked = {"target": target, "horizon": horizon}
                every = attacked.whole.get(f"/v1/grids/{item['code']}/explanation", params=asked).json()["reasons"]
                assert all(why in every for why in item["reasons"])
            assert [item[name] for name in ("score", "expected_count", "level")] == [
                of_all[name] for name in ("score", "expected_count", "level")
            ]
        for block, unit in {(block, item["unit"]) for (block, _), item in own.items()}:
            ranked = sorted(
                (item["rank"], name) for (held, name), item in own.items() if held == block and item["unit"] == unit
            )
            assert [rank for rank, _ in ranked] == list(range(1, len(ranked) + 1))
            in_whole = [whole[block, name]["rank"] for _, name in ranked]
            assert in_whole == sorted(in_whole), "ranks within a part are those of the whole, closed up"


def test_two_keys_that_overlap_reveal_no_grid_that_is_withheld(attacked: Attackers) -> None:
    assert attacked.small and attacked.pairs
    for name, (one, other) in attacked.pairs.items():
        residents = {**residents_that_follow(one), **residents_that_follow(other)}
        assert residents or "itself" in name, name
        assert attacked.small & following({*residents}, attacked.above) == set(), name
        assert attacked.small & following(reasoned(one) | reasoned(other) | {"city:city"}, attacked.above) == set(), (
            name
        )


def test_nor_do_their_files_and_histories(attacked: Attackers) -> None:
    for name, pair in attacked.pairs.items():
        for api in pair:
            assert exported(api, attacked.small) == set(), name
            seen = {f"grid:{item['code']}" for item in api.get("/v1/scores?limit=1000").json()["items"]}
            assert remembered(api, attacked.small & seen) == set(), name
            for parent in parts(attacked.above, "city:city"):
                answer = api.get("/v1/export.csv", params={"lang": "en", "parent": parent.partition(":")[2]})
                if answer.status_code == 200:
                    rows = list(csv.DictReader(answer.content.decode("utf-8-sig").splitlines()[1:]))
                    assert not [
                        row
                        for row in rows
                        if f"grid:{row['code']}" in attacked.small and (row["per_10000"] or row["reason_1"])
                    ]


@pytest.mark.slow
def test_the_attack_by_two_keys_finds_them_without_the_complement(
    town: Town, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(
        "serving.scoring.places.complemented",
        lambda residents, _parents, least, _before: [np.nan_to_num(people, nan=np.inf) < least for people in residents],
    )
    with ExitStack() as stack:
        home = _limitless(strict(town, tmp_path))
        publish(home, now=NOW)
        found = attackers(home, stack)
        one, other = next(iter(found.pairs.values()))
        residents = {**residents_that_follow(one), **residents_that_follow(other)}
        assert found.small & following({*residents}, found.above)
