"""One scoring of the whole city: the canonical table of grids and units, and each grid's reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from features import City, Feature, FeatureMatrix
from features.panel.panel import Encoded
from riskwarn.contracts import declared
from riskwarn.health import Gap
from riskwarn.words import Unit
from serving.scoring.gaps import DataGaps, relied_on
from serving.scoring.levels import levels
from training import Champion, Forecaster, Reasons, make_task
from training.intervals.counts import CountDistribution
from training.models.forecast import DIGITS, Forecast
from training.models.members import rank_bounds, resampled

REASONS_KEPT = 12

#: Not shown of a single grid, as petitions are not: categories that say too much of a household.
SENSITIVE_CATEGORIES = ("marriage_family", "medical", "village_affairs")

COLUMNS = ("unit", "code", "name", "parent", "target", "horizon", "rank", "rank_lower", "rank_upper", "score", "expected_count", "lower", "upper", "per_10000", "residents", "level", "change", "suppressed")  # fmt: skip

REASON_COLUMNS = ("code", "target", "horizon", "feature", "zh", "en", "effect")


@dataclass(frozen=True)
class Scored:
    """A scoring, not yet published."""

    table: pd.DataFrame  # COLUMNS, one row a unit, target and horizon
    reasons: pd.DataFrame  # code, target, horizon, feature, zh, en, effect; the strongest first


def score_city(
    city: City,
    numbers: Encoded,
    matrix: FeatureMatrix,
    champions: Sequence[tuple[Champion, Forecaster]],
    before: Mapping[tuple[str, str, int], float],
    gaps: DataGaps,
) -> Scored:
    """Score every unit. `numbers` is the encoded city, `before` holds the previous snapshot's scores of grids by (code, target, horizon)."""
    residents = _residents(city)
    small = np.where(np.isnan(residents), False, residents < city.configuration.min_residents)
    tables, reasons = [], []
    for target in dict.fromkeys(champion.target for champion, _ in champions):
        own = sorted((pair for pair in champions if pair[0].target == target), key=lambda pair: pair[0].horizon)
        inputs = make_task(city, target, own[0][0].horizon, matrix, numbers).inputs
        made = [forecaster.predict(inputs, [city.as_of]) for _, forecaster in own]
        for (champion, forecaster), one in zip(own, made, strict=True):
            probability, count = one.probability[0], one.expected_count[0]
            why = forecaster.explain(inputs, city.as_of)
            rests_on = relied_on(why, city.configuration.targets[target].source)
            members = resampled(forecaster, inputs, city.as_of)
            grids = _grids(city, champion, one, probability, count, residents, small, before)
            grids = _with_bounds(grids, probability, None if members is None else members.probability)
            hidden = [gaps.grids(city, rests_on, kind) for kind in (Gap.SILENT, Gap.SHORT)]
            score, ranks = grids["score"].to_numpy(), grids["rank"].to_numpy()
            tables.append(grids.assign(level=levels(score, ranks, city.configuration.levels, *hidden)))
            tables += _units(city, champion, one, count, residents, members)
            reasons.append(_reasons(city, champion, why, small))
    table = pd.concat(tables, ignore_index=True)[list(COLUMNS)]
    return Scored(table, pd.concat(reasons, ignore_index=True))


def _residents(city: City) -> np.ndarray:
    rows = city.demographics
    known = rows[rows["known_at"].isna() | (rows["known_at"] < pd.Timestamp(city.calendar.instant(city.as_of)))]
    found = np.full(len(city.geography), np.nan)
    for grid, population in zip(known["grid"], known["population"], strict=True):
        found[grid] = population
    return found


def _ranks(order_by: np.ndarray, codes: Sequence[str]) -> np.ndarray:
    """Ranks from 1, highest first, ties by code."""
    order = np.lexsort((np.array(codes, dtype=str), -np.round(order_by, DIGITS)))
    ranks = np.empty(len(order), dtype=np.int64)
    ranks[order] = np.arange(1, len(order) + 1)
    return ranks


def _grids(
    city: City, champion: Champion, made: Forecast, probability: np.ndarray, count: np.ndarray,
    residents: np.ndarray, small: np.ndarray, before: Mapping[tuple[str, str, int], float],
) -> pd.DataFrame:  # fmt: skip
    places = city.geography
    community = places.units[Unit.COMMUNITY]
    ranks = _ranks(probability, places.grid_ids)
    score = np.round(probability, DIGITS)
    earlier = [before.get((code, champion.target, champion.horizon)) for code in places.grid_ids]
    return pd.DataFrame(
        {
            "unit": Unit.GRID.value,
            "code": places.grid_ids,
            "name": places.names,
            "parent": [community.codes[index] for index in community.of_grid],
            "target": champion.target,
            "horizon": champion.horizon,
            "rank": ranks,
            "score": score,
            "expected_count": np.round(count, DIGITS),
            "lower": made.lower[0],
            "upper": np.maximum(made.upper[0], made.lower[0]),
            "per_10000": np.round(_per_10000(count, residents), DIGITS),
            "residents": residents,
            "change": [
                None if was is None else round(now - was, DIGITS)
                for now, was in zip(score.tolist(), earlier, strict=True)
            ],
            "suppressed": small,
        }
    ).astype({"change": "float64"})


