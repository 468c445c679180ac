"""How fast features are made: ``python experiments/benchmarks/features.py`` (``--small`` for a quick look).

Against the floor of the machine itself: the time to fill the same column-major float32 blocks. All in one run, one thread:
counting and running sums, rows of the window families, rows of the whole catalogue; then polars, DuckDB, pandas and
mlforecast on the same windows (``--peers PYTHON`` names the Python of an environment that holds them), cell by cell equal.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from experiments.benchmarks.made_city import Made, made_city
from features.building import CELLS, fill
from features.catalogue import declared
from features.declaration import Declared, Subject
from features.families.counts import counts
from features.panel import Panel
from features.pieces import Piece, pieces
from features.shards import added, divided, totals_of_piece, wide_bases
from riskwarn.configuration import Configuration
from riskwarn.periods import Period

SIGNALS = 37
SHOWN = 104


@dataclass
class Seconds:
    """Time spent, in seconds."""

    divided: float = 0.0
    sums: float = 0.0
    rows: float = 0.0
    filled: float = 0.0
    cells: int = 0


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="a tenth of the city")
    parser.add_argument("--peers", help="the Python of an environment with polars, duckdb, pandas and mlforecast")
    parser.add_argument("--profile", action="store_true", help="time by family of the whole catalogue")
    parser.add_argument("--only", choices=("windows", "catalogue"), help="only this part")
    arguments = parser.parse_args()
    grids, weeks, events = (6_600, 260, 1_000_000) if arguments.small else (66_000, 260, 10_000_000)
    print(f"{grids} grids, {weeks} weeks, {events} events, rows of the last {SHOWN} weeks; one thread", flush=True)
    if arguments.only in (None, "windows"):
        windows(made_city(grids, weeks, events, SIGNALS))
    if arguments.only in (None, "catalogue"):
        whole(made_city(grids, weeks, events), arguments.profile)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2:.2f} GiB", flush=True)


def windows(made: Made) -> None:
    """Counting, running sums and the window families of 37 signals."""
    subjects = [Subject(name, name, name, Period.WEEK, ()) for name in made.numbers.sources if name != "demographics"]
    rows = [row for subject in subjects for row in counts(subject)]
    spent = _timed(made, rows, apart=True)
    print(
        f"windows: {len(rows)} features; dividing {spent.divided:.2f} s, counting and running sums {spent.sums:.2f} s; "
        f"rows {spent.rows:.2f} s = {spent.rows / spent.filled:.2f} times the fill ({spent.filled:.2f} s, "
        f"{4e-9 * spent.cells / spent.filled:.1f} GB/s)",
        flush=True,
    )


def whole(made: Made, profile: bool) -> None:
    """Every feature of the default configuration, records in, rows out."""
    rows = declared(Configuration())
    by_family: dict[str, float] = {}
    spent = _timed(made, rows, by_family=by_family if profile else None)
    everything = spent.divided + spent.rows
    print(
        f"whole catalogue: {len(rows)} features; dividing and totals {spent.divided:.2f} s, rows {spent.rows:.2f} s; all = "
        f"{everything / spent.filled:.2f} times the fill ({spent.filled:.2f} s)",
        flush=True,
    )
    if profile:
        number = {row.feature.family: sum(one.feature.family == row.feature.family for one in rows) for row in rows}
        for family, seconds in sorted(by_family.items(), key=lambda pair: -pair[1]):
            floor = spent.filled * number[family] / len(rows)
            print(f"  {family:15s} {number[family]:4d} features {seconds:7.2f} s {seconds / floor:6.1f} times the fill")


def _timed(
    made: Made,
    rows: list[Declared] | tuple[Declared, ...],
    *,
    apart: bool = False,
    by_family: dict[str, float] | None = None,
) -> Seconds:
    """Go through the city piece by piece with one block that is used again and again."""
    spent = Seconds()
    begin = len(made.numbers.edges) - SHOWN
    started = time.perf_counter()
    parts = list(pieces(made.geography, CELLS // SHOWN))
    widest = max(len(part.core) for part in parts)
    print(f"  {len(parts)} pieces of up to {widest} grids: {time.perf_counter() - started:.2f} s", flush=True)
    memory = np.full(len(rows) * SHOWN * widest, np.nan, dtype=np.float32)
    every = _panels(made, rows, parts, begin)
    while True:
        started = time.perf_counter()
        panel = next(every, None)
        spent.divided += time.perf_counter() - started
        if panel is None:
            return spent
        block = memory[: len(rows) * SHOWN * panel.grids].reshape(len(rows), SHOWN, panel.grids)
        spent.cells += block.size
        started = time.perf_counter()
        block.fill(1.0)
        spent.filled += time.perf_counter() - started
        if apart:
            started = time.perf_counter()
            for source in dict.fromkeys(row.feature.source for row in rows):
                panel.flow((source, "count"), partial(panel.spans, source))
            spent.sums += time.perf_counter() - started
            started = time.perf_counter()
            for index, row in enumerate(rows):
                np.copyto(block[index], row.compute(panel), casting="unsafe")
            spent.rows += time.perf_counter() - started
        elif by_family is not None:
            source = None
            for index, row in enumerate(rows):
                started = time.perf_counter()
                if row.feature.source != source:
                    panel.forget()
                    source = row.feature.source
                np.copyto(block[index], row.compute(panel), casting="unsafe")
                taken = time.perf_counter() - started
                by_family[row.feature.family] = by_family.get(row.feature.family, 0.0) + taken
                spent.rows += taken
        else:
            started = time.perf_counter()
            fill(rows, panel, block)
            spent.rows += time.perf_counter() - started


def _panels(made: Made, rows: Sequence[Declared], parts: Sequence[Piece], begin: int) -> Iterator[Panel]:
    """The engine's own two passes: totals of districts, then piece by piece."""
    bases = wide_bases(rows)
    first = (Panel(numbers, part, begin, SHOWN) for numbers, part in divided(made.numbers, parts))
    totals = added(totals_of_piece(bases, panel) for panel in first) if bases else None
    for numbers, part in divided(made.numbers, parts):
        yield Panel(numbers, part, begin, SHOWN, totals=totals)


if __name__ == "__main__":
    main()
