"""Messages about made-up notices, homes that may deliver to one port, and subscribers."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from riskwarn.home import Home, make_home, open_home
from riskwarn.secrets import key_file
from riskwarn.settings import Settings
from serving.access.areas import WHOLE_CITY, Area
from serving.access.caller import LOCAL
from serving.delivery.dispatcher import Dispatcher
from serving.delivery.messages import Kind, Message
from serving.delivery.outbox import enqueue
from serving.delivery.pace import Pace
from serving.delivery.subscriptions import Asked, create

NOW = datetime(2026, 3, 3, 1, 30, tzinfo=UTC)

#: So that a test need not wait.
FAST = Pace(first=0.02, longest=0.2, look_every=0.02, held=5.0)

TEXT = {
    "zh": "青山社区第1网格：建议本周上门调解。类似网格100个里约14个四周内出事，平时4个。",
    "en": "Grid 1 of Qingshan: mediation this week. Of 100 such grids about 14 have trouble in four weeks, usually 4.",
}


def message(
    alert: str = "al1", version: int = 1, kind: Kind = "Alert", *, town: str = "T0000000", district: str = "D0000000",
    code: str = "G0000003", level: str = "red", target: str = "conflict", at: datetime = NOW,
    replaces: tuple[tuple[str, datetime], ...] = (), units: tuple[str, ...] = (), name: str = "第1网格",
    reasons: list[dict[str, Any]] | None = None, **given: Any,
) -> Message:  # fmt: skip
    """A message about a grid."""
    status = {"Alert": "open", "Update": "acknowledged", "Cancel": "withdrawn", "Outcome": "closed"}[kind]
    body = {
        "id": alert, "version": version, "target": target, "horizon": 4, "unit": "grid", "code": code, "name": name,
        "level": level, "status": status, "score": 0.14, "raised_at": NOW.isoformat(), "due_at": None, "expires_at": None,
        "team_id": None, "service": "mediation", "reasons": reasons or [], "text": TEXT,
    }  # fmt: skip
    own = {"team_id": None, "expires_at": NOW + timedelta(days=28), "body": body, **given}
    units = units or (code, "C0000000", town, district)
    return Message(
        id=f"{alert}.{version}", kind=kind, alert_id=alert, version=version, target=target, level=level, units=units,
        sent_at=at, references=replaces, **own,
    )  # fmt: skip


def delivering(folder: Path, port: int | None, url: str | None = None, more: str = "") -> Home:
    """A home that may deliver to one port of this machine."""
    settings = Settings(threads=1, database_url=url, secrets_key=str(folder / "secrets.key"))
    home = make_home(folder / "home", settings)
    with (home.path / "riskwarn.yaml").open("a", encoding="utf-8") as file:
        file.write(f"delivery: {{loopback_port: {port or 9}{more}}}\n")
    home = open_home(home.path, settings)
    if not (folder / "secrets.key").exists():
        key_file.make(home, "aes-256-gcm")
    return home


def subscribed(
    home: Home, address: str, area: Area = WHOLE_CITY, *, now: datetime = NOW, **asked: Any
) -> dict[str, Any]:
    """A webhook of the owner of the home."""
    given = Asked(name="a receiver", address=address, area=area, **asked)
    return create(home, given, LOCAL, "a test", lambda _area: True, now=now)


def say(home: Home, *messages: Message) -> None:
    """Say something in a transaction of its own."""
    with home.database.begin() as connection:
        enqueue(connection, messages)


def carry(home: Home, now: datetime = NOW, pace: Pace = FAST) -> Counter[str]:
    """Carry what is due, and end."""
    return asyncio.run(Dispatcher(home, lambda: now, pace).drain())
