"""What each family of features is worth: ``python experiments/ablation/run.py DATA [--json FILE]``.

On a simulated city and on Calgary (DATA holds its open data, as for experiments/calgary/run.py): the rolling-origin
back-test with all features, then once more without each family, all others staying. Features are built once. The gain
of having a family is paired by origin, with the 95 % interval of equal weights on cosines. Each tree draws a fifth of
the features, so that another set of columns, or only another order of them, gives another model. What is compared is
therefore the mean over models of several orders; the last row, with nothing left out and other orders, shows how much
of a gain is still the luck of that draw.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from experiments.calgary.inputs import END, START, calgary
from features import Feature, FeatureMatrix, read_city
from riskwarn.cli.session import table
from riskwarn.home import Home, make_home
from riskwarn.ingest import ingest
from riskwarn.progress import Progress, silent
from riskwarn.settings import Settings
from riskwarn.simulate import simulate
from training import ForecastTask, make_task
from training.evaluation.comparison import Gain, gain_of
from training.evaluation.judged import Judged
from training.evaluation.metrics import Measured, measure
from training.evaluation.outcomes import plain_outcomes
from training.evaluation.rolling import every, rolling
from training.models.design import design, varying
from training.models.family import Fits
from training.routines.backtest import DEFAULT_ORIGINS, DEFAULT_REFIT, build_features

SHOWN = ("log_loss", "average_precision")
DRAWS = 3
ANEW = "(nothing, drawn anew)"


@dataclass(frozen=True)
class Worth:
    """The back-test without one family, and what having it gains; positive is better with it."""

    family: str
    features: int
    metrics: dict[str, float]
    gains: dict[str, Gain]  # by metric


@dataclass(frozen=True)
class Ablation:
    """The back-test with all features, and without each family in turn."""

    city: str
    target: str
    horizon: int
    origins: tuple[date, ...]
    events: int
    features: int
    metrics: dict[str, float]
    families: tuple[Worth, ...]
    anew: Worth  # nothing is left out, only other draws are made


def main() -> None:
    """Executor the experiment."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--json", type=Path, help="write all figures there, too")
    parser.add_argument("--only", choices=("simulated", "calgary"), help="only this city")
    parser.add_argument("--grids", type=int, default=400, help="of the simulated city")
    parser.add_argument("--weeks", type=int, default=156, help="of the simulated city")
    parser.add_argument("--seed", type=int, default=1, help="of the simulated city")
    arguments = parser.parse_args()
    settings = Settings(threads=Settings.from_environment(os.environ).threads)
    found: list[Ablation] = []

    def show(done: Ablation) -> None:
        found.append(done)
        print("\n".join(lines(done)) + "\n", flush=True)

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if arguments.only != "calgary":
            tell("simulating")
            home = simulated(folder, settings, arguments.grids, arguments.weeks, arguments.seed)
            show(ablation(home, "conflict", 4, refit_every=DEFAULT_REFIT, progress=tell))
        if arguments.only != "simulated":
            home, _ = calgary(arguments.data, folder / "calgary", settings)
            show(ablation(home, "violence", 1, start=START, end=END, refit_every=1, progress=tell))
    if arguments.json:
        text = json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=2, default=str)
        arguments.json.write_text(text + "\n", encoding="utf-8")


def simulated(folder: Path, settings: Settings, grids: int, weeks: int, seed: int) -> Home:
    """A home with the exports of a simulated city."""
    written = simulate(folder / "exports", grids=grids, weeks=weeks, seed=seed)
    home = make_home(folder / "simulated", settings)
    for export in written.exports:
        taken = datetime.combine(export.exported_at, time(), home.configuration.calendar.timezone)
        file = written.directory / export.file
        ingest(home, export.source, [file], exported_at=taken, now=datetime.now(UTC))
    return home


def ablation(
    home: Home,
    target: str,
    horizon: int,
    *,
    start: date | None = None,
    end: date | None = None,
    refit_every: int,
    progress: Progress = silent,
) -> Ablation:
    """Back-test a home over the ripe origins of [start, end], by default the last 26, without each family in turn."""
    city = read_city(home, now=datetime.now(UTC))
    task = make_task(city, target, horizon, build_features(city, progress, home.settings))
    # A feature that is the same everywhere, such as one of a source that was never loaded, has nothing to lose.
    matrix = task.inputs.matrix
    task = task.with_matrix(matrix.select(varied(matrix)))
    ripe = [origin for origin in task.mature(city.as_of) if origin <= (end or city.as_of)]
    origins = [origin for origin in ripe if origin >= start] if start else ripe[-DEFAULT_ORIGINS:]
    return ablated(task, origins, refit_every, home.settings.threads, city=city.configuration.city, progress=progress)


