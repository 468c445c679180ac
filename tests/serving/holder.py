"""A process that trains, scores or updates a home, and stops in the middle until it is told to go on.

It prints `held` once it is at work, and at the end how it ended: `done`, or the code of an error.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from riskwarn.home import Home
from tests.orders import ROOT


@contextmanager
def holding(home: Home, which: str, now: datetime) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Start `train`, `retrain`, `publish` or `update` in a process; gives its first word, and the process."""
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", __file__, str(home.path), which, now.isoformat()], cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip(), process
    finally:
        process.kill()
        process.communicate()


def main() -> None:
    """Do what is asked, and tell."""
    from riskwarn.errors import RiskwarnError
    from riskwarn.home import open_home
    from riskwarn.settings import Settings
    from serving.publishing.publish import publish
    from serving.publishing.update import update
    from training import train

    home, now = open_home(Path(sys.argv[1]), Settings(threads=1)), datetime.fromisoformat(sys.argv[3])
    told = []

    def held(doing: str, done: int = 0, of: int = 0) -> None:
        if not told:
            told.append(doing)
            say("held")
            sys.stdin.readline()

    works = {
        "train": lambda: train(home, progress=held),
        "retrain": lambda: train(home, renew=True, progress=held),
        "publish": lambda: publish(home, now=now, progress=held),
        "update": lambda: update(home, now=now, progress=held),
    }
    try:
        works[sys.argv[2]]()
        say("done")
    except RiskwarnError as error:
        say(error.code)


def say(word: str) -> None:
    """Print a word at once."""
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
