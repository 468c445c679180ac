"""Whether the files of the lake are as they were written."""

from __future__ import annotations

from sqlalchemy import select

from riskwarn.files import sha256
from riskwarn.home import Home
from riskwarn.progress import Progress, silent
from riskwarn.store.tables import LAKE_FILES


def damaged_files(home: Home, progress: Progress = silent) -> tuple[int, list[str]]:
    """How many files the manifest lists, and the paths of those that are missing or other than they were written."""
    listed = select(LAKE_FILES.c.path, LAKE_FILES.c.sha256).order_by(LAKE_FILES.c.load_id)
    with home.database.connect() as connection:
        files = connection.execute(listed).all()
    damaged = []
    for count, (path, wanted) in enumerate(files):
        progress("reading the files of the lake", count, len(files))
        file = home.lake / path
        if not file.is_file() or sha256(file) != wanted:
            damaged.append(str(path))
    return len(files), damaged
