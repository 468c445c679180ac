"""A process that updates a home and dies where it is told: each update runs in a fork of it.

Run as a script it reads orders, one JSON document a line, and answers each with how the update ended.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from riskwarn.home import Home
from tests.orders import answer, given, orders


@contextmanager
def updaters(home: Home, now: datetime) -> Iterator[Callable[[str | None], str]]:
    """Give `run(step)`: update a home in a process that is killed (SIGKILL) when it comes to a step; says how it ended."""
    with orders(__file__, str(home.path), now.isoformat()) as ask:
        yield lambda step: ask(step).strip()


def main() -> None:
    """Carry out orders until there are no more."""
    from riskwarn.home import open_home
    from riskwarn.settings import Settings
    from serving.publishing.update import update

    now = datetime.fromisoformat(sys.argv[2])
    for step in given():
        child = os.fork()
        if child == 0:

            def dying(doing: str, done: int = 0, of: int = 0, step: str | None = step) -> None:
                if step is not None and step in f"{doing} {done}":
                    os.kill(os.getpid(), signal.SIGKILL)

            try:
                done = update(open_home(Path(sys.argv[1]), Settings(threads=1)), now=now, progress=dying)
            except BaseException as error:
                sys.stderr.write(repr(error))
                os._exit(2)
            os._exit(0 if done.complete else 1)
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        told = {-signal.SIGKILL: "killed", 0: "complete", 1: "incomplete"}.get(code, "failed")
        answer(told)


if __name__ == "__main__":
    main()
