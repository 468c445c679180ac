"""How notices went: by level of the city and its districts, and by unit and week. Never by person: where few work, or nobody knows how
many, nothing is told. What is read is bounded: of levels two years in sums, of weeks those that are told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import Connection, func, select

from riskwarn.disclosure.shares import share_told
from riskwarn.disclosure.steps import LEAST_OF_GROUP, in_steps, step_of
from riskwarn.words import Level, Unit
from serving.alerts.budget import USES
from serving.alerts.groups import Sums, of_city, of_districts
from serving.alerts.precision import LOOKS_BACK, stated
from serving.alerts.tables import ALERTS, OUTCOMES
from serving.alerts.teams import Team, Teams, kept_teams
from serving.track_record.shown import events_told

#: Of a unit in which fewer work, or nobody knows how many, no figure is told.
LEAST_WORKERS = 5

#: Bands of the time to acknowledge: hours at which one passes into the next.
HOURS = (4, 24, 72)
_BANDS = ("0–4 h", "4–24 h", "1–3 d", "> 3 d")

#: Bands of the time between a notice and what came: weeks at which one passes into the next.
WEEKS = (1, 2, 4)
_LEADS = ("< 1 w", "1–2 w", "2–4 w", "> 4 w")

#: Weeks that are shown.
SHOWN = timedelta(weeks=26)

_OF_PRECISION = ("precision", "lower", "upper")

Covers = Callable[[str, str], bool]

#: (kind, code, snapshot) -> whether the unit, as it was when that was published, is seen.
Held = Callable[[str, str, str | None], bool]

#: (kind, code, members, snapshot) of a notice -> whether that is seen.
Sees = Callable[[str, str, Sequence[Mapping[str, Any]], str | None], bool]


@dataclass(frozen=True)
class Asked:
    """For whom figures are, and of what: of units that he sees, and saw as they were when something was kept of them; of notices that he
    sees; of targets that are not left out."""

    covers: Covers
    held: Held
    sees: Sees
    whole: bool  # whether he sees the whole city
    limit: int  # rows of units and weeks
    now: datetime
    without: Collection[str] = ()  # targets


def figures(connection: Connection, asked: Asked) -> dict[str, Any]:
    """`{levels, weeks}`."""
    return {"levels": _levels(connection, asked), "weeks": _weeks(connection, kept_teams(connection), asked)}


#: (kind of unit, code, target, level); the city has no code.
_Key = tuple[str, str | None, str, str]


def _levels(connection: Connection, asked: Asked) -> list[dict[str, Any]]:
    """Of each target and level, of the whole city and each district: how many grids were told of, the share of them with an event,
    and what had been promised; the share of all events that came where that was told, and how early."""
    told, came = _told(connection, asked), _came(connection, asked)
    every: dict[tuple[str, str | None, str], int] = defaultdict(int)
    for (unit, code, target, _), (events, _) in came.items():
        every[unit, code, target] += events
    found = []
    for key in sorted(told, key=lambda key: (key[0] != Unit.CITY, key[1] or "", *key[2:])):
        unit, code, target, level = key
        own = told[key]
        share = stated(own.grids, own.hits) or {}
        found.append(
            {
                "unit": unit, "code": code, "target": target, "level": level, "grids": share.get("n"),
                **{name: share.get(name) for name in _OF_PRECISION}, **_promised(own),
                **_caught(*came.get(key, (0, 0)), every[unit, code, target]),
            }
        )  # fmt: skip
    return found


def _promised(own: Sums) -> dict[str, Any]:
    """What was promised on the mean, and whether what is told to have come lies in the interval that was; None of few."""
    share = share_told(own.promised_hits / own.promised, own.promised) if own.promised else None
    if share is None:
        return {"stated": None, "kept": None}
    mean, lower, upper = (round(total / own.promised, 3) for total in (own.stated, own.lower, own.upper))
    return {"stated": mean, "kept": lower <= share <= upper}


def _told(connection: Connection, asked: Asked) -> dict[_Key, Sums]:
    since = asked.now - LOOKS_BACK
    groups = [*(of_city(connection, since) if asked.whole else ()), *of_districts(connection, since)]
    found: dict[_Key, Sums] = defaultdict(Sums)
    for one in groups:
        unit = Unit.CITY if one.district is None else Unit.DISTRICT
        seen = one.district is None or all(asked.held(unit.value, one.district, each) for each in one.snapshots)
        if seen and one.target not in asked.without:
            found[unit.value, one.district, one.target, one.level] += one.sums
    return found


def _came(connection: Connection, asked: Asked) -> dict[_Key, tuple[int, int]]:
    """(events, weeks since they were told of, added up) by the level that was told; `none` of those that were missed."""
    own = OUTCOMES.c
    key = own.unit, own.code, own.target, own.level, own.snapshot
    rows = select(*key, func.sum(own.events), func.sum(own.lead)).where(
        own.unit.in_([Unit.CITY.value, Unit.DISTRICT.value]), own.week >= (asked.now - LOOKS_BACK).date(),
        own.target.not_in(asked.without),
    )  # fmt: skip
    found: dict[_Key, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for unit, code, target, level, snapshot, events, lead in connection.execute(rows.group_by(*key)):
        if asked.whole or (unit == Unit.DISTRICT.value and asked.held(unit, code, snapshot)):
            of = unit, None if unit == Unit.CITY.value else code, target, level
            found[of] = found[of][0] + int(events), found[of][1] + int(lead)
    return found


def _caught(events: int, lead: int, every: int) -> dict[str, float | None]:
    """The share of all events, and the mean number of weeks since they were told of, in steps that hide single events."""
    share = in_steps(events / every, step_of(1.0, every)) if every >= LEAST_OF_GROUP else None
    weeks = in_steps(lead / events, step_of(WEEKS[-1], events)) if events >= LEAST_OF_GROUP else None
    return {"caught": share, "lead_weeks": weeks}


def _weeks(connection: Connection, teams: Teams, asked: Asked) -> list[dict[str, Any]]:
    """The newest weeks of units, as many as are asked for."""
    units: dict[tuple[str, str], list[Team]] = {}
    for team in teams.all:
        if asked.covers(team.unit, team.code):
            units.setdefault((team.unit, team.code), []).append(team)
    of_team = {team.id: unit for unit, own in units.items() for team in own}
    told = {unit for unit, own in units.items() if enough_work(own)}
    page = _page(connection, of_team, asked)
    if not page:
        return []
    first = min(week for week, _ in page)
    came = _missed(connection, first, asked)
    return [
        {
            "unit": unit[0], "code": unit[1], "name": units[unit][0].name, "week": week.isoformat(),
            "alerts": str(events_told(len(hours))) if unit in told else None,
            "acknowledged_within": _acknowledged(hours) if unit in told else None,
            **_of_events(came.get((week, *unit)) if unit in told else None),
            "budget": sum(one.notices_a_week for one in units[unit]),
        }
        for (week, unit), hours in page.items()
    ]  # fmt: skip


def enough_work(teams: Collection[Team]) -> bool:
    """Whether it is known that as many work in some teams as figures of them need."""
    known = [one.workers for one in teams if one.workers is not None]
    return len(known) == len(teams) and sum(known) >= LEAST_WORKERS


#: (Monday, (kind of unit, code))
_Place = tuple[date, tuple[str, str]]


def _page(
    connection: Connection, of_team: Mapping[str, tuple[str, str]], asked: Asked
) -> dict[_Place, list[float | None]]:
    """The notices of the newest weeks and units, of no more weeks than `SHOWN`: the hours from when each was raised to when its team knew
    of it, None of one that it did not. A budget was a unit's as that was then: of a part those are told that are seen themselves."""
    own = ALERTS.c
    served = own.target.not_in(asked.without)
    last = connection.execute(select(func.max(own.week)).where(served)).scalar_one()
    if last is None:
        return {}
    about = () if asked.whole else (own.unit, own.code, own.members, own.snapshot)
    rows = select(own.week, own.budget_team, own.raised_at, own.acknowledged_at, *about)
    found: dict[_Place, list[float | None]] = defaultdict(list)
    for week, team, raised, known, *of in connection.execute(rows.where(own.week > last - SHOWN, served, USES)):
        if team in of_team and (asked.whole or asked.sees(*of)):
            hours = None if known is None else (known - raised).total_seconds() / 3600
            found[week, of_team[team]].append(hours)
    newest = sorted(found, key=lambda one: (one[0], *one[1]), reverse=True)[: asked.limit]
    return {place: found[place] for place in newest}


