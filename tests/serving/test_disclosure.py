"""An attacker who adds up all that the API tells learns nothing of a grid that is withheld."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from features import read_city
from riskwarn.home import Home, open_home
from riskwarn.settings import Settings
from riskwarn.words import Unit
from serving.api import answers, history
from serving.api.queries import Measure
from serving.columns.scores import Block
from serving.publishing.publish import publish
from serving.scoring.places import residents_of
from serving.snapshots.snapshot import Snapshot
from tests.conftest import Town
from tests.serving.conftest import running
from tests.worlds import NOW

pytestmark = pytest.mark.slow

UNITS = ("grid", "community", "town", "district", "city")


def everything(api: httpx.Client, as_of: str = "") -> Iterator[dict[str, Any]]:
    """All items of all rankings, of every target and horizon."""
    for target in ("conflict", "safety"):
        for horizon in (1, 4):
            for unit in UNITS:
                asked = f"/v1/scores?limit=1000&target={target}&horizon={horizon}&unit={unit}{as_of}"
                for item in api.get(asked).json()["items"]:
                    yield {**item, "block": f"{target}/{horizon}"}


def name_of(item: dict[str, Any]) -> str:
    return f"{item['unit']}:{item['code']}"


def residents_that_follow(api: httpx.Client, as_of: str = "") -> dict[str, float]:
    """The residents of units, from rates times counts and from portraits, whichever horizon tells them."""
    found: dict[str, float] = {}
    for item in everything(api, as_of):
        if item["per_10000"] and item["expected_count"]:
            found[name_of(item)] = 10_000 * item["expected_count"] / item["per_10000"]
        if item["unit"] == "grid" and name_of(item) not in found:
            portrait = api.get(f"/v1/grids/{item['code']}", params=_as_of(as_of)).json()
            if portrait["residents"] is not None:
                found[name_of(item)] = portrait["residents"]
    return found


def _as_of(told: str) -> dict[str, str]:
    return {"as_of": told.partition("=")[2]} if told else {}


def hierarchy(api: httpx.Client) -> dict[str, str]:
    """Unit -> the one above it, as portraits tell it."""
    above: dict[str, str] = {}
    for item in api.get("/v1/scores?limit=1000").json()["items"]:
        portrait = api.get(f"/v1/grids/{item['code']}").json()
        chain = [f"grid:{item['code']}", *(f"{unit}:{portrait[unit]['code']}" for unit in UNITS[1:4]), "city:city"]
        above.update(pairwise(chain))
    return above


def following(shown: set[str], above: dict[str, str]) -> set[str]:
    """What is shown, and what follows from it by the sums of the hierarchy."""
    unknown = sorted({*above, "city:city"} - shown)
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
    return shown | {name for name in unknown if np.linalg.matrix_rank(np.vstack([matrix, each[place[name]]])) == rank}


def determined(api: httpx.Client, wanted: set[str]) -> set[str]:
    """The grids of some whose residents follow from what is shown."""
    return wanted & following({*residents_that_follow(api)}, hierarchy(api))


def reasoned(api: httpx.Client) -> set[str]:
    """The units of which any reason is told."""
    told = {name_of(item) for item in everything(api) if item["reasons"]}
    for item in everything(api):
        if item["unit"] == "grid":
            target, horizon = item["block"].split("/")
            asked = {"target": target, "horizon": horizon}
            if api.get(f"/v1/grids/{item['code']}/explanation", params=asked).json()["reasons"]:
                told.add(name_of(item))
    return told


def explained(api: httpx.Client, wanted: set[str]) -> set[str]:
    """The grids of some whose reasons are told, or follow from those of units less those of their other grids.

    A unit that tells any reason is taken to tell of every theme, and a city to tell of all: an attacker knows no more.
    """
    return wanted & following(reasoned(api) | {"city:city"}, hierarchy(api))


def exported(api: httpx.Client, wanted: set[str]) -> set[str]:
    """The grids of some of which a file tells residents or reasons, whatever the pages tell."""
    found = set()
    for target in ("conflict", "safety"):
        for horizon in (1, 4):
            text = api.get(f"/v1/export.csv?lang=en&target={target}&horizon={horizon}").content.decode("utf-8-sig")
            for row in csv.DictReader(text.splitlines()[1:]):
                if row["per_10000"] or row["reason_1"] or row["reason_2"] or row["reason_3"]:
                    found.add(f"{row['unit']}:{row['code']}")
            features = api.get(f"/v1/export.geojson?target={target}&horizon={horizon}").json()["features"]
            for one in (feature["properties"] for feature in features):
                if one["per_10000"] is not None or one["reason_1"] is not None:
                    found.add(f"{one['unit']}:{one['code']}")
    return wanted & found


def mapped_units(api: httpx.Client, wanted: set[str]) -> set[str]:
    """The units of some of which a map tells more than a ranking never withholds."""
    never_withheld = {Measure.SCORE, Measure.CHANGE}
    found = set()
    for target in ("conflict", "safety"):
        for horizon in (1, 4):
            for unit in UNITS[:-1]:
                for measure in [one for one in Measure if one not in never_withheld]:
                    asked = {"target": target, "horizon": horizon, "unit": unit, "measure": measure.value}
                    told = api.get("/v1/map", params=asked).json()
                    codes = api.get(f"/v1/boundaries/{told['places']}").json()["codes"]
                    for code, value in zip(codes, told["value"], strict=True):
                        if value is not None:
                            found.add(f"{unit}:{code}")
    return wanted & found


def withheld_units(api: httpx.Client) -> set[str]:
    """All units whose details a ranking withholds, of whatever level."""
    return {name_of(item) for item in everything(api) if item["suppressed"]}


def remembered(api: httpx.Client, wanted: set[str]) -> set[str]:
    """The grids of some of whose past more is told than what a ranking never withholds."""
    never_withheld = {"snapshot", "as_of", "model", "score", "expected_count", "rank", "level"}
    found = set()
    for name in wanted:
        for asked in ("", "?reasons=true"):
            told = api.get(f"/v1/grids/{name.removeprefix('grid:')}/history{asked}").json()["items"]
            assert told
            if any(value not in (None, []) for one in told for key, value in one.items() if key not in never_withheld):
                found.add(name)
    return found


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


def test_no_small_grid_follows_from_reasons_files_and_histories(careful: tuple[Home, httpx.Client]) -> None:
    home, api = careful
    small = small_grids(home)
    assert explained(api, small) == set()
    assert exported(api, small) == set()
    assert mapped_units(api, withheld_units(api)) == set()
    assert remembered(api, small) == set()


def test_a_file_says_what_the_pages_say(careful: tuple[Home, httpx.Client]) -> None:
    _, api = careful
    for unit in UNITS:
        paged = api.get(f"/v1/scores?limit=1000&unit={unit}").json()["items"]
        text = api.get(f"/v1/export.csv?lang=en&unit={unit}").content.decode("utf-8-sig")
        rows = list(csv.DictReader(text.splitlines()[1:]))
        assert [row["code"] for row in rows] == [item["code"] for item in paged]
        for row, item in zip(rows, paged, strict=True):
            assert row["suppressed"] == str(item["suppressed"])
            assert row["per_10000"] == ("" if item["per_10000"] is None else str(item["per_10000"]))
            reasons = [row[f"reason_{number}"] for number in (1, 2, 3)]
            assert [reason for reason in reasons if reason] == [reason["en"] for reason in item["reasons"]]


@pytest.mark.slow
def test_the_attacks_find_them_without_the_complement(
    town: Town, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where only the small grids themselves were withheld, their communities would tell of them."""
    monkeypatch.setattr(
        "serving.scoring.places.complemented",
        lambda residents, _parents, least, _before: [np.nan_to_num(people, nan=np.inf) < least for people in residents],
    )
    home = strict(town, tmp_path)
    publish(home, now=NOW)
    with running(home, lambda: NOW) as address, httpx.Client(base_url=address) as api:
        assert determined(api, small_grids(home))
        assert explained(api, small_grids(home))


