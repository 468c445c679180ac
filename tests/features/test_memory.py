"""Rates of all history, fading counts next door, open cases in bands, and logits: each against its plain definition."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from features import build_features
from features.city import City
from features.families.backlog import AGE_BANDS, SEVERITIES, band_name
from features.testing import made_up_city
from riskwarn.configuration import Configuration
from riskwarn.periods import Period
from riskwarn.store.targets import events_of, rule_of
from riskwarn.words import Unit

UNITS = (Unit.CITY, Unit.DISTRICT, Unit.TOWN, Unit.COMMUNITY)

HARM = {
    "harm": {"source": "disputes", "outcomes": ["injury"]},
    "accident": {"source": "incidents", "date": "occurred_at"},
    "raised": {"source": "disputes", "date": "escalated_at"},
}


def seen_events(city: City, target: str, instant: pd.Timestamp) -> pd.DataFrame:
    """The events that an instant sees: grid, unit above, count, whole periods since they became known."""
    rule = rule_of(city.configuration.targets[target])
    frame = city.beliefs[rule.source]
    found = events_of(frame, rule)
    rows = frame.iloc[found.row][["grid", "above", "count"]].reset_index(drop=True)
    rows["age"] = (instant - pd.Series(found.known_at)) / pd.Timedelta(days=7)
    return rows[(found.seen_from < instant) & ~(found.until < instant)].assign(
        age=lambda one: np.floor(one["age"] - 1e-9)
    )


def plain_rates(city: City, target: str, periods: int, seen: pd.DataFrame, k: int) -> dict[str, np.ndarray]:
    """The definition, unit by unit."""
    inside, above = seen[seen["grid"] >= 0], seen[(seen["grid"] < 0) & (seen["above"] >= 0)]
    grids = len(city.geography)
    counts = np.bincount(inside["grid"], inside["count"], grids)
    of_parent, parent_of = np.array([]), np.zeros(1, dtype=int)
    found: dict[str, np.ndarray] = {}
    for unit in UNITS:
        units = city.geography.units[unit]
        n = np.bincount(units.of_grid, counts, len(units.sizes))
        n += np.bincount(above["above"], above["count"], len(city.geography.above)) @ city.geography.above.shares[unit]
        if unit is Unit.CITY:
            rates = (n + 0.5) / (units.sizes * periods + 1)
        else:
            prior = [of_parent[parent_of[units.of_grid == one][0]] for one in range(len(units.sizes))]
            rates = (n + k * np.array(prior)) / (units.sizes * periods + k)
        of_parent, parent_of = rates, units.of_grid
        found[unit.value] = rates[units.of_grid]
    found["grid"] = (counts + k * found["community"]) / (periods + k)
    near = city.geography.neighbours
    found["near"] = (near @ counts + k * found["community"]) / (near.sum(axis=1) * periods + k)
    return found


@pytest.mark.parametrize("target", HARM)
def test_rates_and_fading_counts_are_what_they_say(target: str) -> None:
    city = made_up_city(21, records=120, configuration=Configuration.model_validate({"targets": HARM}))
    origins = [city.calendar.shift(city.as_of, -20), city.as_of]
    places = ("grid", "near", "community", "town", "district")
    half_lives = (1, 2, 4, 8, 13, 26, 52, 104)
    names = [f"{target}_rate_{k}_{place}" for k in (20, 100) for place in places]
    names += [f"{target}_events_decayed_{half_life}{near}" for half_life in half_lives for near in ("", "_near")]
    built = build_features(city, origins, names=names)
    every = [city.calendar.shift(city.as_of, -back) for back in range(20, -1, -1)]
    parts = build_features(city, every, names=names, cells=60).values[:, [0, -1]]
    np.testing.assert_allclose(parts, built.values, rtol=1e-6, atol=1e-6)
    source = city.beliefs[city.configuration.targets[target].source]
    first = source.loc[source["believed_from"] < source["believed_to"], ["known_at", "believed_from"]].max(axis=1).min()
    for index, origin in enumerate(origins):
        instant = pd.Timestamp(city.calendar.instant(origin))
        seen = seen_events(city, target, instant)
        periods = city.calendar.periods_between(city.calendar.local_date(first.to_datetime64()), origin)
        column = dict(zip(built.names, built.values[:, index], strict=True))
        for k in (20, 100):
            for place, rates in plain_rates(city, target, periods, seen, k).items():
                if place != "city":
                    np.testing.assert_allclose(column[f"{target}_rate_{k}_{place}"], np.log(rates), atol=2e-6)
        inside = seen[seen["grid"] >= 0]
        for half_life in half_lives:
            weight = inside["count"] * 0.5 ** (inside["age"] / half_life)
            plain = np.bincount(inside["grid"], weight, len(city.geography))
            np.testing.assert_allclose(column[f"{target}_events_decayed_{half_life}"], plain, atol=1e-5)
            near = city.geography.neighbours @ plain
            np.testing.assert_allclose(column[f"{target}_events_decayed_{half_life}_near"], near, atol=1e-5)


def days_at_risk(city: City, columns: pd.DatetimeIndex) -> tuple[np.ndarray, np.ndarray]:
    """(grids,) and (units above,) days from an event to the last column that saw the case open, by severity, as the last sees them."""
    rows, instant = city.beliefs["disputes"], columns[-1]
    rows = rows[
        (rows["known_at"] < instant) & (rows["believed_from"] < instant) & (rows["believed_to"] >= instant)
    ].reset_index(drop=True)
    ended = rows[["closed_at_known"]].assign(outcome=rows["outcome_known"].where(rows["outcome"].notna())).min(axis=1)
    last = [
        max((column for column in columns if not moment < column), default=columns[0])
        for moment in ended.fillna(instant)
    ]
    known = rows[["known_at", "believed_from"]].max(axis=1)
    seen = [min(column for column in columns if moment < column) for moment in known]
    days = [
        max(0, (local_day(city, one) - min(local_day(city, begun), local_day(city, first))).days)
        for one, begun, first in zip(last, rows["occurred_at"], seen, strict=True)
    ]
    weight = rows["severity"].map({word: place for place, word in enumerate(SEVERITIES, start=1)}).fillna(1)
    risk = rows["count"] * weight * np.array(days)
    inside, above = rows["grid"] >= 0, (rows["grid"] < 0) & (rows["above"] >= 0)
    return (
        np.bincount(rows["grid"][inside], risk[inside], len(city.geography)),
        np.bincount(rows["above"][above], risk[above], len(city.geography.above)),
    )


def test_incidence_is_events_for_each_day_that_cases_lay_open() -> None:
    city = made_up_city(21, records=120, configuration=Configuration.model_validate({"targets": HARM}))
    origins = [city.calendar.shift(city.as_of, -back) for back in range(20, -1, -1)]
    built = build_features(city, origins, names=["harm_incidence_grid"]).values[0]
    parts = build_features(city, origins, names=["harm_incidence_grid"], cells=60).values[0]
    np.testing.assert_allclose(parts, built, rtol=1e-6, atol=1e-6)
    first = city.calendar.local_date(city.beliefs["disputes"]["known_at"].min().to_datetime64())
    periods = city.calendar.periods_between(first, city.as_of) + 2
    columns = pd.DatetimeIndex(
        [city.calendar.instant(city.calendar.shift(city.as_of, -back)) for back in range(periods, -1, -1)]
    )
    seen, (days, days_above) = seen_events(city, "harm", columns[-1]), days_at_risk(city, columns)
    events = np.bincount(seen["grid"][seen["grid"] >= 0], seen["count"][seen["grid"] >= 0], len(city.geography))
    high = seen[(seen["grid"] < 0) & (seen["above"] >= 0)]
    events_above = np.bincount(high["above"], high["count"], len(city.geography.above))
    weight, of_grid = 0.0, np.zeros(0)
    for unit in UNITS:
        units, shares = city.geography.units[unit], city.geography.above.shares[unit]
        n = np.bincount(units.of_grid, events, len(units.sizes)) + events_above @ shares
        risk = np.bincount(units.of_grid, days, len(units.sizes)) + days_above @ shares
        if unit is Unit.CITY:
            rate = (n + 0.5) / (risk + 1)
            weight = 15 / rate[0]
        else:
            prior = np.array([of_grid[units.of_grid == one][0] for one in range(len(units.sizes))])
            rate = (n + weight * prior) / (risk + weight)
        of_grid = rate[units.of_grid]
    np.testing.assert_allclose(built[-1], np.log((events + weight * of_grid) / (days + weight)), atol=1e-5)
    assert np.ptp(built[-1]) > 0.01


def test_a_feed_that_begins_late_has_no_years_of_silence() -> None:
    """The same events: their rate is counted from the period in which the source was first heard of."""
    city = made_up_city(21, records=120, configuration=Configuration.model_validate({"targets": HARM}))
    begin = pd.Timestamp(city.calendar.instant(city.calendar.shift(city.as_of, -12)))
    frame = city.beliefs["disputes"]
    late = frame[(frame["known_at"] >= begin) & (frame["believed_from"] >= begin)].reset_index(drop=True)
    assert len(late)
    quiet = replace(city, beliefs={**city.beliefs, "disputes": late})
    seen = seen_events(quiet, "raised", pd.Timestamp(city.calendar.instant(city.as_of)))
    name = "raised_rate_20_district"
    built = build_features(quiet, [city.calendar.shift(city.as_of, -14), city.as_of], names=[name]).values[0]
    assert np.ptp(built[0]) == pytest.approx(0)
    heard = city.calendar.local_date(late["known_at"].min().to_datetime64())
    periods = -(-(city.as_of - heard).days // 7)  # the week in which it began counts whole
    np.testing.assert_allclose(built[1], np.log(plain_rates(quiet, "raised", periods, seen, 20)["district"]), atol=2e-6)


@pytest.mark.parametrize("period", [Period.DAY, Period.WEEK, Period.MONTH])
def test_open_cases_stand_in_one_band_of_age_and_severity_each(period: Period) -> None:
    city = made_up_city(4, periods=12, records=150, configuration=Configuration(period=period))
    names = [f"disputes_open_{severity}_{band_name(band)}" for severity in SEVERITIES for band in AGE_BANDS]
    built = build_features(city, [city.as_of], names=[*names, "disputes_open"])
    rows, instant = city.beliefs["disputes"], pd.Timestamp(city.calendar.instant(city.as_of))
    known = (rows["known_at"] < instant) & (rows["believed_from"] < instant) & (rows["believed_to"] >= instant)
    settled = (rows["closed_at_known"] < instant) | ((rows["outcome_known"] < instant) & rows["outcome"].notna())
    rows = rows[known & ~settled & (rows["grid"] >= 0)]
    age = [(city.as_of - local_day(city, moment)).days for moment in rows["occurred_at"]]
    severity = rows["severity"].fillna("general")
    for place, name in enumerate(names):
        word, (low, high) = list(SEVERITIES)[place // 4], AGE_BANDS[place % 4]
        inside = (severity == word) & np.array([low <= one < (high or 10**6) for one in age], dtype=bool)
        plain = np.bincount(rows["grid"][inside], rows["count"][inside], len(city.geography))
        assert built.values[place, 0].tolist() == plain.tolist(), name
    assert np.array_equal(built.values[:-1].sum(axis=0), built.values[-1])


def local_day(city: City, moment: pd.Timestamp) -> date:
    return (moment + timedelta(hours=8)).date()


def test_a_logit_is_finite_and_rises_with_the_share() -> None:
    city = made_up_city(9, records=120)
    names = ["disputes_escalated_logit_52", "disputes_escalated_104", "disputes_count_52"]
    logit, part, whole = build_features(city, [city.as_of], names=names).values[:, 0]
    np.testing.assert_allclose(logit, np.log((part + 0.05) / (np.maximum(whole - part, 0) + 0.95)), atol=1e-6)
    assert np.isfinite(logit).all() and np.ptp(logit) > 0
