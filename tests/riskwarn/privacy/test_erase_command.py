"""``riskwarn erase`` as a person meets it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from riskwarn.home import Home
from riskwarn.store import Store
from tests.worlds import dispute, load, with_grids, write_csv

ROOT = Path(__file__).parents[3]


def erase(home: Home, *arguments: str, text: str = "", code: int = 0) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "riskwarn", "--json", "--home", str(home.path), "erase", *arguments],
        cwd=ROOT, input=text, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout) if code == 0 else done.stderr.strip().splitlines()[-1]


@pytest.fixture
def city(home: Home, tmp_path: Path) -> Home:
    with_grids(home, tmp_path)
    load(home, "disputes", write_csv(tmp_path / "disputes.csv", [dispute(n) for n in range(5)]))
    return home


def test_a_record_and_a_load(city: Home) -> None:
    told = erase(city, "--because", "法院决定", "--record", "disputes", "-", text="D3\n")
    assert (told["kind"], told["rows"], told["proof"]["hits"]) == ("record", 1, [])
    assert told["proof"]["files"] >= 4
    again = erase(city, "--because", "法院决定", "--record", "disputes", "D3", code=1)
    assert "disputes holds no record of this id" in again and "D3" not in again
    told = erase(city, "--because", "a mistaken delivery", "--load", "2")
    assert (told["kind"], told["rows"], told["files_rewritten"], told["proof"]["hits"]) == ("load", 4, 1, [])
    assert Store(city).versions("disputes").empty
    assert erase(city, "--because", "again", "--load", "2", code=1).startswith("riskwarn: There is no load 2")


def test_wrong_usage_and_wrong_reasons(city: Home) -> None:
    erase(city, "--because", "x", code=2)
    erase(city, "--because", "x", "--load", "2", "--record", "disputes", "D1", code=2)
    erase(city, "--load", "2", code=2)
    assert "is refused" in erase(city, "--because", "维稳", "--load", "2", code=1)
    assert "without naming anyone" in erase(city, "--because", "王小明", "--load", "2", code=1)
    assert "nosuch" in erase(city, "--because", "x", "--record", "nosuch", "D1", code=1)
    assert len(Store(city).versions("disputes")) == 5
