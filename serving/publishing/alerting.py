"""The notices of a publication: what rules would tell is looked for beside the database, and told in the transaction of the snapshot."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import pandas as pd

from features import City
from features.city import city_around
from features.incremental.incremental import known_city
from features.panel.panel import Encoded
from riskwarn.arrays import Reals
from riskwarn.audit.recording import Recording
from riskwarn.home import Home
from riskwarn.progress import Progress
from riskwarn.store import Store
from riskwarn.store.beliefs import beliefs
from riskwarn.store.lake import versions_of
from riskwarn.words import Unit
from serving.alerts.candidates import Declared, Looked, Said, looked_at
from serving.alerts.feedback import feed_back
from serving.alerts.held import waiting
from serving.alerts.past import Published
from serving.alerts.raising import Publication, Raised, raise_alerts
from serving.alerts.records import Known, close_answered
from serving.alerts.redrawing import released
from serving.alerts.sources import teams_of, tickets_of
from serving.alerts.teams import Teams
from serving.alerts.tickets import follow_tickets
from serving.scoring.score import Scoring
from serving.track_record.came import Pasts, at

#: (target, horizon, as-of, codes of grids) -> events of the window, (grids,).
Came = Callable[[str, int, date, Sequence[str]], Reals]


@dataclass(frozen=True)
class Found:
    """What rules would tell of a scoring, and who would be told."""

    said: Said
    looked: Looked
    teams: Teams


def answered(home: Home, now: datetime) -> None:
    """Before anything is published: what tickets say is followed, and what was done for a place goes back as an intervention."""
    follow_tickets(home, tickets_of(home), now=now)
    feed_back(home, now=now)


def known_in(home: Home, city: City, numbers: Encoded) -> Known:
    """Reads of the store what was believed of the records of some grids: of a whole city it would take longer than scoring it."""
    store = Store(home, city.store_version)

    def known(source: str, grids: Collection[int]) -> pd.DataFrame | None:
        if source not in numbers.sources:
            return None
        rows = numbers.sources[source]
        records = np.unique(rows["record"][np.isin(rows["grid"], sorted(grids))])
        if not len(records):
            return None
        versions = versions_of(store.table(source, store.files(source), None, records))
        return beliefs(versions, city.geography, city.configuration.sources[source].mapping)

    return known


def found_in(home: Home, city: City, numbers: Encoded, made: Scoring, current: str | None, now: datetime) -> Found:
    """What rules would tell of a scoring; what the records answer is closed first. `current` is the snapshot that is current before it."""
    configuration, scored = home.configuration, made.scored
    rows = {code: row for row, code in enumerate(city.geography.grid_ids)}
    close_answered(home, known_in(home, city, numbers), rows, city.calendar.instant(city.as_of), now=now)
    kinds = dict(zip(city.geography.grid_ids, city.geography.kinds, strict=True))
    places = scored.places
    said = Said(
        city.as_of, places, scored.scores, made.gaps, scored.reasons, [kinds.get(code) for code in places[Unit.GRID].codes]
    )  # fmt: skip
    declared = Declared(configuration.alerts, configuration.levels, configuration.calendar)
    before = Published(home, city.as_of, places)
    with home.database.connect() as connection:
        again = [*waiting(connection, current), *released(connection, places, now)]
    found = looked_at(said, before, declared, again)
    return Found(said, found, teams_of(home, places, city.as_of))


def kinds_of_grids(home: Home) -> dict[str, str | None]:
    """Code -> kind of the grids in force, where a rule asks for it."""
    if not any(rule.kinds for rule in home.configuration.alerts.rules):
        return {}
    geography = city_around(home).geography
    return dict(zip(geography.grid_ids, geography.kinds, strict=True))


def raised_in(change: Recording, home: Home, snapshot: str, found: Found, now: datetime) -> Raised:
    """Tell what is to be told, with the lock of the chain held."""
    publication = Publication(snapshot, found.said, home.configuration, now)
    return raise_alerts(change.connection, publication, found.looked, found.teams)


def came_after(home: Home, *, now: datetime, progress: Progress) -> Came:
    """Gives the events of a window as they are known now, grid by grid; NaN where they are not known yet."""
    city, numbers = known_city(home, None, now=now, progress=progress)
    rows = {code: row for row, code in enumerate(city.geography.grid_ids)}
    pasts = Pasts(city, numbers)

    def came(target: str, horizon: int, as_of: date, codes: Sequence[str]) -> Reals:
        past = pasts.ripe(target, as_of, horizon)
        if past is None:
            return np.full(len(codes), np.nan)
        return at(past.came(as_of, horizon), np.array([rows.get(code, -1) for code in codes], dtype=np.int64))

    return came
