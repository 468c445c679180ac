"""What two versions are compared by: over origins and over communities, the wider of two intervals, as where a training compares."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from riskwarn.errors import ModelDamaged
from riskwarn.home import Home, open_home
from riskwarn.settings import Settings
from tests.training.registry.families import BASELINE, FIRST, START, log_losses_of
from training import promote
from training.evaluation.cells import Cells, sums_of
from training.evaluation.intervals import over_communities, over_origins
from training.models.baselines import Rate
from training.registry.communities import FILE, Communities
from training.registry.kept import Kept
from training.registry.loading import load_communities
from training.registry.registration import register
from training.registry.runs import embedded
from training.registry.series import Series
from training.registry.tracking import tracking
from training.registry.versions import described, set_champion

ORIGINS = tuple(FIRST + timedelta(weeks=week) for week in range(52))
GRIDS = tuple(f"g{number}" for number in range(12))
FOUR = tuple(f"c{number // 3}" for number in range(12))
TWO = tuple(f"d{number % 2}" for number in range(12))
#: Nothing came; the champion says .1 everywhere, the challenger .3 in the three grids of one community and .09 elsewhere.
CHAMPION = np.full(12, 0.1)
CHALLENGER = np.where(np.arange(12) < 3, 0.3, 0.09)


@pytest.fixture
def home(empty: Path, tmp_path: Path) -> Home:
    """A home without any version."""
    shutil.copytree(empty, tmp_path / "home")
    return open_home(tmp_path / "home", Settings(threads=1))


def kept(probability: np.ndarray, communities: tuple[str, ...] = FOUR) -> Kept:
    """A model that says the same at each origin, nearly: an interval over origins is narrow and not nothing."""
    shaken = probability * (1 + 0.01 * np.sin(np.arange(len(ORIGINS))))[:, None]
    shape = (len(ORIGINS), len(GRIDS))
    return Kept("model", ORIGINS, GRIDS, Cells(shaken.astype(np.float32), np.zeros(shape, dtype=np.int8)), communities)


def version(home: Home, one: Kept, *, as_of: str, told: bool = True, keeps: bool = True) -> str:
    """Register a model that was judged so, beside a baseline that says .5; `told`: with its losses by community."""
    half = Cells(np.full_like(one.cells.probability, 0.5), one.cells.happened)
    losses = {"model": one.cells, BASELINE: half}
    series = Series(
        4, ORIGINS, {who: {"log_loss": log_losses_of(cells)} for who, cells in losses.items()}, one.digests()
    )
    codes, community = np.unique(one.communities, return_inverse=True)
    sums = {who: sums_of(cells, community, len(codes)) for who, cells in losses.items()}
    by_code = Communities(
        ORIGINS, tuple(map(str, codes)), sums["model"][1], {who: lost for who, (lost, _) in sums.items()}
    )
    made, _ = register(
        home, "safety", 4, Rate("model", 4, 0.1), {"best_baseline": BASELINE, "trained_at": START.isoformat(), "as_of": as_of}, {},
        family=as_of, series=series, kept=one if keeps else None, communities=by_code if told else None,
    )  # fmt: skip
    return made


def beside(done: dict[str, object], other: str) -> dict[str, float]:
    found = done["compared"]
    assert isinstance(found, list)
    return next(one for one in found if one["other"] == other)


def by_cells(own: Kept, other: Kept, communities: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """(origins, communities) sums of how much lower the losses are, and the cells, written out."""
    codes = sorted(set(communities))
    gain = -np.log1p(-other.cells.probability.astype(float)) + np.log1p(-own.cells.probability.astype(float))
    places = [np.array([code == one for one in communities]) for code in codes]
    return np.stack([gain[:, own].sum(axis=1) for own in places], axis=1), np.array(
        [[own.sum() for own in places]] * 52
    )


def test_one_that_is_worse_in_a_single_community_is_not_known_to_be_worse(home: Home) -> None:
    """Origin by origin it is worse by the same, which says nothing of the next town: communities are few and differ."""
    old, new = kept(CHAMPION), kept(CHALLENGER)
    stood = version(home, old, as_of="2026-01-05")
    set_champion(home, stood, START)
    gain, cells = by_cells(new, old, FOUR)
    over_time, over_places = (
        over_origins(gain.sum(axis=1) / 12, 4),
        over_communities(gain.sum(axis=0), cells.sum(axis=0)),
    )
    assert over_time.upper < 0 < over_places.upper, "the wider decides"
    done = beside(promote(home, version(home, new, as_of="2026-03-02")), stood)
    assert done["gain"] == pytest.approx(over_time.mean)
    assert (done["lower"], done["upper"]) == pytest.approx((over_places.lower, over_places.upper))


def test_the_best_baseline_is_compared_with_by_communities_too(home: Home) -> None:
    new, best = kept(np.where(np.arange(12) < 3, 0.45, 0.05)), kept(np.full(12, 0.5))
    best.cells.probability[:] = 0.5
    gain, cells = by_cells(new, best, FOUR)
    expected = over_communities(gain.sum(axis=0), cells.sum(axis=0))
    done = beside(promote(home, version(home, new, as_of="2026-03-02")), BASELINE)
    assert (done["lower"], done["upper"]) == pytest.approx((expected.lower, expected.upper))


@pytest.mark.parametrize("told", [True, False])
def test_communities_that_were_drawn_anew_are_those_that_the_newer_knows(home: Home, told: bool) -> None:
    """`told`: False is a version of before losses by community were kept."""
    old, new = kept(CHAMPION, FOUR if told else ()), kept(CHALLENGER, TWO)
    stood = version(home, old, as_of="2026-01-05", told=told)
    set_champion(home, stood, START)
    gain, cells = by_cells(new, old, TWO)
    expected = over_communities(gain.sum(axis=0), cells.sum(axis=0))
    done = beside(promote(home, version(home, new, as_of="2026-03-02")), stood)
    assert (done["lower"], done["upper"]) == pytest.approx((expected.lower, expected.upper))


def test_where_nothing_tells_of_communities_origins_decide_alone(home: Home) -> None:
    old, new = kept(CHAMPION), kept(np.full(12, 0.09))
    stood = version(home, old, as_of="2026-01-05", told=False, keeps=False)
    set_champion(home, stood, START)
    gain, _ = by_cells(new, old, FOUR)
    expected = over_origins(gain.sum(axis=1) / 12, 4)
    done = beside(promote(home, version(home, new, as_of="2026-03-02")), stood)
    assert (done["lower"], done["upper"]) == pytest.approx((expected.lower, expected.upper))


def test_losses_by_community_lie_whole_with_a_version(home: Home) -> None:
    one = kept(CHALLENGER)
    made = version(home, one, as_of="2026-01-05")
    found = load_communities(home, made)
    assert found is not None
    assert (found.origins, found.codes, list(found.lost)) == (ORIGINS, ("c0", "c1", "c2", "c3"), ["model", BASELINE])
    assert (found.lost["model"] == sums_of(one.cells, np.arange(12) // 3, 4)[0]).all()
    assert (found.cells == 3).all()
    with tracking(home) as client:
        file = embedded(home, described(home, client, made).run_id) / FILE
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(ModelDamaged, match=FILE):
        load_communities(home, made)
