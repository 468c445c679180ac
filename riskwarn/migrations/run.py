"""Running the scripts that a database has not seen yet, all in one transaction that nobody else shares."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from riskwarn.migrations import VERSION_TABLE

#: PostgreSQL's advisory lock of our migrations; any number, as long as it stays the same.
_LOCK = 0x7269736B7761726E


def scripts() -> ScriptDirectory:
    """All scripts, in their order."""
    return ScriptDirectory(str(Path(__file__).parent))


def upgrade(engine: Engine, to: str = "head") -> None:
    """Bring a database to the newest version, or to an earlier one. Of several processes that open it at once one does it, the others wait.

    Either all of it happens or nothing: both databases take changes of tables back with their transaction.
    """
    ours = scripts()

    def ahead(heads: tuple[str, ...], _context: MigrationContext) -> Any:
        return ours._upgrade_revs(to, heads)  # type: ignore[arg-type]  # as Alembic's own documentation does it

    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            # Tables are made anew there, also those that others refer to. The driver begins no transaction before it
            # changes tables; begun by hand it holds for all that follows.
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            connection.exec_driver_sql("BEGIN EXCLUSIVE")
        else:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        options = {"version_table": VERSION_TABLE, "script": ours, "fn": ahead}
        context = MigrationContext.configure(connection, opts=options)
        context.run_migrations(op=Operations(context))
        connection.commit()
    # The next connection checks foreign keys again.
    engine.dispose()