def _acknowledged(hours: Sequence[float | None]) -> str | None:
    """The middle time to acknowledge, in bands, of five notices or more."""
    known = [one for one in hours if one is not None]
    return None if len(known) < LEAST_WORKERS else _BANDS[sum(median(known) >= end for end in HOURS)]


@dataclass(frozen=True)
class _Came:
    """The events of a unit and week."""

    missed: int = 0
    caught: int = 0
    lead: int = 0  # weeks since they were told of, added up


def _missed(connection: Connection, first: date, asked: Asked) -> dict[tuple[date, str, str], _Came]:
    """Of the weeks and units that are counted."""
    own = OUTCOMES.c
    key = own.week, own.unit, own.code, own.level, own.snapshot
    rows = select(*key, func.sum(own.events), func.sum(own.lead))
    rows = rows.where(own.week >= first, own.target.not_in(asked.without))
    found: dict[tuple[date, str, str], _Came] = {}
    for week, unit, code, level, snapshot, events, lead in connection.execute(rows.group_by(*key)):
        if not asked.held(unit, code, snapshot):
            continue
        before = found.get((week, unit, code), _Came())
        if level == Level.NONE.value:
            found[week, unit, code] = replace(before, missed=before.missed + int(events))
        else:
            found[week, unit, code] = replace(before, caught=before.caught + int(events), lead=before.lead + int(lead))
    return found


def _of_events(came: _Came | None) -> dict[str, str | None]:
    """Events that no notice told of, in bands, and how early the others were told; None where nothing is known."""
    if came is None:
        return {"missed": None, "caught": None, "lead": None}
    lead = _LEADS[sum(came.lead / came.caught >= end for end in WEEKS)] if came.caught else None
    return {"missed": str(events_told(came.missed)), "caught": str(events_told(came.caught)), "lead": lead}
