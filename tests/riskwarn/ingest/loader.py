"""A process that makes loaders which die: each load runs in a fork of it and is killed, from outside or at a system call.

Run as a script it reads orders, one JSON document a line, and answers each with one line: how the load ended.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from riskwarn.home import Home
from tests.orders import orders


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
    for line in sys.stdin:
        order = json.loads(line)
        counted, counting = os.pipe()
        started = time.perf_counter()
        child = os.fork()
        if child == 0:
            try:
                home = open_home(Path(order["home"]), Settings(database_url=order["database"]))
                if (most := order.get("file_size")) is not None:
                    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
                die_at(order.get("kill_at"), counting)
                ingest(home, "disputes", [Path(order["file"])], now=now)
                home.database.dispose()
            except BaseException as error:
                os.write(counting, b"!" + repr(error).encode())
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


def die_at(step: int | None, counting: int, also: Sequence[tuple[Any, str]] = ()) -> None:
    """Count every change that this process makes to files and database, and kill it at the n-th, before it is made.

    `also`: further functions that change something, each by its module and name.
    """
    from sqlalchemy import Engine, event

    made = 0

    def one_more(*_: Any) -> None:
        nonlocal made
        made += 1
        os.write(counting, b".")
        if made == step:
            os.kill(os.getpid(), signal.SIGKILL)

    def counted(function: Any) -> Any:
        def called(*arguments: Any, **named: Any) -> Any:
            one_more()
            return function(*arguments, **named)

        return called

    usual = [(os, name) for name in ("fsync", "replace", "rename", "unlink", "mkdir")]
    for module, name in (*usual, *also):
        setattr(module, name, counted(getattr(module, name)))
    for happening in ("begin", "before_cursor_execute", "commit"):
        event.listen(Engine, happening, one_more)


if __name__ == "__main__":
    main()
