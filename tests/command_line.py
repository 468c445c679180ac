"""The command line in a process of its own: one that has opened the heavy rooms already is forked for each command.

A command takes its seconds to import what it needs; hundreds of them would do nothing else. What a command is given is its own: folder,
environment, arguments, and files in the place of its terminal; it ends as any process does. That help opens no heavy room, and what
the language of a terminal does, is tested by processes that are started anew.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import os
import runpy
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from tests.orders import ROOT, answer, given, orders

#: What is read as Python starts, or as something of others is imported: a fork has it as it was.
_READ_AT_THE_START = ("LANG", "LC_", "PYTHON", "MLFLOW", "OMP", "OPENBLAS", "NUMBA")

#: What decides about a command and is not handed on from whoever runs the tests.
_OWN = ("RISKWARN", "MLFLOW_TRACK", "LANG", "LC_", "COLUMNS")

#: What takes seconds to open, and what most commands open.
_HEAVY = (
    "lightgbm",
    "mlflow",
    "mlflow.store.db.utils",
    "pandas",
    "pyarrow.parquet",
    "openpyxl",
    "features",
    "riskwarn.cli",
    "serving.publishing.publish",
    "training",
)


def run(*arguments: object, cwd: Path, text: str = "", **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run `riskwarn` with arguments, in a folder, with this environment beside that of the tests, and a text on its standard input."""
    words = [str(one) for one in arguments]
    whole = {**_inherited(), "RISKWARN_THREADS": "1", **environment}
    assert not any(name.startswith(_READ_AT_THE_START) for name in environment), "start a process anew"
    with tempfile.TemporaryDirectory() as folder:
        ends = [Path(folder) / name for name in ("in", "out", "err")]
        ends[0].write_text(text, encoding="utf-8")
        _, out, err = ends
        code = int(_asking()({"words": words, "cwd": str(cwd), "environment": whole, "ends": [*map(str, ends)]}))
        return subprocess.CompletedProcess(["riskwarn", *words], code, out.read_bytes(), err.read_bytes())


def _inherited() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OWN)}
    return {**kept, "PYTHONPATH": str(ROOT)}


@cache
def _asking() -> Callable[[Any], str]:
    """The process that is forked, started with the first command and ended with the tests."""
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(orders(__file__))


def main() -> None:
    """Carry out orders until there are no more."""
    for name in _HEAVY:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # a fork that looks through what was imported would copy all of it
    for order in given():
        child = os.fork()
        if child == 0:
            _become(order)
            _end(_code_of_the_command())
        answer(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def _become(order: Mapping[str, Any]) -> None:
    """Be a process as a shell starts it: nothing is left of the tests' own."""
    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(order["environment"])
    tempfile.tempdir = None
    for descriptor, name in enumerate(order["ends"]):
        os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT if descriptor else os.O_RDONLY), descriptor)
    sys.path[0] = order["cwd"]
    sys.argv = ["riskwarn", *order["words"]]


def _code_of_the_command() -> int:
    try:
        runpy.run_module("riskwarn", run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def _end(code: int) -> NoReturn:
    """End as Python does, but for taking apart what was imported."""
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
