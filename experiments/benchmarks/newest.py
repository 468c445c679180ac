"""How soon the newest week is ready: ``python experiments/benchmarks/newest.py`` (``--small`` for a tenth of the city).

A store of 66,000 grids and 10 million events of every source over 260 weeks, from which the state is made; then another week
comes in: new records, and closings of records that are some weeks old. Times the newest week's features from the state in a
process of their own, and (``--compare``) the same from the store alone, cell by cell equal. ``--home`` keeps the store.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa

sys.path.insert(0, str(Path(__file__).parents[2]))

from experiments.benchmarks.made_city import AS_OF, grids_table
from riskwarn.contracts import contract
from riskwarn.contracts.schema import EVENTS, GRIDS
from riskwarn.home import Home, make_home
from riskwarn.settings import Settings
from riskwarn.store import Load, Store

WEEKS = 260

#: Records of the weeks before that the new week brings again, closed, for each new one.
CLOSED = 0.5

_NAMED = (
    "grid_id",
    *(f"{unit}{name}" for unit in ("community", "town", "district") for name in ("", "_name")),
    "longitude",
    "latitude",
)

NEWEST = """
import sys, time
started = time.perf_counter()
import numpy as np
from pathlib import Path
from features.building.executors import chosen_executor
from features.incremental.incremental import newest_features
from riskwarn.home import open_home
from riskwarn.settings import Settings
home = open_home(Path(sys.argv[1]), Settings())
executor = chosen_executor(None, int(sys.argv[2]))
print(f"imports {time.perf_counter() - started:.2f} s", flush=True)
for turn in ("at first", "again in the same process")[: int(sys.argv[3])]:
    started = time.perf_counter()
    newest = newest_features(home, executor=executor)
    whole = time.perf_counter() - started
    print(f"{'from the state' if newest.from_state else 'from the store'}: {newest.new_records} new or changed records, "
          f"{newest.matrix.values.shape[0]} features of {newest.matrix.values.shape[2]} grids in {whole:.2f} s {turn}", flush=True)
if len(sys.argv) > 4:
    np.save(sys.argv[4], newest.matrix.values)
"""


def main() -> None:
    """Executor the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="a tenth of the city")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--home", type=Path, help="make the store here, and leave it")
    parser.add_argument("--compare", action="store_true", help="build the same from the store alone, and compare")
    arguments = parser.parse_args()
    grids, events = (6_600, 1_000_000) if arguments.small else (66_000, 10_000_000)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        home = made_home(arguments.home or folder / "home", grids, events)
        newest = [sys.executable, "-c", NEWEST, str(home.path), str(arguments.threads)]
        subprocess.run([*newest, "1"], check=True)
        new_weeks(home, grids, events)
        subprocess.run([*newest, "2", str(folder / "state.npy")], check=True)
        if arguments.compare:
            (home.features / "state" / "state.json").unlink()
            subprocess.run([*newest, "1", str(folder / "store.npy")], check=True)
            ours, whole = (np.load(folder / f"{name}.npy") for name in ("state", "store"))
            print("cells equal" if np.array_equal(ours, whole, equal_nan=True) else "cells DIFFER")


