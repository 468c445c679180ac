"""How fast features are made: ``python experiments/benchmarks/features.py`` (``--small`` for a quick look).

Against the floor of the machine itself: the same float32 blocks written as differences of two rows of running sums, which is
what the plainest feature costs; in CPU seconds, so that neighbours on the machine matter less. All in one run, on two threads
unless ``--threads`` says otherwise: counting and running sums, rows of the window families, rows of the whole catalogue; then
polars, DuckDB, pandas and mlforecast on the same windows (``--peers PYTHON`` names the Python of an
environment that holds them), cell by cell equal.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import cycle, islice
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from experiments.benchmarks.made_city import Made, made_city
from features.building.build import CELLS, computed, fill
from features.building.shards import added, divided, totals_of_partition, wide_bases
from features.catalogue.catalogue import declared
from features.encoding.encoded_city import Encoded
from features.families.counts import counts
from features.families.declaration import Declared, Subject
from features.matrix import Block
from features.panel.panel import Panel
from features.panel.partition import Partition, partitions
from features.transforms.amounts import Running
from features.transforms.selections import Recorded
from features.windows import WINDOWS
from riskwarn.configuration import Configuration
from riskwarn.contracts import declared as declared_source
from riskwarn.periods import Period

SIGNALS = 37
SHOWN = 104
LONGEST = max(WINDOWS[Period.WEEK])


@dataclass
class Seconds:
    """Time spent by the processor, in seconds."""

    divided: float = 0.0
    sums: float = 0.0
    rows: float = 0.0
    floor: float = 0.0
    cells: int = 0


def main() -> None:
    """Executor the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="a tenth of the city")
    parser.add_argument("--peers", help="the Python of an environment with polars, duckdb, pandas and mlforecast")
    parser.add_argument("--profile", action="store_true", help="time by family of the whole catalogue")
    parser.add_argument("--only", choices=("windows", "catalogue", "peers"), help="only this part")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    grids, weeks, events = (6_600, 260, 1_000_000) if arguments.small else (66_000, 260, 10_000_000)
    print(
        f"{grids} grids, {weeks} weeks, {events} events, rows of the last {SHOWN} weeks; {arguments.threads} threads",
        flush=True,
    )
    if arguments.only in (None, "windows"):
        windows(made_city(grids, weeks, events, SIGNALS), arguments.threads)
    if arguments.only in (None, "catalogue"):
        whole(made_city(grids, weeks, events), arguments.threads, arguments.profile)
    if arguments.peers and arguments.only in (None, "peers"):
        against_peers(arguments.peers, *((660, 156, 100_000) if arguments.small else (6_600, 156, 1_000_000)))
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2:.2f} GiB", flush=True)


def windows(made: Made, threads: int) -> None:
    """Counting, running sums and the window families of 37 signals."""
    subjects = [
        Subject(declared_source(name), Period.WEEK, ()) for name in made.numbers.sources if name != "demographics"
    ]
    rows = [row for subject in subjects for row in counts(subject)]
    spent = _timed(made, rows, threads, apart=True)
    print(
        f"windows: {len(rows)} features; dividing {spent.divided:.2f} s, counting and running sums {spent.sums:.2f} s; "
        f"rows {spent.rows:.2f} s = {spent.rows / spent.floor:.2f} times the floor ({spent.floor:.2f} s, "
        f"{1e9 * spent.floor / spent.cells:.2f} ns a cell)",
        flush=True,
    )


def whole(made: Made, threads: int, profile: bool) -> None:
    """Every feature of the default configuration, records in, rows out."""
    rows = declared(Configuration())
    by_family: dict[str, float] = {}
    spent = _timed(made, rows, 1 if profile else threads, by_family=by_family if profile else None)
    everything = spent.divided + spent.rows
    print(
        f"whole catalogue: {len(rows)} features; dividing and totals {spent.divided:.2f} s, rows {spent.rows:.2f} s; all = "
        f"{everything / spent.floor:.2f} times the floor ({spent.floor:.2f} s)",
        flush=True,
    )
    if profile:
        number = {row.feature.family: sum(one.feature.family == row.feature.family for one in rows) for row in rows}
        for family, seconds in sorted(by_family.items(), key=lambda pair: -pair[1]):
            floor = spent.floor * number[family] / len(rows)
            print(
                f"  {family:15s} {number[family]:4d} features {seconds:7.2f} s {seconds / floor:6.1f} times the floor"
            )