def ablated(
    task: ForecastTask,
    origins: Sequence[date],
    refit_every: int,
    threads: int,
    *,
    city: str = "",
    draws: int = DRAWS,
    progress: Progress = silent,
) -> Ablation:
    """Back-test a task from ripe origins without each family of its features in turn."""
    features = task.inputs.matrix.features
    rng = np.random.default_rng(0)
    orders = [[features[index] for index in rng.permutation(len(features))] for _ in range(2 * draws)]

    def told(without: str, some: Sequence[Sequence[Feature]]) -> Measured:
        kept = [[one.name for one in order if one.family != without] for order in some]
        return back_tested(task, kept, origins, refit_every, threads)

    counts = Counter(one.family for one in features)
    own, worth = told("", orders[:draws]), []
    for done, family in enumerate((*counts, ANEW)):
        progress(f"{city}, without {family}", done, len(counts) + 1)
        other = told(family, orders[:draws]) if family in counts else told("", orders[draws:])
        gains = {metric: gain_of(metric, own, other) for metric in SHOWN}
        worth.append(Worth(family, counts[family], means(other), gains))
    observed = task.labels(origins, task.as_of)
    return Ablation(
        city=city,
        target=task.target,
        horizon=task.horizon,
        origins=tuple(origins),
        events=int(observed.sum()),
        features=len(features),
        metrics=means(own),
        families=tuple(worth[:-1]),
        anew=worth[-1],
    )


def varied(matrix: FeatureMatrix) -> list[str]:
    """The features that are not the same everywhere."""
    columns = design(matrix)
    return [name for name, one in zip(columns.names, varying(columns, columns.origins), strict=True) if one]


def back_tested(
    task: ForecastTask, orders: Sequence[Sequence[str]], origins: Sequence[date], refit_every: int, threads: int
) -> Measured:
    """The shown metrics: the means over models that were given their features in each of these orders."""
    outcomes = plain_outcomes(task.labels(origins, task.as_of), task.horizon)
    told = []
    for names in orders:
        other = task.with_matrix(task.inputs.matrix.select(names))
        told.append(
            measure(
                Judged(
                    rolling(
                        other, every(origins, refit_every), Fits(other, [task.horizon], threads).members(task.horizon)
                    )["model"],
                    outcomes,
                ),
                SHOWN,
            )
        )
    series = {metric: np.mean([one.by_origin[metric] for one in told], axis=0) for metric in SHOWN}
    return Measured(series, {}, np.empty(0), task.horizon)


def means(told: Measured) -> dict[str, float]:
    """Metric -> its mean over the origins that have it."""
    return {metric: float(np.nanmean(values)) for metric, values in told.by_origin.items()}


def lines(found: Ablation) -> list[str]:
    """The table, the family with the greatest gain in log loss first."""
    head = (
        f"{found.city}, {found.target}, horizon {found.horizon}: {len(found.origins)} origins {found.origins[0]} … "
        f"{found.origins[-1]}, {found.events} events; {found.features} features"
    )
    ranked = sorted(found.families, key=lambda one: -one.gains["log_loss"].gain)
    rows: list[dict[str, object]] = [{"without": "(nothing)", "features": 0} | found.metrics]
    for one in (*ranked, found.anew):
        row: dict[str, object] = {"without": one.family, "features": one.features} | one.metrics
        for metric in SHOWN:
            gain = one.gains[metric]
            row[f"gain in {metric}"] = f"{gain.gain:+.4f} [{gain.lower:+.4f}, {gain.upper:+.4f}]"
        rows.append(row)
    return [head, *(line for one in table(rows, list(rows[-1])) for line in one.lines())]


def tell(doing: str, done: int = 0, of: int = 0) -> None:
    """Progress on stderr, a line a step."""
    print(f"{doing} {done}/{of}" if of else doing, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
