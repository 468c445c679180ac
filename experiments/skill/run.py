"""How much of what can be known the forecasters know: ``python experiments/skill/run.py CACHE [--json FILE]``.

Makes simulated cities of two generators (`riskwarn simulate`, and `second/`, written by somebody who does not build
features) in CACHE, where they stay, loads each into a home there, back-tests with `riskwarn backtest` and judges every
forecaster that it writes by its log loss in expectation over the oracle's probabilities (`gap.py`), beside the
regression that is given the generator's true form (`ceiling.py`). Homes stay, too (``--anew`` loads the exports again);
with ``--keep`` back-tests of an earlier run are judged again instead of run. A first look: ``--seeds 1``; a trial of minutes:
``--grids 300 --weeks 120 --truth-every 4 --futures 200 --seeds 1``.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import rankdata

sys.path.insert(0, str(Path(__file__).parents[2]))

from experiments.skill.ceiling import ceiling
from experiments.skill.exported import Exports, read_exports, weekly
from experiments.skill.gap import Skill, shrunk_history, skill
from experiments.skill.homes import GENERATORS, Size, city, home, riskwarn

TARGETS = ("conflict", "safety")
#: How counts scatter as told: the share of randomised PIT in (.1, .9), and each tail.
SPREAD = tuple(f"pit_{part}{level}" for level in ("", "_town", "_district") for part in ("inside", "below", "above"))
CEILING = "ceiling"


@dataclass(frozen=True)
class Judged:
    """One forecaster on one target of one city."""

    generator: str
    seed: int
    target: str
    forecaster: str
    origins: int
    skill: Skill
    of_ceiling: float  # share of the gap closed / that of the ceiling


def main() -> None:
    """Run the experiment."""
    arguments = _arguments()
    size = Size(arguments.grids, arguments.weeks, arguments.truth_every, arguments.futures)
    found: list[Judged] = []
    for generator in arguments.generators:
        for seed in arguments.seeds:
            folder = city(arguments.cache, generator, seed, size)
            place = arguments.cache / f"{folder.name}-home-h{arguments.horizon}"
            if arguments.anew:
                shutil.rmtree(place, ignore_errors=True)
            home(place, folder, [arguments.horizon])
            for target in arguments.targets:
                some = judged(folder, place, generator, seed, target, arguments)
                print("\n".join(lines(some)), flush=True)
                found += some
    print("\nMeans over seeds\n" + "\n".join(means(found)))
    if arguments.json:
        arguments.json.write_text(
            json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )


def judged(
    folder: Path, place: Path, generator: str, seed: int, target: str, arguments: argparse.Namespace
) -> list[Judged]:
    """Back-test a target of a city and judge each forecaster and the ceiling at the origins that have a truth."""
    horizon = arguments.horizon
    exports = read_exports(folder)
    oracle, futures = truth(folder, exports, target, horizon)
    origins = list(oracle)
    predictions, spread = backtested(place, target, horizon, origins, arguments.refit_every, arguments.keep)
    print(f"{generator} {seed} {target} " + "  ".join(f"{name} {spread[name]:.3f}" for name in SPREAD), flush=True)
    print(
        f"{generator} {seed} {target} true rank within its interval {rank_held(predictions, exports.grid_ids, oracle):.3f}"
    )
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    counts = weekly(exports, target, exports.end - timedelta(weeks=manifest["weeks"]))
    at = [counts.mondays.index(origin) for origin in origins]
    history = np.array([shrunk_history(counts.known[week], counts.alive[week], horizon) for week in at])
    forecasts = {
        CEILING: ceiling(exports, counts, generator, target, horizon, origins),
        **forecasters(predictions, exports.grid_ids, origins),
    }
    true = np.array(list(oracle.values())).ravel()
    skills = {name: skill(true, futures, history.ravel(), values.ravel()) for name, values in forecasts.items()}
    most = skills[CEILING].share_closed
    return [
        Judged(generator, seed, target, name, len(origins), one, one.share_closed / most)
        for name, one in skills.items()
    ]


def truth(folder: Path, exports: Exports, target: str, horizon: int) -> tuple[dict[date, np.ndarray], int]:
    """The oracle's probabilities (grids,) by origin, where the window has passed by the end of the exports; the futures."""
    table = pd.read_parquet(folder / "truth.parquet")
    table = table[(table["target"] == target) & (table["horizon"] == horizon)]
    wide = table.pivot(index="as_of", columns="grid_id", values="probability")[exports.grid_ids]
    days = [pd.Timestamp(day).date() for day in wide.index]
    known = dict(zip(days, wide.to_numpy(), strict=True))
    passed = {day: row for day, row in known.items() if day + timedelta(weeks=horizon) <= exports.end}
    return passed, int(table["futures"].iloc[0])


