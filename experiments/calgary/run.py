"""Calgary from files to a served ranking: ``python experiments/calgary/run.py DATA HOME``.

DATA holds crime.csv.gz, communities.csv.gz and population.csv.gz of the city's open data. HOME is made anew. Prints the
account of the load, then the plain rates beside the figures that came with the data, then model and baselines over 21 monthly
as-ofs (2023-01 to 2024-09), then publishes a snapshot. Ends with 1 where a plain rate does not agree with its figure: baselines
mix in the city's mean and have other figures, so that only the plain rate shows that both count the same.

What a fit settles (penalty, trees, mixing, calibration, dispersion) was chosen by origins up to 2022-12 alone and stands in
choices.json; the run ends with 1 where the fit at the first as-of settles something else. ``--choose`` writes it anew.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from inputs import END, START, calgary

if TYPE_CHECKING:
    from riskwarn.arrays import Reals
    from riskwarn.home import Home

CHOICES = Path(__file__).with_name("choices.json")

#: Half of the last digit that was given.
TOLERANCE = 0.0005

SHOWN = ("capture_5", "capture_10", "poisson_deviance", "log_loss", "average_precision", "calibration")

#: Plain rate -> (capture at 5 %, at 10 %, Poisson deviance) as they came with the data; None where no figure did.
FIGURES: dict[str, tuple[float, float, float | None]] = {
    "all_history": (0.350, 0.483, 1.055),
    "rate_12": (0.350, 0.482, 1.079),
    "last_value": (0.335, 0.450, None),
}


def rates_agree(home: Home) -> bool:
    """Print each plain rate beside its figure; whether all agree to the last digit that was given."""
    from features import build_features, read_city
    from training import make_task
    from training.evaluation.judged import Judged
    from training.evaluation.losses import poisson_deviance
    from training.evaluation.outcomes import plain_outcomes
    from training.intervals.counts import CountDistribution
    from training.models.baselines import plain_rate
    from training.models.forecast import Forecast

    city = read_city(home, now=datetime.now(UTC))
    origins = [city.calendar.shift(START, month) for month in range(city.calendar.periods_between(START, END) + 1)]
    task = make_task(city, "violence", 1, build_features(city, origins))
    observed = task.labels(origins, city.as_of)
    agree = True
    for name, (five, ten, deviance) in FIGURES.items():
        rate = plain_rate(name, task.inputs.history, origins, 1)
        for share, figure in ((0.05, five), (0.10, ten)):
            agree &= _agrees(f"{name} capture {share:.0%}", *captures(rate, observed, share), figure)
        if deviance is not None:
            told = Judged(Forecast(CountDistribution.poisson(rate)), plain_outcomes(observed, 1))
            own = float(poisson_deviance(told).mean())
            agree &= _agrees(f"{name} Poisson deviance", own, own, deviance)
    return agree


def choices(home: Home) -> dict[str, Any]:
    """What a fit at the first as-of settles: by what was known then, and so by origins up to 2022-12."""
    from features import read_city
    from training import make_task
    from training.models.choosing import choose
    from training.models.design import design, varying
    from training.routines.backtest import features_for

    city = read_city(home, now=datetime.now(UTC))
    task = make_task(city, "violence", 1, features_for(city, "violence"))
    origins = task.mature(START)
    columns = design(task.inputs.matrix)
    settled = choose(task, columns.select(varying(columns, origins)), START)
    # By what losses it was settled is no choice, and differs in its last digits from machine to machine.
    chosen = {name: value for name, value in settled.as_parameters().items() if name != "inner_losses"}
    return {"first_origin": str(origins[0]), "last_origin": str(origins[-1]), **chosen}


def captures(rate: Reals, observed: Reals, share: float) -> tuple[float, float]:
    """Capture with the worst and with the best order of places whose rates are equal: no figure says which was taken."""
    places = int(np.ceil(share * rate.shape[1]))
    found = []
    for sign in (1, -1):
        orders = [np.lexsort((sign * came, -row))[:places] for row, came in zip(rate, observed, strict=True)]
        found.append(
            float(np.mean([came[order].sum() / came.sum() for order, came in zip(orders, observed, strict=True)]))
        )
    return found[0], found[1]


def _agrees(what: str, lowest: float, highest: float, figure: float) -> bool:
    same = lowest - TOLERANCE <= figure <= highest + TOLERANCE
    own = f"{lowest:.4f}" if lowest == highest else f"{lowest:.4f} to {highest:.4f} by the order of ties"
    print(f"plain {what}: {own}, given {figure:.3f}{'' if same else ' DIFFERS'}")
    return same


def main() -> None:
    """Run the experiment."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("home", type=Path)
    parser.add_argument("--refit-every", type=int, default=1, help="months between two fits")
    parser.add_argument("--choose", action="store_true", help=f"write {CHOICES.name} anew and end")
    arguments = parser.parse_args()

    from riskwarn.settings import Settings
    from serving.publishing.publish import publish
    from training import backtest, train

    if arguments.home.exists():
        if not (arguments.home / "riskwarn.yaml").exists():
            sys.exit(f"{arguments.home} is not a riskwarn home; name a new folder")
        shutil.rmtree(arguments.home)
    home, accounts = calgary(arguments.data, arguments.home, Settings())
    for account in accounts:
        print(
            f"{account.source}: read {account.read}, accepted {account.accepted}, duplicates {account.duplicates}, "
            f"corrected {account.corrected}, quarantined {account.quarantined} {account.reasons or ''}"
        )
    settled = choices(home)
    print(f"settled by origins up to {settled['last_origin']}: {settled}")
    if arguments.choose:
        CHOICES.write_text(json.dumps(settled, indent=1) + "\n", encoding="utf-8")
        return
    if settled != json.loads(CHOICES.read_text(encoding="utf-8")):
        sys.exit(
            f"that is not what stands in {CHOICES.name}; if the model was changed, write it with --choose and commit it"
        )
    agree = rates_agree(home)
    done = backtest(home, target="violence", horizon=1, start=START, end=END, refit_every=arguments.refit_every)
    print(f"\n{len(done.origins)} as-ofs {done.origins[0]} … {done.origins[-1]}, {done.evaluation.n_events} events")
    print(f"{'':20s}" + "".join(f"{name:>19s}" for name in SHOWN))
    for name, told in done.evaluation.metrics.items():
        cells = (told[metric] for metric in SHOWN)
        print(f"{name:20s}" + "".join(f"{'-' if cell is None else format(cell, '.4f'):>19s}" for cell in cells))
    for metric in ("capture_5", "poisson_deviance", "log_loss"):
        gain = done.evaluation.gains["all_history"][metric]
        print(f"gain over all_history in {metric}: {gain.gain:.4f} [{gain.lower:.4f}, {gain.upper:.4f}]")
    trained, _ = train(home)
    for one in trained:
        print(f"\n{one.version} scores with {one.kind}: {one.reason}")
    published = publish(home, now=datetime.now(UTC))
    print(f"snapshot {published.snapshot}; serve it: riskwarn --home {home.path} serve")
    if not agree:
        sys.exit("a plain rate does not agree with the figure that came with the data")


if __name__ == "__main__":
    main()
