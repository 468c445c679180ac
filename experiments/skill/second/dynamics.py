"""How the second city goes on from one week to the next, in any number of futures at once.

A lane is a grid of a future: ``future * grids + grid``. Cases and faults are kept one by one, as columns.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

import numpy as np

from experiments.skill.second.world import World, in_holidays, wages_fall_due

#: Kinds of disputes: family, neighbours, wages, property management, consumers, other.
KIND_SHARES = np.array([0.24, 0.26, 0.12, 0.16, 0.12, 0.10])
FAMILY, NEIGHBOURS, WAGES = 0, 1, 2
#: Kinds of faults: gas, electrical, e-bike charging, outer wall, fire exit; and what each does in a week to the lane's incidents.
FAULT_SHARES = np.array([0.15, 0.25, 0.25, 0.15, 0.20])
GAS, ELECTRICAL, E_BIKE, OUTER_WALL, FIRE_EXIT = range(5)
FAULT_WEIGHTS = np.array([0.0035, 0.0020, 0.0035, 0.0020, 0.0006])
#: Kinds of incidents: fire, e-bike fire, gas, falling object, fall from height.
FIRE, E_BIKE_FIRE, GAS_ACCIDENT, FALLING_OBJECT, FALL = range(5)
_OF_FAULT = np.array([GAS_ACCIDENT, FIRE, E_BIKE_FIRE, FALLING_OBJECT, FIRE])
OVERDUE_WEEKS, MANY_FAULTS, NEVER = 9, 3, -1


@dataclass(frozen=True)
class Columns:
    """Things one by one: equally long columns."""

    lane: np.ndarray
    age: np.ndarray  # weeks since it began
    kind: np.ndarray
    grade: np.ndarray  # 0 general, 1 larger, 2 major
    marked: np.ndarray  # bool: of a dispute, that the households have quarrelled before; of a fault, that it was found
    number: np.ndarray  # its number in the city's past, or NEVER

    def where(self, mask: np.ndarray) -> Columns:
        """Those that the mask names."""
        return Columns(*(getattr(self, field.name)[mask] for field in fields(self)))

    def with_more(self, more: Columns) -> Columns:
        """These and others behind them."""
        names = [field.name for field in fields(self)]
        return Columns(*(np.concatenate([getattr(self, name), getattr(more, name)]) for name in names))

    def tiled(self, futures: int, grids: int) -> Columns:
        """Each of them in every future."""
        again = Columns(*(np.tile(getattr(self, field.name), futures) for field in fields(self)))
        future = np.repeat(np.arange(futures, dtype=np.int32), len(self.lane))
        return replace(again, lane=again.lane + future * np.int32(grids))


@dataclass(frozen=True)
class State:
    """The city on a Monday morning. Per lane, unless said."""

    disputes: Columns
    faults: Columns
    smouldering: np.ndarray  # fading number of disputes that ended without peace
    aroused: np.ndarray  # fading number of escalations
    shaken: np.ndarray  # fading number of incidents, here and next door
    visited: np.ndarray  # weeks for which a visit still works
    mood: np.ndarray  # (futures, communities): slow drift
    heat: np.ndarray  # (futures,)

    def tiled(self, futures: int, world: World) -> State:
        """The same city in many futures."""
        lanes = ("smouldering", "aroused", "shaken", "visited")
        return State(
            self.disputes.tiled(futures, world.grids),
            self.faults.tiled(futures, world.grids),
            *(np.tile(getattr(self, name), futures) for name in lanes),
            np.tile(self.mood, (futures, 1)),
            np.tile(self.heat, futures),
        )


@dataclass(frozen=True)
class Happened:
    """What a week brought."""

    opened: Columns
    escalated: Columns
    settled: Columns  # in peace
    failed: Columns  # closed without peace
    faults: Columns
    found: Columns
    mended: Columns
    incidents: np.ndarray  # lanes
    incident_kinds: np.ndarray
    visits: np.ndarray  # lanes
    waiting: np.ndarray  # open disputes per lane
    troubled: np.ndarray  # open faults per lane


def nothing() -> Columns:
    """No things."""
    whole, small = np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int8)
    return Columns(whole, np.zeros(0, dtype=np.int16), small, small, np.zeros(0, dtype=bool), whole)


def quiet(world: World) -> State:
    """A city before anything has happened."""
    zero = np.zeros(world.grids)
    return State(nothing(), nothing(), zero, zero, zero, zero, np.zeros((1, world.communities)), np.zeros(1))


@dataclass(frozen=True)
class Weather:
    """What a week brings to everybody. Per lane, unless said."""

    holidays: bool
    wages: bool
    heat: np.ndarray  # (futures,)
    storm: np.ndarray  # (futures, districts) bool
    mood: np.ndarray  # (futures, communities)
    stormy: np.ndarray
    upset: np.ndarray  # the mood of its community
    warmth: np.ndarray


def step(
    world: World, now: State, week: int, rng: np.random.Generator, first_number: int = NEVER
) -> tuple[State, Happened]:
    """The state a week later and what happened; new things are numbered from `first_number`, where it is given."""
    lanes = now.mood.shape[0] * world.grids
    weather = _weather(world, now, week, rng)
    opened = _arising(world, now, weather, rng, first_number)
    cases = now.disputes.with_more(opened)
    escalates, closes, peace = _fates(world, now, cases, weather, rng)
    escalated, failed = cases.where(escalates), cases.where(closes & ~peace)
    left = cases.where(~escalates & ~closes)

    new = _breaking(world, weather, rng, first_number)
    faults = now.faults.with_more(new)
    intensity, kinds = incident_intensity(world, faults, now.shaken, weather.warmth, lanes)
    incidents = np.repeat(np.arange(lanes), rng.poisson(intensity))
    finds = ~faults.marked & (rng.random(len(faults.lane)) < world.vigilant[faults.lane % world.grids])
    mends = rng.random(len(faults.lane)) < np.where(faults.marked, 0.16 - 0.06 * faults.grade, 0.02)
    known = replace(faults, marked=faults.marked | finds)

    # Visits, to where it has been loud and anywhere.
    visits = np.flatnonzero(rng.random(lanes) < 0.006 + 0.12 * (now.aroused > 0.5))
    visited = np.maximum(now.visited - 1, 0)
    visited[visits] = 5
    troubles = np.bincount(incidents, minlength=lanes).astype(float)
    around = troubles.reshape(-1, world.grids)[:, world.neighbours].mean(axis=2).ravel()
    after = State(
        replace(left, age=left.age + np.int16(1)),
        replace(known, age=known.age + np.int16(1)).where(~mends),
        0.95 * now.smouldering + np.bincount(failed.lane, minlength=lanes),
        0.75 * now.aroused + np.bincount(escalated.lane, minlength=lanes),
        0.70 * now.shaken + troubles + 0.8 * around,
        visited,
        weather.mood,
        weather.heat,
    )
    return after, Happened(
        opened, escalated, cases.where(closes & peace), failed, new, known.where(finds), known.where(mends), incidents,
        kinds(incidents, rng), visits, np.bincount(cases.lane, minlength=lanes), np.bincount(faults.lane, minlength=lanes),
    )  # fmt: skip


def _weather(world: World, now: State, week: int, rng: np.random.Generator) -> Weather:
    monday = world.monday[week]
    season = np.cos(2 * np.pi * (monday.timetuple().tm_yday - 205) / 365.25)  # 1 in late July
    heat = 0.7 * now.heat + 0.5 * rng.standard_normal(len(now.heat))
    storm = rng.random((len(now.heat), world.district.max() + 1)) < 0.03 + 0.05 * (season > 0.3)
    mood = 0.96 * now.mood + 0.09 * rng.standard_normal(now.mood.shape)
    return Weather(
        in_holidays(monday), wages_fall_due(monday), heat, storm, mood, storm[:, world.district].ravel(),
        mood[:, world.community].ravel(), np.repeat(1.2 * season + heat, world.grids),
    )  # fmt: skip


def _arising(world: World, now: State, weather: Weather, rng: np.random.Generator, first_number: int) -> Columns:
    """New disputes: fresh ones, and old ones that smoulder."""
    futures = len(weather.heat)
    place = 0.7 * np.log(world.population / 1000) + world.quarrelsome
    rate = np.exp(-1.75 + np.tile(place, futures) + weather.upset + 0.25 * weather.stormy)
    fresh = rng.poisson(rate * (1 + 0.1 * weather.holidays + 0.25 * weather.wages))
    again = rng.poisson(0.02 * now.smouldering)
    every = np.arange(len(fresh), dtype=np.int32)
    lane = np.concatenate([np.repeat(every, fresh), np.repeat(every, again)])
    old = np.arange(len(lane)) >= fresh.sum()
    shares = KIND_SHARES * np.array([1 + 0.3 * weather.holidays, 1, 1 + 2.0 * weather.wages, 1, 1, 1])
    grade = np.searchsorted([0.70, 0.93], rng.random(len(lane)) + 0.15 * old)
    return _new(lane, _drawn(shares, len(lane), rng), grade, old, first_number)


def _fates(
    world: World, now: State, cases: Columns, weather: Weather, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of each case: whether it escalates, whether it closes, and whether that were in peace."""
    futures = len(weather.heat)
    future_of, grid_of = np.divmod(cases.lane, world.grids)
    desk = future_of * world.communities + world.community[grid_of]
    load = np.bincount(desk, minlength=futures * world.communities) / np.tile(2.0 * world.mediators, futures)
    busy = load[desk]
    hazard = escalation_hazard(cases, busy, weather.holidays) * np.exp(
        world.tense[grid_of] + 0.4 * weather.upset[cases.lane] + 0.45 * np.log1p(now.aroused[cases.lane])
        - 0.6 * (now.visited[cases.lane] > 0)
    )  # fmt: skip
    escalates = rng.random(len(hazard)) < 1 - np.exp(-hazard)
    closing = np.array([0.20, 0.13, 0.08])[cases.grade] * np.exp(-0.5 * np.clip(busy - 1, 0, 1))
    closes = ~escalates & (rng.random(len(hazard)) < closing)
    return escalates, closes, rng.random(len(hazard)) < 0.78 - 0.2 * cases.marked


