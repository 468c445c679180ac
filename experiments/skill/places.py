"""How often a place that was written because of the outcome is found, and how often an honest city is accused: `python experiments/skill/places.py`."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from riskwarn.words import Unit
from training.audits.places import held

TOWN, DISTRICT, RATE = 20, 80, 0.06


class Places(SimpleNamespace):
    """As much of a geography as is asked: towns of twenty grids, four in a district."""

    def __len__(self) -> int:
        return len(self.units[Unit.TOWN].of_grid)


def share_found(
    draws: int, grids: int, events: float, spread: float, moved: float = 0.0, where: str = "all", market: bool = False
) -> float:
    """Per cent of the draws with a finding: `events` a grid, the logarithm of the chance of each record varies by `spread` among grids; `moved`
    of the events bear the first grid of their town (`all`, of the `first` town alone) or of their `district`."""
    rng, every = np.random.default_rng(1), np.arange(grids)
    units: Any = {
        Unit.TOWN: SimpleNamespace(of_grid=every // TOWN),
        Unit.DISTRICT: SimpleNamespace(of_grid=every // DISTRICT),
    }
    found = 0
    for _ in range(draws):
        busy, grave = rng.lognormal(0, 0.5, grids), rng.lognormal(0, spread, grids)
        busy[::TOWN] *= TOWN / 4 if market else 1
        records = int(events * grids / RATE)
        grid = rng.choice(grids, records, p=busy / busy.sum())
        if market:
            grave[::TOWN] = 4 * np.exp(spread**2 / 2)
        happened = rng.random(records) < np.minimum(RATE * grave / grave[grid].mean(), 0.8)[grid]
        written = happened & (rng.random(records) < moved) & ((where != "first") | (grid < TOWN))
        unit = DISTRICT if where == "district" else TOWN
        grid = np.where(written, grid // unit * unit, grid)
        geography: Any = Places(units=units)
        found += bool(held(grid, happened, (~happened).astype(float), geography))
    return 100 * found / draws


if __name__ == "__main__":
    for grids, events in ((60, 8), (160, 8), (400, 8), (160, 1.5), (400, 1.5)):
        print(f"{grids} grids, {events:g} events each; % of cities with a finding")
        for spread in (0.25, 0.5, 0.75, 1, 1.25):
            print(f"  honest, spread {spread}: {share_found(200, grids, events, spread):g}")
        print(f"  honest, markets: {share_found(200, grids, events, 0.5, market=True):g}")
        for where in ("all", "first", "district"):
            shares = {moved: share_found(50, grids, events, 0.5, moved, where) for moved in (0.6, 0.7, 0.8, 0.9, 1.0)}
            print(
                f"  written anew, {where}: " + ", ".join(f"{moved}: {one:g}" for moved, one in shares.items()),
                flush=True,
            )
