"""What a publication costs: ``python experiments/benchmarks/publication.py`` (``--grids 66000`` for a whole city, by hand).

A home with champions of two targets and three horizons is made once (``--home`` keeps it, or takes the one that is there): a store of 260
weeks with 152 records a grid, of every source. Then weeks come in, each with new records and closings of earlier ones, and each time a
snapshot is published as ``riskwarn score`` does, in a process of its own: twice from the kept state (the second time beside the live notices
of the first), once where so much is new that the state is renewed, and once without a state. Prints seconds of the processor and of
the clock, the highest resident memory and what became of notices; and what forecasting takes beside the champions' own arithmetic: one
product of matrix and coefficients, and bare ``Booster.predict`` where there are trees.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

#: Records a grid, over all weeks and sources.
RECORDS = 152

#: Origins by which a champion is judged here; how well it does is measured elsewhere, and costs a publication nothing.
JUDGED = 4

TARGETS = """targets:
  conflict: {source: disputes, date: occurred_at, zh: 矛盾升级, en: conflict that escalates}
  safety: {source: incidents, date: occurred_at, zh: 安全事故, en: safety incident}
"""

#: What is published, and how many weeks have come in since the last time.
PUBLICATIONS = (
    ("from the kept state", 1),
    ("from the kept state, beside live notices", 1),
    ("with a renewed state", 4),
    ("without a state", 1),
)

#: Forecasting, and its bare arithmetic, are timed so many times; the least counts.
TIMES = 3


def make(path: Path, grids: int) -> None:
    """Make the store and the champions."""
    from experiments.benchmarks.newest import made_home

    home = made_home(path, grids, RECORDS * grids)
    with (home.path / "riskwarn.yaml").open("a", encoding="utf-8") as file:
        file.write(TARGETS)


def train(path: Path) -> None:
    """Make champions of every target, whatever they are worth: the events of this city are drawn by lot."""
    import riskwarn.health.learnable
    import training.evaluation.rolling
    import training.routines.judging
    from training.routines.train import train as trained

    for module in (riskwarn.health.learnable, training.evaluation.rolling, training.routines.judging):
        module.JUDGED_ORIGINS = JUDGED  # type: ignore[attr-defined]
    training.routines.judging.Judged.why_not = property(lambda self: None)  # type: ignore[assignment]
    home = _opened(path)
    for target in home.configuration.targets:
        made, _ = trained(home, target=target, renew=True)
        print(f"  {target}: champions of horizons {[one.horizon for one in made if one.champion]}", flush=True)


def load(path: Path, grids: int, weeks: int) -> None:
    """Load some weeks more."""
    from experiments.benchmarks.newest import WEEKS, new_weeks

    file = path / "weeks"
    upto = weeks + (int(file.read_text()) if file.exists() else WEEKS - 1)
    new_weeks(_opened(path), grids, RECORDS * grids, upto, weeks)
    file.write_text(str(upto))


def publish(path: Path) -> None:
    """Publish in this process, and say what it cost."""
    from experiments.benchmarks.made_city import AS_OF
    from experiments.benchmarks.newest import WEEKS
    from serving.publishing import publish as publishing
    from training.models.ensemble import Ensemble

    home = _opened(path)
    asked: list[tuple[Any, Any, Any]] = []
    told: dict[str, Any] = {}
    predict = Ensemble.predict

    @wraps(predict)
    def noted(self: Any, inputs: Any, origins: Any) -> Any:
        asked.append((self, inputs, origins))
        return predict(self, inputs, origins)

    Ensemble.predict = noted  # type: ignore[method-assign]
    _told_of(publishing, "raised_in", told)
    weeks = int((path / "weeks").read_text()) - WEEKS
    # Some hours after the last week has ended, when its notices can be told.
    now = datetime(AS_OF.year, AS_OF.month, AS_OF.day, 2, tzinfo=UTC) + timedelta(weeks=weeks)
    begun = time.perf_counter()
    done = publishing.publish(home, now=now)
    wall, used = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_SELF)
    raised = told["raised_in"]
    print(
        f"    {used.ru_utime + used.ru_stime:.1f} s of the processor with imports, {wall:.1f} s of the clock, "
        f"{used.ru_maxrss / 2**20:.2f} GiB at most; as of {done.as_of}: {raised.alerts} notices raised, {raised.further} told "
        f"further, {raised.held} held back",
        flush=True,
    )
    whole = _least(lambda: [predict(*one) for one in asked])
    bare = _least([_bare(*one) for one in asked])
    print(
        f"    forecasting {whole:.2f} s of the processor, its bare arithmetic {bare:.2f}: {whole / bare:.2f} × (wanted: 1.1)"
    )


def _opened(path: Path) -> Any:
    from riskwarn.home import open_home
    from riskwarn.settings import Settings, silence_telemetry

    silence_telemetry()
    return open_home(path, Settings.from_environment(os.environ))


def _told_of(module: Any, name: str, told: dict[str, Any]) -> None:
    """Note what a function of a module gave."""
    called = getattr(module, name)

    @wraps(called)
    def noted(*given: Any, **named: Any) -> Any:
        told[name] = called(*given, **named)
        return told[name]

    setattr(module, name, noted)


def _bare(model: Any, inputs: Any, origins: Any) -> Callable[[], None]:
    """The arithmetic of a model alone, of columns that are at hand."""
    import numpy as np

    from training.models.design import design

    columns = design(inputs.matrix, origins, model.names).rows(origins).T
    rows = np.ascontiguousarray(columns.T)
    products = [one.linear.coefficients.astype(np.float32) for one in model.spans if one.linear is not None]
    boosters = [one.trees for one in model.spans if one.trees is not None]
    boosters += [one.alone.trees for one in model.spans if one.alone is not None]

    def work() -> None:
        for coefficients in products:
            coefficients @ columns
        for booster in boosters:
            booster.predict(rows, raw_score=True, num_threads=1)

    return work


def _least(work: Callable[[], Any] | list[Callable[[], None]]) -> float:
    """Seconds of the processor, the least of some times."""
    found = []
    for _ in range(TIMES):
        begun = time.process_time()
        for one in work if isinstance(work, list) else [work]:
            one()
        found.append(time.process_time() - begun)
    return min(found)


def main() -> None:
    """Make the home, then load and publish in processes of their own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--grids", type=int, default=6_600)
    parser.add_argument("--home", type=Path, help="make the home here and leave it, or take the one that is there")
    parser.add_argument("--only", type=int, default=len(PUBLICATIONS), help="so many publications, of the four")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    path, grids = arguments.home, arguments.grids
    if arguments.inside:
        step, _, weeks = arguments.inside.partition(":")
        steps = {
            "make": lambda: make(path, grids),
            "train": lambda: train(path),
            "load": lambda: load(path, grids, int(weeks)),
            "publish": lambda: publish(path),
        }
        steps[step]()
        return
    with tempfile.TemporaryDirectory() as name:
        path = path or Path(name) / "home"

        def run(step: str) -> None:
            command = [sys.executable, __file__, "--home", str(path), "--grids", str(grids), "--inside", step]
            subprocess.run(command, check=True)

        if not path.exists():
            run("make")
            run("train")
        for what, weeks in PUBLICATIONS[: arguments.only]:
            run(f"load:{weeks}")
            if what == "without a state":
                shutil.rmtree(path / "features" / "state", ignore_errors=True)
            print(
                f"{grids} grids {what}, {weeks} new weeks (load of the machine {os.getloadavg()[0]:.1f}):", flush=True
            )
            run("publish")


if __name__ == "__main__":
    main()
