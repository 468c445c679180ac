"""What is known of a city as of a date: the one thing that features and models are made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

import pandas as pd

from riskwarn.configuration import Configuration
from riskwarn.contracts import Contract, contract
from riskwarn.errors import AsOfInvalid, NothingKnown, NothingKnownYet
from riskwarn.geography import Breaks, Geography, breaks, geography, lineage
from riskwarn.health import Arrivals, arrivals_of
from riskwarn.home import Home
from riskwarn.periods import Calendar
from riskwarn.store import Store
from riskwarn.store.beliefs import beliefs, table_rows


@dataclass(frozen=True)
class City:
    """A city's places and everything that was ever believed of them; who reads it respects the instants in it."""

    as_of: date
    calendar: Calendar
    configuration: Configuration
    geography: Geography
    beliefs: Mapping[str, pd.DataFrame]  # event source -> one row per record and distinct content
    demographics: pd.DataFrame  # grid, valid_from, known_at, numbers
    interventions: pd.DataFrame  # grid, kind, started_at, known_at, …
    breaks: Breaks  # of recording
    contracts: Mapping[str, Contract]
    store_version: int
    first_known: date  # local date of the first known event
    arrivals: Mapping[str, Arrivals] = field(default_factory=dict)  # target's source -> when its records came


def read_city(
    home: Home, as_of: date | None = None, *, now: datetime | None = None, version: int | None = None
) -> City:
    """Read the store. `as_of` defaults to the midnight after the newest known record, never later than today.

    Today is that of `now`, an aware instant; where none is given nothing lies in the future.

    `version` reads the store as it was at that version, with the loads that were undone since (replay).

    Raises GridsMissing, NothingKnown (no event is known before `as_of`), AsOfInvalid.
    """
    # One version for all that is read: a load that ends meanwhile is not half seen.
    version = Store(home, version).version()
    city, store = city_around(home, as_of, now=now, version=version), Store(home, version)
    held = store.sources()
    believed = {
        name: beliefs(store.versions(name), city.geography, city.configuration.sources[name].mapping)
        for name, declared in city.contracts.items()
        if declared.events and held.get(name)
    }
    instant = city.calendar.instant(city.as_of)
    firsts = [frame["known_at"].min() for frame in believed.values() if (frame["known_at"] < instant).any()]
    if not firsts:
        raise NothingKnown(as_of=city.as_of)
    return replace(
        city,
        beliefs=believed,
        first_known=city.calendar.local_date(min(firsts).to_datetime64()),
        arrivals=arrivals_of_targets(home, store),
    )


def arrivals_of_targets(home: Home, store: Store) -> dict[str, Arrivals]:
    """When the records of each target's source came, where that is told."""
    sources = dict.fromkeys(target.source for target in home.configuration.targets.values())
    return {source: came for source in sources if (came := arrivals_of(home, store, source)) is not None}


def city_around(
    home: Home,
    as_of: date | None = None,
    *,
    now: datetime | None = None,
    version: int | None = None,
    first_known: date | None = None,
) -> City:
    """A city without its events: places, residents, interventions and breaks as of a date. See `read_city`."""
    configuration, store = home.configuration, Store(home, version)
    calendar = configuration.calendar
    newest = store.newest_known_at()
    if as_of is None and newest is not None:
        as_of = calendar.midnight_after(newest) if now is None else calendar.usual_as_of(newest, now)
    if as_of is None:
        raise NothingKnownYet()
    calendar.check(as_of)
    if now is not None and as_of > (today := calendar.today(now)):
        raise AsOfInvalid(value=as_of, problem="it lies in the future, of which nothing is known", nearest=today)
    places = geography(
        store.versions("grids"),
        as_of,
        configuration.city,
        lineage(store.versions("grid_lineage"), as_of, calendar),
        store.versions("service_areas"),
    )
    contracts = {name: contract(name, configuration) for name in configuration.sources}
    tables = {
        name: table_rows(store.versions(name), places, calendar, contracts[name], configuration.sources[name].mapping)
        for name in ("demographics", "interventions")
    }
    return City(
        as_of=as_of,
        calendar=calendar,
        configuration=configuration,
        geography=places,
        beliefs={},
        demographics=tables["demographics"],
        interventions=tables["interventions"],
        breaks=breaks(store.versions("breaks"), places),
        contracts=contracts,
        store_version=store.version(),
        first_known=first_known or as_of,
    )