@pytest.mark.slow
def test_two_snapshots_tell_no_more_than_one_and_the_attack_finds_one_without_the_rule(
    town: Town, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home = strict(town, tmp_path)
    current = publish(home, now=NOW)
    calendar = home.configuration.calendar
    first, second = calendar.shift(current.as_of, -1), calendar.shift(current.as_of, -2)
    publish(home, first, now=NOW)

    def attacked(other: date) -> set[str]:
        with running(home, lambda: NOW) as address, httpx.Client(base_url=address) as api:
            told = {*residents_that_follow(api), *residents_that_follow(api, f"&as_of={other}")}
            return small_grids(home) & following(told, hierarchy(api))

    assert attacked(first) == set()
    monkeypatch.setattr(
        "serving.scoring.places.complemented",
        lambda residents, _parents, _least, _before: [np.zeros(len(people), dtype=bool) for people in residents],
    )
    for where in ("current", "withheld"):  # whoever reads it withholds what is withheld today
        monkeypatch.setattr(f"serving.snapshots.{where}.withheld_today", lambda places, *_told: places)
    publish(home, second, now=NOW)
    assert attacked(second) == small_grids(home)


@pytest.mark.slow
def test_the_attacks_on_files_and_histories_find_what_would_be_told(
    careful: tuple[Home, httpx.Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, _ = careful
    small = small_grids(home)

    def unheeding(snapshot: Snapshot, block: Block, unit: Unit, row: int) -> dict[str, Any]:
        return answers.item(snapshot, block, unit, row) | {
            "per_10000": float(snapshot.scores[block][unit].per_10000[row])
        }

    monkeypatch.setattr("serving.api.exporting.item", unheeding)
    monkeypatch.setattr("serving.api.history._SHOWN", ("score", "expected_count", "rank", "level", "per_10000"))
    history._row.cache_clear()
    try:
        with running(home, lambda: NOW) as address, httpx.Client(base_url=address) as api:
            assert exported(api, small) == small
            assert remembered(api, small) == small
    finally:
        history._row.cache_clear()


@pytest.mark.slow
def test_the_attack_on_the_map_finds_what_would_be_told(
    careful: tuple[Home, httpx.Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, _ = careful
    small = small_grids(home)
    monkeypatch.setattr("serving.api.mapped._WITHHELD", ())
    with running(home, lambda: NOW) as address, httpx.Client(base_url=address) as api:
        assert mapped_units(api, small) == small


def test_details_of_a_small_grid_are_in_no_answer(careful: tuple[Home, httpx.Client]) -> None:
    home, api = careful
    small = {name.removeprefix("grid:") for name in small_grids(home)}
    hidden = {item["code"] for item in everything(api) if item["unit"] == "grid" and item["suppressed"]}
    assert small <= hidden
    for code in hidden:
        portrait, why = api.get(f"/v1/grids/{code}").json(), api.get(f"/v1/grids/{code}/explanation").json()
        assert portrait["residents"] is None and why["reasons"] == []
        for row in portrait["scores"]:
            assert (row["per_10000"], row["usual"], row["excess"], row["reasons"]) == (None, None, None, [])
            assert row["score"] is not None and row["expected_count"] is not None and row["rank"] >= 1
