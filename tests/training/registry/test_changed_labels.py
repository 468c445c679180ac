"""Versions that were judged by other labels, for records came or were corrected between their trainings: both are judged again."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from riskwarn.errors import ModelDamaged, PromotionRefused
from riskwarn.home import Home, open_home
from riskwarn.settings import Settings
from tests.training.registry.families import BASELINE, CHALLENGER, CHAMPION, FIRST, START, log_losses_of
from training import promote
from training.evaluation.cells import Cells
from training.models.baselines import Rate
from training.registry.kept import FILE, Kept
from training.registry.loading import load_kept, load_series
from training.registry.registration import register
from training.registry.runs import embedded
from training.registry.series import Series
from training.registry.tracking import tracking
from training.registry.versions import described, set_champion

ORIGINS = tuple(FIRST + timedelta(weeks=week) for week in range(52))
GRIDS = ("a", "b", "c", "d")
QUIET, LATER = (0, 0, 0, 0), (1, 1, 0, 0)  # what was known at first, and when late records had come


@pytest.fixture
def home(empty: Path, tmp_path: Path) -> Home:
    """A home without any version."""
    shutil.copytree(empty, tmp_path / "home")
    return open_home(tmp_path / "home", Settings(threads=1))


def loss(probability: float, happened: Sequence[int]) -> float:
    known = [one for one in happened if one >= 0]
    return -float(np.mean([np.log(probability if one else 1 - probability) for one in known]))


def judged(kind: str, probability: float, happened: Sequence[int], grids: Sequence[str] = GRIDS) -> Kept:
    shape = (len(ORIGINS), len(grids))
    cells = Cells(
        np.full(shape, probability, dtype=np.float32), np.tile(np.array(happened, dtype=np.int8), (shape[0], 1))
    )
    return Kept(kind, ORIGINS, tuple(grids), cells)


def version(home: Home, kept: Kept, *, as_of: str, keeps: bool = True, digests: bool = True) -> str:
    """Register what was judged so; `keeps`: with its forecasts."""
    happened = kept.cells.happened[0].tolist()
    losses = {kept.forecaster: log_losses_of(kept.cells), BASELINE: np.full(52, 9.0)}
    losses["zero"] = np.full(52, loss(1e-6, happened))
    values = {who: {"log_loss": one} for who, one in losses.items()}
    series = Series(4, ORIGINS, values, kept.digests() if digests else ())
    parameters = {"best_baseline": BASELINE, "trained_at": START.isoformat(), "as_of": as_of}
    rate = Rate(kept.forecaster, 4, 0.1)
    made, _ = register(
        home, "safety", 4, rate, parameters, {}, family=as_of, series=series, kept=kept if keeps else None
    )
    return made


def gain(done: dict[str, object], other: str) -> float:
    found = done["compared"]
    assert isinstance(found, list)
    return float(next(one["gain"] for one in found if one["other"] == other))


def test_a_champion_that_was_judged_before_late_records_came_locks_nobody_out(home: Home) -> None:
    old = version(home, judged(CHAMPION, 0.2, QUIET), as_of="2026-01-05")
    set_champion(home, old, START)
    new = version(home, judged(CHALLENGER, 0.3, LATER), as_of="2026-03-02")
    assert loss(0.2, QUIET) < loss(0.3, LATER), "by what lies with each the champion is better"
    assert gain(promote(home, new), old) == pytest.approx(loss(0.2, LATER) - loss(0.3, LATER))


def test_a_challenger_does_not_win_because_records_were_taken_back(home: Home) -> None:
    old = version(home, judged(CHAMPION, 0.2, LATER), as_of="2026-01-05")
    set_champion(home, old, START)
    new = version(home, judged(CHALLENGER, 0.3, QUIET), as_of="2026-03-02")
    assert loss(0.3, QUIET) < loss(0.2, LATER), "by what lies with each the challenger is better"
    with pytest.raises(
        PromotionRefused, match=f"worse than that of {old} by {loss(0.3, QUIET) - loss(0.2, QUIET):.4g}"
    ):
        promote(home, new)


def test_an_older_version_is_judged_by_what_the_champion_knows(home: Home) -> None:
    older = version(home, judged(CHALLENGER, 0.3, QUIET), as_of="2026-01-05")
    champion = version(home, judged(CHAMPION, 0.2, LATER), as_of="2026-03-02")
    set_champion(home, champion, START)
    assert gain(promote(home, older), champion) == pytest.approx(loss(0.2, LATER) - loss(0.3, LATER))


def test_both_are_judged_over_the_grids_that_both_know(home: Home) -> None:
    old = version(home, judged(CHAMPION, 0.2, (0, 0, 0), "abx"), as_of="2026-01-05")
    set_champion(home, old, START)
    new = version(home, judged(CHALLENGER, 0.3, (1, 0, -1, 1)), as_of="2026-03-02")
    assert gain(promote(home, new), old) == pytest.approx(loss(0.2, (1, 0)) - loss(0.3, (1, 0)))


@pytest.mark.parametrize("digests", [True, False])
def test_what_cannot_be_judged_again_is_not_compared(home: Home, digests: bool) -> None:
    """Versions of an earlier time keep neither forecasts nor digests: the loss of `zero` hangs on labels alone."""
    old = version(home, judged(CHAMPION, 0.2, QUIET), as_of="2026-01-05", keeps=False, digests=digests)
    set_champion(home, old, START)
    new = version(home, judged(CHALLENGER, 0.3, LATER), as_of="2026-03-02")
    with pytest.raises(PromotionRefused, match=rf"between the trainings of {new} and {old}, .*--because"):
        promote(home, new)
    [untold] = [one for one in promote(home, new, "the old one is gone")["compared"] if one["other"] == old]
    assert untold["gain"] is None and not untold["enough"]


@pytest.mark.parametrize("digests", [True, False])
def test_where_labels_are_the_same_no_forecasts_are_needed(home: Home, digests: bool) -> None:
    old = version(home, judged(CHAMPION, 0.2, LATER), as_of="2026-01-05", keeps=False, digests=digests)
    set_champion(home, old, START)
    new = version(home, judged(CHALLENGER, 0.3, LATER), as_of="2026-03-02", keeps=False)
    assert gain(promote(home, new), old) == pytest.approx(loss(0.2, LATER) - loss(0.3, LATER))


def test_what_was_judged_lies_whole_with_a_version(home: Home) -> None:
    kept = judged(CHAMPION, 0.2, (1, 0, -1, 0))
    made = version(home, kept, as_of="2026-01-05")
    found, series = load_kept(home, made), load_series(home, made)
    assert found is not None and series is not None
    assert (found.forecaster, found.origins, found.grid_ids) == (CHAMPION, ORIGINS, GRIDS)
    assert (found.cells.probability == kept.cells.probability).all()
    assert (found.cells.happened == kept.cells.happened).all()
    assert series.labels == kept.digests() and len(set(series.labels)) == 1
    with tracking(home) as client:
        file = embedded(home, described(home, client, made).run_id) / FILE
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(ModelDamaged, match=FILE):
        load_kept(home, made)
