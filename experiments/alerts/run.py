"""How good the notices are: ``python experiments/alerts/run.py CACHE [--seeds 10] [--json FILE] [--plot FILE]``.

On simulated cities, where what people answer has no effect on what comes, so that precision is that of the forecast: two and a half
years of weekly scorings (`riskwarn backtest`, fitted anew each half-year) are gone through by the code that raises. Printed, and held
against what was promised: the budget of each team and week; whether what came of each level lies in the interval that its notices
stated; how many events came where a notice had told of them, beside what a centre without a forecast would have told at the same load
(`peers.py`); and how much was told of again within four weeks. Ends with 1 where a promise is not kept. Cities, homes and back-tests
stay in CACHE. A trial of minutes: ``--seeds 1 --grids 120 --weeks 130 --origins 52``.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from experiments.alerts.feed import Feed, Scale, feed
from experiments.alerts.figures import Figures, figures

#: What is promised.
KEPT, TIMES, AGAIN = 0.95, {"last month's count": 1.5, "oldest backlog": 1.15}, 0.05


def main() -> None:
    """Run the experiment."""
    arguments = _arguments()
    scale = Scale(arguments.grids, arguments.weeks, arguments.origins, arguments.refit_every)
    found: list[Figures] = []
    for seed in range(1, arguments.seeds + 1):
        one = feed(arguments.cache, seed, scale)
        found.append(figures(seed, one))
        print("\n".join(lines(found[-1])), flush=True)
        if arguments.plot is not None and seed == 1:
            plot(arguments.plot, one)
    missed = shortfalls(found)
    print("\n".join(summary(found)))
    print("\n".join(missed) if missed else "all promises kept")
    if arguments.json is not None:
        arguments.json.write_text(json.dumps([asdict(one) for one in found], indent=1) + "\n", encoding="utf-8")
    sys.exit(1 if missed else 0)


def lines(one: Figures) -> list[str]:
    """A city."""
    peers = "  ".join(f"{name} {number:.0f} / {one.caught_weekly[name]:.0f}" for name, number in one.caught.items())
    return [
        f"seed {one.seed}: {one.weeks} weeks, {one.notices} notices about {one.grids} grids, at most {one.most} a team and week; "
        f"{one.events} events, caught at the load of each team and week / of each week by {peers}; told of again {one.again:.1%}; "
        f"held {one.held}",
        *(
            f"  {level.level:7s} promised {level.stated:.3f} [{level.lower:.3f}, {level.upper:.3f}], came {level.precision:.3f} of "
            f"{level.told}{'' if level.kept else '  MISSED'}; of all {level.all_told} {level.all_precision:.3f}"
            for level in one.levels
        ),
    ]  # fmt: skip


Caught = Callable[[Figures], dict[str, float]]

#: At which load.
LOADS: dict[str, Caught] = {"team and week": lambda one: one.caught, "week": lambda one: one.caught_weekly}


def times(found: Sequence[Figures], peer: str, caught: Caught) -> float:
    """How many times what a peer catches the feed does."""
    return sum(caught(one)["feed"] for one in found) / max(sum(caught(one)[peer] for one in found), 1e-9)


def summary(found: Sequence[Figures]) -> list[str]:
    """All cities."""
    levels = [level for one in found for level in one.levels]
    told = [
        f"kept {sum(level.kept for level in levels)} of {len(levels)} promises; told of again at most {max(one.again for one in found):.1%}"
    ]
    for load, caught in LOADS.items():
        for name in found[0].caught:
            single = [times([one], name, caught) for one in found]
            told.append(
                f"{times(found, name, caught):.2f} x {name} at the load of each {load} ({min(single):.2f} to {max(single):.2f})"
            )
    return [one for one in told if " x feed" not in one]


def shortfalls(found: Sequence[Figures]) -> list[str]:
    """A line for each promise that is not kept."""
    levels = [level for one in found for level in one.levels]
    missed = [f"seed {one.seed}: {one.over_budget} teams and weeks over budget" for one in found if one.over_budget]
    if levels and sum(level.kept for level in levels) < KEPT * len(levels):
        missed.append(f"{sum(not level.kept for level in levels)} of {len(levels)} levels outside of what was promised")
    missed += [
        f"only {times(found, name, caught):.2f} x {name} at the load of each {load}, {wanted} promised"
        for load, caught in LOADS.items()
        for name, wanted in TIMES.items()
        if times(found, name, caught) < wanted
    ]
    return [*missed, *(f"seed {one.seed}: {one.again:.1%} told of again" for one in found if one.again >= AGAIN)]


def plot(file: Path, one: Feed) -> None:
    """Draw events caught so far, of the feed and of its peers."""
    from matplotlib.figure import Figure

    from experiments.alerts.peers import PEERS, caught, told_by_feed, told_by_peer

    own = told_by_feed(one)
    figure = Figure(figsize=(8, 4), layout="constrained")
    axes = figure.subplots()
    for name, told in {"feed": own, **{name: told_by_peer(one, own, order) for name, order in PEERS.items()}}.items():
        axes.plot(caught(one, told).sum(axis=1).cumsum(), label=name, linewidth=2.0 if name == "feed" else 1.2)
    axes.set_xlabel("weeks")
    axes.set_ylabel("events caught")
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(file)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cache", type=Path)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--grids", type=int, default=Scale.grids)
    parser.add_argument("--weeks", type=int, default=Scale.weeks, help="weeks of records")
    parser.add_argument("--origins", type=int, default=Scale.origins, help="weekly scorings at their end")
    parser.add_argument("--refit-every", type=int, default=Scale.refit_every, help="scorings between two fits")
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
