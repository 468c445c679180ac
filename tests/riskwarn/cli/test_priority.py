"""Long work steps back for whoever answers on the same machine; what was started with a priority of its own keeps it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.orders import ROOT

TELL = """
import os, sys
from riskwarn.cli import main
os.nice(int(sys.argv.pop(1)))
try:
    main()
except SystemExit:
    print("nice", os.getpriority(os.PRIO_PROCESS, 0))
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "given", "found"), [("score", 0, 10), ("update", 0, 10), ("models", 0, 0), ("score", 3, 3)]
)
def test_long_work_steps_back(tmp_path: Path, command: str, given: int, found: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", TELL, str(given), "--home", tmp_path / "none", command],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == f"nice {found}"
