"""One scoring of the whole city: the columns of every level, and each grid's reasons."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from features import City, FeatureMatrix
from features.panel.panel import Encoded
from riskwarn.arrays import Reals, give_back
from riskwarn.words import Gap, Level, Unit
from serving.columns.gaps import DataGaps
from serving.columns.members import kept, summed
from serving.columns.places import Places, Places32
from serving.columns.reasons import AllReasons, Reasons
from serving.columns.scores import LEVEL_NUMBERS, AllScores, Block, Scores
from serving.scoring.gaps import failed_grids, relied_on
from serving.scoring.levels import levels, levels_above
from serving.scoring.numbers import numbers_of_levels
from serving.scoring.places import Placed, placed
from serving.scoring.ranks import order_by, per_10000
from serving.scoring.reasons import Texts, away_from_mean, begun, reasons_of
from serving.scoring.usual import Usual, deviation, least_periods, usual
from training import Champion, Forecaster, explain_family, make_task
from training.intervals.counts import CountDistribution
from training.labels.task import ForecastTask
from training.models.forecast import DIGITS, Forecast
from training.models.forecast import Reasons as Effects
from training.models.members import difference_of_two, rank_bounds, ranks_of, resampled


@dataclass(frozen=True)
class Scored:
    """A scoring, not yet published."""

    places: Places
    scores: AllScores
    reasons: AllReasons


@dataclass(frozen=True)
class Before:
    """What the snapshot before published, to compare with; nothing where there was none. Units are those of today."""

    places: Places | None = None
    scores: AllScores = field(default_factory=dict)

    def without(self, targets: Collection[str]) -> Before:
        """The same, with nothing to compare some targets with."""
        return replace(
            self, scores={block: by_unit for block, by_unit in self.scores.items() if block[0] not in targets}
        )

    def scores_of(self, block: Block, places: Places) -> Reals:
        """(grids,) the scores of a target and horizon; NaN where it has none."""
        return np.asarray(self._kept(block, places, "score", np.nan))

    def known_levels(self, block: Block, places: Places) -> npt.NDArray[np.int8]:
        """(grids,) the levels that were last known; -1 where none ever was."""
        return self._kept(block, places, "known", -1).astype(np.int8)

    def expected(self, block: Block, places: Places, unit: Unit) -> Reals:
        """(units,) the expected counts that were published, of a unit that held other grids the sum over those that it holds today; NaN
        where there was none, or none of one of these."""
        if self.places is None or block not in self.scores:
            return np.full(len(places[unit]), np.nan)
        by_unit = self.scores[block]
        return summed(self.places, places, unit, by_unit[unit].expected_count, by_unit[Unit.GRID].expected_count)

    def ranks(self, block: Block, places: Places, unit: Unit) -> Places32:
        """(units,) the ranks that were published; -1 where there was none, and of a unit that held other grids."""
        return self._kept(block, places, "rank", -1, unit).astype(np.int32)

    def _kept(
        self, block: Block, places: Places, column: str, nothing: float, unit: Unit = Unit.GRID
    ) -> npt.NDArray[Any]:
        if self.places is None or block not in self.scores:
            return np.full(len(places[unit]), nothing)
        return kept(self.places, places, unit, getattr(self.scores[block][unit], column), nothing)


def score_city(
    city: City,
    numbers: Encoded,
    matrix: FeatureMatrix,
    plain: Sequence[str],
    champions: Sequence[tuple[Champion, Forecaster]],
    before: Before,
    gaps: DataGaps,
    threads: int = 1,
) -> Scored:
    """Score every unit. `numbers` is the encoded city, `plain` the plain numbers of the matrix that reasons are told with; the targets, and
    where these are few their horizons, are numbered on so many threads: each holds a city times the members of a model."""
    where = placed(city, before.places)
    numbers_by_level = numbers_of_levels(city, matrix, plain, where)
    scores: dict[Block, dict[Unit, Scores]] = {}
    texts, since = Texts(), begun(city, numbers)
    reasons: dict[Block, Reasons] = {}
    above: dict[tuple[Block, Unit], Reasons] = {}
    by_target: dict[str, list[tuple[Champion, Forecaster]]] = {}
    for pair in champions:
        by_target.setdefault(pair[0].target, []).append(pair)
    families = [sorted(own, key=lambda pair: pair[0].horizon) for own in by_target.values()]

    def forecast(
        own: list[tuple[Champion, Forecaster]],
    ) -> tuple[Iterator[Effects], list[tuple[dict[Unit, Scores], Scores]]]:
        task = make_task(city, own[0][0].target, own[0][0].horizon, matrix, numbers)
        made = [forecaster.predict(task.inputs, [city.as_of]) for _, forecaster in own]
        told = explain_family([forecaster for _, forecaster in own], task.inputs, city.as_of)
        return told, _numbered(city, where, before, task, own, made, max(1, threads // len(families)))

    # Most of a forecast is arithmetic, which needs no interpreter: words are put together while the next target is forecast. What it
    # rests on is explained a horizon after the other, for it is large.
    with ThreadPoolExecutor(threads) as pool:
        for own, (told, every) in zip(families, pool.map(forecast, families), strict=True):
            # What numbering left in holes, before what a forecast rests on takes its room.
            give_back()
            for (champion, _), why, (by_unit, grids) in zip(own, told, every, strict=True):
                block = champion.target, champion.horizon
                rests_on = relied_on(why, city.configuration.targets[champion.target].source)
                hidden = [failed_grids(gaps, city, rests_on, kind) for kind in (Gap.SILENT, Gap.SHORT)]
                order = where.order[Unit.GRID]
                found = levels(grids.score, grids.rank, city.configuration.levels, *(flags[order] for flags in hidden))
                numbered = np.array([LEVEL_NUMBERS[level] for level in found], dtype=np.int8)
                unknown = numbered == LEVEL_NUMBERS[Level.UNKNOWN.value]
                known = np.where(unknown, before.known_levels(block, where.places), numbered)
                leveled = _leveled(city, where, by_unit, numbered)
                scores[block] = {**leveled, Unit.GRID: replace(grids, level=numbered, known=known)}
                away = away_from_mean(grids.score)
                reasons[block], means = reasons_of(
                    city, where, champion.target, why, away, numbers_by_level, texts, since
                )
                above |= {(block, unit): own_reasons for unit, own_reasons in means.items()}
    return Scored(where.places, scores, AllReasons(texts.all, reasons, above))


def _leveled(city: City, where: Placed, by_unit: dict[Unit, Scores], grids: npt.NDArray[np.int8]) -> dict[Unit, Scores]:
    """The units above with their levels, by those of the grids (in the order of the places); the city is what they are measured by."""
    own = np.empty_like(grids)
    own[where.order[Unit.GRID]] = grids

    def leveled(unit: Unit, one: Scores) -> Scores:
        units = city.geography.units[unit]
        level = levels_above(own, units.of_grid, len(units.codes), city.configuration.levels)
        return replace(one, level=level[where.order[unit]])

    return {unit: one if unit is Unit.CITY else leveled(unit, one) for unit, one in by_unit.items()}


def _numbered(
    city: City,
    where: Placed,
    before: Before,
    task: ForecastTask,
    champions: Sequence[tuple[Champion, Forecaster]],
    made: Sequence[Forecast],
    threads: int,
) -> list[tuple[dict[Unit, Scores], Scores]]:
    """(the units above, the grids) of each horizon of a target, some at once: most of it is sorting, which needs no interpreter."""
    untold = np.zeros(task.grids, dtype=bool)
    untold[where.order[Unit.GRID]] = where.places[Unit.GRID].suppressed
    own_past, least = usual(task, untold), least_periods(task)

    def numbered(pair: tuple[Champion, Forecaster], one: Forecast) -> tuple[dict[Unit, Scores], Scores]:
        members, block = resampled(pair[1], task.inputs, city.as_of), (task.target, pair[0].horizon)
        above = _units(city, where, one, members, before, block, own_past, least)
        then = before.scores_of(block, where.places), before.ranks(block, where.places, Unit.GRID)
        return above, _grids(where, one, members, *then)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(numbered, champions, made))


def _grids(
    where: Placed, made: Forecast, members: CountDistribution | None, before: Reals, previous_rank: Places32
) -> Scores:
    level, order = where.places[Unit.GRID], where.order[Unit.GRID]
    probability, count = made.probability[0][order], made.expected_count[0][order]
    score = np.round(probability, DIGITS)
    lower, upper = made.lower[0][order], made.upper[0][order]
    ranks = ranks_of(probability, level.codes)
    drawn = None if members is None else members.probability[:, order]
    bounds = _bounds(probability, drawn)
    noise = np.full(len(score), np.nan) if drawn is None else np.round(difference_of_two(drawn), DIGITS)
    return Scores(
        score=score,
        expected_count=np.round(count, DIGITS),
        lower=lower.astype(np.int32),
        upper=np.maximum(upper, lower).astype(np.int32),
        per_10000=np.round(per_10000(count, level.residents), DIGITS),
        rank=ranks,
        rank_lower=bounds[0],
        rank_upper=bounds[1],
        level=np.full(len(score), -1, dtype=np.int8),
        known=np.full(len(score), -1, dtype=np.int8),
        change=np.round(score - before, DIGITS),
        change_noise=noise,
        before=before,
        previous_rank=previous_rank,
        usual_count=np.full(len(score), np.nan),
        excess_noise=np.full(len(score), np.nan),
    )


def _units(
    city: City,
    where: Placed,
    made: Forecast,
    members: CountDistribution | None,
    before: Before,
    block: Block,
    own_past: Usual,
    least: float,
) -> dict[Unit, Scores]:
    """The units above: the expected count is the sum of the parts; a probability is not calibrated there."""
    rounded = np.round(made.expected_count[0], DIGITS)
    counts = None if members is None else np.round(members.mean, DIGITS)
    found = {}
    for unit, units in city.geography.units.items():
        level, order = where.places[unit], where.order[unit]
        total = np.bincount(units.of_grid, rounded, len(units.codes)).astype(np.float64)[order]
        above = made.summed(unit, units.of_grid)[0]
        rates = per_10000(total, level.residents)
        by = order_by(total, rates)
        drawn, change_noise = None, np.full(len(level), np.nan)
        if counts is not None:
            sums = np.stack([np.bincount(units.of_grid, one, len(units.codes)).astype(np.float64) for one in counts])
            drawn = order_by(sums[:, order], per_10000(sums[:, order], level.residents))
            change_noise = np.round(difference_of_two(sums[:, order]), DIGITS)
        bounds = _bounds(by, drawn)
        own, noise = own_past.of(units.of_grid, len(units.codes), block[1], least)
        noise = np.hypot(noise, deviation(members, units.of_grid, len(units.codes)))
        nothing = np.full(len(level), np.nan)
        expected, then = np.round(total, DIGITS), before.expected(block, where.places, unit)
        found[unit] = Scores(
            score=nothing,
            expected_count=expected,
            lower=above.quantile(0.1)[order].astype(np.int32),
            upper=above.quantile(0.9)[order].astype(np.int32),
            per_10000=np.round(rates, DIGITS),
            rank=ranks_of(by, level.codes),
            rank_lower=bounds[0],
            rank_upper=bounds[1],
            level=np.full(len(level), -1, dtype=np.int8),
            known=np.full(len(level), -1, dtype=np.int8),
            change=np.round(expected - then, DIGITS),
            change_noise=change_noise,
            before=then,
            previous_rank=before.ranks(block, where.places, unit),
            usual_count=np.round(own[order], DIGITS),
            excess_noise=np.round(noise[order], DIGITS),
        )
    return found


def _bounds(order_by: Reals, drawn: Reals | None) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """The interval of each rank; -1 where the forecaster has no members."""
    if drawn is None:
        nothing = np.full(len(order_by), -1, dtype=np.int32)
        return nothing, nothing
    lower, upper = rank_bounds(order_by, drawn)
    return lower.astype(np.int32), upper.astype(np.int32)
