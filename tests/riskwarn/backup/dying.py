"""A process that makes processes which back up, restore or load, and die: killed from outside, or at a change of the file system.

Run as a script it reads orders, one JSON document a line, and answers each with one line: how it ended.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from riskwarn.home import Home
from tests.forks import carried_out
from tests.orders import given, orders


@contextmanager
def dying() -> Iterator[Callable[..., dict[str, Any]]]:
    """Give `run(doing, home, folder, …)`: `backup` a home into a folder, or `restore` that folder into the home `to`.

    `kill_after` seconds kill it from outside, `kill_at` at its n-th change of the file system or the database; no file may grow beyond
    `file_size` bytes. Gives `ended` (``killed``, ``done``, ``failed``), `steps`, `seconds` and the `error`.
    """
    with orders(__file__) as ask:

        def run(doing: str, home: Path, folder: Path, **options: Any) -> dict[str, Any]:
            told = {name: str(value) if isinstance(value, Path) else value for name, value in options.items()}
            answer: dict[str, Any] = json.loads(ask({"doing": doing, "home": str(home), "folder": str(folder), **told}))
            return answer

        yield run


def main() -> None:
    """Carry out orders until there are no more."""
    import pandas
    import pyarrow.parquet

    from riskwarn.home import open_home
    from riskwarn.settings import Settings
    from tests.riskwarn.backup.worlds_of_backups import backed_up, restored

    assert pandas and pyarrow.parquet  # made ready before the forks

    def work(home: Home, order: dict[str, Any]) -> None:
        if order["doing"] == "backup":
            backed_up(home, Path(order["folder"]))
            home.database.dispose()
        else:
            settings = Settings(threads=1, database_url=order.get("into"))
            restored(Path(order["folder"]), Path(order["to"]), home, settings)

    for order in given():
        ready = partial(open_home, Path(order["home"]), Settings(threads=1, database_url=order.get("database")))
        carried_out(order, ready, partial(work, order=order), ((os, "utime"), (os, "link"), (shutil, "rmtree")))


if __name__ == "__main__":
    main()
