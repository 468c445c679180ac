"""What of a home is backed up, and what is not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from riskwarn.audit.heads import NAME as AUDIT_HEAD
from riskwarn.home import CONFIGURATION, ID_KEY, Home

#: Files in the order in which they are copied. The end of the audit comes before the database: a file that is ahead of it would read
#: as if rows had been cut off.
BEFORE = (AUDIT_HEAD,)
AFTER = (CONFIGURATION, "inbox.json")

#: The operational database comes before the registry: what a snapshot names was registered before it was published.
DATABASE = "riskwarn.db"
DATABASES = (DATABASE, "mlflow.db", "tuning.db")

#: Folders whose files are written once, before the row that names them.
FOLDERS = ("lake", "boundaries", "snapshots", "artifacts", "mappings")

#: What is left out and not told of: features are built again from the lake, the rest is of this machine or this start.
UNTOLD = ("features", "audit.sent", "serve.token", *(f"{name}-journal" for name in DATABASES))

#: Keys in the home: left out, and told of each time, for nothing is restored without them.
KEYS = (ID_KEY,)

#: Tables that are emptied when a backup is restored: who was signed in then may have signed out since.
SIGNED_IN = ("sessions", "sign_ins_begun")


def files_of(home: Home) -> Iterator[tuple[str, os.stat_result]]:
    """The path within the home, and what the system tells, of every file of its folders; not of those that are being written."""
    for name in FOLDERS:
        for folder, inner, files in os.walk(home.path / name):
            inner[:] = sorted(one for one in inner if not one.startswith("."))
            for file in sorted(files):
                path = Path(folder) / file
                if file.startswith("."):
                    continue
                try:
                    found = path.stat()
                except FileNotFoundError:
                    continue
                yield path.relative_to(home.path).as_posix(), found


def left_out(home: Home) -> list[str]:
    """What lies in the home and is none of its parts: the exports of an inbox, files that somebody put there."""
    known = {*BEFORE, *AFTER, *DATABASES, *FOLDERS, *UNTOLD, *KEYS}
    return sorted(one.name for one in home.path.iterdir() if one.name not in known and not one.name.startswith("."))
