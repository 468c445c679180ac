"""Processes that train, score or update a home, and stop in the middle; each is a fork of one that has opened what takes seconds to open."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from riskwarn.home import Home
from tests import waiting
from tests.orders import answer, given, orders

#: Starts `train`, `retrain`, `publish` or `update` of a home; its first word is `held` once it is at work, `done`, or the code of an error.
Hold = Callable[[str], Any]


@contextmanager
def holders(home: Home, now: datetime) -> Iterator[Hold]:
    """Give `hold(which)`, a context of (its first word, the number of its process), at whose end it is killed."""
    with orders(__file__, str(home.path), now.isoformat()) as ask, tempfile.TemporaryDirectory() as folder:

        @contextmanager
        def hold(which: str) -> Iterator[tuple[str, int]]:
            said = Path(tempfile.mkdtemp(dir=folder)) / "said"
            os.mkfifo(said)
            process = int(ask([which, str(said)]))
            try:
                yield said.read_text(encoding="utf-8"), process
            finally:
                kill(process)

        yield hold


def kill(process: int) -> None:
    """Kill a process and wait until it is gone."""
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)
    waiting.until(lambda: not Path(f"/proc/{process}").exists())


def main() -> None:
    """Carry out orders until there are no more."""
    import training  # noqa: F401

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for which, said in given():
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _work(which, Path(said))
            os._exit(0)
        answer(child)


def _work(which: str, said: Path) -> None:
    from riskwarn.errors import RiskwarnError
    from riskwarn.home import open_home
    from riskwarn.settings import Settings
    from serving.publishing.publish import publish
    from serving.publishing.update import update
    from training import train

    home, now = open_home(Path(sys.argv[1]), Settings(threads=1)), datetime.fromisoformat(sys.argv[2])

    def held(_doing: str, _done: int = 0, _of: int = 0) -> None:
        said.write_text("held", encoding="utf-8")
        signal.pause()

    works = {
        "train": lambda: train(home, progress=held),
        "retrain": lambda: train(home, renew=True, progress=held),
        "publish": lambda: publish(home, now=now, progress=held),
        "update": lambda: update(home, now=now, progress=held),
    }
    try:
        works[which]()
        said.write_text("done", encoding="utf-8")
    except RiskwarnError as error:
        said.write_text(error.code, encoding="utf-8")


if __name__ == "__main__":
    main()
