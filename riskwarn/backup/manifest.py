"""The manifest of a backup: each file with its hash, and a seal by which the home's own key tells that nobody else wrote it."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Any

from riskwarn.errors import BackupDamaged, BackupForeign, BackupMissing, BackupNewer
from riskwarn.files import write_text
from riskwarn.migrations import HEAD

NAME = "backup.json"
FORM = 1

_SEAL = b"riskwarn-backup-1"


@dataclass(frozen=True)
class File:
    """A file of a backup: its path within the folder, bytes, SHA-256, and when it was last changed in the home."""

    path: str
    size: int
    sha256: str
    modified: int  # nanoseconds since 1970


@dataclass(frozen=True)
class Manifest:
    """What a backup is."""

    id: str
    made_at: datetime
    database: str  # sqlite, postgresql
    tables: str  # the version of the tables
    files: tuple[File, ...]
    columns: Mapping[str, Sequence[str]]  # of each table of a server, in the order of its file
    riskwarn: str = ""

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


def write_manifest(folder: Path, manifest: Manifest, id_key: bytes) -> None:
    """Write it into the folder of the backup."""
    content: dict[str, Any] = {
        "form": FORM,
        "id": manifest.id,
        "made_at": manifest.made_at.isoformat(),
        "riskwarn": version("riskwarn"),
        "database": manifest.database,
        "tables": manifest.tables,
        "columns": {name: list(columns) for name, columns in manifest.columns.items()},
        "files": [asdict(file) for file in manifest.files],
    }
    digest = _digest(content)
    sealed = {**content, "sha256": digest, "seal": _seal(digest, id_key)}
    write_text(folder / NAME, json.dumps(sealed, ensure_ascii=False, indent=1) + "\n")


def read_manifest(folder: Path, id_key: bytes | None = None, key: Path | None = None) -> Manifest:
    """Read it, and hold it against the key of its home where that is given.

    Raises BackupMissing, BackupDamaged (it is not as it was written), BackupForeign, BackupNewer.
    """
    file = folder / NAME
    if not file.is_file():
        raise BackupMissing(folder=folder, file=NAME)
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        digest, seal = content.pop("sha256"), content.pop("seal")
        sound = digest == _digest(content)
    except (ValueError, KeyError, TypeError, AttributeError):
        sound = False
    if not sound:
        raise BackupDamaged(folder=folder, files=NAME)
    if content["form"] > FORM or content["tables"] > HEAD:
        raise BackupNewer(folder=folder, version=content["riskwarn"])
    if id_key is not None and not hmac.compare_digest(str(seal), _seal(digest, id_key)):
        raise BackupForeign(folder=folder, key=key)
    files = tuple(File(**one) for one in content["files"])
    if not all(_inside(one.path) for one in files):
        raise BackupDamaged(folder=folder, files=NAME)
    return Manifest(
        content["id"],
        datetime.fromisoformat(content["made_at"]),
        content["database"],
        content["tables"],
        files,
        content["columns"],
        content["riskwarn"],
    )


def _inside(path: str) -> bool:
    """Whether a path stays within its folder."""
    pure = PurePosixPath(path)
    return not pure.is_absolute() and ".." not in pure.parts and path not in ("", ".", NAME)


def _digest(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _seal(digest: str, id_key: bytes) -> str:
    return hmac.new(id_key, _SEAL + digest.encode(), "sha256").hexdigest()
