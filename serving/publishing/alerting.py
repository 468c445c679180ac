"""The notices of a publication: what rules would tell is looked for beside the database, and told in the transaction of the snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from features import City
from riskwarn.audit.recording import Recording
from riskwarn.home import Home
from riskwarn.words import Unit
from serving.alerts.candidates import Candidate, Declared, Said, candidates
from serving.alerts.past import Published
from serving.alerts.raising import Publication, Raised, raise_alerts, waiting
from serving.alerts.sources import teams_of
from serving.alerts.teams import Teams
from serving.scoring.score import Scoring


@dataclass(frozen=True)
class Found:
    """What rules would tell of a scoring, and who would be told."""

    said: Said
    candidates: tuple[Candidate, ...]
    teams: Teams


def found_in(home: Home, city: City, made: Scoring, current: str | None) -> Found:
    """What rules would tell of a scoring. `current` is the snapshot that is current before it."""
    configuration, scored = home.configuration, made.scored
    kinds = dict(zip(city.geography.grid_ids, city.geography.kinds, strict=True))
    places = scored.places
    said = Said(
        city.as_of, places, scored.scores, made.gaps, scored.reasons, [kinds.get(code) for code in places[Unit.GRID].codes]
    )  # fmt: skip
    declared = Declared(configuration.alerts, configuration.levels, configuration.calendar)
    before = Published(home, city.as_of, {unit: places[unit].codes for unit in Unit})
    with home.database.connect() as connection:
        again = waiting(connection, current)
    found = candidates(said, before, declared, again)
    return Found(said, tuple(found), teams_of(home, places, city.as_of))


def raised_in(change: Recording, home: Home, snapshot: str, found: Found, now: datetime) -> Raised:
    """Tell what is to be told, with the lock of the chain held."""
    publication = Publication(snapshot, found.said, home.configuration, now)
    return raise_alerts(change.connection, publication, found.candidates, found.teams)
