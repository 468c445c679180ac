"""A process that changes who may see what, as fast as it can, and tells of each change once it is acknowledged."""

from __future__ import annotations

from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from riskwarn.audit import Action
from riskwarn.home import open_home
from riskwarn.settings import Settings
from serving.access.keys import Asked, create_key, revoke_key, rotate_key
from serving.access.operators import create_operator, revoke_operator
from serving.access.scopes import Role, Scope

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)


def changes(path: Path, url: str | None, acknowledged: Connection) -> None:
    """Grant, rotate and revoke until killed."""
    home = open_home(path, Settings(database_url=url))
    while True:
        operator = create_operator(home, "20113", Role.ANALYST, now=NOW)["id"]
        acknowledged.send((Action.OPERATOR_CREATED.value, operator))
        key = create_key(home, Asked("program", frozenset((Scope.READ,))), now=NOW)["id"]
        acknowledged.send((Action.KEY_CREATED.value, key))
        own = create_key(home, Asked("program", operator=operator), now=NOW)["id"]
        acknowledged.send((Action.KEY_CREATED.value, own))
        second = rotate_key(home, key, now=NOW)["id"]
        acknowledged.send((Action.KEY_ROTATED.value, second))
        revoke_key(home, second, "a test", now=NOW)
        acknowledged.send((Action.KEY_REVOKED.value, second))
        revoke_operator(home, operator, "a test", now=NOW)
        acknowledged.send((Action.OPERATOR_REVOKED.value, operator))


def started(path: Path, url: str | None, acknowledged: Connection) -> Any:
    """Such a process, on its way."""
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__])
    process = context.Process(target=changes, args=(path, url, acknowledged))
    process.start()
    return process
