"""A process that makes processes which back up, restore or load, and die: killed from outside, or at a change of the file system.

Run as a script it reads orders, one JSON document a line, and answers each with one line: how it ended.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.orders import orders


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
    from tests.riskwarn.ingest.loader import die_at

    assert pandas and pyarrow.parquet  # made ready before the forks
    for line in sys.stdin:
        order = json.loads(line)
        counted, counting = os.pipe()
        started = time.perf_counter()
        child = os.fork()
        if child == 0:
            try:
                settings = Settings(threads=1, database_url=order.get("database"))
                home = open_home(Path(order["home"]), settings)
                if (most := order.get("file_size")) is not None:
                    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
                die_at(order.get("kill_at"), counting, also=((os, "utime"), (os, "link"), (shutil, "rmtree")))
                if order["doing"] == "backup":
                    backed_up(home, Path(order["folder"]))
                    home.database.dispose()
                else:
                    url = order.get("into")
                    restored(Path(order["folder"]), Path(order["to"]), home, Settings(threads=1, database_url=url))
            except BaseException as error:
                os.write(counting, b"!" + f"{type(error).__name__}: {error}".encode())
                os._exit(1)
            os._exit(0)
        os.close(counting)
        if order.get("kill_after") is not None:
            time.sleep(order["kill_after"])
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        with os.fdopen(counted, encoding="utf-8", errors="replace") as stream:
            steps, _, error = stream.read().partition("!")
        code = os.waitstatus_to_exitcode(status)
        ended = {-signal.SIGKILL: "killed", 0: "done"}.get(code, "failed")
        answer = {"ended": ended, "steps": len(steps), "seconds": time.perf_counter() - started, "error": error}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
