"""What the rules would tell of a publication, before anything is held back: which units, why, and how much good it may do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

import numpy as np

from riskwarn.alert_rules import Alerts, Rule
from riskwarn.arrays import Flags, Reals
from riskwarn.configuration import Levels, usual_horizon
from riskwarn.periods import Calendar
from riskwarn.words import Level, Unit
from serving.alerts.past import Stand, jumped, lasted, own_past, stand_of, stood, years_before
from serving.columns.gaps import DataGaps
from serving.columns.places import Places
from serving.columns.reasons import AllReasons
from serving.columns.scores import LEVEL_NUMBERS, LEVELS, AllScores, Block, Scores

REASONS_TOLD = 3


@dataclass(frozen=True)
class Candidate:
    """A unit that a rule would tell of."""

    target: str
    horizon: int
    unit: Unit
    code: str
    level: Level
    kind: str  # level, jump, lasting, gap
    benefit: float  # what is expected there: of several the first goes out
    lineage: tuple[tuple[str, str, str], ...]  # itself and all above it
    score: float | None = None
    expected_count: float | None = None
    sources: tuple[str, ...] = ()  # of a gap: those that fail
    row: int = 0

    @property
    def name(self) -> str:
        """The unit's name."""
        return self.lineage[0][2]

    @property
    def key(self) -> tuple[str, str, str]:
        """Target, kind of unit, code."""
        return self.target, self.unit.value, self.code


class Before(Protocol):
    """The publications before."""

    def stands(self, block: Block) -> list[Stand]:
        """Where the grids stood, the oldest first."""

    def values(self, block: Block, unit: Unit, since: date) -> list[tuple[date, Reals]]:
        """As-of, and what was expected of each unit."""


@dataclass(frozen=True)
class Said:
    """A publication, as far as rules look at it."""

    as_of: date
    places: Places
    scores: AllScores
    gaps: DataGaps = field(default_factory=DataGaps)
    reasons: AllReasons | None = None
    kinds: Sequence[str | None] | None = None  # of the grids, in their order; None where nobody knows

    def reasons_of(self, one: Candidate) -> list[dict[str, Any]]:
        """The strongest reasons of a unit."""
        if self.reasons is None or one.kind == "gap":
            return []
        return self.reasons.of((one.target, one.horizon), one.row, REASONS_TOLD, one.unit)

    def services_of(self, one: Candidate) -> list[str]:
        """The services that fit its reasons."""
        return [service for why in self.reasons_of(one) for service in why["services"]]


@dataclass(frozen=True)
class Declared:
    """The rules of a city."""

    alerts: Alerts
    levels: Levels
    calendar: Calendar


#: What was held back: (target, unit, code) -> how high it stood. It competes again as long as it stands so.
Waiting = Mapping[tuple[str, str, str], int]


def candidates(said: Said, before: Before, declared: Declared, waiting: Waiting | None = None) -> list[Candidate]:
    """What the rules would tell of, each unit and target once, by the first rule that it meets; in the order of the rules."""
    found: dict[tuple[str, ...], Candidate] = {}
    history = _History(said, before, declared)
    for rule in declared.alerts.rules:
        for block in _blocks(said, rule):
            for one in _RULES[rule.on](said, rule, block, history, waiting or {}):
                found.setdefault((*one.key, "gap" if one.kind == "gap" else ""), one)
    return list(found.values())


def _blocks(said: Said, rule: Rule) -> Iterator[Block]:
    horizons: dict[str, list[int]] = {}
    for target, horizon in said.scores:
        horizons.setdefault(target, []).append(horizon)
    for target, served in horizons.items():
        horizon = rule.horizon if rule.horizon is not None else usual_horizon(served)
        if (rule.targets is None or target in rule.targets) and horizon in served:
            yield target, horizon


@dataclass
class _History:
    """What is asked of the past, read once a target and horizon."""

    said: Said
    before: Before
    declared: Declared
    _held: dict[Block, list[Stand]] = field(default_factory=dict)
    _now: dict[Block, Stand] = field(default_factory=dict)

    def stands(self, block: Block) -> list[Stand]:
        if block not in self._held:
            self._held[block] = self.before.stands(block)
        return self._held[block]

    def now(self, block: Block) -> Stand:
        if block not in self._now:
            grids, rules = self.said.scores[block][Unit.GRID], self.declared
            self._now[block] = stand_of(
                self.said.as_of, grids.level, grids.score, grids.rank, rules.levels, rules.alerts.hysteresis
            )
        return self._now[block]

    def stood(self, block: Block, grids: int) -> Any:
        return stood(self.stands(block), grids, self.declared.alerts, self.declared.calendar)


