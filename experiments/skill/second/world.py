"""The places and the calendar of the second city: what never depends on chance once the city is founded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

#: The past ends on this Monday, whatever its length.
END = date(2026, 6, 29)
WARM_UP = 52
#: Weeks after the end that a truth may look into.
BEYOND = 12
DISTRICTS, GRIDS_A_TOWN, GRIDS_A_COMMUNITY = 5, 50, 8
_SPACING_KM = 0.7


@dataclass(frozen=True)
class World:
    """Grids with their units, latent effects and neighbours. Arrays are (grids,) unless said."""

    longitude: np.ndarray
    latitude: np.ndarray
    community: np.ndarray  # number of the unit
    town: np.ndarray
    district: np.ndarray
    neighbours: np.ndarray  # (grids, 4) int: the nearest grids
    population: np.ndarray
    share_over_65: np.ndarray
    building_age: np.ndarray  # years
    quarrelsome: np.ndarray  # log of the rate of disputes
    tense: np.ndarray  # log of the hazard of escalation
    decayed: np.ndarray  # log of the rate of building faults
    vigilant: np.ndarray  # weekly chance that a fault is found
    written: np.ndarray  # share of disputes that reach the register unless they escalate
    mediators: np.ndarray  # (communities,) open cases that they can bear
    monday: tuple[date, ...]  # of each week, warm-up and beyond included

    @property
    def grids(self) -> int:
        """How many there are."""
        return len(self.community)

    @property
    def communities(self) -> int:
        """How many there are."""
        return len(self.mediators)


def make_world(grids: int, weeks: int, rng: np.random.Generator) -> World:
    """Found the city; `weeks` of past, before which the warm-up lies."""
    side = int(np.ceil(np.sqrt(grids)))
    cell = np.stack(np.divmod(np.arange(side * side), side), axis=1)[:grids]
    spot = (cell + rng.uniform(-0.35, 0.35, (grids, 2))) * _SPACING_KM
    distance = np.sqrt(((spot[:, None, :] - spot[None, :, :]) ** 2).sum(axis=2))
    near = np.argsort(distance, axis=1, kind="stable")[:, 1:5]
    wide, narrow = _field(distance, 6.0), _field(distance, 1.5)

    def effect(spread: float, share_wide: float, share_own: float) -> np.ndarray:
        parts = (wide(rng), narrow(rng), rng.standard_normal(grids))
        weights = np.sqrt([share_wide, 1 - share_wide - share_own, share_own])
        return spread * sum(weight * part for weight, part in zip(weights, parts, strict=True))

    age = np.clip(18 + 9 * effect(1.0, 0.5, 0.3), 1, 55)
    district = _split(spot, min(DISTRICTS, max(1, grids // 40)))
    town = _within(spot, district, GRIDS_A_TOWN)
    community = _within(spot, town, GRIDS_A_COMMUNITY)
    size = np.bincount(community)
    first = END - timedelta(weeks=weeks + WARM_UP)
    return World(
        longitude=106.5 + spot[:, 1] / 96.5,
        latitude=29.5 + spot[:, 0] / 111.0,
        community=community,
        town=town,
        district=district,
        neighbours=near,
        population=np.round(np.exp(rng.normal(6.9, 0.4, grids) + effect(0.2, 0.7, 0.1))).astype(int),
        share_over_65=np.clip(0.16 + 0.05 * effect(1.0, 0.4, 0.4), 0.03, 0.45),
        building_age=age,
        quarrelsome=effect(0.6, 0.3, 0.3),
        tense=effect(0.5, 0.4, 0.2),
        decayed=effect(0.6, 0.2, 0.4),
        vigilant=np.clip(0.22 * np.exp(effect(0.5, 0.6, 0.2)), 0.04, 0.7),
        written=np.clip(0.85 + 0.08 * rng.standard_normal(grids), 0.5, 1.0),
        mediators=size * np.exp(rng.normal(0.1, 0.35, len(size))),
        monday=tuple(first + timedelta(weeks=week) for week in range(WARM_UP + weeks + BEYOND)),
    )


def in_holidays(monday: date) -> bool:
    """Whether schools are closed in the week that begins then: January to mid-February, and July and August."""
    return monday.month in (1, 7, 8) or (monday.month == 2 and monday.day <= 14)


def wages_fall_due(monday: date) -> bool:
    """The weeks before the new year of the moon, roughly, when wages are settled."""
    return monday.month == 1


def _field(distance: np.ndarray, length_km: float) -> Callable[[np.random.Generator], np.ndarray]:
    """Draws of a Gaussian field of unit variance with an exponential covariance."""
    root = np.linalg.cholesky(np.exp(-distance / length_km) + 1e-8 * np.eye(len(distance)))
    return lambda rng: root @ rng.standard_normal(len(distance))


def _split(spot: np.ndarray, parts: int) -> np.ndarray:
    """Numbers of parts of about equal size that lie together: cuts along the longer side."""
    number = np.zeros(len(spot), dtype=int)
    if parts <= 1:
        return number
    axis = int(np.ptp(spot[:, 1]) > np.ptp(spot[:, 0]))
    order = np.argsort(spot[:, axis], kind="stable")
    few = parts // 2
    cut = round(len(spot) * few / parts)
    number[order[:cut]] = _split(spot[order[:cut]], few)
    number[order[cut:]] = few + _split(spot[order[cut:]], parts - few)
    return number


def _within(spot: np.ndarray, unit: np.ndarray, size: int) -> np.ndarray:
    """Parts of about `size` grids of each unit, numbered through."""
    number, taken = np.zeros(len(spot), dtype=int), 0
    for one in range(unit.max() + 1):
        inside = np.flatnonzero(unit == one)
        parts = max(1, round(len(inside) / size))
        number[inside] = taken + _split(spot[inside], parts)
        taken += parts
    return number
