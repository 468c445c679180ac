"""A backup and a restored home are there whole or not at all: killed at any instant, on a full disk, beside who loads."""

from __future__ import annotations

import random
import shutil
import threading
from collections.abc import Callable, Iterator
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from riskwarn.backup import check
from riskwarn.backup.manifest import NAME
from riskwarn.errors import BackupMissing
from riskwarn.home import Home, make_home, open_home
from riskwarn.settings import Settings
from riskwarn.store.tables import LOADS
from tests.postgresql import emptied
from tests.riskwarn.backup.dying import dying
from tests.riskwarn.backup.worlds_of_backups import backed_up, filled, problems, restored, rows_of
from tests.worlds import dispute, load, with_grids, write_csv

Run = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    with dying() as made:
        yield made


def check_backup(folder: Path) -> bool:
    """Whether there is a backup; one that is there is whole."""
    if not folder.exists():
        return False
    check(folder)
    return True


def check_killed_backups(run: Run, city: Home, tmp_path: Path, kills: list[dict[str, Any]]) -> list[bool]:
    told = []
    for turn, kill in enumerate(kills):
        folder = tmp_path / f"backup{turn}"
        answer = run("backup", city.path, folder, **kill)
        assert answer["ended"] in ("killed", "done"), answer["error"]
        told.append(check_backup(folder))
        shutil.rmtree(folder, ignore_errors=True)
        # The next run clears what the killed one left.
        backed_up(city, folder)
        check(folder)
        assert not folder.with_name(f"{folder.name}.partial").exists()
        shutil.rmtree(folder)
    assert problems(city) == []
    return told


def check_killed_restores(run: Run, city: Home, tmp_path: Path, kills: list[dict[str, Any]]) -> list[bool]:
    backed_up(city, tmp_path / "backup")
    expected = rows_of(city, "audit", "audit_head")
    told = []
    for turn, kill in enumerate(kills):
        place = tmp_path / f"home{turn}"
        answer = run("restore", city.path, tmp_path / "backup", to=place, **kill)
        assert answer["ended"] in ("killed", "done"), answer["error"]
        told.append(place.exists())
        if not place.exists():
            restored(tmp_path / "backup", place, city)
        again = open_home(place, Settings(threads=1))
        assert rows_of(again, "audit", "audit_head") == expected
        assert problems(again) == [] and not place.with_name(f"{place.name}.partial").exists()
        again.database.dispose()
        shutil.rmtree(place)
    return told


