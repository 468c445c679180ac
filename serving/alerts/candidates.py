"""What the rules would tell of a publication, before anything is held back: which units, why, and how much good it may do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Protocol

import numpy as np

from riskwarn.alert_rules import HEIGHTS, Alerts, Rule
from riskwarn.arrays import Flags, Reals
from riskwarn.configuration import Levels, usual_horizon
from riskwarn.periods import Calendar
from riskwarn.words import Level, Unit
from serving.alerts.held import Held
from serving.alerts.past import Heights, Stand, jumped, lasted, left, own_past, stand_of, stood, years_before
from serving.columns.gaps import DataGaps
from serving.columns.places import Places
from serving.columns.reasons import AllReasons
from serving.columns.scores import LEVEL_NUMBERS, LEVELS, AllScores, Block, Scores

REASONS_TOLD = 3

#: Higher than every level.
_NOWHERE = 99


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
    entry: int | None = None  # how high the least level stands that is news of it
    bar: float | None = None  # of a jump: what it takes to stand so high still
    waited: Held | None = None  # since when it waits, and how high it stood

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


@dataclass(frozen=True)
class Looked:
    """What rules find in a publication."""

    candidates: tuple[Candidate, ...]
    kept: tuple[Held, ...] = ()  # what waits since one before it and has not left, whether it is found or not


def looked_at(said: Said, before: Before, declared: Declared, waiting: Sequence[Held] = ()) -> Looked:
    """What the rules would tell of, each unit and target once, by the first rule that it meets; in the order of the rules.

    What waits is found wherever it stands high enough still, whatever came in between.
    """
    found: dict[tuple[str, ...], Candidate] = {}
    history = _History(said, before, declared)
    for rule in declared.alerts.rules:
        for block in _blocks(said, rule):
            for one in _RULES[rule.on](said, rule, block, history, _Waits(said, rule, block, waiting)):
                found.setdefault((*one.key, _gap(one.kind)), one)
    waited = _first_of_each(waiting)
    told = [
        replace(one, waited=waited.get((one.target, one.horizon, one.unit.value, one.code, _gap(one.kind))))
        for one in found.values()
    ]
    return Looked(tuple(told), tuple(_kept(said, history, waiting)))


def _gap(kind: str) -> str:
    return "gap" if kind == "gap" else ""


def _first_of_each(waiting: Sequence[Held]) -> dict[tuple[str, int, str, str, str], Held]:
    """What waits of a unit by whichever rule, since the first of them and with the highest level."""
    found: dict[tuple[str, int, str, str, str], Held] = {}
    for one in waiting:
        key = one.target, one.horizon, one.unit, one.code, _gap(one.kind)
        first = min(found.get(key, one), one, key=lambda each: (each.since is None, each.since))
        highest = max(found.get(key, one), one, key=lambda each: HEIGHTS[Level(each.level)])
        found[key] = replace(first, level=highest.level)
    return found


def _kept(said: Said, history: _History, waiting: Sequence[Held]) -> Iterator[Held]:
    """What waits, and has not been below its entry for the time of `dwell`: of a unit that is there still, by a rule that is.

    A gap that is over is over. Where a target is not published, what waits of it does so as long as its past is told of.
    """
    groups: dict[tuple[str, str, Block], list[Held]] = {}
    for one in waiting:
        groups.setdefault((one.kind, one.unit, (one.target, one.horizon)), []).append(one)
    for (kind, unit, block), own in groups.items():
        rules = [
            rule
            for rule in history.declared.alerts.rules
            if (rule.on, rule.unit) == (kind, unit) and (rule.targets is None or block[0] in rule.targets)
        ]
        places = said.places[Unit(unit)]
        if kind == "gap":
            continue
        if block not in said.scores:
            stays = np.full(len(places), bool(rules) and bool(history.stands(block)))
        else:
            stays = np.zeros(len(places), dtype=bool)
            for rule in rules:
                if block in _blocks(said, rule):
                    taken = _of_kind(said, rule) if rule.unit is Unit.GRID else np.ones(len(places), dtype=bool)
                    stays |= taken & ~_Waits(said, rule, block, own).left(history)
        yield from (one for one in own if one.code in places.rows and stays[places.rows[one.code]])


class _Waits:
    """What waits, as a rule asks of it that found it before: of its units, in their order."""

    def __init__(self, said: Said, rule: Rule, block: Block, waiting: Sequence[Held]) -> None:
        self._said, self._rule, self._block = said, rule, block
        units = len(said.places[rule.unit])
        #: (units,) how high it takes to stand; higher than every level where nothing waits.
        self.entry: Heights = np.full(units, _NOWHERE, dtype=np.int8)
        #: (units,) what is to be expected of a jump; NaN where nothing waits.
        self.bar: Reals = np.full(units, np.nan)
        for one in waiting:
            row = said.places[rule.unit].rows.get(one.code)
            if row is not None and (one.kind, one.unit, one.target, one.horizon) == (rule.on, rule.unit, *block):
                entry = 0 if one.entry is None else one.entry
                self.entry[row] = min(self.entry[row], max(entry, rule.height))
                self.bar[row] = np.fmin(self.bar[row], rule.least if one.bar is None else one.bar)

    def left(self, history: _History) -> Flags:
        """(units,) those that have left."""
        rules, block = history.declared, self._block
        values = dict(history.values(self._block, self._rule)) if self._rule.on == "jump" else {}
        now = self._said.as_of
        if self._rule.unit is Unit.GRID:
            stands = [*history.stands(block), history.now(block)]
            unknown = np.full(len(self.bar), np.nan)
            marks = [
                (one.as_of, one.known, (one.loose < self.entry) | (values.get(one.as_of, unknown) < self.bar))
                for one in stands
            ]
        else:
            marks = [(as_of, ~np.isnan(value), value < self.bar) for as_of, value in sorted(values.items())]
        if not marks or marks[-1][0] != now:
            return np.zeros(len(self.bar), dtype=bool)
        return left(marks, len(self.bar), rules.alerts.dwell, rules.calendar)


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
    _values: dict[tuple[Block, Unit, float], list[tuple[date, Reals]]] = field(default_factory=dict)

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

    def values(self, block: Block, rule: Rule) -> list[tuple[date, Reals]]:
        """What was expected of the units of a rule as far back as it looks, the oldest first; at the end now."""
        own = self.said.scores[block][rule.unit]
        before = self.past(block, rule)
        now = own.score if rule.unit is Unit.GRID else own.expected_count
        return [*sorted(((as_of, value) for as_of, value in before), key=lambda one: one[0]), (self.said.as_of, now)]

    def past(self, block: Block, rule: Rule) -> list[tuple[date, Reals]]:
        key = block, rule.unit, rule.years
        if key not in self._values:
            self._values[key] = self.before.values(block, rule.unit, years_before(self.said.as_of, rule.years))
        return self._values[key]

    def stood(self, block: Block, grids: int) -> Heights:
        return stood(self.stands(block), grids, self.declared.alerts, self.declared.calendar)


def _entered(said: Said, rule: Rule, block: Block, history: _History, waits: _Waits) -> Iterator[Candidate]:
    now, above = history.now(block), history.stood(block, len(said.places[Unit.GRID])) + 1
    entry = np.maximum(np.minimum(above, waits.entry), rule.height)
    yield from _of_grids(said, block, "level", now.known & (now.height >= entry) & _of_kind(said, rule), entry)


def _lasting(said: Said, rule: Rule, block: Block, history: _History, waits: _Waits) -> Iterator[Candidate]:
    now = history.now(block)
    long = lasted(history.stands(block), now, rule.height, history.declared.calendar.whole_before) >= rule.periods
    high = long | (now.known & (now.height >= waits.entry))
    entry = np.minimum(np.where(long, rule.height, _NOWHERE), waits.entry)
    yield from _of_grids(said, block, "lasting", high & _of_kind(said, rule), entry)


def _jumped(said: Said, rule: Rule, block: Block, history: _History, waits: _Waits) -> Iterator[Candidate]:
    own, now = said.scores[block][rule.unit], history.now(block)
    value = own.score if rule.unit is Unit.GRID else own.expected_count
    past = own_past(history.past(block, rule), len(value), history.declared.calendar.whole_before)
    fresh = jumped(value, past, rule.times, rule.least)
    bar = np.fmin(waits.bar, np.where(fresh, np.fmax(rule.times * past.mean, rule.least), np.nan))
    if rule.unit is Unit.GRID:
        # Where little is to be expected still, a jump is no news that somebody can use.
        entry = np.minimum(np.where(fresh, rule.height, _NOWHERE), waits.entry)
        rows = now.known & (value >= bar) & (now.height >= entry)
        yield from _of_grids(said, block, "jump", rows & _of_kind(said, rule), entry, bar)
        return
    for row in np.flatnonzero(value >= bar).tolist():
        expected = float(own.expected_count[row])
        terms = {"expected_count": expected, "bar": float(bar[row])}
        yield _candidate(said, block, rule.unit, row, Level.ORANGE, "jump", expected, **terms)


def _gaps(said: Said, _rule: Rule, block: Block, _history: _History, _waits: _Waits) -> Iterator[Candidate]:
    """Districts in which a level is unknown because a source fails them."""
    places, level = said.places, said.scores[block][Unit.GRID].level
    unknown = np.flatnonzero(level == LEVEL_NUMBERS[Level.UNKNOWN.value])
    for row in np.unique(places.ancestors()[Unit.DISTRICT][unknown]).tolist():
        sources = tuple(said.gaps.sources(places[Unit.DISTRICT].codes[row]))
        if sources:
            yield _candidate(said, block, Unit.DISTRICT, row, Level.UNKNOWN, "gap", 0.0, sources=sources)


_RULES: dict[str, Callable[[Said, Rule, Block, _History, _Waits], Iterator[Candidate]]] = {
    "level": _entered, "lasting": _lasting, "jump": _jumped, "gap": _gaps,
}  # fmt: skip


def _of_kind(said: Said, rule: Rule) -> Flags:
    if rule.kinds is None:
        return np.ones(len(said.places[Unit.GRID]), dtype=bool)
    return np.array([one in rule.kinds for one in said.kinds or [None] * len(said.places[Unit.GRID])], dtype=bool)


def _of_grids(
    said: Said, block: Block, kind: str, rows: Flags, entry: Heights, bar: Reals | None = None
) -> Iterator[Candidate]:
    """The grids of some rows, the first rank first."""
    scores: Scores = said.scores[block][Unit.GRID]
    chosen = np.flatnonzero(rows)
    for row in chosen[np.argsort(scores.rank[chosen], kind="stable")].tolist():
        level, score, expected = LEVELS[scores.level[row]], float(scores.score[row]), float(scores.expected_count[row])
        terms = {"entry": int(entry[row]), "bar": None if bar is None else float(bar[row])}
        yield _candidate(said, block, Unit.GRID, row, level, kind, score, score=score, expected_count=expected, **terms)


def _candidate(
    said: Said, block: Block, unit: Unit, row: int, level: Level, kind: str, benefit: float, **more: Any
) -> Candidate:
    own = said.places[unit]
    itself = (unit.value, own.codes[row], own.names[row])
    above = tuple((one.value, code, name) for one, code, name in said.places.lineage(unit, row))
    return Candidate(block[0], block[1], unit, own.codes[row], level, kind, benefit, (itself, *above), row=row, **more)
