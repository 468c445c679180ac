"""A script of the tests as a process of its own, which is given an order a line and answers each with one line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import riskwarn

ROOT = Path(riskwarn.__file__).parents[1]


def given() -> Iterator[Any]:
    """The orders that a script is given, until there are no more."""
    yield from map(json.loads, sys.stdin)


def answer(said: object) -> None:
    """What a script answers to an order."""
    sys.stdout.write(f"{said}\n")
    sys.stdout.flush()


@contextmanager
def orders(script: str, *arguments: str) -> Iterator[Callable[[Any], str]]:
    """Give `ask(order)`: an order as JSON to the script, run in this tree; its answer."""
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", script, *arguments], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdin is not None and process.stdout is not None
    stdin, stdout = process.stdin, process.stdout

    def ask(order: Any) -> str:
        stdin.write(json.dumps(order) + "\n")
        stdin.flush()
        return stdout.readline()

    try:
        yield ask
    finally:
        stdin.close()
        process.wait(timeout=60)
        stdout.close()
