"""One week of the city: new trouble, settling, escalation, harm. The same step makes the past and every future.

A lane is one grid in one future; the past has one future. Open cases are flat arrays, one element a case.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from riskwarn.arrays import Indices, Reals
from riskwarn.simulate.world import World

Ages = npt.NDArray[np.int16]

#: Weeks after which an unanswered petition is overdue (60 days).
OVERDUE_WEEKS = 9
SEVERE_SHARE = 0.22
MAJOR_SHARE = 0.2
EXCITEMENT = 0.12
EXCITEMENT_MEMORY = 0.75
ESCALATION = 0.0021
ANSWERED = 0.12
RECTIFIED = 0.10


@dataclass(frozen=True)
class Cases:
    """Open cases of one kind."""

    lane: Indices
    age: Ages  # weeks
    grave: npt.NDArray[np.bool_]
    number: Indices  # which case it is, counted from the beginning of the past

    def where(self, chosen: npt.NDArray[np.bool_]) -> Cases:
        """The chosen cases."""
        return Cases(*(getattr(self, field.name)[chosen] for field in fields(self)))

    def joined(self, other: Cases) -> Cases:
        """Both."""
        return Cases(*(np.concatenate([getattr(self, f.name), getattr(other, f.name)]) for f in fields(self)))


@dataclass(frozen=True)
class State:
    """All that the future depends on, at the start of a week."""

    disputes: Cases
    petitions: Cases
    hazards: Cases
    excitement: Reals  # (lanes,)
    counted: tuple[int, int, int] = (0, 0, 0)  # disputes, petitions and hazards so far


@dataclass(frozen=True)
class Week:
    """What happened in a week. Case arrays hold the open cases before the week, then the new ones."""

    new_disputes: Cases
    new_petitions: Cases
    new_hazards: Cases
    escalated: Cases
    settled: Cases
    answered: Cases
    rectified: Cases
    incidents: Indices  # (incidents,) lane of each


def no_cases() -> Cases:
    """None."""
    return Cases(np.zeros(0, np.int64), np.zeros(0, np.int16), np.zeros(0, bool), np.zeros(0, np.int64))


def quiet(lanes: int) -> State:
    """A city before anything happened."""
    return State(no_cases(), no_cases(), no_cases(), np.zeros(lanes))


def season(week: int, phase: float, strength: float) -> float:
    """Factor of the week of the year."""
    return float(1 + strength * np.sin(2 * np.pi * (week / 52.18 + phase)))


def step(world: World, state: State, week: int, rng: np.random.Generator) -> tuple[State, Week]:
    """Go through one week. Lanes are futures times grids, grid fastest."""
    lanes = len(state.excitement)
    grid = np.tile(np.arange(world.grids), lanes // world.grids)
    pressure = world.disputes * world.shock[week] * season(week, 0.1, 0.3)
    new_disputes = _new(
        rng.poisson(pressure[grid] + EXCITEMENT * state.excitement), SEVERE_SHARE, state.counted[0], rng
    )
    new_petitions = _new(
        rng.poisson(world.petitions[grid] * np.sqrt(world.shock[week][grid])), 0.0, state.counted[1], rng
    )
    new_hazards = _new(rng.poisson((world.hazards * season(week, 0.6, 0.4))[grid]), MAJOR_SHARE, state.counted[2], rng)
    disputes = state.disputes.joined(new_disputes)
    petitions = state.petitions.joined(new_petitions)
    hazards = state.hazards.joined(new_hazards)

    overdue = np.bincount(petitions.lane[petitions.age >= OVERDUE_WEEKS], minlength=lanes)
    danger = ESCALATION * world.temper[grid] * (1 + 0.6 * np.minimum(overdue, 4))
    chance = danger[disputes.lane] * np.where(disputes.grave, 4.0, 1.0) * (1 + 0.35 * np.minimum(disputes.age, 14))
    escalates = rng.random(len(chance), dtype=np.float32) < chance
    settles = world.closing[week][world.town[grid]][disputes.lane]
    settled = ~escalates & (rng.random(len(chance), dtype=np.float32) < settles)
    answered = rng.random(len(petitions.lane), dtype=np.float32) < ANSWERED
    rectified = rng.random(len(hazards.lane), dtype=np.float32) < RECTIFIED
    load = np.bincount(hazards.lane, np.where(hazards.grave, 9.0, 1.0), minlength=lanes)
    harm = world.incidents[grid] * season(week, 0.35, 0.4) * (1 + 1.1 * load)
    incidents = np.repeat(np.arange(lanes), rng.poisson(harm))

    arrived = np.bincount(new_disputes.lane, minlength=lanes)
    following = State(
        _older(disputes.where(~escalates & ~settled)),
        _older(petitions.where(~answered)),
        _older(hazards.where(~rectified)),
        EXCITEMENT_MEMORY * state.excitement + arrived,
        (
            state.counted[0] + len(new_disputes.lane),
            state.counted[1] + len(new_petitions.lane),
            state.counted[2] + len(new_hazards.lane),
        ),
    )
    happened = Week(
        new_disputes,
        new_petitions,
        new_hazards,
        disputes.where(escalates),
        disputes.where(settled),
        petitions.where(answered),
        hazards.where(rectified),
        incidents,
    )
    return following, happened


def _new(counts: Indices, grave_share: float, first: int, rng: np.random.Generator) -> Cases:
    lane = np.repeat(np.arange(len(counts)), counts)
    grave = rng.random(len(lane)) < grave_share
    return Cases(lane, np.zeros(len(lane), np.int16), grave, first + np.arange(len(lane)))


def _older(cases: Cases) -> Cases:
    return Cases(cases.lane, cases.age + np.int16(1), cases.grave, cases.number)