def _units(
    city: City,
    champion: Champion,
    made: Forecast,
    count: np.ndarray,
    residents: np.ndarray,
    members: CountDistribution | None,
) -> list[pd.DataFrame]:
    """The units above: the expected count is the sum of the parts; a probability is not calibrated there."""
    tables = []
    rounded = np.round(count, DIGITS)
    for unit, units in city.geography.units.items():
        total = np.bincount(units.of_grid, rounded, len(units.codes)).astype(np.float64)
        people = np.bincount(units.of_grid, residents, len(units.codes))
        above = made.summed(unit, units.of_grid)[0]
        per_10000 = _per_10000(total, people)
        order_by = _order_by(total, per_10000)
        table = pd.DataFrame(
            {
                "unit": unit.value,
                "code": units.codes,
                "name": units.names,
                "parent": units.parents,
                "target": champion.target,
                "horizon": champion.horizon,
                "rank": _ranks(order_by, units.codes),
                "score": np.nan,
                "expected_count": np.round(total, DIGITS),
                "lower": above.quantile(0.1),
                "upper": above.quantile(0.9),
                "per_10000": np.round(per_10000, DIGITS),
                "residents": people,
                "level": None,
                "change": np.nan,
                "suppressed": False,
            }
        )
        drawn = None
        if members is not None:
            sums = np.stack(
                [np.bincount(units.of_grid, one, len(units.codes)) for one in np.round(members.mean, DIGITS)]
            )
            drawn = _order_by(sums, _per_10000(sums, people))
        tables.append(_with_bounds(table, order_by, drawn))
    return tables


def _order_by(total: np.ndarray, per_10000: np.ndarray) -> np.ndarray:
    """By what units are ranked: where nobody knows the residents, they come last, by their total."""
    return np.where(np.isnan(per_10000), -1 / (1 + total), per_10000)


def _with_bounds(table: pd.DataFrame, order_by: np.ndarray, drawn: np.ndarray | None) -> pd.DataFrame:
    """A table with the interval of each rank; without one where the forecaster has no members."""
    lower, upper = rank_bounds(order_by, drawn) if drawn is not None else (None, None)
    return table.assign(rank_lower=lower, rank_upper=upper).astype({"rank_lower": "Int64", "rank_upper": "Int64"})


def _per_10000(count: np.ndarray, residents: np.ndarray) -> np.ndarray:
    return np.asarray(10_000 * count / np.where(residents > 0, residents, np.nan))


def _reasons(city: City, champion: Champion, reasons: Reasons, small: np.ndarray) -> pd.DataFrame:
    """The strongest reasons of each grid. Features that say nearly the same (one theme of one source) are told together:

    the effect is theirs in all, in the words of the one that leads. Alone, they would seem to contradict each other.
    """
    shown = [index for index, feature in enumerate(reasons.features) if not _sensitive(feature)]
    themes: dict[tuple[str, str], list[int]] = {}
    for index in shown:
        themes.setdefault(_theme(reasons.features[index]), []).append(index)
    if not themes:
        return pd.DataFrame(columns=REASON_COLUMNS)
    together = np.column_stack([reasons.effects[:, members].sum(axis=1) for members in themes.values()])
    leading = np.column_stack(
        [
            np.array(members)[np.argmax(reasons.effects[:, members] * np.sign(effect)[:, None], axis=1)]
            for members, effect in zip(themes.values(), together.T, strict=True)
        ]
    )
    effects = np.round(together, DIGITS)
    strongest = np.argsort(-np.abs(effects), axis=1, kind="stable")[:, :REASONS_KEPT]
    grid, theme = np.nonzero(np.ones(strongest.shape, dtype=bool))[0], strongest.ravel()
    keep = (effects[grid, theme] != 0) & ~small[grid]
    grid, theme = grid[keep], theme[keep]
    feature = leading[grid, theme]
    codes = np.array(city.geography.grid_ids, dtype=object)
    named = {
        what: np.array([getattr(one, what) for one in reasons.features], dtype=object) for what in ("name", "zh", "en")
    }
    return pd.DataFrame(
        {
            "code": codes[grid],
            "target": champion.target,
            "horizon": champion.horizon,
            "feature": named["name"][feature],
            "zh": named["zh"][feature],
            "en": named["en"][feature],
            "effect": effects[grid, theme],
        }
    )[list(REASON_COLUMNS)]


def _theme(feature: Feature) -> tuple[str, str]:
    """What is told together; the few terms of a baseline stand alone."""
    return feature.source, feature.name if feature.family == "baseline" else feature.theme or feature.family


def _sensitive(feature: Feature) -> bool:
    if feature.family == "roll-ups":
        return False
    return declared(feature.source).demand_only or any(code in feature.name for code in SENSITIVE_CATEGORIES)