def _breaking(world: World, weather: Weather, rng: np.random.Generator, first_number: int) -> Columns:
    """New faults of buildings, which nobody has found yet."""
    place = np.tile(world.decayed + 0.03 * (world.building_age - 18), len(weather.heat))
    more = rng.poisson(np.exp(-2.5 + place + 1.0 * weather.stormy + 0.15 * weather.warmth))
    lane = np.repeat(np.arange(len(more), dtype=np.int32), more)
    kind, grave = _drawn(FAULT_SHARES, len(lane), rng), rng.random(len(lane)) < 0.2
    return _new(lane, kind, grave, np.zeros(len(lane), dtype=bool), first_number)


def escalation_hazard(cases: Columns, busy: np.ndarray, holidays: bool) -> np.ndarray:
    """Weekly hazard of each case in a place like any other. `busy` is the load of its community's mediators."""
    age = cases.age.astype(float)
    rising = 1.1 * np.log1p(age) - 0.16 * age  # highest in the sixth week, then fading
    overdue = (age >= OVERDUE_WEEKS) & (cases.grade >= 1)
    pressed = (busy > 1.0) & (cases.grade >= 1)
    return np.exp(
        -6.2 + np.array([0.0, 0.9, 1.7])[cases.grade] + rising + 0.8 * cases.marked + 0.9 * overdue + 0.8 * pressed
        + 0.5 * ((cases.kind == FAMILY) & holidays) - 0.4 * (cases.kind == WAGES)
    )  # fmt: skip


