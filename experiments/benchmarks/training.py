"""What training costs: ``python experiments/benchmarks/training.py`` (``--grids 66000`` for a whole city).

A store of 260 weeks with 150 records a grid, of every source; then `train` of one target with all horizons in a process of its
own. Prints seconds by step, their share outside the fits, the highest resident memory and the most that lay in scratch files.
``--home`` keeps the store, and takes the one that is there.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

#: Records a grid, over all weeks and sources.
RECORDS = 152

#: Steps as they are told, and the functions in which they are spent; a step within another is taken off the outer one.
STEPS = {
    "reading the city": [("training.routines.train", "known_city"), ("training.routines.train", "encoded")],
    "features": [("training.routines.train", "features_for")],
    "choosing": [("training.models.family", "choose")],
    "fitting": [("training.models.family", "_fitted")],
    "baselines": [("training.evaluation.rolling", "fit_baselines"), ("training.routines.train", "fit_baselines")],
    "choosing the baseline": [("training.routines.judging", "best_baseline")],
    "evaluation": [("training.routines.judging", "outcomes_of"), ("training.routines.judging", "evaluate")],
    "registering": [("training.routines.train", "register_judged")],
}

#: Where the learning itself is done, on some threads at once: the regression's sums and LightGBM's calls.
FITS = [
    ("training.models.choosing", "fit_regressions"),
    ("training.models.family", "fit_curved"),
    ("training.models.family", "deviations"),
    ("lightgbm", "train"),
    ("lightgbm.Dataset", "construct"),
]


class Stopwatch:
    """Seconds by step, of the clock and of the processor, without those of steps within; and seconds of threads in fits."""

    def __init__(self, told: bool = False) -> None:
        self.seconds: dict[str, tuple[float, float]] = {}
        self.fitting = 0.0
        self.told, self.begun = told, time.perf_counter()
        self._stack: list[list[float]] = []
        self._lock, self._inside = threading.Lock(), threading.local()

    @contextmanager
    def step(self, name: str) -> Any:
        """Count what is done inside to a step."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        started, inner = (time.perf_counter(), time.process_time()), [0.0, 0.0]
        self._stack.append(inner)
        try:
            yield
        finally:
            whole = time.perf_counter() - started[0], time.process_time() - started[1]
            self._stack.pop()
            before = self.seconds.get(name, (0.0, 0.0))
            self.seconds[name] = (before[0] + whole[0] - inner[0], before[1] + whole[1] - inner[1])
            if self.told:
                at, peak = time.perf_counter() - self.begun, _peak(os.getpid()) / 2**30
                print(
                    f"    {at:6.0f} s  {name} {whole[0]:.1f} s ({whole[1]:.1f} of the processor), peak {peak:.2f} GiB",
                    flush=True,
                )
            if self._stack:
                self._stack[-1][0] += whole[0]
                self._stack[-1][1] += whole[1]

    @contextmanager
    def fit(self, _: str) -> Any:
        """Count what this thread does inside to the fits; a fit within another once."""
        depth = self._inside.depth = getattr(self._inside, "depth", 0) + 1
        started = time.thread_time()
        try:
            yield
        finally:
            self._inside.depth -= 1
            if depth == 1:
                with self._lock:
                    self.fitting += time.thread_time() - started

    def watch(self, where: str, name: str, step: str, how: Callable[[str], Any]) -> None:
        """Count every call of a function, which a module or a class holds."""
        held: Any = sys.modules.get(where)
        if held is None:
            module, _, kind = where.rpartition(".")
            held = getattr(sys.modules[module], kind)
        called = getattr(held, name)

        @wraps(called)
        def watched(*given: Any, **named: Any) -> Any:
            with how(step):
                return called(*given, **named)

        setattr(held, name, watched)