def against_peers(python: str, grids: int, weeks: int, events: int) -> None:
    """The peers' windows beside ours: the same events in, the same rows out, every cell compared."""
    made = made_city(grids, weeks, events, SIGNALS, wrong=0.0)
    names = [name for name in made.numbers.sources if name != "demographics"]
    rows = [row for name in names for row in counts(Subject(declared_source(name), Period.WEEK, ()))]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        parts = [made.numbers.sources[one] for one in names]
        np.savez(
            folder / "events.npz",
            grid=np.concatenate([part["grid"] for part in parts]),
            period=np.concatenate([part["known"] for part in parts]),
            signal=np.repeat(np.arange(len(parts), dtype=np.int32), [len(part) for part in parts]),
            shape=np.array([grids, weeks, len(parts)]),
        )
        cells = np.empty((len(rows), weeks, grids), dtype=np.float32)
        own = []
        for _ in range(3):
            started = time.perf_counter()
            city = Encoded(
                made.numbers.calendar, made.numbers.edges, dict(made.numbers.sources), 104, made.numbers.days, {}, {}
            )
            for numbers, part in divided(city, list(partitions(made.geography, CELLS // weeks))):
                panel = Panel(numbers, part, 1, weeks)
                for index, row in enumerate(rows):
                    cells[index][:, part.place] = row.compute(panel)
                    if index % 8 == 7:
                        panel.forget()
            own.append(time.perf_counter() - started)
        print(
            f"peers: {grids} grids, {weeks} weeks, {events} events, {len(rows)} features; riskwarn {min(own):.2f} s",
            flush=True,
        )
        done = subprocess.Popen(
            [python, str(Path(__file__).with_name("peers.py")), str(folder / "events.npz"), name],
            stdout=subprocess.PIPE,
            text=True,
        )
        for line in done.stdout or ():
            told = json.loads(line)
            theirs = np.load(folder / f"{told['peer']}.npy", mmap_mode="r").reshape(grids, weeks, len(rows))
            known = ~np.isnan(theirs[0, :, 0])
            equal = all(
                np.array_equal(theirs[:, known, index].T, cells[index][known]) for index in range(0, len(rows), 7)
            )
            print(
                f"  {told['peer']:11s} {told['seconds']:7.2f} s = {told['seconds'] / min(own):5.1f} times riskwarn; "
                f"cells {'equal' if equal else 'DIFFER'}",
                flush=True,
            )
        if done.wait():
            sys.exit("the peers stopped with an error")


def _timed(
    made: Made,
    rows: Sequence[Declared],
    threads: int,
    *,
    apart: bool = False,
    by_family: dict[str, float] | None = None,
) -> Seconds:
    """Go through the city partition by partition, each thread with one block that is used again and again.

    As many partitions as there are threads go side by side, so that each step has a time of its own.
    """
    spent = Seconds()
    begin = len(made.numbers.edges) - SHOWN
    started = time.perf_counter()
    parts = list(partitions(made.geography, CELLS // SHOWN))
    widest = max(len(part.core) for part in parts)
    print(f"  {len(parts)} partitions of up to {widest} grids: {time.perf_counter() - started:.2f} s", flush=True)
    memory = [np.full(len(rows) * SHOWN * widest, np.nan, dtype=np.float32) for _ in range(threads)]
    running = np.cumsum(np.random.default_rng(0).integers(0, 2, (LONGEST + SHOWN, widest), dtype=np.int32), axis=0)
    running = running.astype(np.int32)
    every = _panels(made, rows, parts, begin, threads)
    with ThreadPoolExecutor(threads) as pool:
        while True:
            started = time.process_time()
            panels = list(islice(every, threads))
            spent.divided += time.process_time() - started
            if not panels:
                return spent
            blocks = [_block(part, rows, panel) for part, panel in zip(memory, panels, strict=False)]
            spent.cells += sum(block.size for block in blocks)
            spent.floor += _processor(pool, partial(_write_differences, running), blocks)
            if apart:
                for source in dict.fromkeys(row.feature.source for row in rows):
                    own = [(index, row) for index, row in enumerate(rows) if row.feature.source == source]
                    spent.sums += _processor(pool, partial(_sum, source), panels)
                    spent.rows += _processor(pool, partial(_write, own), panels, blocks)
                    for panel in panels:
                        panel.forget()
            elif by_family is not None:
                for panel, block in zip(panels, blocks, strict=True):
                    spent.rows += _by_family(rows, panel, block, by_family)
            else:
                spent.rows += _processor(pool, partial(fill, rows), panels, blocks)


def _block(memory: Block, rows: Sequence[Declared], panel: Panel) -> Block:
    return memory[: len(rows) * SHOWN * panel.grids].reshape(len(rows), SHOWN, panel.grids)


def _processor(pool: ThreadPoolExecutor, work: Callable[..., object], *each: Sequence[object]) -> float:
    """Seconds of the processor until all are done."""
    started = time.process_time()
    list(pool.map(work, *each))
    return time.process_time() - started


def _write_differences(running: np.ndarray, block: Block) -> None:
    """The floor: each row of features as the difference of two rows of the running sums."""
    _, columns, grids = block.shape
    for row, window in zip(block, cycle(WINDOWS[Period.WEEK]), strict=False):
        later, earlier = running[LONGEST:, :grids], running[LONGEST - window : LONGEST - window + columns, :grids]
        np.subtract(later, earlier, out=row, casting="unsafe")


def _sum(source: str, panel: Panel) -> None:
    Running(Recorded(source)).on(panel)


def _write(rows: Sequence[tuple[int, Declared]], panel: Panel, block: Block) -> None:
    for index, row in rows:
        np.copyto(block[index], row.compute(panel), casting="unsafe")


def _by_family(rows: Sequence[Declared], panel: Panel, block: Block, by_family: dict[str, float]) -> float:
    began = last = time.process_time()
    for index, (row, found) in enumerate(zip(rows, computed(rows, panel), strict=True)):
        np.copyto(block[index], found, casting="unsafe")
        now = time.process_time()
        by_family[row.feature.family] = by_family.get(row.feature.family, 0.0) + now - last
        last = now
    return last - began


def _panels(
    made: Made, rows: Sequence[Declared], parts: Sequence[Partition], begin: int, threads: int
) -> Iterator[Panel]:
    """The engine's own two passes: totals of districts, then partition by partition."""
    bases = wide_bases(rows)
    first = (Panel(numbers, part, begin, SHOWN) for numbers, part in divided(made.numbers, parts))
    with ThreadPoolExecutor(threads) as pool:
        totals = added(pool.map(partial(totals_of_partition, bases), first)) if bases else None
    for numbers, part in divided(made.numbers, parts):
        yield Panel(numbers, part, begin, SHOWN, totals=totals)


if __name__ == "__main__":
    main()
