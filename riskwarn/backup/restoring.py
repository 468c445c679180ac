"""Restoring a backup: its hashes first, then a home beside the place where it is to be, looked through, and only then put there."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import inspect

from riskwarn.audit import Action, Entry, record
from riskwarn.backup import postgresql
from riskwarn.backup.copying import copy_file
from riskwarn.backup.manifest import File, Manifest, read_manifest
from riskwarn.backup.partial import partial
from riskwarn.backup.parts import SIGNED_IN
from riskwarn.errors import BackupDamaged, BackupUnsound, FileMissing, RestoreRefused
from riskwarn.files import sha256, write_text
from riskwarn.home import ID_KEY, Home, open_home
from riskwarn.messages import Listed, Message
from riskwarn.progress import Progress, silent
from riskwarn.settings import Settings
from riskwarn.store.garbage import sweep

#: So many damaged files are named in a sentence.
NAMED = 20

#: Looks a home through and gives what is not as it was written.
Verify = Callable[[Home, Progress], Sequence[str]]


@dataclass(frozen=True)
class Restored:
    """A home that was restored."""

    home: Path
    backup: str
    made_at: datetime
    files: int
    bytes: int
    problems: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """The shape that is printed."""
        return {
            **vars(self),
            "home": str(self.home),
            "made_at": self.made_at.isoformat(),
            "problems": list(self.problems),
        }


def check(folder: Path, id_key: Path | None = None, progress: Progress = silent) -> Manifest:
    """Hold every file of a backup against its manifest, and that against the home's key where it is given.

    Raises BackupMissing, BackupDamaged (which names them all), BackupForeign, BackupNewer, FileMissing (the key).
    """
    manifest = read_manifest(folder, None if id_key is None else _read_key(id_key), id_key)
    damaged: list[str] = []
    for count, file in enumerate(manifest.files):
        progress("reading the backup", count, len(manifest.files))
        if not _is_sound(folder / file.path, file):
            damaged.append(file.path)
    if damaged:
        raise BackupDamaged(folder=folder, files=_few(damaged))
    return manifest


def restore(
    folder: Path,
    home: Path,
    settings: Settings,
    id_key: Path,
    verify: Verify,
    *,
    now: datetime,
    with_problems: bool = False,
    progress: Progress = silent,
) -> Restored:
    """Restore a backup into a home that is absent or empty: it is there whole and looked through, or not at all.

    Parameters
    ----------
    id_key : the key file of the home that the backup was made of.
    verify : gives what is not as it was written in the restored home; nothing is put in place where there is anything, except `with_problems`.

    Raises BackupMissing, BackupDamaged, BackupForeign, BackupNewer, BackupUnsound, RestoreRefused, FileMissing (the key), DiskFull.
    """
    home = home.expanduser().resolve()

    def refused(problem: str) -> RestoreRefused:
        return RestoreRefused(home=home, problem=problem)

    server = settings.database_url is not None
    manifest = check(folder, id_key, progress)
    if server != (manifest.database == "postgresql"):
        problem = (
            "the backup is of a home whose database lies in it; leave RISKWARN_DATABASE_URL out"
            if server
            else "the backup is of a home whose database is a server; name an empty one with RISKWARN_DATABASE_URL"
        )
        raise refused(problem)
    with partial(home, refused) as target:
        for count, file in enumerate(manifest.files):
            progress("copying files", count, len(manifest.files))
            if copy_file(folder / file.path, target, file.path).sha256 != file.sha256:
                raise BackupDamaged(folder=folder, files=file.path)
        write_text(target / ID_KEY, _read_key(id_key).hex() + "\n")
        if settings.database_url is not None:
            tables = manifest.columns
            postgresql.read_tables(settings.database_url, target, home, manifest.tables, tables, progress)
            shutil.rmtree(target / postgresql.FOLDER)
        made = open_home(target, settings)
        for inner in (made.lake, made.features, made.artifacts, made.snapshots, made.boundaries):
            inner.mkdir(mode=0o700, exist_ok=True)
        problems = tuple(verify(made, progress))
        if problems and not with_problems:
            raise BackupUnsound(folder=folder, problems=Listed(problems[:NAMED], separator="; "))
        # A load that was going on had written its file, and not yet the row that names it.
        sweep(made)
        _sign_out(made)
        entry = Entry(Action.BACKUP_RESTORED, manifest.id, result="problems" if problems else "done")
        record(made, entry, at=now)
        made.database.dispose()
    if server:
        placed = open_home(home, replace(settings))
        postgresql.settled(placed.database)
        placed.database.dispose()
    return Restored(home, manifest.id, manifest.made_at, len(manifest.files), manifest.size, problems)


def _sign_out(home: Home) -> None:
    with home.database.begin() as connection:
        for name in set(inspect(connection).get_table_names()) & {*SIGNED_IN}:
            connection.exec_driver_sql(f"DELETE FROM {name}")


def _read_key(file: Path) -> bytes:
    try:
        return bytes.fromhex(file.read_text(encoding="ascii").strip())
    except FileNotFoundError:
        raise FileMissing(file=file) from None
    except (ValueError, IsADirectoryError):
        # Not a key: no backup was sealed by it.
        return b""


def _is_sound(path: Path, file: File) -> bool:
    try:
        return path.is_file() and path.stat().st_size == file.size and sha256(path) == file.sha256
    except OSError:
        return False


def _few(names: Sequence[str]) -> str:
    shown = Listed(names[:NAMED])
    return Message("{files} and {more} more", files=shown, more=len(names) - NAMED) if len(names) > NAMED else shown