def trained(path: Path, target: str, told: bool) -> None:
    """Train in this process, and say what it cost."""
    import training.routines.train as routine
    from riskwarn.home import open_home
    from riskwarn.settings import Settings, silence_telemetry

    silence_telemetry()
    watch = Stopwatch(told)
    for step, functions in STEPS.items():
        for where, name in functions:
            watch.watch(where, name, step, watch.step)
    for where, name in FITS:
        watch.watch(where, name, "", watch.fit)
    home = open_home(path, Settings.from_environment(os.environ))
    with watch.step("everything else"):
        made, skipped = routine.train(home, target=target, renew=True)
    wall, processor = (sum(one[index] for one in watch.seconds.values()) for index in (0, 1))
    for name in (*STEPS, "everything else"):
        own = watch.seconds.get(name, (0.0, 0.0))
        print(f"  {name:24} {own[0]:8.1f} s {own[1]:8.1f} s of the processor", flush=True)
    print(
        f"  {'together':24} {wall:8.1f} s {processor:8.1f} s of the processor, of them {1 - watch.fitting / processor:.0%} outside the fits"
    )
    grids = len(home_grids(home))
    print(
        f"  a grid: {1e3 * wall / grids:.2f} ms, {1e3 * processor / grids:.2f} ms of the processor, {_peak(os.getpid()) / 2**10 / grids:.0f} KiB at most"
    )
    for one in made:
        figures = one.evaluation.metrics
        told = ", ".join(
            f"{name} {figures[name]['log_loss']:.6f}" for name in ("model", "regression", one.evaluation.best_baseline)
        )
        print(f"  horizon {one.horizon}: {one.kind}; log loss of {told}; files {digest(home, one.version)}")
    for left in skipped:
        print(f"  horizon {left.horizon} skipped: {left.reason}")


def digest(home: Any, version: str) -> str:
    """The beginning of the SHA-256 of a version's files: the same for any number of threads."""
    from training.registry.loading import load_forecaster

    with tempfile.TemporaryDirectory() as name:
        load_forecaster(home, version).save(Path(name))
        content = b"".join(path.read_bytes() for path in sorted(Path(name).iterdir()))
    return hashlib.sha256(content).hexdigest()[:16]


def home_grids(home: Any) -> list[str]:
    """The ids of its grids."""
    from riskwarn.store import Store

    return sorted(set(Store(home).versions("grids", ["grid_id"])["grid_id"]))


def main() -> None:
    """Make the city, train in another process, and watch it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--grids", type=int, default=6_600)
    parser.add_argument("--target", default="safety")
    parser.add_argument("--home", type=Path, help="make the store here and leave it, or take the one that is there")
    parser.add_argument("--steps", action="store_true", help="print each step when it is done")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.inside:
        trained(arguments.home, arguments.target, arguments.steps)
        return
    from experiments.benchmarks.newest import made_home

    with tempfile.TemporaryDirectory() as name:
        path = arguments.home or Path(name) / "home"
        if not path.exists():
            made_home(path, arguments.grids, RECORDS * arguments.grids)
        print(f"load of the machine before: {os.getloadavg()[0]:.1f}", flush=True)
        command = [sys.executable, __file__, "--inside", "--home", str(path), "--target", arguments.target]
        command += ["--steps"] if arguments.steps else []
        started = time.perf_counter()
        process = subprocess.Popen(command)
        memory, scratch = watched(process)
        print(f"{time.perf_counter() - started:.0f} s with imports, {memory / 2**30:.2f} GiB at most", end=", ")
        print(f"{scratch / 1e9:.2f} GB of scratch; load now {os.getloadavg()[0]:.1f}")
        sys.exit(process.returncode)


def watched(process: subprocess.Popen[bytes]) -> tuple[int, int]:
    """(bytes of resident memory, bytes of scratch files) at most, until the process ends."""
    memory = scratch = 0
    while process.poll() is None:
        memory = max(memory, _peak(process.pid))
        scratch = max(scratch, _scratch(process.pid))
        time.sleep(0.2)
    return memory, scratch


def _peak(pid: int) -> int:
    """The highest resident memory of a process so far, as Linux tells it."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return max((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")), default=0)


def _scratch(pid: int) -> int:
    """Bytes of the files without a name that a process holds open: each once, for a mapping holds its file by a number of its own."""
    sizes = {}
    try:
        for link in Path(f"/proc/{pid}/fd").iterdir():
            if link.readlink().name.endswith("(deleted)"):
                told = link.stat()
                sizes[told.st_dev, told.st_ino] = told.st_blocks * 512
    except OSError:  # one was closed, or the process is gone
        return sum(sizes.values())
    return sum(sizes.values())


if __name__ == "__main__":
    main()
