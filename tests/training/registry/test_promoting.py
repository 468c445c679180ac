"""Who may score: a challenger beside champion and best baseline on the same origins, a family at a time, and the way back."""

from __future__ import annotations

import os
import shutil
import signal
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from riskwarn.audit.listing import newest
from riskwarn.errors import NothingToReturnTo, PromotionRefused, PurposeUnknown, TrackingStoreUnusable, UnknownTarget
from riskwarn.home import Home, open_home
from riskwarn.settings import Settings
from tests.training.registry.families import BASELINE, CHALLENGER, CHAMPION, FIRST, START, family, losses, standing
from training import champions, of_several_families, promote, rollback, versions
from training.models.baselines import Rate
from training.registry import versions as registered
from training.registry.communities import Losses
from training.registry.registration import register
from training.registry.tracking import tracking
from training.registry.versions import set_alias, set_champion, split
from training.routines.gains import gain_between


@pytest.fixture
def home(empty: Path, tmp_path: Path) -> Home:
    """A home without any version."""
    shutil.copytree(empty, tmp_path / "home")
    return open_home(tmp_path / "home", Settings(threads=1))


def scoring(home: Home) -> list[str]:
    return [one.version for one in champions(home)]


def tags(home: Home, version: str) -> dict[str, str]:
    with tracking(home) as client:
        return dict(client.get_model_version(*split(version)).tags)


def test_a_better_family_takes_the_champions_place_as_a_whole(home: Home) -> None:
    old = standing(home)
    new = family(home, "second", CHALLENGER, {CHALLENGER: losses(0.45), BASELINE: losses(0.6, seed=3)}, later=8)
    done = promote(home, new[1], "calmer at night", now=START + timedelta(days=7))
    assert scoring(home) == new == done["family"]
    assert {one.version: one.alias for one in versions(home)} == {
        **dict.fromkeys(old),
        **dict.fromkeys(new, "champion"),
    }
    assert (done["replaced"], done["name"]) == (old[1], "safety-4")
    assert {one["other"] for one in done["compared"]} == {*old, BASELINE}
    beside = next(one for one in done["compared"] if one["other"] == old[1])
    assert beside["effective"] == (52 - 8) / 4, "origins that both were judged on"
    assert beside["lower"] < beside["gain"] < beside["upper"]
    for version in new:
        told = tags(home, version)
        assert (told["promoted_at"], told["because"]) == ("2026-10-12T08:00:00+00:00", "calmer at night")


@pytest.mark.parametrize(
    ("champion", "best", "told"),
    [(0.40, 0.60, "than that of safety-1-v1"), (0.60, 0.40, f"than that of {BASELINE}")],
)
def test_one_that_is_worse_than_champion_or_best_baseline_is_refused_whatever_is_said(
    home: Home, champion: float, best: float, told: str
) -> None:
    old = standing(home, champion)
    new = family(home, "second", CHALLENGER, {CHALLENGER: losses(0.5), BASELINE: losses(best, seed=3)})
    with pytest.raises(PromotionRefused, match=f"worse {told} by .*beyond its interval"):
        promote(home, new[1], "it is mine")
    assert scoring(home) == old
    [tried] = newest(home, most=1)
    assert (tried.action, tried.object, tried.result, tried.note) == ("model.promoted", new[1], "refused", "it is mine")
    assert "promoted_at" not in tags(home, new[1])


@pytest.mark.parametrize("begin", ["", "inner_"])
def test_a_model_that_blew_up_is_refused_whatever_is_said(home: Home, begin: str) -> None:
    old = standing(home)
    metrics = {f"{begin}log_loss": 2.9, f"{begin}log_loss/climatology": 0.25}
    made, _ = register(home, "safety", 4, Rate("model", 4, 0.1), {"best_baseline": BASELINE}, metrics, family="second")
    with pytest.raises(
        PromotionRefused, match=rf"{made} was not promoted: the fit of {made} blew up .* 2\.9, .* 0\.25"
    ):
        promote(home, made, "it is mine")
    assert scoring(home) == old


def test_one_that_is_worse_at_another_horizon_takes_no_place(home: Home) -> None:
    old = standing(home)
    new = [
        *family(home, "second", CHALLENGER, {CHALLENGER: losses(0.7), BASELINE: losses(0.6, seed=3)}, [1]),
        *family(home, "second", CHALLENGER, {CHALLENGER: losses(0.4), BASELINE: losses(0.6, seed=3)}, [4]),
    ]
    with pytest.raises(PromotionRefused, match="safety-1-v2 is worse"):
        promote(home, new[1])
    assert scoring(home) == old