def made_home(path: Path, grids: int, events: int) -> Home:
    """A home whose store holds a city's grids and the events of all weeks but the last."""
    home = make_home(path, Settings())
    moment = _instant(AS_OF - timedelta(weeks=WEEKS + 1))
    places = grids_table(grids).assign(known_at=moment, version_at=moment, row=range(grids))
    table = pa.Table.from_pandas(places[["known_at", "version_at", "row", *_NAMED]], preserve_index=False)
    _commit(home, "grids", table, GRIDS)
    for number, name in enumerate(_sources(home)):
        rows = _events(home, name, grids, events // len(_sources(home)), 0, WEEKS - 1, number)
        _commit(home, name, pa.table(rows), EVENTS)
    return home


def new_weeks(home: Home, grids: int, events: int, upto: int = WEEKS, count: int = 1) -> None:
    """Load some weeks, the last of which is number `upto`: what came in, and what was closed of the weeks before."""
    names = _sources(home)
    ends = AS_OF + timedelta(weeks=upto - WEEKS)
    for number, name in enumerate(names):
        whole = events // len(names)
        own = count * (whole // WEEKS)
        new = _events(home, name, grids, own, upto - count, upto, 100 * (1 + upto - WEEKS) + number)
        before = _events(home, name, grids, whole, 0, WEEKS - 1, number)
        recent = np.flatnonzero(before["known_at"] > np.sort(before["known_at"])[-20 * (whole // WEEKS)])
        again = np.random.default_rng(number + upto - WEEKS).choice(recent, int(CLOSED * own), replace=False)
        closed = {column: values[again] for column, values in before.items()}
        moment = np.full(len(again), _instant(ends) - np.timedelta64(1, "D"))
        told = {"content": closed["content"] + 1 + upto - WEEKS}
        closed |= {"closed_at": moment, "version_at": moment, "updated_at": moment, **told}
        rows = {column: np.concatenate([new[column], closed[column]]) for column in new}
        rows["row"] = np.arange(len(rows["row"]))
        _commit(home, name, pa.table(rows), EVENTS, ends)


def _events(home: Home, source: str, grids: int, count: int, first: int, last: int, seed: int) -> dict[str, np.ndarray]:
    """Records that became known in the weeks from the first to before the last, with few columns beside the needed ones."""
    rng = np.random.default_rng(seed)
    weight = np.random.default_rng(1).gamma(0.8, 1.0, grids)
    grid = np.searchsorted(np.cumsum(weight) / weight.sum(), rng.random(count))
    start = _instant(AS_OF - timedelta(weeks=WEEKS))
    hours = rng.integers(first * 168, last * 168, count)
    known = start + hours.astype("timedelta64[h]")
    categories = list(contract(source, home.configuration).categories)
    closed = known + rng.geometric(0.15, count).astype("timedelta64[W]")
    closed[(closed > start + np.timedelta64(last, "W")) | (rng.random(count) < 0.03)] = np.datetime64("NaT")
    return {
        "record_id": rng.integers(-(2**62), 2**62, count),
        "grid_id": np.array([f"G{number:06d}" for number in range(grids)], dtype=object)[grid],
        "located_by": np.full(count, "code", dtype=object),
        "occurred_at": known - rng.integers(0, 10, count).astype("timedelta64[D]"),
        "category": np.array(categories, dtype=object)[rng.integers(0, len(categories), count)],
        "severity": np.array(["general", "larger"], dtype=object)[rng.integers(0, 2, count)],
        "count": np.ones(count, dtype=np.int64),
        "closed_at": closed,
        "known_at": known,
        "version_at": known,
        "updated_at": known,
        "exported_at": np.full(count, start + np.timedelta64(last, "W")),
        "withdrawn": np.zeros(count, dtype=bool),
        "content": rng.integers(-(2**62), 2**62, count),
        "row": np.arange(count),
    }


def _sources(home: Home) -> list[str]:
    return [name for name in home.configuration.sources if contract(name, home.configuration).events]


def _instant(day: date) -> np.datetime64:
    """Local midnight of a date (UTC+8) in UTC."""
    return np.datetime64(day, "us") - np.timedelta64(8, "h")


def _commit(home: Home, source: str, table: pa.Table, schema: pa.Schema, day: date = AS_OF) -> None:
    started = time.perf_counter()
    fields = [schema.field(name) for name in table.column_names if name in schema.names]
    table = table.select([field.name for field in fields])
    columns = [
        (table[field.name].cast("timestamp[us]") if pa.types.is_timestamp(field.type) else table[field.name]).cast(
            field.type
        )
        for field in fields
    ]
    now = datetime(day.year, day.month, day.day, tzinfo=UTC)
    load = Load(source, f"{source}.parquet", f"{source}{day}{table.num_rows}", now, now, {})
    Store(home).commit_load(load, pa.Table.from_arrays(columns, names=table.column_names), [])
    print(f"  {source}: {table.num_rows} rows stored in {time.perf_counter() - started:.1f} s", flush=True)


if __name__ == "__main__":
    main()
