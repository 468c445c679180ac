"""What of all that rules would tell is told: one live notice of a unit and target, one of a town with several grids, and a budget.

All of it is arithmetic on what is given: the same publication, notices and silences give the same decision.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from riskwarn.alert_rules import HEIGHTS, Alerts
from riskwarn.words import Level, Unit
from serving.alerts.alert import Alert, head_of
from serving.alerts.candidates import Candidate
from serving.alerts.held import Held, Reason
from serving.alerts.life import Status
from serving.alerts.silences import Silences
from serving.alerts.teams import Team, Teams


@dataclass(frozen=True)
class Standing:
    """What a decision is made against."""

    live: Sequence[Alert] = ()
    #: Those that ended a short while ago; of those whose ticket was void, less than `dwell` ago.
    ended: Sequence[Alert] = ()
    silences: Silences = field(default_factory=Silences)
    teams: Teams = field(default_factory=Teams)
    spent: Mapping[tuple[str, date], int] = field(default_factory=dict)  # (team, Monday) -> notices that count


@dataclass(frozen=True)
class Notice:
    """A notice that is to go out; of a town with several grids it names them."""

    about: Candidate
    members: tuple[Candidate, ...]
    team: Team | None
    when: datetime  # when somebody may be told
    week: date | None  # whose budget it takes; None where it counts in none

    @property
    def benefit(self) -> float:
        """What is expected in all that it names."""
        return sum(one.benefit for one in self.members) if self.members else self.about.benefit


@dataclass
class Decision:
    """What happens to all that rules would tell of."""

    notices: list[Notice] = field(default_factory=list)
    further: dict[str, tuple[Alert, list[Candidate]]] = field(
        default_factory=dict
    )  # by id: what a live notice tells beside
    held: list[Held] = field(default_factory=list)


#: The services that fit a candidate.
Services = Callable[[Candidate], Sequence[str]]

#: When somebody may be told of a level, and which Monday that is of.
When = Callable[[str], tuple[datetime, date]]


def decide(
    found: Iterable[Candidate], standing: Standing, rules: Alerts, when: When, now: datetime, services: Services = lambda _: ()
) -> Decision:  # fmt: skip
    """Of what rules would tell, what is told; units above the grid first, for their notices quiet their grids.

    One of those that the budget of its team holds back quiets nothing: what lies in it stands for itself then.
    """
    ranked = sorted(found, key=lambda one: (one.unit is Unit.GRID, -one.benefit, one.key))
    ended, beyond = _Ended(standing.ended), set[tuple[str, str, str]]()
    while True:
        made = _decided(ranked, standing, ended, rules, when, now, services, beyond)
        above = [one for one in made.held if one.unit != Unit.GRID and one.reason is Reason.BUDGET]
        more = {(one.target, one.unit, one.code) for one in above} - beyond
        if not more:
            return made
        beyond |= more  # what lies in them is beside them now, so that none of them comes back


def _decided(
    ranked: Sequence[Candidate], standing: Standing, ended: _Ended, rules: Alerts, when: When, now: datetime, services: Services,
    beyond: Collection[tuple[str, str, str]],
) -> Decision:  # fmt: skip
    """What is told, where units above the grid whose keys are `beyond` go beyond the budget of their teams."""
    made, live = Decision(), _Live(standing.live)
    fresh: dict[str | None, list[Notice]] = {}
    grids: dict[tuple[str, Team], list[Candidate]] = {}
    for one in ranked:
        team = standing.teams.of(one.lineage, services(one))
        if standing.silences.over(one.target, one.lineage):
            _hold_silent(one, team, live, made)
            continue
        if live.names_grids_of(one):
            made.held.append(held_back(one, Reason.GROUP, team))
            continue
        if _told_already(one, live, made):
            continue
        reason = _quieted(one, ended, live, rules, now)
        if reason is None and _joins(one, team, live, made, rules):
            continue
        if reason is None and team is None and one.kind != "gap":
            reason = Reason.NO_TEAM
        if reason is None and one.kind != "gap" and one.key in beyond:
            reason = Reason.BUDGET
        if reason is not None:
            made.held.append(held_back(one, reason, team))
        elif one.kind == "gap":
            made.notices.append(Notice(one, (), team, when(one.level.value)[0], None))
        elif one.unit is Unit.GRID and team is not None:
            grids.setdefault((one.target, team), []).append(one)
        elif team is not None:
            at, week = when(one.level.value)
            fresh.setdefault(team.id, []).append(Notice(one, (), team, at, week))
            live.above.setdefault(one.target, set()).add((one.unit.value, one.code))
    for (_, team), own in grids.items():
        inhibited = [one for one in own if live.inhibits(one)]
        made.held += [held_back(one, Reason.INHIBITED, team) for one in inhibited]
        fresh.setdefault(team.id, []).extend(
            _grouped([one for one in own if one not in inhibited], team, rules, when, made)
        )
    for notices in fresh.values():
        _within_budget(notices, standing, made)
    return made


class _Live:
    """The live notices, as a candidate asks of them."""

    def __init__(self, alerts: Sequence[Alert]) -> None:
        self.by_head = {one.own_head: one for one in alerts if not one.members}
        self.naming = {(one.target, code): one for one in alerts for code in one.grids if one.members}
        #: Target -> units above the grid whose own risk is told of; a notice of a town that names grids is none of these.
        self.above: dict[str, set[tuple[str, str]]] = {}
        #: (target, kind of unit, code) -> the notices that name grids of a unit, of each team its own.
        self.groups: dict[tuple[str, str, str], list[Alert]] = {}
        for one in alerts:
            if one.unit != Unit.GRID and one.kind != "gap":
                if one.members:
                    self.groups.setdefault((one.target, one.unit, one.code), []).append(one)
                else:
                    self.above.setdefault(one.target, set()).add((one.unit, one.code))

    def of(self, one: Candidate) -> Alert | None:
        """The live notice that tells of it."""
        return self.by_head.get(head_of(*one.key, one.kind)) or self.naming.get((one.target, one.code))

    def names_grids_of(self, one: Candidate) -> bool:
        """Whether a live notice names grids of its unit, and says nothing of its own risk: beside that there is none of it."""
        return one.unit is not Unit.GRID and one.kind != "gap" and one.key in self.groups

    def rises(self, one: Candidate, own: Alert) -> bool:
        """Whether it stands higher than its live notice tells."""
        told = next((each["level"] for each in own.members if each["code"] == one.code), own.level)
        return HEIGHTS[one.level] > HEIGHTS[Level(told)]

    def inhibits(self, one: Candidate) -> bool:
        above = self.above.get(one.target, set())
        return any((unit, code) in above for unit, code, _ in one.lineage[1:])

    def group(self, one: Candidate, team: Team | None) -> Alert | None:
        """The live notice of its team that names grids of a unit in which a grid lies: one that was raised for that team, whoever has it
        by now, or else that it has by now."""
        for unit, code, _ in one.lineage:
            groups = self.groups.get((one.target, unit, code), [])
            if team is None:
                own = groups
            else:
                own = [each for each in groups if each.budget_team == team.id] or [
                    each for each in groups if each.team_id == team.id
                ]
            if own:
                return own[0]
        return None


class _Ended:
    """The notices that ended a short while ago, found by what they told of."""

    def __init__(self, alerts: Sequence[Alert]) -> None:
        self._by_head: dict[str, list[Alert]] = {}
        self._naming: dict[tuple[str, str], list[Alert]] = {}
        for one in alerts:
            self._by_head.setdefault(one.own_head, []).append(one)
            for code in () if one.kind == "gap" else one.grids:
                self._naming.setdefault((one.target, code), []).append(one)

    def of(self, one: Candidate) -> Iterator[Alert]:
        """Those that told of it."""
        yield from self._by_head.get(head_of(*one.key, one.kind), ())
        if one.unit is Unit.GRID:
            yield from self._naming.get((one.target, one.code), ())


def _hold_silent(one: Candidate, team: Team | None, live: _Live, made: Decision) -> None:
    """Of what is silenced nothing is told, neither anew nor further; a live notice of it holds all the same."""
    own = live.of(one)
    if own is None or live.rises(one, own):
        made.held.append(held_back(one, Reason.SILENCED, team))


def _told_already(one: Candidate, live: _Live, made: Decision) -> bool:
    """Whether a live notice tells of it already; where it stands higher now, that is told with that."""
    own = live.of(one)
    if own is not None and one.unit is Unit.GRID and one.kind != "gap" and live.rises(one, own):
        made.further.setdefault(own.id, (own, []))[1].append(one)
    return own is not None


def _joins(one: Candidate, team: Team | None, live: _Live, made: Decision, rules: Alerts) -> bool:
    """Whether it is told of with a live notice of its team that names grids of its town, or held back where that names as many as it may."""
    group = live.group(one, team) if one.unit is Unit.GRID and one.kind != "gap" else None
    if group is None:
        return False
    beside = made.further.setdefault(group.id, (group, []))[1]
    if len({*group.grids, *(each.code for each in beside)}) < rules.group_most:
        beside.append(one)
    else:
        if not beside:
            del made.further[group.id]
        made.held.append(held_back(one, Reason.GROUP))
    return True


def _quieted(one: Candidate, ended: _Ended, live: _Live, rules: Alerts, now: datetime) -> Reason | None:
    if one.kind != "gap" and live.inhibits(one):
        return Reason.INHIBITED
    since = now - timedelta(days=rules.rest_days)
    if any(_rests(other, since) and not _risen(one, other, rules) for other in ended.of(one)):
        return Reason.REST
    return None


def _rests(ended: Alert, since: datetime) -> bool:
    """Whether a notice has ended too lately for another. What lasted to the end of its window may be told of again, whenever its outcome
    was given; what somebody closed before that rests from then on."""
    if ended.status == Status.WITHDRAWN:
        return True
    closed = ended.status == Status.CLOSED and ended.ended_at is not None and not ended.over(ended.ended_at)
    at = ended.ended_at if closed else ended.raised_at
    return at is not None and at > since


def _risen(one: Candidate, ended: Alert, rules: Alerts) -> bool:
    """Whether it stands higher than what a notice that has ended told of it, by a level and by so many times the score."""
    named = next((each for each in ended.members if each["code"] == one.code), None)
    level, score = (ended.level, ended.score) if named is None else (named["level"], named["score"])
    if HEIGHTS[one.level] <= HEIGHTS[Level(level)]:
        return False
    return one.score is None or score is None or one.score >= rules.rest_times * score


def _grouped(grids: Sequence[Candidate], team: Team, rules: Alerts, when: When, made: Decision) -> list[Notice]:
    """One notice for each grid, or where several lie in one town, or in the smaller unit of the team, one of that."""
    by_unit: dict[tuple[str, str, str] | None, list[Candidate]] = {}
    for one in grids:
        by_unit.setdefault(_unit_of_group(one, team), []).append(one)
    notices = []
    for unit, own in by_unit.items():
        if unit is None or len(own) < rules.group_from:
            notices += [Notice(one, (), team, *when(one.level.value)) for one in own]
            continue
        named = own[: rules.group_most]
        made.held += [held_back(one, Reason.GROUP, team) for one in own[rules.group_most :]]
        highest = max(named, key=lambda one: HEIGHTS[one.level])
        place = next(row for row, one in enumerate(highest.lineage) if one == unit)
        about = replace(
            highest, unit=Unit(unit[0]), code=unit[1], lineage=highest.lineage[place:], score=None, expected_count=None
        )
        notices.append(Notice(about, tuple(named), team, *when(highest.level.value)))
    return notices


def _unit_of_group(one: Candidate, team: Team) -> tuple[str, str, str] | None:
    smallest = {Unit.GRID: None, Unit.COMMUNITY: Unit.COMMUNITY}.get(Unit(team.unit), Unit.TOWN)
    return next((each for each in one.lineage if smallest is not None and each[0] == smallest.value), None)


def _within_budget(notices: Sequence[Notice], standing: Standing, made: Decision) -> None:
    """Those with the highest expected benefit, as long as the budget of their team's week lasts."""
    spent = dict[tuple[str, date], int]()
    for one in sorted(notices, key=lambda one: (-one.benefit, one.about.key)):
        assert one.team is not None and one.week is not None
        key = one.team.id, one.week
        if spent.get(key, standing.spent.get(key, 0)) < one.team.notices_a_week:
            spent[key] = spent.get(key, standing.spent.get(key, 0)) + 1
            made.notices.append(one)
        else:
            made.held += [held_back(each, Reason.BUDGET, one.team) for each in one.members or (one.about,)]


def member(one: Candidate) -> dict[str, Any]:
    """A grid as the notice of its town names it."""
    return {"code": one.code, "name": one.name, "level": one.level.value, "score": one.score, "horizon": one.horizon}


def held_back(about: Candidate, reason: Reason, team: Team | None = None) -> Held:
    """A candidate as something that is not told."""
    level = (
        about.level
        if about.waited is None
        else max(about.level, Level(about.waited.level), key=lambda one: HEIGHTS[one])
    )
    own = about.unit.value, about.code, about.name, level.value
    since = None if about.waited is None else about.waited.since
    whose = None if team is None else team.id
    return Held(about.target, about.horizon, about.kind, *own, reason, whose, since, about.entry, about.bar)
