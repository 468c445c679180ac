"""How often a place that was written because of the outcome is found, and how often an honest city is accused: `python experiments/skill/places.py`."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from riskwarn.words import Unit
from training.audits.places import Records, held

COMMUNITY, TOWN, DISTRICT, RATE = 5, 20, 80, 0.06

#: Posts of a town, five grids each, of which one takes down what escalates, by chance.
POSTS = 4

UNITS = {"community": COMMUNITY, "town": TOWN, "district": DISTRICT}


class Places(SimpleNamespace):
    """As much of a geography as is asked: towns of twenty grids, four in a district."""

    def __len__(self) -> int:
        return len(self.units[Unit.TOWN].of_grid)


def share_found(
    draws: int, grids: int, events: float, spread: float, moved: float = 0.0, where: str = "town", market: int = 0
) -> float:
    """Per cent of the draws with a finding: `events` a grid, the logarithm of the chance of each record varies by `spread` among grids; `moved`
    of the events (or of the `others`) bear the first grid of their `community`, `town` (of the `first` town alone) or `district`, or that of
    one of the `posts` of their town; where there are markets, one of so many grids is one: four times as grave, and with at least a fifth of the records."""
    rng, every = np.random.default_rng(1), np.arange(grids)
    units: Any = {
        Unit.COMMUNITY: SimpleNamespace(of_grid=every // COMMUNITY),
        Unit.TOWN: SimpleNamespace(of_grid=every // TOWN),
        Unit.DISTRICT: SimpleNamespace(of_grid=every // DISTRICT),
    }
    found = 0
    for _ in range(draws):
        busy, grave = rng.lognormal(0, 0.5, grids), rng.lognormal(0, spread, grids)
        if market:
            busy[::market] *= market / 4
        records = int(events * grids / RATE)
        grid = rng.choice(grids, records, p=busy / busy.sum())
        if market:
            grave[::market] = 4 * np.exp(spread**2 / 2)
        happened = rng.random(records) < np.minimum(RATE * grave / grave[grid].mean(), 0.8)[grid]
        of_those = ~happened if where.startswith("others") else happened
        written = of_those & (rng.random(records) < moved) & ((where != "first") | (grid < TOWN))
        unit = UNITS.get(where.removeprefix("others, "), TOWN)
        post = rng.integers(0, POSTS, records) if where.endswith("posts") else 0
        grid = np.where(written, grid // unit * unit + post, grid)
        geography: Any = Places(units=units)
        found += bool(held(Records(grid, happened, np.zeros(records, dtype=np.int64)), geography))
    return 100 * found / draws


if __name__ == "__main__":
    for grids, events in ((60, 8), (160, 8), (400, 8), (160, 1.5), (400, 1.5)):
        print(f"{grids} grids, {events:g} events each; % of cities with a finding")
        for spread in (0.25, 0.5, 0.75, 1, 1.25):
            print(f"  honest, spread {spread}: {share_found(200, grids, events, spread):g}")
        for market in (COMMUNITY, TOWN):
            print(f"  honest, a market to {market} grids: {share_found(200, grids, events, 0.5, market=market):g}")
        for where in (
            "town",
            "first",
            "district",
            "community",
            "posts",
            "others, town",
            "others, district",
            "others, community",
            "others, posts",
        ):
            shares = {moved: share_found(50, grids, events, 0.5, moved, where) for moved in (0.6, 0.7, 0.8, 0.9, 1.0)}
            print(
                f"  written anew, {where}: " + ", ".join(f"{moved}: {one:g}" for moved, one in shares.items()),
                flush=True,
            )
