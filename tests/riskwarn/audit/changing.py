"""Processes that change something and append to the chain, as fast as they can."""

from __future__ import annotations

from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from riskwarn.audit import Action, Entry, recorded
from riskwarn.home import open_home
from riskwarn.settings import Settings
from riskwarn.store.tables import DISMISSALS

AT = datetime(2026, 11, 2, 9, 30, 0, 123456, tzinfo=UTC)


def changes(path: Path, url: str | None, first: int, most: int, acknowledged: Connection | None) -> None:
    """Change number after number, each in a transaction with its row; tell each that has been committed."""
    home = open_home(path, Settings(database_url=url))
    for number in range(first, first + most):
        with recorded(home) as change:
            row = {"rows": number, "because": "a test", "dismissed_at": AT}
            change.connection.execute(insert(DISMISSALS).values(row))
            change.append(Entry(Action.QUARANTINE_DISMISSED, str(number)), at=AT)
        if acknowledged is not None:
            acknowledged.send(number)


def started(path: Path, url: str | None, first: int, most: int, acknowledged: Connection | None = None) -> Any:
    """A process that does so, on its way."""
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__])
    process = context.Process(target=changes, args=(path, url, first, most, acknowledged))
    process.start()
    return process
