"""The laws of time for every feature, ready-made: made-up cities, and checkers that a test calls.

    from features.testing import made_up_city, check_laws

    @given(seed=st.integers(0, 2**32 - 1))
    def test_my_features_keep_the_laws(seed):
        check_laws(made_up_city(seed, configuration=Configuration(features={"modules": ["my_features"]})))

A made-up city holds late, corrected, withdrawn and aggregated records; nothing in it is like life but its disorder.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from features.building.build import build_features
from features.building.executors import Executor, one_by_one
from features.city import City
from features.encoding.encode import KINDS, SATISFACTION
from features.matrix import FeatureMatrix
from features.panel.partition import partitions
from riskwarn.configuration import Configuration
from riskwarn.contracts import Contract, contract
from riskwarn.contracts.schema import BREAKS, GRIDS, INTERVENTIONS, OWN_TIME_FIELDS, TABLES
from riskwarn.geography import Breaks, Geography, breaks, geography
from riskwarn.periods import FOREVER, Calendar, Period
from riskwarn.store.beliefs import empty_beliefs
from riskwarn.words import DiscoveredBy, Severity, Unit

FIRST = date(2024, 1, 1)

#: |difference| that real-weighted features may show, against the larger of 1 and the value. Counts are equal to the bit.
TOLERANCE = 1e-6


def made_up_city(
    seed: int, *, grids: int = 14, periods: int = 30, records: int = 60, configuration: Configuration | None = None
) -> City:
    """A small city of four towns in two districts; the same for the same seed."""
    rng = np.random.default_rng(seed)
    configuration = configuration or Configuration()
    calendar = configuration.calendar
    as_of = calendar.shift(FIRST, periods)
    places = geography(_grids(rng, grids), as_of, "made-up city")
    contracts = {name: contract(name, configuration) for name in configuration.sources}
    start, end = calendar.instants([FIRST, calendar.shift(as_of, 6)])
    believed = {
        name: _beliefs(rng, one, grids, int(rng.integers(1, records)), start, end, len(places.above))
        for name, one in contracts.items()
        if name not in TABLES
    }
    for frame in believed.values():
        frame.loc[0, ["known_at", "believed_from"]] = pd.Timestamp(start)
    surveys, done = _tables(rng, grids, start, end)
    return City(
        demographics=surveys,
        interventions=done,
        as_of=as_of,
        calendar=calendar,
        configuration=configuration,
        geography=places,
        beliefs=believed,
        breaks=_breaks(rng, periods, calendar, places),
        contracts=contracts,
        store_version=1,
        first_known=FIRST,
    )


def known_before(city: City, as_of: date) -> City:
    """The city as it could have been told at an instant: nothing that became known then or later is in it."""
    instant = pd.Timestamp(city.calendar.instant(as_of))
    tables = {
        name: getattr(city, name)[lambda frame: ~(frame["known_at"] >= instant)].reset_index(drop=True)
        for name in ("demographics", "interventions")
    }
    tables["interventions"] = _masked(tables["interventions"], ("ended_at",), instant)
    return replace(
        city, as_of=as_of, beliefs={name: _known(frame, instant) for name, frame in city.beliefs.items()}, **tables
    )


def assert_same(one: FeatureMatrix, other: FeatureMatrix) -> None:
    """Raise AssertionError with the name of the first feature that differs."""
    assert one.names == other.names
    for feature, left, right in zip(one.features, one.values, other.values, strict=True):
        assert np.array_equal(np.isnan(left), np.isnan(right)), feature.name
        exact = feature.transform == "sum"
        allowed = 0.0 if exact else TOLERANCE * np.maximum(1, np.abs(np.nan_to_num(right)))
        assert np.all(np.nan_to_num(np.abs(left - right)) <= allowed), feature.name


def check_no_leak(city: City, as_of: date) -> None:
    """The first law: features as of an instant from the whole city equal those from what was known before it."""
    then = known_before(city, as_of)
    assert_same(build_features(replace(city, as_of=as_of), [as_of]), build_features(then, [as_of]))


def check_origins(city: City, origins: Sequence[date]) -> None:
    """A row of an earlier origin is the row that was built then."""
    together = build_features(city, [*origins, city.as_of])
    for index, origin in enumerate(origins):
        alone = build_features(replace(city, as_of=origin), [origin])
        assert_same(replace(together, origins=(origin,), values=together.values[:, [index]]), alone)


def check_partitions(city: City, size: int = 3, executor: Executor = one_by_one) -> None:
    """The third law: a city that is built in partitions of whole towns, of about `size` grids, gives the whole's numbers."""
    origins = [city.calendar.shift(city.as_of, -2), city.as_of]
    assert len(list(partitions(city.geography, size))) > 1, "the city is too small to be divided"
    assert_same(build_features(city, origins, cells=3 * size, executor=executor), build_features(city, origins))


