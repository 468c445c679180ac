"""What an erasure still has to do once it has happened, and what a killed one left: files, derived tables, freed pages."""

from __future__ import annotations

import re

from sqlalchemy import func, select, update

from riskwarn.files import sync
from riskwarn.home import Home
from riskwarn.store.tables import ERASURES, LAKE_FILES

UNFINISHED = ".writing-"


def sweep(home: Home) -> None:
    """Remove files of the lake that no row of the manifest names: nobody reads them."""
    with home.database.connect() as connection:
        listed = set(connection.scalars(select(LAKE_FILES.c.path)))
    for file in home.lake.glob("*/*"):
        if file.name.startswith(UNFINISHED) or f"{file.parent.name}/{file.name}" not in listed:
            file.unlink(missing_ok=True)


def finish_erasures(home: Home) -> None:
    """Finish every erasure that has happened in the database: removes old files and features, and empties freed pages."""
    with home.database.connect() as connection:
        first = connection.scalar(select(func.min(ERASURES.c.load_id)).where(ERASURES.c.finished.is_(False)))
    if first is None:
        return
    sweep(home)
    for folder in (home.lake, *(path for path in home.lake.iterdir() if path.is_dir())):
        sync(folder)
    for file in home.features.glob("**/*"):
        # Tables of features are made again from the lake; one that does not say its version may hold what is gone.
        version = re.search(r"store(\d+)", file.name)
        if file.is_file() and (version is None or int(version[1]) >= int(first)):
            file.unlink(missing_ok=True)
    with home.database.connect() as connection:
        full = "VACUUM" if connection.dialect.name == "sqlite" else "VACUUM FULL"
        if connection.dialect.name in ("sqlite", "postgresql"):
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql(full)
    with home.database.begin() as connection:
        connection.execute(update(ERASURES).values(finished=True))
