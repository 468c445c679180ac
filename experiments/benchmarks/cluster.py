"""What a second worker is worth: ``python experiments/benchmarks/cluster.py HOME`` (``--target``, ``--every``, ``--turns``, ``--workers``).

Back-tests a home on one and on two `dask worker` processes of one thread each, in turn, in copies of the home; prints seconds, their
ratio, and whether every number of the forecasts is equal.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

ROOT = str(Path(__file__).parents[2])

#: A scheduler or worker that has not begun, or not ended, after so many seconds never will.
PATIENCE = 120

BACKTEST = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from features.incremental.incremental import known_city
from riskwarn.home import open_home
from riskwarn.settings import Settings, silence_telemetry
silence_telemetry()
from training.routines.backtest import backtest
home = open_home(Path(sys.argv[1]), Settings(threads=1, dask=sys.argv[2] or None))
known_city(home, now=datetime.now(UTC))
started = time.perf_counter(), time.process_time()
found = backtest(home, target=sys.argv[3], horizon=4, refit_every=int(sys.argv[4]))
print(found.predictions)
print(time.perf_counter() - started[0])
print(time.process_time() - started[1])
"""


def main() -> None:
    """Back-test on one and on two workers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    parser.add_argument("--target", default="conflict")
    parser.add_argument("--every", type=int, default=4, help="origins between two fits")
    parser.add_argument("--turns", type=int, default=1)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2], help="0 is this process alone")
    arguments = parser.parse_args()
    environment = {**os.environ, "PYTHONPATH": ROOT, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    seconds: dict[int, list[float]] = {number: [] for number in arguments.workers}
    told: set[bytes] = set()
    with tempfile.TemporaryDirectory() as name:
        home = Path(name) / "home"
        shutil.copytree(arguments.home, home)
        for turn in range(arguments.turns):
            for number in arguments.workers:
                with ExitStack() as stack:
                    address = (
                        _cluster(stack, Path(name) / f"{turn}-{number}.json", number, environment) if number else ""
                    )
                    command = [
                        sys.executable,
                        "-c",
                        BACKTEST,
                        str(home),
                        address,
                        arguments.target,
                        str(arguments.every),
                    ]
                    run = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
                path, wall, processor = run.stdout.split("\n")[:3]
                seconds[number].append(float(wall))
                told.add(Path(path).read_bytes())
                load = os.getloadavg()[0]
                print(
                    f"{number} workers: {float(wall):.1f} s, {float(processor):.1f} s of the caller's processor, load {load:.1f}",
                    flush=True,
                )
    medians = {number: statistics.median(one) for number, one in seconds.items()}
    first, last = arguments.workers[0], arguments.workers[-1]
    print(
        f"{last} workers take {medians[last] / medians[first]:.2f} of the time on {first}; forecasts are {'equal' if len(told) == 1 else 'NOT EQUAL'} in every bit"
    )


def _cluster(stack: ExitStack, told: Path, workers: int, environment: dict[str, str]) -> str:
    """Start a scheduler and workers that end with the stack; the scheduler's address."""
    import json

    def start(*command: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "dask", *command, "--scheduler-file", str(told), "--no-dashboard"],
            env=environment, cwd=told.parent, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        stack.callback(_end, process)
        return process

    scheduler, since = start("scheduler", "--port", "0", "--host", "127.0.0.1"), time.monotonic()
    while not (told.exists() and told.stat().st_size):
        if scheduler.poll() is not None or time.monotonic() - since > PATIENCE:
            sys.exit(f"the Dask scheduler did not begin within {PATIENCE} s (exit code {scheduler.returncode})")
        time.sleep(0.1)
    for _ in range(workers):
        start("worker", "--nthreads", "1", "--nworkers", "1")
    address = str(json.loads(told.read_text())["address"])
    from distributed import Client

    with Client(address, set_as_default=False) as client:  # type: ignore[no-untyped-call]
        client.wait_for_workers(workers, timeout=PATIENCE)
    return address


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process, and with force where it does not."""
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


if __name__ == "__main__":
    main()