def check_laws(city: City) -> None:
    """All of the above at once, each at one instant; the first at another phase of the period."""
    shift = city.calendar.shift
    check_no_leak(city, shift(city.as_of, -8) - timedelta(days=3 if city.calendar.period is Period.WEEK else 0))
    check_origins(city, [shift(city.as_of, -12)])
    check_partitions(city)


def _grids(rng: np.random.Generator, count: int) -> pd.DataFrame:
    index = np.arange(count)
    town = np.sort(rng.integers(0, 4, count))
    rows = pd.DataFrame(
        {
            "grid_id": [f"G{number:03d}" for number in rng.permutation(count)],
            "community": [
                f"C{number}-{number_of_town}" for number, number_of_town in zip(index // 3, town, strict=True)
            ],
            "town": [f"T{number}" for number in town],
            "district": [f"D{number // 2}" for number in town],
            "longitude": 106.5 + rng.integers(0, 5, count) / 250,
            "latitude": 29.5 + rng.integers(0, 5, count) / 250,
        }
    )
    rows.loc[rng.random(count) < 0.1, ["longitude", "latitude"]] = np.nan
    for name in ("community", "town", "district"):
        rows[f"{name}_name"] = rows[name]
    rows["name"] = rows["grid_id"]
    return rows.reindex(columns=GRIDS.names)


def _beliefs(
    rng: np.random.Generator,
    declared: Contract,
    grids: int,
    count: int,
    start: np.datetime64,
    end: np.datetime64,
    places: int,
) -> pd.DataFrame:
    """Records that come late, are corrected, withdrawn, closed, escalated; each row a belief."""
    span = int((end - start) / np.timedelta64(1, "h"))

    def hours(of: int, *, most: int, empty: float = 0.0) -> pd.Series:
        values = pd.Series(pd.to_timedelta(rng.integers(0, most, of), unit="h"))
        return values.mask(pd.Series(rng.random(of) < empty))

    known = pd.Timestamp(start) + hours(count, most=span)
    rows = pd.DataFrame({"grid": rng.integers(0, grids, count), "known_at": known.astype("datetime64[us]")})
    rows["record_id"] = np.arange(count)
    rows["occurred_at"] = rows["known_at"] - hours(count, most=700)
    rows["count"] = np.where(rng.random(count) < 0.8, 1, rng.integers(1, 9, count))
    for name, words in (
        ("category", (*declared.categories, "a local one")),
        ("severity", tuple(Severity)),
        ("kind", KINDS),
        ("discovered_by", tuple(DiscoveredBy)),
        ("outcome", ("settled", "referred", "injury")),
        ("satisfaction", SATISFACTION),
    ):
        rows[name] = [None if rng.random() < 0.2 else str(rng.choice(words)) for _ in range(count)]
    rows["due_at"] = rows["occurred_at"] + hours(count, most=1500, empty=0.3)
    for name in OWN_TIME_FIELDS:
        rows[name] = rows["occurred_at"] + hours(count, most=2500, empty=0.4)
        rows[f"{name}_known"] = rows[[name, "known_at"]].max(axis=1).where(rows[name].notna())
    dates = rows[["closed_at_known", "escalated_at_known", "ended_at_known"]].max(axis=1)
    rows["outcome_known"] = dates.where(rows["outcome"].notna())
    rows["satisfaction_known"] = rows["closed_at_known"].where(rows["satisfaction"].notna())
    rows["topics_known"] = rows["accepted_at_known"]
    rows["believed_from"], rows["believed_to"] = rows["known_at"], pd.Timestamp(FOREVER)
    again = rows.sample(frac=0.3, random_state=int(rng.integers(2**31)))
    change = again["known_at"] + hours(len(again), most=1500).to_numpy()
    rows.loc[again.index, "believed_to"] = change
    # Some are withdrawn; the others go on with another grid and category.
    corrected = again.assign(believed_from=change, grid=rng.integers(0, grids, len(again)))
    corrected["severity"] = "major"
    rows = pd.concat([rows, corrected[rng.random(len(again)) < 0.6]], ignore_index=True)
    rows = rows[rows["believed_from"] < rows["believed_to"]].sort_values("known_at", kind="stable")
    of_beliefs = list(empty_beliefs())
    columns = [*of_beliefs, *(name for name in rows if name not in of_beliefs)]
    rows = rows.reindex(columns=columns).reset_index(drop=True)
    # Some lie in no grid, but in a unit above.
    high = rng.random(len(rows)) < 0.1
    rows["above"] = np.where(high, rng.integers(0, places, len(rows)), -1)
    rows.loc[high, "grid"] = -1
    rows["topics"] = pd.array(rng.integers(0, 2**20, len(rows)), dtype="Int64")
    return rows.astype(
        {name: "datetime64[us]" for name in map(str, rows) if name.endswith(("_at", "_known", "_from", "_to"))}
    )


def _tables(
    rng: np.random.Generator, grids: int, start: np.datetime64, end: np.datetime64
) -> tuple[pd.DataFrame, pd.DataFrame]:
    surveys = pd.DataFrame({"grid": rng.integers(0, grids, 2 * grids)})
    span = int((end - start) / np.timedelta64(1, "h"))
    known = pd.Timestamp(start) + pd.Series(pd.to_timedelta(rng.integers(-3000, span, len(surveys)), unit="h"))
    surveys["known_at"] = known.mask(pd.Series(rng.random(len(surveys)) < 0.2)).astype("datetime64[us]")
    for name in ("population", "households", "buildings", "living_alone_over_65"):
        surveys[name] = np.where(rng.random(len(surveys)) < 0.1, np.nan, rng.integers(0, 900, len(surveys)))
    surveys = surveys.sort_values(["grid", "known_at"], kind="stable", na_position="first").reset_index(drop=True)
    done = pd.DataFrame({"grid": rng.integers(0, grids, 12)})
    begun = pd.Timestamp(start) + pd.Series(pd.to_timedelta(rng.integers(0, 5000, len(done)), unit="h"))
    done["started_at"] = begun.astype("datetime64[us]")
    done["known_at"] = done["started_at"] + pd.Timedelta(days=2)
    done["ended_at"] = done["started_at"] + pd.to_timedelta(rng.integers(1, 900, len(done)), unit="h")
    done["hours"] = rng.integers(1, 90, len(done)) / 10
    done = done.reindex(
        columns=["grid", "known_at", *(name for name in INTERVENTIONS.names if name not in ("grid_id", "known_at"))]
    )
    return surveys, done


def _breaks(rng: np.random.Generator, periods: int, calendar: Calendar, places: Geography) -> Breaks:
    days = [calendar.shift(FIRST, int(rng.integers(0, periods))) for _ in range(3)]
    units = [places.units[Unit.TOWN].codes[0], None, places.grid_ids[0]]
    rows = pd.DataFrame({"date": days, "source": ["disputes", "disputes", "hotline"], "unit": units})
    return breaks(rows.reindex(columns=BREAKS.names), places)


def _known(frame: pd.DataFrame, instant: pd.Timestamp) -> pd.DataFrame:
    known = frame[(frame["known_at"] < instant) & (frame["believed_from"] < instant)].copy()
    known["believed_to"] = known["believed_to"].where(known["believed_to"] < instant, pd.Timestamp(FOREVER))
    fields = [name.removesuffix("_known") for name in map(str, known) if name.endswith("_known")]
    return _masked(known, fields, instant).reset_index(drop=True)


def _masked(frame: pd.DataFrame, fields: Sequence[str], instant: pd.Timestamp) -> pd.DataFrame:
    """Without the fields that were not yet known."""
    masked = frame.copy()
    for name in fields:
        known = f"{name}_known"
        if known in masked:
            later = ~(masked[known] < instant)
            masked[known] = masked[known].mask(later)
        else:
            later = ~(masked[name] + pd.Timedelta(days=2) < instant)
        masked[name] = masked[name].mask(later)
    return masked