def test_worse_by_few_origins_is_worse(home: Home) -> None:
    """At a long horizon few windows do not overlap: too few to be let in by, not to be kept out by."""
    own = Losses({START.date() + timedelta(weeks=week): 0.7 for week in range(52)} | {START.date(): 0.69})
    one = gain_between(own, Losses({START.date() + timedelta(weeks=week): 0.5 for week in range(52)}), 12)
    assert not one.enough and one.upper < 0
    assert one.loses and not one.wins


@pytest.mark.parametrize("killed_after", [1, 2])
def test_a_family_is_champion_whole_though_the_process_dies_between_its_horizons(home: Home, killed_after: int) -> None:
    standing(home)
    new = family(home, "second", CHALLENGER, {CHALLENGER: losses(0.45), BASELINE: losses(0.6, seed=3)}, later=8)
    child = os.fork()
    if child == 0:
        done = []

        def dying(home: Home, version: str, at: datetime, because: str | None = None) -> None:
            set_champion(home, version, at, because)
            done.append(version)
            if len(done) == killed_after:
                os.kill(os.getpid(), signal.SIGKILL)

        registered.set_champion = dying  # type: ignore[assignment]
        promote(home, new[0], "calmer at night")
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    assert scoring(home) == new
    assert all(tags(home, version)["because"] == "calmer at night" for version in new)
    assert not (home.artifacts / registered.BEGUN).exists()


@pytest.mark.parametrize(("origins", "later"), [(20, 0), (52, 40)])
def test_without_enough_shared_origins_somebody_has_to_say_why(home: Home, origins: int, later: int) -> None:
    old = standing(home, origins=origins)
    values = {CHALLENGER: losses(0.4, origins), BASELINE: losses(0.6, origins, 3)}
    new = family(home, "second", CHALLENGER, values, later=later)
    with pytest.raises(
        PromotionRefused, match=r"not enough evidence to compare safety-4-v2 with safety-4-v1: .*--because"
    ):
        promote(home, new[1])
    assert scoring(home) == old
    promote(home, new[1], "the feed has changed")
    assert scoring(home) == new


def test_a_baseline_that_scores_is_looked_up_beside_the_challenger(home: Home) -> None:
    """It stands beside every model, so that a year-old champion of this kind is still compared on today's origins."""
    old = standing(home)
    values = {CHALLENGER: losses(0.4), CHAMPION: losses(0.5, seed=5), BASELINE: losses(0.6, seed=3)}
    new = family(home, "second", CHALLENGER, values, later=60)
    done = promote(home, new[1])
    assert next(one for one in done["compared"] if one["other"] == old[1])["effective"] == 13


def test_a_baseline_is_not_looked_up_on_origins_before_the_champion_was_judged(home: Home) -> None:
    """A family trained as of years ago knows how the baseline did then, which says nothing of who is to score now."""
    old = standing(home)
    values = {CHALLENGER: losses(0.4), CHAMPION: losses(0.5, seed=5), BASELINE: losses(0.6, seed=3)}
    new = family(home, "second", CHALLENGER, values, later=-100)
    with pytest.raises(
        PromotionRefused, match=r"not enough evidence to compare safety-4-v2 with safety-4-v1: 0 shared"
    ):
        promote(home, new[0])
    assert scoring(home) == old


def test_every_horizon_is_compared_on_some_shared_origin(home: Home) -> None:
    old = standing(home)
    values = {CHALLENGER: losses(0.4), BASELINE: losses(0.6, seed=3)}
    new = [
        *family(home, "second", CHALLENGER, values, [1], later=100),
        *family(home, "second", CHALLENGER, values, [4]),
    ]
    with pytest.raises(
        PromotionRefused, match=r"safety-1-v2 and safety-1-v1 were judged on no origin together.*--because"
    ):
        promote(home, new[1])
    assert scoring(home) == old


