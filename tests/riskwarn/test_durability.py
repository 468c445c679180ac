"""A load either happened or did not: killed at any instant, two at once, or on a full disk."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import select

from riskwarn.files import sha256
from riskwarn.home import Home, open_home
from riskwarn.settings import Settings
from riskwarn.store import Store
from riskwarn.store.tables import LAKE_FILES, LOADS
from tests.orders import ROOT
from tests.riskwarn.ingest.loader import loaders
from tests.worlds import NOW, dispute, load, with_grids, write_csv

Contents = tuple[pd.DataFrame, list[Any], list[Any]]


def export(folder: Path, rows: int = 3000, first: int = 0, outcome: str = "调解中") -> Path:
    """Disputes, a few of them twice and a few corrected."""
    written = [
        dispute(number, 发生时间=f"2026-0{number % 3 + 1}-{number % 28 + 1:02d}", 调解结果=outcome)
        for number in range(first, first + rows)
    ]
    corrected = [{**row, "纠纷类型": "物业"} for row in written[:50]]
    return write_csv(folder / f"{first}-{outcome}.csv", [*written, *written[:30], *corrected])


def contents(home: Home) -> Contents:
    """All that a store holds: rows, ledger, manifest."""
    with home.database.connect() as connection:
        loads = connection.execute(select(LOADS.c.load_id, LOADS.c.file_sha256, LOADS.c.exported_at)).all()
        files = connection.execute(select(LAKE_FILES.c.path, LAKE_FILES.c.sha256, LAKE_FILES.c.rows)).all()
    for path, digest, _ in files:
        assert sha256(home.lake / path) == digest, "the manifest names whole files only"
    return Store(home).versions("disputes"), sorted(loads), sorted(files)


def assert_equal(home: Home, expected: Contents) -> None:
    rows, loads, files = contents(home)
    pd.testing.assert_frame_equal(rows, expected[0])
    assert (loads, files) == expected[1:]


def leftovers(home: Home) -> set[str]:
    """Files of the lake that no manifest row names."""
    with home.database.connect() as connection:
        listed = set(connection.scalars(select(LAKE_FILES.c.path)))
    return {str(file.relative_to(home.lake)) for file in home.lake.glob("*/*")} - listed


def copied(home: Home, folder: Path) -> Home:
    home.database.dispose()
    shutil.copytree(home.path, folder)
    return open_home(folder, Settings())


@pytest.fixture(params=["an empty store", "a store that the load corrects"])
def before(request: pytest.FixtureRequest, home: Home, tmp_path: Path) -> tuple[Home, Path]:
    """A home, and the export that is to be loaded into it."""
    with_grids(home, tmp_path)
    if request.param != "an empty store":
        load(home, "disputes", export(tmp_path, 2000))
        return home, export(tmp_path, 2500, 500, "调解成功")
    return home, export(tmp_path)


def undisturbed(home: Home, path: Path, folder: Path) -> tuple[Contents, Contents]:
    """What the store holds before and after a load that nothing disturbs."""
    whole = copied(home, folder)
    earlier = contents(whole)
    load(whole, "disputes", path)
    return earlier, contents(whole)


def check_survivor(home: Home, path: Path, earlier: Contents, later: Contents) -> bool:
    """All or nothing is there; after a second try it is all. Gives whether it was nothing."""
    rows, loads, _ = contents(home)
    nothing = len(loads) == len(earlier[1])
    pd.testing.assert_frame_equal(rows, earlier[0] if nothing else later[0])
    load(home, "disputes", path)
    if nothing:
        assert_equal(home, later)
    pd.testing.assert_frame_equal(Store(home).versions("disputes"), later[0])
    assert not leftovers(home)
    home.database.dispose()
    return nothing


def check_random_kills(before: tuple[Home, Path], tmp_path: Path, kills: int) -> None:
    home, path = before
    earlier, later = undisturbed(home, path, tmp_path / "whole")
    rng = random.Random(1)
    nothing = 0
    with loaders(NOW) as run:
        usual = run(copied(home, tmp_path / "timed"), path)["seconds"]
        for turn in range(kills):
            victim = copied(home, tmp_path / f"turn{turn}")
            run(victim, path, kill_after=rng.uniform(0, 1.2 * usual))
            nothing += check_survivor(victim, path, earlier, later)
            shutil.rmtree(victim.path)
    assert nothing >= kills // 5, "many kills came before the commit"


@pytest.mark.slow
def test_a_load_killed_at_any_instant_leaves_no_trace(before: tuple[Home, Path], tmp_path: Path) -> None:
    """RISKWARN_KILLS=50 tries as many; each of its steps is tried below."""
    check_random_kills(before, tmp_path, int(os.environ.get("RISKWARN_KILLS", "10")))


@pytest.mark.slow
def test_a_load_killed_at_every_step_leaves_no_trace(before: tuple[Home, Path], tmp_path: Path) -> None:
    """A step is a change of the file system or of the database; the kill comes before it."""
    home, path = before
    earlier, later = undisturbed(home, path, tmp_path / "whole")
    told = []
    with loaders(NOW) as run:
        steps = run(copied(home, tmp_path / "counted"), path)["steps"]
        assert steps > 10
        for step in range(1, steps + 1):
            victim = copied(home, tmp_path / f"step{step}")
            assert run(victim, path, kill_at=step)["ended"] == "killed"
            told.append(check_survivor(victim, path, earlier, later))
            shutil.rmtree(victim.path)
    assert told == sorted(told, reverse=True), "from one step on the load has happened"
    assert told[0]


def test_two_loads_at_once_wait_for_each_other(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    path = export(tmp_path, 400)
    second = write_csv(tmp_path / "e.csv", [dispute(number) for number in range(1000, 1400)])
    with ThreadPoolExecutor(4) as pool:
        accounts = list(pool.map(lambda file: load(home, "disputes", file), [path, second, path, second]))
    assert sum(account.accepted for account in accounts) == 800
    assert sum(account.corrected for account in accounts) == 50
    assert sum(account.duplicates for account in accounts) == 30 + 480 + 400
    assert len(Store(home).versions("disputes")) == 850
    assert not leftovers(home)


@pytest.mark.slow
def test_processes_that_load_at_once_lose_and_repeat_nothing(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    home.database.dispose()
    files = [
        write_csv(tmp_path / f"{part}.csv", [dispute(number) for number in range(part * 150, part * 150 + 200)])
        for part in range(4)
    ]
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "riskwarn", "--home", str(home.path), "ingest", "disputes", str(file)],
            cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )
        for file in files
    ]  # fmt: skip
    for process in started:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    stored = Store(home).versions("disputes")
    assert len(stored) == stored["record_id"].nunique() == 650
    assert len(contents(home)[1]) == 5
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


@pytest.mark.slow
def test_wherever_the_disk_is_full_nothing_is_half_written(before: tuple[Home, Path], tmp_path: Path) -> None:
    """A limit on the size of a file stands for the disk: it ends the load at its database, at its lake file or nowhere."""
    home, path = before
    earlier, later = undisturbed(home, path, tmp_path / "whole")
    told = []
    with loaders(NOW) as run:
        for kilobytes in (0, 1, 8, 30, 60, 100, 140, 180, 240, 1000):
            full = copied(home, tmp_path / f"full{kilobytes}")
            done = run(full, path, file_size=kilobytes * 1024)
            assert done["ended"] in ("done", "failed")
            assert (done["ended"] == "failed") == check_survivor(full, path, earlier, later), done["error"]
            told.append(done["ended"])
    assert told == sorted(told, reverse=True) and {*told} == {"failed", "done"}
