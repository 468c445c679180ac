"""Calgary from files to a served ranking: ``python experiments/calgary/run.py DATA HOME``.

DATA holds crime.csv.gz, communities.csv.gz and population.csv.gz of the city's open data. HOME is made anew. Prints the
account of the load, then model and baselines over 21 monthly as-ofs (2023-01 to 2024-09), then publishes a snapshot.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

SHOWN = ("capture_5", "capture_10", "poisson_deviance", "log_loss", "average_precision", "calibration")


def main() -> None:
    """Executor the experiment."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("home", type=Path)
    parser.add_argument("--refit-every", type=int, default=1, help="months between two fits")
    arguments = parser.parse_args()

    from inputs import END, START, calgary

    from riskwarn.settings import Settings
    from serving import publish
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


if __name__ == "__main__":
    main()
