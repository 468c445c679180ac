"""The experiment as a whole, on a tiny city."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_every_forecaster_of_a_back_test_is_judged_beside_the_ceiling(tmp_path: Path) -> None:
    command = [
        sys.executable, "experiments/skill/run.py", tmp_path / "cache", "--generators", "first", "--seeds", "1",
        "--targets", "conflict", "--grids", "40", "--weeks", "110", "--truth-every", "13", "--futures", "100",
        "--refit-every", "40", "--json", tmp_path / "told.json",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    told = json.loads((tmp_path / "told.json").read_text(encoding="utf-8"))
    by_name = {one["forecaster"]: one for one in told}
    assert {"ceiling", "model", "all_history", "climatology"} <= set(by_name)
    assert all(one["origins"] == 5 and one["skill"]["share_closed"] < 1.2 for one in told)
    assert by_name["ceiling"]["of_ceiling"] == 1
    assert all(name in done.stdout for name in by_name)

    again = subprocess.run([*command, "--keep"], cwd=ROOT, capture_output=True, text=True)
    assert again.returncode == 0 and again.stdout == done.stdout and "back-testing" not in again.stderr
