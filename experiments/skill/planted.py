"""Whether a place that was written because of the outcome is found in cities whose disputes live, and nothing in sound ones:
``python experiments/skill/planted.py CACHE [--grids N --weeks N --seeds 1 2 …]``.

Cities of both generators, ten each, as their exports tell them. Each is asked as it is, and with nine of ten events (or of ten others) moved
to the first grid of their community, town or district, or to one of four posts of their town by chance, and then of one whose offices truly
have more.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[2]))

from experiments.skill.exported import Exports, read_exports
from experiments.skill.homes import GENERATORS
from experiments.skill.places import Places
from experiments.skill.second import write_city
from riskwarn.simulate import simulate
from riskwarn.words import Unit
from training.audits.places import Records, held, strata

MOVED = 0.9


def main() -> None:
    """Run the experiment."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("cache", type=Path)
    parser.add_argument("--grids", type=int, default=300)
    parser.add_argument("--weeks", type=int, default=104)
    parser.add_argument("--seeds", type=int, nargs="+", default=range(1, 11))
    parser.add_argument("--generators", nargs="+", default=GENERATORS)
    asked = parser.parse_args()
    for generator in asked.generators:
        told: dict[str, int] = {}
        for seed in asked.seeds:
            exports = exported(asked.cache, generator, seed, asked.grids, asked.weeks)
            for name, found in answers(exports).items():
                told[name] = told.get(name, 0) + found
        print(
            generator, ", ".join(f"{name}: {number} of {len(asked.seeds)}" for name, number in told.items()), flush=True
        )


def exported(cache: Path, generator: str, seed: int, grids: int, weeks: int) -> Exports:
    """A city's exports; made where the cache does not hold them."""
    folder = cache / f"{generator}-{grids}x{weeks}-seed{seed}"
    if not (folder / "manifest.json").exists():
        if generator == "first":
            simulate(folder, grids=grids, weeks=weeks, seed=seed, futures=1, force=True)
        else:
            write_city(folder, grids=grids, weeks=weeks, seed=seed, truth_every=40, futures=1)
    return read_exports(folder)


def answers(exports: Exports) -> dict[str, bool]:
    """Whether anything is found, by what was done to the disputes."""
    table = exports.tables["disputes"].drop_duplicates("纠纷编号").sort_values("known", kind="stable")
    events = exports.events("conflict").index
    happened = table.index.isin(events)
    first = pd.DataFrame({"known_at": table["known"], "category": table["纠纷类型"], "severity": table["严重程度"]})
    grid, stratum = table["grid"].to_numpy(dtype=np.int64), strata(first)
    units = {Unit.COMMUNITY: exports.community, Unit.TOWN: exports.town, Unit.DISTRICT: exports.district}
    geography: Any = Places(units={level: SimpleNamespace(of_grid=of_grid) for level, of_grid in units.items()})
    some = np.random.default_rng(1).random(len(grid)) < MOVED

    def found(own: np.ndarray) -> bool:
        return bool(held(Records(own, happened, stratum), geography))

    told = {"sound": found(grid)}
    for level, of_grid in units.items():
        office = np.unique(of_grid, return_index=True)[1][of_grid[grid]]
        for name, who in (("events", happened), ("others", ~happened)):
            told[f"{name} to the {level}"] = found(np.where(some & who, office, grid))
        told[f"half of all registered at the {level}"] = found(
            np.where(np.random.default_rng(2).random(len(grid)) < 0.5, office, grid)
        )
    posts = [np.flatnonzero(exports.town == town)[[0, 3, 6, 9]] for town in range(int(exports.town.max()) + 1)]
    post = np.stack(posts)[exports.town[grid], np.random.default_rng(3).integers(0, 4, len(grid))]
    for name, who in (("events", happened), ("others", ~happened)):
        told[f"{name} to posts of the town"] = found(np.where(some & who, post, grid))
    return told


if __name__ == "__main__":
    main()
