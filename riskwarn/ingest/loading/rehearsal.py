"""A dry run: the real loading code on a copy of the home that is thrown away, so that nothing is stored.

The copy has a database and a lake of its own. Its ledger and manifest are those of the home, and its record files are
links to the home's, so that grids which are only planned can be loaded first, events be placed on them, and ten million
rows be told apart from what is stored, as they will be. It lies in the home, whose rights it shares.
"""

from __future__ import annotations

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pyarrow.parquet as pq
from sqlalchemy import insert, select

from riskwarn.contracts.schema import VERSION_COLUMNS
from riskwarn.home import CONFIGURATION, ID_KEY, Home
from riskwarn.ingest.loading.remembered import FOLDER
from riskwarn.store.tables import LAKE_FILES, LOADS, NOT_LOADED

_PREFIX, _ALIVE = ".rehearsal-", ".alive"

#: Columns of a stored version that tell nothing of the record.
_OWN = {name for name, _ in VERSION_COLUMNS} - {"known_at", "withdrawn"}

#: Rows of the ledger that are copied at once.
_CHUNK = 1_000


@contextmanager
def rehearsal(home: Home) -> Iterator[Home]:
    """Give a home that holds what `home` holds, in which loads may be tried; nothing of it stays."""
    _sweep(home)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=home.path))
    tried = Home(folder, home.configuration, replace(home.settings, database_url=None))
    with (folder / _ALIVE).open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        try:
            for name in (CONFIGURATION, ID_KEY, FOLDER):
                if (home.path / name).exists():
                    (folder / name).symlink_to((home.path / name).resolve())
            for made in (tried.lake, tried.features):
                made.mkdir()
            _copy(home, tried)
            yield tried
        finally:
            tried.database.dispose()
            shutil.rmtree(folder)


def examples(home: Home, load_id: int, most: int = 10) -> list[dict[str, object]]:
    """Some records of a load as they are stored: codes, places, dates, digests; what is empty is left out."""
    with home.database.connect() as connection:
        paths = list(connection.scalars(select(LAKE_FILES.c.path).where(LAKE_FILES.c.load_id == load_id)))
    zone = home.configuration.calendar.timezone
    rows: list[dict[str, object]] = []
    for path in paths:
        with pq.ParquetFile(home.lake / path) as file:
            for batch in file.iter_batches(most):
                rows += batch.to_pylist()
                break

    def shown(name: str, value: object) -> object:
        if isinstance(value, datetime):
            return value.astimezone(zone).isoformat()
        if isinstance(value, date):
            return value.isoformat()
        # A digest has more digits than a number of JSON keeps.
        return str(value) if name in ("record_id", "repeat_of", "linked_to") else value

    return [
        {name: shown(name, value) for name, value in row.items() if value is not None and name not in _OWN}
        | ({"record_id": str(row["record_id"])} if row.get("record_id") is not None else {})
        for row in rows[:most]
    ]


def _copy(home: Home, tried: Home) -> None:
    """The ledger and the manifest of one home into another, and links to the files that it lists."""
    with home.database.connect() as source, tried.database.begin() as target:
        for table in (LOADS, LAKE_FILES, NOT_LOADED):
            for rows in source.execute(select(table)).mappings().partitions(_CHUNK):
                target.execute(insert(table), [dict(row) for row in rows])
                if table is not LAKE_FILES:
                    continue
                for row in rows:
                    link = tried.lake / row["path"]
                    link.parent.mkdir(exist_ok=True)
                    link.symlink_to((home.lake / row["path"]).resolve())


def _sweep(home: Home) -> None:
    """Remove what a killed dry run has left."""
    for folder in home.path.glob(f"{_PREFIX}*"):
        try:
            with (folder / _ALIVE).open("a") as handle:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        except (BlockingIOError, FileNotFoundError):
            continue
