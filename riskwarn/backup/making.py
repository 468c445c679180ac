"""Making a backup while the home serves and loads.

First the end of the audit, then the databases, then the files that they name: files are written before the rows that name them, so that
each row of the copy has its files. What is taken away meanwhile (an erasure, a sweep) is noticed, and the databases are copied again.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from riskwarn.audit import Action, Entry, announced
from riskwarn.backup import parts, postgresql
from riskwarn.backup.copying import copy_file, copy_sqlite, link_file
from riskwarn.backup.manifest import File, Manifest, read_manifest, write_manifest
from riskwarn.backup.partial import partial
from riskwarn.errors import BackupRefused
from riskwarn.home import Home
from riskwarn.messages import Message
from riskwarn.migrations import HEAD
from riskwarn.progress import Progress, silent

#: How often the databases are copied again because something was taken away meanwhile.
ROUNDS = 5


@dataclass(frozen=True)
class Made:
    """A backup that was made."""

    folder: Path
    id: str
    made_at: datetime
    files: int
    bytes: int
    linked: int  # files that are those of an earlier backup
    damaged: tuple[str, ...]  # files of the lake that are not as they were written
    left_out: tuple[str, ...]  # what lies in the home and is not in it
    keys: tuple[Path, ...]  # what has to be kept elsewhere

    def as_dict(self) -> dict[str, Any]:
        """The shape that is printed."""
        return {
            **vars(self),
            "folder": str(self.folder),
            "made_at": self.made_at.isoformat(),
            "damaged": list(self.damaged),
            "left_out": list(self.left_out),
            "keys": [str(key) for key in self.keys],
        }


def make_backup(
    home: Home, folder: Path, *, now: datetime, previous: Path | None = None, progress: Progress = silent
) -> Made:
    """Back a home up into a new or empty folder, which is there whole or not at all.

    Parameters
    ----------
    previous : an earlier backup on the same disk; files that have not changed since are linked from there, once they are found sound.

    Raises BackupRefused, BackupMissing and BackupDamaged (the earlier one), DiskFull.
    """
    folder = folder.expanduser().resolve()
    _check_place(home, folder)
    earlier = read_manifest(previous) if previous is not None else None

    def refused(problem: str) -> BackupRefused:
        return BackupRefused(folder=folder, problem=problem)

    identity = secrets.token_hex(6)
    with (
        announced(home, Entry(Action.BACKUP_MADE, identity), at=now),
        partial(folder, refused) as target,
    ):
        making = _Making(home, target, progress, previous, {one.path: one for one in earlier.files} if earlier else {})
        for _ in range(ROUNDS):
            if making.round():
                break
        else:
            problem = "files were taken away while they were copied, again and again; run it when nothing is erased"
            raise refused(problem)
        kind = "sqlite" if home.settings.database_url is None else "postgresql"
        files = tuple(making.files[path] for path in sorted(making.files))
        manifest = Manifest(identity, now, kind, HEAD, files, making.columns)
        write_manifest(target, manifest, home.id_key)
    keys = [file for name in parts.KEYS if (file := home.path / name).exists()]
    if home.settings.secrets_key is not None:
        keys.append(Path(home.settings.secrets_key).expanduser().absolute())
    return Made(
        folder,
        identity,
        now,
        len(files),
        manifest.size,
        len(making.linked & making.files.keys()),
        tuple(_damaged(files)),
        tuple(parts.left_out(home)),
        tuple(keys),
    )


class _Making:
    """What has been copied so far; a round brings it up to what the home is now."""

    def __init__(
        self, home: Home, target: Path, progress: Progress, previous: Path | None, known: dict[str, File]
    ) -> None:
        self._home, self._target, self._progress = home, target, progress
        self._previous, self._known = previous, known
        self.files: dict[str, File] = {}
        self.columns: dict[str, list[str]] = {}
        self.linked: set[str] = set()

    def round(self) -> bool:
        """Whether nothing was taken away while it went on."""
        before = {path for path, _ in parts.files_of(self._home)}
        for name in parts.BEFORE:
            self._one(name)
        self._databases()
        sound = self._folders(before)
        for name in parts.AFTER:
            self._one(name)
        return sound

    def _one(self, name: str) -> None:
        if (self._home.path / name).is_file():
            self.files[name] = copy_file(self._home.path / name, self._target, name)

    def _databases(self) -> None:
        self._progress("copying the database")
        if self._home.settings.database_url is not None:
            written = postgresql.write_tables(self._home.database, self._target, self._progress)
            self.columns = written.columns
            self.files |= {file.path: file for file in written.files}
        for name in parts.DATABASES:
            if (self._home.path / name).is_file() and (
                name != parts.DATABASE or self._home.settings.database_url is None
            ):
                self.files[name] = copy_sqlite(self._home.path / name, self._target, name)

    def _folders(self, before: set[str]) -> bool:
        listed = list(parts.files_of(self._home))
        sound = before <= {path for path, _ in listed}
        for count, (path, found) in enumerate(listed):
            self._progress("copying files", count, len(listed))
            held = self.files.get(path)
            if held is not None and (held.size, held.modified) == (found.st_size, found.st_mtime_ns):
                continue
            known = self._known.get(path)
            if (
                known is not None
                and self._previous is not None
                and (known.size, known.modified) == (found.st_size, found.st_mtime_ns)
                and link_file(self._previous, self._target, known)
            ):
                self.files[path] = known
                self.linked.add(path)
                continue
            try:
                self.files[path] = copy_file(self._home.path / path, self._target, path)
            except FileNotFoundError:
                sound = False
        there = {path for path, _ in parts.files_of(self._home)}
        for path in [one for one in self.files if one.partition("/")[0] in parts.FOLDERS and one not in there]:
            # Erased or swept: it is none of this backup.
            sound = False
            del self.files[path]
            (self._target / path).unlink(missing_ok=True)
        return sound


def _check_place(home: Home, folder: Path) -> None:
    problem: str
    if folder.is_relative_to(home.path) or home.path.is_relative_to(folder):
        problem = "a backup lies neither in the home nor around it; name another place"
        raise BackupRefused(folder=folder, problem=problem)
    key = home.settings.secrets_key
    if key is not None and Path(key).expanduser().resolve().is_relative_to(home.path):
        problem = Message("the key file of secrets, {file}, lies in the home; move it elsewhere first", file=key)
        raise BackupRefused(folder=folder, problem=problem)


def _damaged(files: Iterable[File]) -> list[str]:
    """Files of the lake whose name is not the hash of their content."""
    return [one.path for one in files if one.path.startswith("lake/") and Path(one.path).stem != one.sha256]