def backtested(
    place: Path, target: str, horizon: int, origins: Sequence[date], refit_every: int, keep: bool
) -> tuple[pd.DataFrame, dict[str, float]]:
    """The predictions of `riskwarn backtest` from the first to the last origin, and how its counts scatter over all of them; with
    `keep` those of an earlier run."""
    kept = place.parent / f"{place.name}-{target}-{origins[0]}-{origins[-1]}-refit{refit_every}.parquet"
    noted = kept.with_suffix(".json")
    if not (keep and kept.exists() and noted.exists()):
        told = riskwarn(
            "--home", place, "backtest", "--target", target, "--horizon", horizon, "--from", origins[0], "--to", origins[-1],
            "--refit-every", refit_every,
        )  # fmt: skip
        shutil.copyfile(told["predictions"], kept)
        model = told["metrics"]["model"]
        noted.write_text(json.dumps({name: model[name] for name in SPREAD}) + "\n", encoding="utf-8")
    return pd.read_parquet(kept), json.loads(noted.read_text(encoding="utf-8"))


def forecasters(predictions: pd.DataFrame, grid_ids: list[str], origins: Sequence[date]) -> dict[str, np.ndarray]:
    """(origins, grids) probabilities of the model and of each baseline that the predictions hold."""
    days = pd.to_datetime(predictions["as_of"]).dt.date
    predictions = predictions.assign(as_of=days)[days.isin(list(origins)).to_numpy()]
    names = {"probability": "model"} | {
        column: column.removeprefix("baseline_").removeprefix("part_")
        for column in predictions.columns
        if column.startswith(("baseline_", "part_")) and not column.endswith("_count")
    }
    found = {}
    for column, name in names.items():
        wide = predictions.pivot(index="as_of", columns="grid_id", values=column)
        found[name] = wide.loc[list(origins), grid_ids].to_numpy(float)
        assert not np.isnan(found[name]).any(), f"{name} has no forecast for some grids"
    return found


def rank_held(predictions: pd.DataFrame, grid_ids: list[str], oracle: Mapping[date, np.ndarray]) -> float:
    """The share of grids and origins whose rank by the oracle lies within the interval of the model's; NaN where a kept back-test of
    before has none."""
    if "rank_lower" not in predictions:
        return float("nan")
    days = pd.to_datetime(predictions["as_of"]).dt.date
    held = []
    for origin, true in oracle.items():
        some = predictions[(days == origin).to_numpy()].set_index("grid_id").loc[grid_ids]
        rank = rankdata(-true)
        held.append(np.mean((some["rank_lower"].to_numpy() <= rank) & (rank <= some["rank_upper"].to_numpy())))
    return float(np.mean(held))


def lines(rows: list[Judged]) -> list[str]:
    """A table, the best first."""
    head = f"{'generator':9s} {'seed':>4s} {'target':9s} {'forecaster':22s} {'closed':>7s} {'/ceiling':>8s} {'slope':>6s} {'level':>6s} {'loss':>8s}"
    return [head] + [
        f"{one.generator:9s} {one.seed:4d} {one.target:9s} {one.forecaster:22s} {one.skill.share_closed:7.3f} "
        f"{one.of_ceiling:8.3f} {one.skill.slope:6.2f} {one.skill.level:6.3f} {one.skill.loss:8.5f}"
        for one in sorted(rows, key=lambda one: -one.skill.share_closed)
    ]


def means(rows: list[Judged]) -> list[str]:
    """A line a generator, target and forecaster: means over seeds, and the lowest and highest share and level."""
    frame = pd.DataFrame([{**asdict(one), **asdict(one.skill)} for one in rows]).drop(columns="skill")
    told = []
    for names, some in frame.groupby(["generator", "target", "forecaster"], sort=False):
        share, level = some["share_closed"], some["level"]
        told.append(
            f"{names[0]:9s} {names[1]:9s} {names[2]:22s} closed {share.mean():.3f} [{share.min():.3f}, {share.max():.3f}]  "
            f"/ceiling {some['of_ceiling'].mean():.3f}  slope {some['slope'].mean():.2f}  "
            f"level {level.mean():.3f} [{level.min():.3f}, {level.max():.3f}]"
        )
    return told


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cache", type=Path)
    parser.add_argument("--generators", nargs="+", choices=GENERATORS, default=list(GENERATORS))
    parser.add_argument("--targets", nargs="+", choices=TARGETS, default=list(TARGETS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    parser.add_argument("--grids", type=int, default=Size.grids)
    parser.add_argument("--weeks", type=int, default=Size.weeks)
    parser.add_argument("--truth-every", type=int, default=Size.truth_every, help="weeks between two judged origins")
    parser.add_argument("--futures", type=int, default=Size.futures)
    parser.add_argument("--horizon", type=int, default=4)
    parser.add_argument("--refit-every", type=int, default=4, help="weekly origins between two fits")
    parser.add_argument("--anew", action="store_true", help="make the homes anew; cities stay")
    parser.add_argument(
        "--keep", action="store_true", help="judge the back-tests of an earlier run where there are any"
    )
    parser.add_argument("--json", type=Path, help="write every figure there")
    arguments = parser.parse_args()
    arguments.cache = arguments.cache.resolve()
    return arguments


if __name__ == "__main__":
    main()
