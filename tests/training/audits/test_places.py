"""Where a record's grid was written because it became an event that is found; places that are busy, and grave, are not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from riskwarn.arrays import Flags, Indices
from riskwarn.messages import translated
from tests.training.audits.towns import towns_of
from training.audits.leakage import Leak
from training.audits.places import expected, places, strata

TOWN, COMMUNITY = 20, 5
CITY = towns_of([TOWN] * 8, COMMUNITY)
Records = tuple[pd.DataFrame, Flags]


def records(seed: int = 1, spread: float = 0.5, *, each: int = 130, city: int = 160) -> Records:
    """Records of a city of so many grids: of 6 % something comes, and the logarithm of that varies by `spread` from grid to grid."""
    rng = np.random.default_rng(seed)
    busy = rng.lognormal(0, 0.5, city)
    grid = rng.choice(city, each * city, p=busy / busy.sum())
    grave = rng.lognormal(0, spread, city)[grid]
    happened = rng.random(len(grid)) < np.minimum(0.06 * grave / grave.mean(), 0.9)
    days = np.sort(rng.integers(0, 1000, len(grid)))
    known = np.datetime64("2023-01-01", "us") + days * np.timedelta64(86_400_000_000, "us")
    category = rng.choice(["family", "land", "wages"], len(grid))
    return pd.DataFrame({"grid": grid, "known_at": known, "category": category, "severity": "general"}), happened


def moved(
    made: Records, to: Indices, share: float = 1.0, where: Flags | None = None, *, others: bool = False
) -> Records:
    """So large a share of the events (or of the others) is given another grid, (grids,) by their own."""
    frame, happened = made
    some = (
        (happened != others)
        & (np.random.default_rng(9).random(len(frame)) < share)
        & (True if where is None else where)
    )
    own = frame["grid"].to_numpy()
    return frame.assign(grid=np.where(some, to[own], own)), happened


def found(made: Records) -> list[Leak]:
    return places("conflict", "disputes", *made, CITY)


STATIONS = np.arange(160) // TOWN * TOWN
OFFICES = np.arange(160) // COMMUNITY * COMMUNITY


def test_events_that_bear_the_grid_of_their_towns_police_station_are_named_with_it() -> None:
    frame, happened = moved(records(), STATIONS)
    [leak] = found((frame, happened))
    towns = np.bincount(frame["grid"][happened] // TOWN)
    most = int(towns.argmax())
    assert (leak.check, leak.subject, leak.figure, leak.limit) == ("own_record", "disputes.grid_id", 1.0, 0.8)
    assert leak.sentence.startswith(
        f"100.0 % of the {towns[most]} records of disputes that became “conflict” in Town {most} lie in 1 of its 20 grids (G{most * TOWN:03d})"
    )
    assert "(10 towns and districts are alike)" in leak.sentence
    assert f"位于Town {most}的" in translated(leak.sentence, "zh")


@pytest.mark.parametrize(("posts", "told"), [(2, 2), (3, 2), (4, 4), (6, 6)])
@pytest.mark.parametrize("others", [False, True])
def test_several_posts_of_a_town_are_found_as_one_station_is(posts: int, told: int, others: bool) -> None:
    """Each event bears one of them, by chance; of three two hold so much already."""
    post = np.random.default_rng(posts).integers(0, posts, len(records()[0]))
    frame, happened = records()
    town = frame["grid"].to_numpy() // TOWN * TOWN
    frame["grid"] = np.where(happened != others, town + 3 * post, frame["grid"])
    [leak] = found((frame, happened))
    assert f"lie in {told} of its 20 grids (" in leak.sentence
    assert ("did not become" in leak.sentence) is others


def test_one_town_that_writes_so_is_found_and_a_station_of_a_whole_district_is() -> None:
    made = records()
    first = made[0]["grid"].to_numpy() < TOWN
    [leak] = found(moved(made, STATIONS, where=first))
    assert "in Town 0 lie in 1 of its 20 grids (G000)" in leak.sentence
    [leak] = found(moved(made, np.arange(160) // 80 * 80))
    assert "(G000)" in leak.sentence or "(G080)" in leak.sentence


@pytest.mark.parametrize("share", [0.7, 0.8, 0.9])
def test_it_need_not_be_all_of_them_where_most_towns_write_so(share: float) -> None:
    assert [leak.subject for leak in found(moved(records(), STATIONS, share))] == ["disputes.grid_id"]


def test_a_way_of_writing_that_began_in_the_newest_year_is_found() -> None:
    made = records()
    newest = made[0]["known_at"].to_numpy() >= np.datetime64("2025-01-01")
    assert [leak.subject for leak in found(moved(made, STATIONS, where=newest))] == ["disputes.grid_id"]


@pytest.mark.parametrize("spread", [0.25, 0.5, 0.8])
@pytest.mark.parametrize("seed", range(6))
def test_grids_may_be_as_unlike_as_they_are(seed: int, spread: float) -> None:
    assert found(records(seed, spread)) == found(records(seed, spread, each=25)) == []


def test_a_market_with_a_third_of_its_towns_records_that_are_four_times_as_grave_is_what_it_is() -> None:
    frame, happened = records()
    rng = np.random.default_rng(3)
    market = rng.random(len(frame)) < 0.3
    frame["grid"] = np.where(market, STATIONS[frame["grid"]], frame["grid"])
    happened = happened | (market & (rng.random(len(frame)) < 0.2))
    assert happened[market].mean() > 4 * happened[~market].mean()
    assert found((frame, happened)) == []


def test_a_grid_that_has_all_records_of_the_one_category_that_becomes_events_is_what_it_is() -> None:
    frame, _ = records()
    only = frame["grid"].to_numpy() % TOWN == 0
    frame["category"] = np.where(only, "brawl", frame["category"])
    happened = np.random.default_rng(4).random(len(frame)) < np.where(only, 0.6, 0.002)
    assert expected(strata(frame), happened)[only & ~happened].min() > 1
    assert found((frame, happened)) == []


def test_small_towns_and_few_events_are_not_judged() -> None:
    made = moved(records(), STATIONS)
    assert places("conflict", "disputes", *made, towns_of([2] * 80)) == [], "nothing is few of two grids, or of eight"
    frame, happened = made
    few = happened.cumsum() < 30
    assert found((frame, happened & few)) == []
    assert found((frame[:0], happened[:0])) == [] == found((frame.assign(grid=-1), happened))


@pytest.mark.parametrize("share", [0.8, 0.9, 1.0])
def test_events_that_bear_the_grid_of_their_communitys_office_are_named_with_it(share: float) -> None:
    frame, happened = moved(records(), OFFICES, share)
    [leak] = found((frame, happened))
    assert (leak.check, leak.subject, leak.limit) == ("own_record", "disputes.grid_id", 0.6)
    assert "lie in 1 of its 5 grids (G" in leak.sentence and "of 32 communities are alike" in leak.sentence
    assert "that became “conflict” in Community " in leak.sentence
    assert "32个社区中有" in translated(leak.sentence, "zh")


def test_the_communities_of_one_district_that_write_so_are_found() -> None:
    made = records()
    [leak] = found(moved(made, OFFICES, where=made[0]["grid"].to_numpy() < 80))
    assert "16 of 16 communities are alike" in leak.sentence


def test_it_is_found_of_the_newest_year_alone() -> None:
    made = records()
    newest = made[0]["known_at"].to_numpy() >= np.datetime64("2024-10-15")
    assert ["of 32 communities are alike" in leak.sentence for leak in found(moved(made, OFFICES, where=newest))] == [
        True
    ]


@pytest.mark.parametrize(
    ("to", "said"), [(STATIONS, "towns and districts are alike"), (OFFICES, "communities are alike")]
)
def test_records_that_bear_the_grid_of_the_office_that_settled_them_are_found_by_what_did_not_happen(
    to: Indices, said: str
) -> None:
    [leak] = found(moved(records(), to, 0.9, others=True))
    assert (leak.check, leak.subject) == ("own_record", "disputes.grid_id")
    assert "that did not become “conflict” in " in leak.sentence and said in leak.sentence
    assert "未成为“conflict”的" in translated(leak.sentence, "zh")


def test_one_town_that_settles_all_at_its_office_is_found() -> None:
    made = records()
    [leak] = found(moved(made, STATIONS, 0.95, made[0]["grid"].to_numpy() < TOWN, others=True))
    assert "that did not become “conflict” in Town 0 lie in 1 of its 20 grids (G000)" in leak.sentence


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("size", [3, 5, 10])
def test_each_community_may_have_a_market_that_is_four_times_as_grave(seed: int, size: int) -> None:
    frame, happened = records(seed)
    rng = np.random.default_rng(seed)
    grid = frame["grid"].to_numpy()
    frame["grid"] = np.where(rng.random(len(grid)) < 0.3, grid // size * size, grid)
    market = frame["grid"].to_numpy() % size == 0
    happened = happened | (market & (rng.random(len(frame)) < 0.2))
    assert places("conflict", "disputes", frame, happened, towns_of([TOWN] * 8, size)) == []


def test_an_office_where_most_is_registered_and_as_much_grows_is_what_it_is() -> None:
    """Records of no known place bear the grid of their community's office, whatever comes of them."""
    frame, happened = records()
    grid = frame["grid"].to_numpy()
    at_office = np.random.default_rng(5).random(len(grid)) < 0.9
    assert found((frame.assign(grid=np.where(at_office, OFFICES[grid], grid)), happened)) == []


def test_a_station_where_most_events_truly_are_is_told_as_a_question() -> None:
    [leak] = found(moved(records(), STATIONS))
    assert (
        "look whether" in leak.sentence
        and "where it truly befalls there (a station, a bar street), nothing is wrong" in leak.sentence
    )