def test_a_killed_backup_or_restore_leaves_nothing_half(run: Run, city: Home, tmp_path: Path) -> None:
    steps = run("backup", city.path, tmp_path / "whole")["steps"]
    assert steps > 20 and check_backup(tmp_path / "whole")
    chosen = [6, steps // 2, steps]
    told = check_killed_backups(run, city, tmp_path, [{"kill_at": step} for step in chosen])
    assert told == sorted(told) and not told[0] and told[-1]
    steps = run("restore", city.path, tmp_path / "whole", to=tmp_path / "again")["steps"]
    chosen = [steps // 2, steps - 3, steps]
    told = check_killed_restores(run, city, tmp_path, [{"kill_at": step} for step in chosen])
    assert told == sorted(told) and not told[0] and told[-1]


@pytest.mark.slow
def test_killed_at_every_step_nothing_is_half(run: Run, city: Home, tmp_path: Path) -> None:
    steps = run("backup", city.path, tmp_path / "whole")["steps"]
    told = check_killed_backups(run, city, tmp_path, [{"kill_at": step} for step in range(1, steps + 1)])
    assert told == sorted(told) and {*told} == {False, True}, "from one step on the backup is there"
    steps = run("restore", city.path, tmp_path / "whole", to=tmp_path / "again")["steps"]
    told = check_killed_restores(run, city, tmp_path, [{"kill_at": step} for step in range(1, steps + 1)])
    assert told == sorted(told) and {*told} == {False, True}


@pytest.mark.slow
def test_killed_from_outside_at_any_instant_nothing_is_half(run: Run, city: Home, tmp_path: Path) -> None:
    rng = random.Random(1)
    usual = run("backup", city.path, tmp_path / "whole")["seconds"]
    check_killed_backups(run, city, tmp_path, [{"kill_after": rng.uniform(0, 1.2 * usual)} for _ in range(15)])
    usual = run("restore", city.path, tmp_path / "whole", to=tmp_path / "again")["seconds"]
    check_killed_restores(run, city, tmp_path, [{"kill_after": rng.uniform(0, 1.2 * usual)} for _ in range(15)])


@pytest.mark.server
def test_a_restore_into_a_server_that_was_killed_is_begun_anew(run: Run, server: str, tmp_path: Path) -> None:
    home = filled(make_home(tmp_path / "home", Settings(threads=1, database_url=emptied(server))), tmp_path)
    backed_up(home, tmp_path / "backup")
    expected = rows_of(home, "audit", "audit_head")
    home.database.dispose()
    settings = Settings(threads=1, database_url=server)
    emptied(server)
    place = tmp_path / "again"
    order = {"to": place, "into": server}
    steps = run("restore", home.path, tmp_path / "backup", **order)["steps"]
    told = []
    for step in (steps // 4, steps // 2, 3 * steps // 4, steps - 12):
        emptied(server)
        shutil.rmtree(place, ignore_errors=True)
        assert run("restore", home.path, tmp_path / "backup", kill_at=step, **order)["ended"] == "killed"
        told.append(place.exists())
        if not place.exists():
            restored(tmp_path / "backup", place, home, settings)
        again = open_home(place, settings)
        assert rows_of(again, "audit", "audit_head", "riskwarn_restoring") == {
            name: rows for name, rows in expected.items() if name != "riskwarn_restoring"
        }
        assert problems(again) == []
        again.database.dispose()
    assert told == sorted(told) and not told[0]


def test_where_the_disk_is_full_it_is_one_sentence_and_nothing_stays(run: Run, city: Home, tmp_path: Path) -> None:
    (city.artifacts / "large").write_bytes(bytes(1_000_000))
    answer = run("backup", city.path, tmp_path / "b", file_size=500_000)
    assert answer["error"].startswith(f"DiskFull: {tmp_path / 'b.partial'}: the disk is full"), answer["error"]
    assert not (tmp_path / "b").exists() and not (tmp_path / "b.partial").exists()
    backed_up(city, tmp_path / "b")
    answer = run("restore", city.path, tmp_path / "b", to=tmp_path / "again", file_size=500_000)
    assert answer["error"].startswith(f"DiskFull: {tmp_path / 'again.partial'}"), answer["error"]
    assert not (tmp_path / "again").exists() and not (tmp_path / "again.partial").exists()


def loads(path: Path, url: str | None, folder: Path, first: int, acknowledged: Connection) -> None:
    """Load file after file, and tell each that has been loaded, until the other end is closed."""
    home = open_home(path, Settings(threads=1, database_url=url))
    for part in range(first, first + 10_000):
        file = write_csv(folder / f"{part}.csv", [dispute(part * 20 + number) for number in range(20)])
        load(home, "disputes", file)
        file.unlink()
        acknowledged.send(part)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def test_beside_who_loads_nothing_that_was_acknowledged_is_lost(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    url = emptied(request.getfixturevalue("server")) if kind == "postgresql" else None
    home = with_grids(make_home(tmp_path / "home", Settings(threads=1, database_url=url)), tmp_path)
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__])
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=loads, args=(home.path, url, tmp_path, 0, theirs))
    process.start()
    heard: list[int] = []
    listening = threading.Thread(target=lambda: _hear(ours, heard), daemon=True)
    listening.start()
    known: list[list[int]] = []
    try:
        for turn in range(3):
            while len(heard) < 2 * (turn + 1):
                assert process.is_alive()
                listening.join(0.01)
            known.append(list(heard))
            backed_up(home, tmp_path / f"backup{turn}", tmp_path / f"backup{turn - 1}" if turn else None)
    finally:
        process.kill()
        process.join()
    home.database.dispose()
    for turn, acknowledged in enumerate(known):
        settings = Settings(threads=1, database_url=emptied(url) if url is not None else None)
        restored(tmp_path / f"backup{turn}", tmp_path / f"again{turn}", home, settings)
        again = open_home(tmp_path / f"again{turn}", settings)
        with again.database.connect() as connection:
            names = set(connection.scalars(select(LOADS.c.file_name)))
        assert {f"{part}.csv" for part in acknowledged} <= names
        assert problems(again) == []
        again.database.dispose()
    assert known[0] != known[-1]


def _hear(ours: Connection, heard: list[int]) -> None:
    try:
        while True:
            heard.append(ours.recv())
    except (EOFError, OSError):
        return


def test_a_half_backup_is_none(run: Run, city: Home, tmp_path: Path) -> None:
    answer = run("backup", city.path, tmp_path / "b", kill_at=20)
    assert answer["ended"] == "killed" and (tmp_path / "b.partial").is_dir()
    with pytest.raises(BackupMissing, match=NAME):
        restored(tmp_path / "b.partial", tmp_path / "again", city)
