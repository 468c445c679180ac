"""Homes to back up, and what two homes have in common."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import MetaData, select

from riskwarn.backup import Made, Restored, make_backup, restore
from riskwarn.cli.restore import _problems
from riskwarn.home import ID_KEY, Home
from riskwarn.progress import Progress, silent
from riskwarn.settings import Settings
from tests.worlds import NOW, dispute, load, with_grids, write_csv


def filled(home: Home, folder: Path) -> Home:
    """A home with loads, refused rows, a remembered mapping, and exports in its inbox."""
    with_grids(home, folder)
    for first in (0, 40, 80):
        rows = [dispute(number) for number in range(first, first + 50)]
        load(home, "disputes", write_csv(folder / f"{first}.csv", [*rows, dispute(999 + first, 发生时间="去年冬天")]))
    (home.path / "mappings").mkdir()
    (home.path / "mappings" / "disputes-0123.yaml").write_text("columns: {}\n", encoding="utf-8")
    (home.path / "inbox").mkdir()
    (home.path / "inbox" / "raw.csv").write_text("姓名\n", encoding="utf-8")
    (home.path / "serve.token").write_text("of this start", encoding="utf-8")
    return home


def backed_up(home: Home, folder: Path, previous: Path | None = None) -> Made:
    return make_backup(home, folder, now=NOW, previous=previous)


def restored(folder: Path, place: Path, of: Home, settings: Settings | None = None, **options: Any) -> Restored:
    """A backup restored with the key of the home that it was made of, looked through as the command does."""
    key = of.path / ID_KEY
    return restore(folder, place, settings or Settings(threads=1), key, problems, **{"now": NOW, **options})


def problems(home: Home, progress: Progress = silent) -> list[str]:
    """What riskwarn verify finds."""
    return _problems(home, progress)


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, but for locks."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def rows_of(home: Home, *without: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the database, by table."""
    held = MetaData()
    held.reflect(home.database)
    with home.database.connect() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(select(table))), key=repr)
            for table in held.sorted_tables
            if table.name not in without
        }
