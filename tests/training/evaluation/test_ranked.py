"""What a rule of levels would have caught is what it would have listed, whatever the rule."""

from __future__ import annotations

import numpy as np
import pytest

from riskwarn.configuration import LevelRule, Levels
from serving.scoring.caught import levels_caught
from serving.scoring.levels import levels
from training.evaluation.judged import Judged
from training.evaluation.outcomes import plain_outcomes
from training.evaluation.ranked import Ranked, caught, ranked
from training.intervals.counts import CountDistribution
from training.models.forecast import Forecast
from training.models.members import ranks_of

RULES = Levels(red=LevelRule(top=0.01, times=4), blue=LevelRule(top=0.5, times=1.1))


def judged(grids: int, origins: int = 12, seed: int = 1) -> Judged:
    """Rankings that tell grids apart, and events that follow them; some are not known."""
    random = np.random.default_rng(seed)
    mean = random.gamma(0.5, 0.2, (origins, grids))
    observed = random.poisson(mean).astype(float)
    observed[:, :3] = np.nan
    return Judged(Forecast(CountDistribution.poisson(mean)), plain_outcomes(observed, 4))


@pytest.mark.parametrize("grids", [60, 200])
def test_a_rule_catches_what_its_level_would_have_listed(grids: int) -> None:
    one = judged(grids)
    made = Ranked.from_json(ranked(one).as_json())
    for level in ("red", "orange", "yellow", "blue"):
        rule = getattr(RULES, level)
        alone = Levels(**{name: LevelRule(top=0.001, times=1e9) for name in Levels.model_fields} | {level: rule})
        events = hit = listed = 0
        for score, count in zip(one.forecast.probability, one.observed, strict=True):
            known = ~np.isnan(count)
            own = np.round(score[known], 6)
            ranks = ranks_of(own, [f"{index:04d}" for index in range(known.sum())])
            chosen = levels(own, ranks, alone) == level
            listed += chosen.sum()
            events += count[known][chosen].sum()
            hit += (count[known][chosen] > 0).sum()
        found = caught(made, rule.top, rule.times)
        assert found.caught == events and found.events == np.nansum(one.observed)
        assert found.grids == pytest.approx(listed / 12)
        assert found.capture.mean == pytest.approx(events / np.nansum(one.observed))
        if listed:
            assert found.precision.mean == pytest.approx(hit / listed)


def test_of_a_large_city_little_is_kept_and_the_numbers_stay_near() -> None:
    one = judged(20_000, origins=3)
    made = ranked(one)
    assert max(len(origin.ranks) for origin in made.origins) <= 512
    score = np.round(np.take_along_axis(one.forecast.probability, one.order, axis=1), 6)
    for origin, own in zip(made.origins, score, strict=True):
        exact = int((own[: origin.grids] >= 1.5 * own[: origin.grids].mean()).sum())
        assert 0.97 * exact <= origin.listed(1.0, 1.5) <= exact


def test_levels_say_what_happens_outside_and_nothing_where_nothing_is_listed() -> None:
    red, *_, blue = levels_caught(RULES, ranked(judged(60)))
    assert blue["outside"] == pytest.approx(1 - blue["capture"]["mean"], abs=1e-3)
    assert blue["of_100_listed"] == round(100 * blue["precision"]["mean"])
    assert 0 <= blue["capture"]["lower"] <= blue["capture"]["mean"] <= blue["capture"]["upper"] <= 1
    (nobody, *_) = levels_caught(Levels(red=LevelRule(top=0.01, times=1e6)), ranked(judged(60)))
    assert (nobody["grids"], nobody["caught"], nobody["precision"], nobody["of_100_listed"]) == (0, 0, None, None)
    assert nobody["outside"] == 1 and red["grids"] <= blue["grids"]
