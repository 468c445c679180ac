"""Who answers notices: the teams of the table, or where there is none one team a town and a district. A team is never a person."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from riskwarn.home import Home
from riskwarn.words import Unit
from serving.alerts.alert import Lineage
from serving.alerts.tables import TEAMS
from serving.columns.places import Places

#: How high each kind of unit stands.
_HEIGHTS = {unit.value: height for height, unit in enumerate(Unit)}


@dataclass(frozen=True)
class Team:
    """Who answers in a unit."""

    id: str
    unit: str
    code: str
    name: str
    notices_a_week: int
    services: tuple[str, ...] = ()
    workers: int | None = None
    hours_a_week: float | None = None


@dataclass(frozen=True)
class Teams:
    """All teams."""

    all: tuple[Team, ...] = ()

    @cached_property
    def by_id(self) -> dict[str, Team]:
        """Id -> team."""
        return {one.id: one for one in self.all}

    @cached_property
    def _by_unit(self) -> dict[tuple[str, str], list[Team]]:
        found: dict[tuple[str, str], list[Team]] = {}
        for one in sorted(self.all, key=lambda one: one.id):
            found.setdefault((one.unit, one.code), []).append(one)
        return found

    def of(self, lineage: Lineage, services: Iterable[str] = (), above: str | None = None) -> Team | None:
        """The team of a unit: that of the nearest unit above it that has one; of several there the one that gives one of some services.

        `above` names a team; what it answers for, and whatever stands no higher than that, is passed over: who is told next. Of a team that
        there is not nothing is.
        """
        own = None if above is None else self.by_id.get(above)
        passed = -1 if own is None else _HEIGHTS[own.unit]
        wanted = set(services)
        for unit, code, _ in lineage:
            teams = self._by_unit.get((unit, code), []) if _HEIGHTS[unit] > passed else []
            if teams:
                return next((one for one in teams if wanted & set(one.services)), teams[0])
        return None

    def over(self, lineage: Lineage, team: str | None, times: int = 1) -> Team | None:
        """Who is told where a team does not answer, and where the one above does not either, so many times; None where there is nobody."""
        found = None
        for _ in range(times):
            found = self.of(lineage, above=team)
            if found is None:
                return None
            team = found.id
        return found


def default_teams(places: Places, notices_a_week: int) -> Teams:
    """One team a town, and one a district: it is told what its towns do not answer, and what the district as a whole is told of."""
    return Teams(
        tuple(
            Team(code, unit.value, code, name, notices_a_week)
            for unit in (Unit.TOWN, Unit.DISTRICT)
            for code, name in zip(places[unit].codes, places[unit].names, strict=True)
        )
    )


def declared_teams(rows: Iterable[Mapping[str, Any]], places: Places, as_of: date, notices_a_week: int) -> Teams:
    """The teams of the table that are in force at a date, in units that the city has; else those of :func:`default_teams`."""
    found = {}
    for row in rows:
        start, end = row["valid_from"], row["valid_to"]
        if (start is not None and start > as_of) or (end is not None and end <= as_of):
            continue
        where = places.find(row["unit"])
        if where is None:
            continue
        unit, place = where
        services = tuple(filter(None, (row["services"] or "").split(";")))
        limit = row["notices_a_week"]
        found[row["team_id"]] = Team(
            row["team_id"], unit.value, row["unit"], places[unit].names[place], notices_a_week if limit is None else int(limit),
            services, None if row["workers"] is None else int(row["workers"]), row["hours_a_week"],
        )  # fmt: skip
    return Teams(tuple(found.values())) if found else default_teams(places, notices_a_week)


def keep_teams(connection: Connection, teams: Teams) -> None:
    """Write the teams down, in place of those of before: who answers the API reads no store."""
    connection.execute(delete(TEAMS))
    if teams.all:
        connection.execute(insert(TEAMS), [{**asdict(one), "services": list(one.services)} for one in teams.all])


def kept_teams(connection: Connection) -> Teams:
    """The teams as they were written down last."""
    rows = connection.execute(select(TEAMS)).mappings()
    return Teams(tuple(Team(**{**row, "services": tuple(row["services"])}) for row in rows))


def there_is(home: Home, sees: Callable[[Team], bool] = lambda _team: True) -> Callable[[str], bool]:
    """Whether there is a team of an id, and it is one that is seen; before the first publication nobody knows, and any may come."""
    with home.database.connect() as connection:
        teams = kept_teams(connection)
    return lambda team: not teams.all or (team in teams.by_id and sees(teams.by_id[team]))