def test_a_promotion_that_breaks_off_leaves_the_champions_as_they_were(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = standing(home)
    new = family(home, "second", CHALLENGER, {CHALLENGER: losses(0.4), BASELINE: losses(0.6, seed=3)})

    def broken(home: Home, version: str, at: datetime, because: str | None = None) -> None:
        if version == new[1]:
            raise TrackingStoreUnusable(file=home.path / "mlflow.db", problem="it is damaged")
        set_champion(home, version, at, because)

    monkeypatch.setattr("training.registry.versions.set_champion", broken)
    with pytest.raises(TrackingStoreUnusable):
        promote(home, new[0])
    assert scoring(home) == old


def test_a_champion_that_can_no_longer_score_is_replaced_with_a_reason(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = standing(home)
    new = family(home, "second", CHALLENGER, {CHALLENGER: losses(0.55), BASELINE: losses(0.6, seed=3)})
    monkeypatch.setattr(
        "training.routines.promotion.why_unfit",
        lambda home, version, target, catalogue: PurposeUnknown(version=version),
    )
    with pytest.raises(
        PromotionRefused, match=r"safety-1-v1, safety-4-v1 can no longer score.*riskwarn retrain.*--because"
    ):
        promote(home, new[1])
    assert scoring(home) == old
    promote(home, new[1], "the target is declared anew")
    assert scoring(home) == new


def test_a_version_without_series_needs_a_reason(home: Home) -> None:
    version, _ = register(home, "safety", 4, Rate(CHALLENGER, 4, 0.1), {"best_baseline": BASELINE}, {})
    with pytest.raises(PromotionRefused, match="not enough evidence"):
        promote(home, version)
    promote(home, version, "made by hand")
    with pytest.raises(PromotionRefused, match="already"):
        promote(home, version, "made by hand")


@pytest.mark.slow
def test_the_way_back_leads_from_family_to_family_and_not_around_in_a_circle(home: Home) -> None:
    first = standing(home)
    with pytest.raises(NothingToReturnTo, match="riskwarn models"):
        rollback(home, "safety")
    second = family(home, "second", CHALLENGER, {CHALLENGER: losses(0.45), BASELINE: losses(0.6, seed=3)})
    third = family(home, "third", CHALLENGER, {CHALLENGER: losses(0.40), BASELINE: losses(0.6, seed=3)})
    for day, one in enumerate((second, third), 1):
        promote(home, one[0], now=START + timedelta(days=day))
    assert scoring(home) == third
    done = rollback(home, "safety", "alerts at every door", now=START + timedelta(days=3))
    assert (done["champions"], done["replaced"]) == (second, third)
    assert scoring(home) == second
    told = tags(home, second[0])
    assert (told["promoted_at"], told["because"]) == ("2026-10-08T08:00:00+00:00", "alerts at every door")
    rollback(home, "safety", now=START + timedelta(days=4))
    assert scoring(home) == first
    with pytest.raises(NothingToReturnTo):
        rollback(home, "safety")
    # What was left may be promoted again, and returned from.
    promote(home, third[0], now=START + timedelta(days=5))
    rollback(home, "safety", now=START + timedelta(days=6))
    assert scoring(home) == first
    with pytest.raises(UnknownTarget):
        rollback(home, "nothing")


@pytest.mark.slow
def test_a_family_of_one_leaves_the_others_and_the_way_back_leads_to_the_whole(home: Home) -> None:
    first = standing(home)
    [alone] = family(home, "alone", CHALLENGER, {CHALLENGER: losses(0.4), BASELINE: losses(0.6, seed=3)}, [4])
    with pytest.raises(
        PromotionRefused, match=r"no version for horizon 1, which safety-1-v1 would go on to serve.*--because"
    ):
        promote(home, alone)
    assert scoring(home) == first
    promote(home, alone, "calmer at night", now=START + timedelta(days=1))
    assert tags(home, alone)["because"] == "calmer at night"
    assert scoring(home) == [first[0], alone]
    assert of_several_families(champions(home)) == {"safety": [first[0], alone]}
    rollback(home, "safety", now=START + timedelta(days=2))
    assert scoring(home) == first
    assert of_several_families(champions(home)) == {}


def test_a_champion_of_before_times_were_noted_can_be_returned_to(home: Home) -> None:
    old = family(home, "first", CHAMPION, {CHAMPION: losses(0.5, seed=2), BASELINE: losses(0.6)})
    for version in old:
        set_alias(home, version, "champion")
    new = family(home, "second", CHALLENGER, {CHALLENGER: losses(0.4), BASELINE: losses(0.6, seed=3)})
    promote(home, new[0], now=START)
    rollback(home, "safety", now=START + timedelta(days=1))
    assert scoring(home) == old


def test_gains_are_of_shared_origins_and_their_interval_holds_its_size() -> None:
    days = [FIRST + timedelta(weeks=index) for index in range(60)]
    one = gain_between(Losses(dict.fromkeys(days[:52], 0.4)), Losses(dict.fromkeys(days[8:], 0.5)), 4)
    assert (one.gain, one.effective, one.enough) == (pytest.approx(0.1), 11, True)
    assert not gain_between(Losses({}), Losses(dict.fromkeys(days, 0.5)), 4).enough
    rng = np.random.default_rng(4)
    wins = 0
    for _ in range(400):  # windows of four weeks overlap, and there is no difference
        noise = np.convolve(rng.normal(0, 1, 55), np.ones(4), "valid")
        own, other = Losses(dict.fromkeys(days[:52], 0.0)), Losses(dict(zip(days[:52], noise, strict=True)))
        wins += gain_between(own, other, 4).wins
    assert wins <= 20
