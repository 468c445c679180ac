"""One scoring of the whole city: the columns of every level, and each grid's reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from features import City, FeatureMatrix
from features.panel.panel import Encoded
from riskwarn.words import Gap, Level, Unit
from serving.columns.gaps import DataGaps
from serving.columns.places import Places
from serving.columns.reasons import AllReasons, Reasons
from serving.columns.scores import LEVEL_NUMBERS, AllScores, Block, Reals, Scores
from serving.scoring.gaps import failed_grids, relied_on
from serving.scoring.levels import levels
from serving.scoring.numbers import numbers_of_levels
from serving.scoring.places import Placed, placed
from serving.scoring.reasons import Texts, away_from_mean, numbers_wanted, reasons_of
from training import Champion, Forecaster, explain_family, make_task
from training.intervals.counts import CountDistribution
from training.models.forecast import DIGITS, Forecast
from training.models.members import rank_bounds, resampled


@dataclass(frozen=True)
class Scored:
    """A scoring, not yet published."""

    places: Places
    scores: AllScores
    reasons: AllReasons


@dataclass(frozen=True)
class Before:
    """What the snapshot before published, to compare with; nothing where there was none."""

    places: Places | None = None
    scores: AllScores = field(default_factory=dict)

    def scores_of(self, block: Block, places: Places) -> Reals:
        """(grids,) the scores of a target and horizon; NaN where it has none."""
        return np.asarray(self._aligned(block, places, "score", np.nan))

    def known_levels(self, block: Block, places: Places) -> npt.NDArray[np.int8]:
        """(grids,) the levels that were last known; -1 where none ever was."""
        return self._aligned(block, places, "known", -1).astype(np.int8)

    def _aligned(self, block: Block, places: Places, column: str, nothing: float) -> npt.NDArray[Any]:
        now = places[Unit.GRID]
        if self.places is None or block not in self.scores:
            return np.full(len(now), nothing)
        then, values = self.places[Unit.GRID], getattr(self.scores[block][Unit.GRID], column)
        if then.codes == now.codes:
            return np.asarray(values)
        rows = np.array([then.rows.get(code, -1) for code in now.codes], dtype=np.int64)
        return np.where(rows >= 0, values[rows], nothing)


def score_city(
    city: City,
    numbers: Encoded,
    matrix: FeatureMatrix,
    champions: Sequence[tuple[Champion, Forecaster]],
    before: Before,
    gaps: DataGaps,
) -> Scored:
    """Score every unit. `numbers` is the encoded city."""
    where = placed(city)
    numbers_by_level = numbers_of_levels(city, matrix, numbers_wanted(city.configuration, champions), where)
    scores: dict[Block, dict[Unit, Scores]] = {}
    texts = Texts()
    reasons: dict[Block, Reasons] = {}
    above: dict[tuple[Block, Unit], Reasons] = {}
    for target in dict.fromkeys(champion.target for champion, _ in champions):
        own = sorted((pair for pair in champions if pair[0].target == target), key=lambda pair: pair[0].horizon)
        inputs = make_task(city, target, own[0][0].horizon, matrix, numbers).inputs
        made = [forecaster.predict(inputs, [city.as_of]) for _, forecaster in own]
        told = explain_family([forecaster for _, forecaster in own], inputs, city.as_of)
        for (champion, forecaster), one, why in zip(own, made, told, strict=True):
            block = champion.target, champion.horizon
            rests_on = relied_on(why, city.configuration.targets[target].source)
            members = resampled(forecaster, inputs, city.as_of)
            hidden = [failed_grids(gaps, city, rests_on, kind) for kind in (Gap.SILENT, Gap.SHORT)]
            by_unit = _units(city, where, one, members)
            grids = _grids(where, one, members, before.scores_of(block, where.places))
            order = where.order[Unit.GRID]
            found = levels(grids.score, grids.rank, city.configuration.levels, *(flags[order] for flags in hidden))
            numbered = np.array([LEVEL_NUMBERS[level] for level in found], dtype=np.int8)
            unknown = numbered == LEVEL_NUMBERS[Level.UNKNOWN.value]
            known = np.where(unknown, before.known_levels(block, where.places), numbered)
            scores[block] = {**by_unit, Unit.GRID: replace(grids, level=numbered, known=known)}
            away = away_from_mean(grids.score)
            reasons[block], means = reasons_of(city, where, target, why, away, numbers_by_level, texts)
            above |= {(block, unit): own_reasons for unit, own_reasons in means.items()}
    return Scored(where.places, scores, AllReasons(texts.all, reasons, above))


def _grids(where: Placed, made: Forecast, members: CountDistribution | None, before: Reals) -> Scores:
    level, order = where.places[Unit.GRID], where.order[Unit.GRID]
    probability, count = made.probability[0][order], made.expected_count[0][order]
    score = np.round(probability, DIGITS)
    lower, upper = made.lower[0][order], made.upper[0][order]
    ranks = ranks_of(probability, level.codes)
    bounds = _bounds(probability, None if members is None else members.probability[:, order])
    return Scores(
        score=score,
        expected_count=np.round(count, DIGITS),
        lower=lower.astype(np.int32),
        upper=np.maximum(upper, lower).astype(np.int32),
        per_10000=np.round(_per_10000(count, level.residents), DIGITS),
        rank=ranks,
        rank_lower=bounds[0],
        rank_upper=bounds[1],
        level=np.full(len(score), -1, dtype=np.int8),
        known=np.full(len(score), -1, dtype=np.int8),
        change=np.round(score - before, DIGITS),
        before=before,
    )


def _units(city: City, where: Placed, made: Forecast, members: CountDistribution | None) -> dict[Unit, Scores]:
    """The units above: the expected count is the sum of the parts; a probability is not calibrated there."""
    rounded = np.round(made.expected_count[0], DIGITS)
    found = {}
    for unit, units in city.geography.units.items():
        level, order = where.places[unit], where.order[unit]
        total = np.bincount(units.of_grid, rounded, len(units.codes)).astype(np.float64)[order]
        above = made.summed(unit, units.of_grid)[0]
        per_10000 = _per_10000(total, level.residents)
        order_by = _order_by(total, per_10000)
        drawn = None
        if members is not None:
            sums = np.stack(
                [
                    np.bincount(units.of_grid, one, len(units.codes)).astype(np.float64)
                    for one in np.round(members.mean, DIGITS)
                ]
            )
            drawn = _order_by(sums[:, order], _per_10000(sums[:, order], level.residents))
        bounds = _bounds(order_by, drawn)
        nothing = np.full(len(level), np.nan)
        found[unit] = Scores(
            score=nothing,
            expected_count=np.round(total, DIGITS),
            lower=above.quantile(0.1)[order].astype(np.int32),
            upper=above.quantile(0.9)[order].astype(np.int32),
            per_10000=np.round(per_10000, DIGITS),
            rank=ranks_of(order_by, level.codes),
            rank_lower=bounds[0],
            rank_upper=bounds[1],
            level=np.full(len(level), -1, dtype=np.int8),
            known=np.full(len(level), -1, dtype=np.int8),
            change=nothing,
            before=nothing,
        )
    return found


def ranks_of(order_by: Reals, codes: Sequence[str]) -> npt.NDArray[np.int32]:
    """Ranks from 1, highest first, ties by code."""
    order = np.lexsort((np.array(codes, dtype=str), -np.round(order_by, DIGITS)))
    ranks = np.empty(len(order), dtype=np.int32)
    ranks[order] = np.arange(1, len(order) + 1)
    return ranks


def _order_by(total: Reals, per_10000: Reals) -> Reals:
    """By what units are ranked: where nobody knows the residents, they come last, by their total."""
    return np.where(np.isnan(per_10000), -1 / (1 + total), per_10000)


def _bounds(order_by: Reals, drawn: Reals | None) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """The interval of each rank; -1 where the forecaster has no members."""
    if drawn is None:
        nothing = np.full(len(order_by), -1, dtype=np.int32)
        return nothing, nothing
    lower, upper = rank_bounds(order_by, drawn)
    return lower.astype(np.int32), upper.astype(np.int32)


def _per_10000(count: Reals, residents: Reals) -> Reals:
    return np.asarray(10_000 * count / np.where(residents > 0, residents, np.nan))
