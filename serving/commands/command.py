"""How a command of ours is called: the same program, with the home and the settings of who serves."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

#: How much later than what answers a command gets its turn.
LATER = 10


def called(home: Path, language: str, *words: str) -> list[str]:
    """The words of a call that answers in JSON. What lies in the folder where it runs is no program (-P)."""
    return [sys.executable, "-P", "-m", "riskwarn", "--home", str(home), "--lang", language, "--json", *words]


def environment() -> dict[str, str]:
    """The environment of a call: that of who serves, where this package is found wherever it lies."""
    own = str(Path(str(files("riskwarn"))).parent)
    return {**os.environ, "PYTHONPATH": os.pathsep.join([own, *filter(None, [os.environ.get("PYTHONPATH")])])}


def behind(process: int) -> None:
    """Let a process wait for what answers; where that is not allowed it runs beside it."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, process, LATER)


def fault_told(said: str) -> dict[str, str] | None:
    """The `{code, message}` that a call has told on stderr; None where it told none."""
    for line in reversed(said.splitlines()):
        if line.startswith("{"):
            try:
                told: Any = json.loads(line)
            except ValueError:
                return None
            return {"code": str(told.get("code", "")), "message": str(told.get("message", ""))}
    return None


def steps_told(said: str) -> list[str]:
    """The lines of progress that a call has told on stderr."""
    return [line for line in said.splitlines() if line and not line.startswith("{")]


def json_of(text: str) -> Any:
    """The document that a call has printed; None where it is none."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def words_of(**options: str | Sequence[str] | None) -> list[str]:
    """Options as words of a call; what is None or empty is left out."""
    found: list[str] = []
    for name, value in options.items():
        for one in [value] if isinstance(value, str) else value or ():
            found += [f"--{name.replace('_', '-')}", one] if one else []
    return found
