"""An attacker who adds up all that the API tells learns nothing of a grid that is withheld."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from features import read_city
from riskwarn.home import Home, open_home
from riskwarn.settings import Settings
from serving.publishing.publish import publish
from serving.scoring.places import residents_of
from tests.conftest import Town
from tests.serving.conftest import running
from tests.worlds import NOW

UNITS = ("grid", "community", "town", "district", "city")


def everything(api: httpx.Client) -> Iterator[dict[str, Any]]:
    """All items of all rankings."""
    heads = api.get("/v1/scores").json()["snapshot"]
    assert heads["id"]
    for target in ("conflict", "safety"):
        for horizon in (1, 4):
            for unit in UNITS:
                answer = api.get(f"/v1/scores?limit=1000&target={target}&horizon={horizon}&unit={unit}").json()
                yield from answer["items"]


def residents_that_follow(api: httpx.Client) -> dict[str, float]:
    """The residents of units, from rates times counts and from portraits."""
    found: dict[str, float] = {}
    for item in everything(api):
        if item["per_10000"] and item["expected_count"]:
            found[f"{item['unit']}:{item['code']}"] = 10_000 * item["expected_count"] / item["per_10000"]
    return found


def determined(api: httpx.Client, wanted: set[str]) -> set[str]:
    """The grids of some that follow from what is shown, by the sums of the hierarchy."""
    shown, above = residents_that_follow(api), {}
    for item in api.get("/v1/scores?limit=1000").json()["items"]:
        portrait = api.get(f"/v1/grids/{item['code']}").json()
        if portrait["residents"] is not None:
            shown[f"grid:{item['code']}"] = portrait["residents"]
        chain = [f"grid:{item['code']}", *(f"{unit}:{portrait[unit]['code']}" for unit in UNITS[1:4]), "city:city"]
        above.update(pairwise(chain))
    unknown = sorted({*above, "city:city"} - shown.keys())
    place = {name: number for number, name in enumerate(unknown)}
    system = []
    for whole in {*above.values()}:
        row = np.zeros(len(unknown))
        for part in [name for name, upper in above.items() if upper == whole]:
            if part in place:
                row[place[part]] = 1
        if whole in place:
            row[place[whole]] = -1
        system.append(row)
    matrix = np.array(system)
    rank = np.linalg.matrix_rank(matrix)
    each = np.eye(len(unknown))
    solved = {name for name in unknown if np.linalg.matrix_rank(np.vstack([matrix, each[place[name]]])) == rank}
    return {name for name in wanted if name in shown or name in solved}


def small_grids(home: Home) -> set[str]:
    """The grids with fewer residents than may be shown, by the home itself."""
    city = read_city(home, now=NOW)
    people = residents_of(city)
    return {
        f"grid:{code}"
        for code, count in zip(city.geography.grid_ids, people, strict=True)
        if count < city.configuration.min_residents
    }


def strict(town: Town, folder: Path) -> Home:
    """The published city, a few of whose grids have fewer residents than may be shown."""
    shutil.copytree(town.home.path, folder / "home")
    home = open_home(folder / "home", Settings())
    fewest = int(np.nanquantile(residents_of(read_city(home, now=NOW)), 0.1))
    return Home(home.path, home.configuration.model_copy(update={"min_residents": fewest}), home.settings)


@pytest.fixture(scope="module")
def careful(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Home, httpx.Client]]:
    """The city with small grids, published and served."""
    home = strict(town, tmp_path_factory.mktemp("careful"))
    publish(home, now=NOW)
    with running(home, lambda: NOW) as address, httpx.Client(base_url=address) as api:
        yield home, api


def test_no_small_grid_follows_from_totals_rates_and_parts(careful: tuple[Home, httpx.Client]) -> None:
    home, api = careful
    small = small_grids(home)
    assert small, "the city has grids of few residents"
    assert determined(api, small) == set()


@pytest.mark.slow
def test_the_attack_finds_them_without_the_complement(
    town: Town, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where only the small grids themselves were withheld, their communities would tell of them."""
    monkeypatch.setattr(
        "serving.scoring.places.complemented",
        lambda residents, _parents, least: [np.nan_to_num(people, nan=np.inf) < least for people in residents],
    )
    home = strict(town, tmp_path)
    publish(home, now=NOW)
    with running(home, lambda: NOW) as address, httpx.Client(base_url=address) as api:
        assert determined(api, small_grids(home))


def test_details_of_a_small_grid_are_in_no_answer(careful: tuple[Home, httpx.Client]) -> None:
    home, api = careful
    small = {name.removeprefix("grid:") for name in small_grids(home)}
    hidden = {item["code"] for item in everything(api) if item["unit"] == "grid" and item["suppressed"]}
    assert small <= hidden
    for code in hidden:
        portrait, why = api.get(f"/v1/grids/{code}").json(), api.get(f"/v1/grids/{code}/explanation").json()
        assert portrait["residents"] is None and why["reasons"] == []
        for row in portrait["scores"]:
            assert row["per_10000"] is None and row["reasons"] == []
            assert row["score"] is not None and row["expected_count"] is not None and row["rank"] >= 1
