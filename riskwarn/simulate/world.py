"""The places of a simulated city and what makes them differ: hierarchy, residents, rates, effort, shocks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskwarn.arrays import Indices, Reals

GRIDS_PER_COMMUNITY = 5
COMMUNITIES_PER_TOWN = 4
TOWNS_PER_DISTRICT = 5

_FIRST = "云江山石龙凤白青金玉长安太平永兴和顺福新华大东西南北"
_SECOND = "溪坪桥湾坝岭沟塘坡滩林田洞峡口门堡场"


@dataclass(frozen=True)
class World:
    """What does not change from week to week, and the weather of the weeks. Arrays (grids,) where not said otherwise."""

    weeks: int
    community: Indices
    town: Indices
    district: Indices
    community_names: tuple[str, ...]
    town_names: tuple[str, ...]
    district_names: tuple[str, ...]
    longitude: Reals
    latitude: Reals
    population: Indices
    share_over_65: Reals
    disputes: Reals  # new disputes a week
    petitions: Reals
    hazards: Reals
    incidents: Reals
    temper: Reals  # factor of the hazard of escalation
    effort: Reals  # share of disputes and hazards that are seen before they do harm
    shock: Reals  # (weeks, grids) factor of new disputes
    closing: Reals  # (weeks, towns) share of open disputes that mediators settle in a week

    @property
    def grids(self) -> int:
        """Number of grids."""
        return len(self.community)


def make_world(grids: int, weeks: int, rng: np.random.Generator) -> World:
    """Draw a world. `weeks` counts every week that will ever be looked at."""
    community = np.arange(grids) // GRIDS_PER_COMMUNITY
    town = community // COMMUNITIES_PER_TOWN
    district = town // TOWNS_PER_DISTRICT
    towns, districts = int(town.max()) + 1, int(district.max()) + 1
    names = _names(int(community.max()) + 1 + towns + districts, rng)
    centre = np.column_stack([np.cos(np.arange(towns) * 2.4), np.sin(np.arange(towns) * 2.4)])
    centre *= 0.04 * np.sqrt(np.arange(towns) + 1)[:, None]
    place = centre[town] + rng.normal(0, 0.012, (grids, 2))
    population = rng.lognormal(np.log(1100), 0.45, grids).astype(np.int64) + 60
    old = np.clip(rng.normal(0.19, 0.06, grids), 0.04, 0.5)
    size = population / population.mean()
    district_level = rng.lognormal(0, 0.15, districts)[district]
    return World(
        weeks=weeks,
        community=community,
        town=town,
        district=district,
        community_names=tuple(name + "社区" for name in names[districts + towns :]),
        town_names=tuple(name + "街道" for name in names[districts : districts + towns]),
        district_names=tuple(name + "区" for name in names[:districts]),
        longitude=106.5 + place[:, 0],
        latitude=29.55 + place[:, 1],
        population=population,
        share_over_65=old,
        disputes=0.32 * size**0.7 * district_level * rng.lognormal(-0.06, 0.35, grids),
        petitions=0.05 * size**0.7 * rng.lognormal(-0.06, 0.35, grids),
        hazards=0.16 * size**0.5 * rng.lognormal(-0.1, 0.45, grids),
        incidents=0.0035 * size**0.5 * rng.lognormal(-0.05, 0.3, grids),
        temper=rng.lognormal(-0.03, 0.25, grids),
        effort=np.clip(rng.normal(0.88, 0.06, districts)[district] + rng.normal(0, 0.04, grids), 0.6, 1.0),
        shock=_shocks(weeks, grids, community, rng),
        closing=_closing(weeks, towns, rng),
    )


def _names(count: int, rng: np.random.Generator) -> list[str]:
    pairs = [first + second for first in _FIRST for second in _SECOND]
    if count > len(pairs):
        pairs += [pair + last for pair in pairs for last in _SECOND]
    return [pairs[index] for index in rng.permutation(len(pairs))[:count]]


def _shocks(weeks: int, grids: int, community: Indices, rng: np.random.Generator) -> Reals:
    """A closing factory or a stalled building site: a community's disputes multiply for some weeks."""
    factor = np.ones((weeks, grids))
    communities = int(community.max()) + 1
    for _ in range(rng.poisson(0.022 * communities * weeks)):
        start, length = int(rng.integers(weeks)), int(rng.integers(6, 16))
        factor[start : start + length, community == rng.integers(communities)] *= rng.uniform(2.5, 5.0)
    return np.minimum(factor, 8.0)


def _closing(weeks: int, towns: int, rng: np.random.Generator) -> Reals:
    """Mediators come and go: a slow wave in each town."""
    wave = np.empty((weeks, towns))
    now = rng.normal(0, 1, towns)
    for week in range(weeks):
        now = 0.97 * now + np.sqrt(1 - 0.97**2) * rng.normal(0, 1, towns)
        wave[week] = now
    return 0.16 / (0.16 + 0.84 * np.exp(-0.75 * wave))
