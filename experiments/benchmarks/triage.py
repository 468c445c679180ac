"""Features and their matrix beside triage's: ``python experiments/benchmarks/triage.py PYTHON`` (``--small`` for a quick look).

PYTHON is that of an environment that holds triage 6.0.0, whose dependencies conflict with ours. 2,000 entities, 156 weeks,
300,000 events of ten categories, 26 weekly dates, counts in six windows: 60 features. triage works on a PostgreSQL server of
its own with the events loaded, indexed and analysed; riskwarn reads them from a Parquet file. Both write the matrix to
disk, and every cell is compared.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[2]))

from experiments.benchmarks.made_city import AS_OF, Made, made_city
from features.building.tables import write_table
from features.encoding.clock import Clock
from features.encoding.encoded_city import Encoded
from features.encoding.records import Records
from features.engine.spans import NEVER
from features.families.counts import counts
from features.families.declaration import Subject
from features.matrix import Block, FeatureMatrix
from features.panel.panel import Panel
from features.panel.partition import Partition
from riskwarn.contracts import declared as declared_source
from riskwarn.periods import Calendar, Period
from tests.postgresql import postgresql

CATEGORIES, WINDOWS, DATES = 10, (1, 4, 8, 13, 26, 52), 26


def main() -> None:
    """Executor the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("python", help="the Python of an environment with triage 6.0.0")
    parser.add_argument("--small", action="store_true", help="a tenth of the entities and events")
    arguments = parser.parse_args()
    entities, weeks, events = (200, 156, 30_000) if arguments.small else (2_000, 156, 300_000)
    made = made_city(entities, weeks, events, CATEGORIES, wrong=0.0)
    edges = made.numbers.calendar.edges(AS_OF, weeks)
    print(f"{entities} entities, {weeks} weeks, {events} events, {DATES} dates, {CATEGORIES * len(WINDOWS)} features")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_events(made, edges, folder / "events.parquet")
        tries = [ours(made, edges, folder) for _ in range(3)]
        cells, (features, matrix) = tries[0][0], min((spent for _, spent in tries), key=sum)
        print(f"riskwarn: features {features:.3f} s, matrix {matrix:.3f} s", flush=True)
        plan = {"entities": entities, "categories": CATEGORIES, "windows": WINDOWS, "dates": edges[-DATES:]}
        (folder / "plan.json").write_text(json.dumps(plan, default=str), encoding="utf-8")
        with postgresql("shared_buffers=1GB", "work_mem=256MB") as url:
            # Isolated: beside the script lies this file, which would be taken for the package.
            peer = [arguments.python, "-I", str(Path(__file__).with_name("triage_peer.py")), url, name]
            told = json.loads(subprocess.run(peer, check=True, stdout=subprocess.PIPE, text=True).stdout)
        theirs = np.load(folder / "triage.npy")
    print(f"triage:   features {told['features']:.2f} s, matrix {told['matrix']:.2f} s")
    different = int((theirs != cells).sum())
    print(f"{cells.size} cells, {different} different, sum {cells.sum():.0f}")
    print(
        f"triage takes {told['features'] / features:.0f} times as long for the features, "
        f"{(told['features'] + told['matrix']) / (features + matrix):.0f} times for features and matrix"
    )
    if different:
        sys.exit("the cells differ")


def write_events(made: Made, edges: list[date], path: Path) -> None:
    """The made city's records as a table of entity, date on which it became known, and category."""
    rng = np.random.default_rng(2)
    starts = np.array(edges, dtype="datetime64[D]")
    parts = [made.numbers.sources[f"signal{number}"] for number in range(CATEGORIES)]
    known = np.concatenate([part["known"] for part in parts])
    table = pd.DataFrame(
        {
            "entity_id": np.concatenate([part["grid"] for part in parts]),
            "knowledge_date": (starts[known] + rng.integers(0, 7, len(known))).astype("datetime64[s]"),
            "category": np.repeat(np.arange(CATEGORIES, dtype=np.int16), [len(part) for part in parts]),
        }
    )
    table.sample(frac=1, random_state=3).to_parquet(path, index=False)


def ours(made: Made, edges: list[date], folder: Path) -> tuple[Block, tuple[float, float]]:
    """(features, dates, entities) by riskwarn out of the file of events, and seconds for features and matrix."""
    started = time.perf_counter()
    table = pd.read_parquet(folder / "events.parquet")
    known = Clock(made.numbers.calendar, np.array(edges, dtype="datetime64[us]")).period(
        table["knowledge_date"].to_numpy()
    )
    entity, category = table["entity_id"].to_numpy(), table["category"].to_numpy()
    order = np.argsort(category, kind="stable")
    parts = np.split(order, np.searchsorted(category[order], np.arange(1, CATEGORIES)))
    sources = {f"category{number}": _records(entity[part], known[part]) for number, part in enumerate(parts)}
    calendar: Calendar = made.numbers.calendar
    city = Encoded(calendar, made.numbers.edges, sources, max(WINDOWS), made.numbers.days, {}, {})
    panel = Panel(city, Partition.whole(made.geography), len(edges) - DATES, DATES)
    rows = [
        row
        for name in sources
        for row in counts(Subject(declared_source(name), Period.WEEK, ()))
        if row.feature.window in WINDOWS
    ]
    cells = np.stack([row.compute(panel) for row in rows]).astype(np.float32)
    between = time.perf_counter()
    entities = tuple(str(number) for number in range(panel.grids))
    matrix = FeatureMatrix(tuple(row.feature for row in rows), tuple(edges[-DATES:]), entities, cells)
    write_table(folder / "matrix.parquet", matrix)
    return cells, (between - started, time.perf_counter() - between)


def _records(entity: np.ndarray, period: np.ndarray) -> Records:
    return Records(
        {
            "grid": entity,
            "count": np.ones(len(period), dtype=np.int64),
            "known": period,
            "start": period + np.int32(1),
            "stop": np.full(len(period), NEVER, dtype=np.int32),
            "day": np.zeros(len(period), dtype=np.int32),
        }
    )


if __name__ == "__main__":
    main()
