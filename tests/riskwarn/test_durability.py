"""A load either happened or did not: killed at any instant, two at once, or on a full disk."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import select

from riskwarn.database import LAKE_FILES, LOADS
from riskwarn.files import sha256
from riskwarn.home import Home, open_home
from riskwarn.settings import Settings
from riskwarn.store import Store
from tests.worlds import NOW, dispute, load, with_grids, write_csv

LOADER = """
import sys
from datetime import datetime
from pathlib import Path
import riskwarn.ingest.loading
from riskwarn.home import open_home
from riskwarn.ingest import ingest
from riskwarn.settings import Settings
home = open_home(Path(sys.argv[1]), Settings())
home.database
print("ready", flush=True)
sys.stdin.readline()
ingest(home, "disputes", [Path(sys.argv[2])], now=datetime.fromisoformat(sys.argv[3]))
"""


def export(folder: Path, rows: int = 3000) -> Path:
    written = [dispute(number, 发生时间=f"2026-0{number % 3 + 1}-{number % 28 + 1:02d}") for number in range(rows)]
    return write_csv(
        folder / "d.csv", [*written, *written[:30], *({**row, "纠纷类型": "物业"} for row in written[:50])]
    )


def contents(home: Home) -> tuple[pd.DataFrame, list[Any], list[Any]]:
    """All that a store holds: rows, ledger, manifest."""
    with home.database.connect() as connection:
        loads = connection.execute(select(LOADS.c.load_id, LOADS.c.file_sha256, LOADS.c.exported_at)).all()
        files = connection.execute(select(LAKE_FILES.c.path, LAKE_FILES.c.sha256, LAKE_FILES.c.rows)).all()
    for path, digest, _ in files:
        assert sha256(home.lake / path) == digest, "the manifest names whole files only"
    return Store(home).versions("disputes"), sorted(loads), sorted(files)


def assert_equal(home: Home, expected: tuple[pd.DataFrame, list[Any], list[Any]]) -> None:
    rows, loads, files = contents(home)
    pd.testing.assert_frame_equal(rows, expected[0])
    assert (loads, files) == expected[1:]


def leftovers(home: Home) -> set[str]:
    """Files of the lake that no manifest row names."""
    with home.database.connect() as connection:
        listed = set(connection.scalars(select(LAKE_FILES.c.path)))
    return {str(file.relative_to(home.lake)) for file in home.lake.glob("*/*")} - listed


@pytest.mark.slow
def test_a_load_killed_at_any_instant_leaves_no_trace(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    path = export(tmp_path)
    whole = tmp_path / "whole"
    shutil.copytree(home.path, whole)
    undisturbed = open_home(whole, Settings())
    started = time.perf_counter()
    load(undisturbed, "disputes", path)
    usual = time.perf_counter() - started
    expected = contents(undisturbed)
    rng = random.Random(1)
    unfinished = 0
    for turn in range(50):
        folder = tmp_path / f"turn{turn}"
        shutil.copytree(home.path, folder)
        process = subprocess.Popen(
            [sys.executable, "-c", LOADER, str(folder), str(path), NOW.isoformat()],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=Path(__file__).parents[2],
        )  # fmt: skip
        assert process.stdin is not None and process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        process.stdin.write(b"\n")
        process.stdin.flush()
        time.sleep(rng.uniform(0, 1.3 * usual))
        process.kill()
        process.communicate()
        survivor = open_home(folder, Settings())
        rows, loads, _ = contents(survivor)
        assert (len(rows), len(loads)) in {(0, 1), (len(expected[0]), 2)}, "all of a load or nothing of it"
        unfinished += len(loads) == 1
        load(survivor, "disputes", path)
        if len(loads) == 1:
            assert_equal(survivor, expected)
        else:
            pd.testing.assert_frame_equal(Store(survivor).versions("disputes"), expected[0])
        assert not leftovers(survivor)
        survivor.database.dispose()
        shutil.rmtree(folder)
    assert unfinished >= 10, "most kills came before the commit"


def test_two_loads_at_once_wait_for_each_other(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    path = export(tmp_path, 400)
    other = tmp_path / "other"
    other.mkdir()
    second = write_csv(other / "e.csv", [dispute(number) for number in range(1000, 1400)])
    with ThreadPoolExecutor(4) as pool:
        accounts = list(pool.map(lambda file: load(home, "disputes", file), [path, second, path, second]))
    assert sum(account.accepted for account in accounts) == 800
    assert sum(account.corrected for account in accounts) == 50
    assert sum(account.duplicates for account in accounts) == 30 + 480 + 400
    assert len(Store(home).versions("disputes")) == 850
    assert not leftovers(home)


def test_a_write_that_fails_leaves_nothing_half_written(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a full disk: the file cannot be synced."""
    with_grids(home, tmp_path)
    path = export(tmp_path, 50)
    before = contents(home)

    def full(_path: Path) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("riskwarn.files.sync", full)
        with pytest.raises(OSError, match="No space left"):
            load(home, "disputes", path)
    assert_equal(home, before)
    assert not leftovers(home)
    assert load(home, "disputes", path).accepted == 50