def _entered(said: Said, rule: Rule, block: Block, history: _History, waiting: Waiting) -> Iterator[Candidate]:
    grids, now = said.places[Unit.GRID], history.now(block)
    entering = now.known & (now.height > history.stood(block, len(grids)))
    for row, code in enumerate(grids.codes) if waiting else ():
        held = waiting.get((block[0], Unit.GRID.value, code))
        if held is not None and now.height[row] >= held:
            entering[row] = True
    yield from _of_grids(said, block, "level", entering & (now.height >= rule.height) & _of_kind(said, rule))


def _lasting(said: Said, rule: Rule, block: Block, history: _History, _waiting: Waiting) -> Iterator[Candidate]:
    long = (
        lasted(history.stands(block), history.now(block), rule.height, history.declared.calendar.whole_before)
        >= rule.periods
    )
    yield from _of_grids(said, block, "lasting", long & _of_kind(said, rule))


def _jumped(said: Said, rule: Rule, block: Block, history: _History, _waiting: Waiting) -> Iterator[Candidate]:
    own = said.scores[block][rule.unit]
    value = own.score if rule.unit is Unit.GRID else own.expected_count
    before = history.before.values(block, rule.unit, years_before(said.as_of, rule.years))
    rows = jumped(value, own_past(before, len(value), history.declared.calendar.whole_before), rule.times, rule.least)
    if rule.unit is Unit.GRID:
        # Where little is to be expected still, a jump is no news that somebody can use.
        yield from _of_grids(
            said, block, "jump", rows & (history.now(block).height >= rule.height) & _of_kind(said, rule)
        )
        return
    for row in np.flatnonzero(rows).tolist():
        expected = float(own.expected_count[row])
        yield _candidate(said, block, rule.unit, row, Level.ORANGE, "jump", expected, expected_count=expected)


def _gaps(said: Said, _rule: Rule, block: Block, _history: _History, _waiting: Waiting) -> Iterator[Candidate]:
    """Districts in which a level is unknown because a source fails them."""
    places, level = said.places, said.scores[block][Unit.GRID].level
    unknown = np.flatnonzero(level == LEVEL_NUMBERS[Level.UNKNOWN.value])
    for row in np.unique(places.ancestors()[Unit.DISTRICT][unknown]).tolist():
        sources = tuple(said.gaps.sources(places[Unit.DISTRICT].codes[row]))
        if sources:
            yield _candidate(said, block, Unit.DISTRICT, row, Level.UNKNOWN, "gap", 0.0, sources=sources)


_RULES: dict[str, Callable[[Said, Rule, Block, _History, Waiting], Iterator[Candidate]]] = {
    "level": _entered, "lasting": _lasting, "jump": _jumped, "gap": _gaps,
}  # fmt: skip


def _of_kind(said: Said, rule: Rule) -> Flags:
    if rule.kinds is None:
        return np.ones(len(said.places[Unit.GRID]), dtype=bool)
    return np.array([one in rule.kinds for one in said.kinds or [None] * len(said.places[Unit.GRID])], dtype=bool)


def _of_grids(said: Said, block: Block, kind: str, rows: Flags) -> Iterator[Candidate]:
    """The grids of some rows, the first rank first."""
    scores: Scores = said.scores[block][Unit.GRID]
    chosen = np.flatnonzero(rows)
    for row in chosen[np.argsort(scores.rank[chosen], kind="stable")].tolist():
        level, score, expected = LEVELS[scores.level[row]], float(scores.score[row]), float(scores.expected_count[row])
        yield _candidate(said, block, Unit.GRID, row, level, kind, score, score=score, expected_count=expected)


def _candidate(
    said: Said, block: Block, unit: Unit, row: int, level: Level, kind: str, benefit: float, **more: Any
) -> Candidate:
    own = said.places[unit]
    itself = (unit.value, own.codes[row], own.names[row])
    above = tuple((one.value, code, name) for one, code, name in said.places.lineage(unit, row))
    return Candidate(block[0], block[1], unit, own.codes[row], level, kind, benefit, (itself, *above), row=row, **more)
