"""A process that makes loaders which die: each load runs in a fork of it and is killed, from outside or at a system call.

Run as a script it reads orders, one JSON document a line, and answers each with one line: how the load ended.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from riskwarn.home import Home
from tests.forks import carried_out
from tests.orders import given, orders


@contextmanager
def loaders(now: datetime) -> Iterator[Callable[..., dict[str, Any]]]:
    """Give `run(home, file, …)`: load a file of disputes in a process of its own, which may be killed.

    `kill_after` seconds kill it from outside, `kill_at` at its n-th change of the file system or the database; no file may
    grow beyond `file_size` bytes, as on a full disk. Gives `ended` (``killed``, ``done``, ``failed``), `steps`, `seconds`
    and the `error`.
    """
    with orders(__file__, now.isoformat()) as ask:

        def run(home: Home, file: Path, **options: Any) -> dict[str, Any]:
            order = {"home": str(home.path), "database": home.settings.database_url, "file": str(file), **options}
            answer: dict[str, Any] = json.loads(ask(order))
            return answer

        yield run


def main() -> None:
    """Carry out orders until there are no more."""
    import pandas
    import pyarrow.compute
    import pyarrow.parquet

    from riskwarn.home import open_home
    from riskwarn.ingest import ingest
    from riskwarn.settings import Settings

    assert pandas and pyarrow.compute and pyarrow.parquet  # made ready before the forks
    now = datetime.fromisoformat(sys.argv[1])

    def load(home: Home, file: str) -> None:
        ingest(home, "disputes", [Path(file)], now=now)
        home.database.dispose()

    for order in given():
        settings = Settings(database_url=order["database"])
        carried_out(order, partial(open_home, Path(order["home"]), settings), partial(load, file=order["file"]))


if __name__ == "__main__":
    main()