def incident_intensity(
    world: World, faults: Columns, shaken: np.ndarray, warmth: np.ndarray, lanes: int
) -> tuple[np.ndarray, Callable[[np.ndarray, np.random.Generator], np.ndarray]]:
    """(lanes,) expected incidents of the week, and a drawer of their kinds."""
    futures = lanes // world.grids
    weather = np.ones((5, lanes))
    weather[E_BIKE] = np.exp(0.45 * warmth)
    weather[GAS] = np.exp(-0.45 * warmth)
    weight = FAULT_WEIGHTS[faults.kind] * np.array([1.0, 3.0])[faults.grade] * weather[faults.kind, faults.lane]
    by_kind = np.zeros((5, lanes))
    for kind in range(5):
        of_kind = faults.kind == kind
        by_kind[kind] = np.bincount(faults.lane[of_kind], weight[of_kind], minlength=lanes)
    many = np.bincount(faults.lane, minlength=lanes) >= MANY_FAULTS
    by_kind *= np.where(many, 2.2, 1.0)
    base = 0.0007 * np.sqrt(world.population / 1000) * (1 + 3 * (world.share_over_65 > 0.22))
    base = np.tile(base, futures) * np.exp(0.2 * np.abs(warmth)) + 0.016 * shaken
    total = base + by_kind.sum(axis=0)

    def kinds(at: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        parts = np.concatenate([base[None, at], by_kind[:, at]]).cumsum(axis=0)
        pick = (parts < rng.random(len(at)) * parts[-1]).sum(axis=0)
        return np.where(pick == 0, FALL, _OF_FAULT[np.maximum(pick - 1, 0)])

    return total, kinds


def _drawn(shares: np.ndarray, number: int, rng: np.random.Generator) -> np.ndarray:
    return np.searchsorted(np.cumsum(shares)[:-1] / shares.sum(), rng.random(number), side="right")


def _new(lane: np.ndarray, kind: np.ndarray, grade: np.ndarray, marked: np.ndarray, first_number: int) -> Columns:
    numbers = np.full(len(lane), NEVER) if first_number == NEVER else first_number + np.arange(len(lane))
    age, small = np.zeros(len(lane), dtype=np.int16), np.int8
    return Columns(lane, age, kind.astype(small), grade.astype(small), marked, numbers.astype(np.int32))
