"""Who was told of a notice is told that it was taken back, and what became of it: however long that takes, and after he was stopped."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from experiments.benchmarks.receivers import Receiver
from riskwarn.home import Home, open_home
from serving.access.caller import LOCAL
from serving.delivery.deliveries import replay, sweep
from serving.delivery.messages import Message
from serving.delivery.subscriptions import listed
from tests.serving.delivery.saying import NOW, carry, delivering, message, say, subscribed


def further(version: int, kind: str, at: datetime = NOW, alert: str = "al1", **given: object) -> Message:
    """What is said of a notice after its first message."""
    before = tuple((f"{alert}.{number}", NOW) for number in range(1, version))
    return message(alert, version, kind, at=at, replaces=before, **given)  # type: ignore[arg-type]


def test_replay_tells_what_was_said_while_it_was_stopped(home: Home, receiver: Receiver) -> None:
    made = subscribed(home, f"{receiver.address}/hook")
    say(home, message())
    carry(home)
    receiver.answer = lambda got: (410, {}) if got.id == "al1.2" else (200, {})
    say(home, further(2, "Update"))
    carry(home)
    say(home, further(3, "Cancel"), message("al2"))
    assert carry(home) == {}
    (stopped,) = listed(home, LOCAL)
    assert (stopped["stopped"], stopped["dead"], stopped["waiting"]) == ("gone", 2, 0)
    receiver.answer = lambda _got: (200, {})
    assert replay(home, made["id"], LOCAL, "a test", now=NOW) == 2
    assert carry(home) == {"delivered": 2}
    assert receiver.ids("/hook") == ["al1.1", "al1.2", "al1.2", "al1.3"]


def test_what_was_given_up_before_anybody_heard_it_is_told_with_its_end(home: Home, receiver: Receiver) -> None:
    made = subscribed(home, f"{receiver.address}/hook")
    receiver.answer = lambda got: (410, {}) if got.id == "al1.1" else (200, {})
    say(home, message())
    carry(home)
    say(home, message("al2"), further(2, "Cancel"))
    receiver.answer = lambda _got: (200, {})
    assert replay(home, made["id"], LOCAL, "a test", now=NOW) == 2
    carry(home)
    assert receiver.ids("/hook") == ["al1.1", "al1.1", "al1.2"], "al2 was raised while it wanted nothing"


@pytest.mark.parametrize(
    ("period", "days", "keep"), [("week", 93, 92), ("week", 30, 1), ("month", 364, 92), ("day", 50, 1)]
)
def test_a_cancel_finds_them_when_the_messages_are_forgotten(
    tmp_path: Path, receiver: Receiver, period: str, days: int, keep: int
) -> None:
    home = delivering(tmp_path, receiver.port, more=f", keep_days: {keep}")
    told = (home.path / "riskwarn.yaml").read_text(encoding="utf-8").replace("period: week", f"period: {period}")
    (home.path / "riskwarn.yaml").write_text(told, encoding="utf-8")
    home = open_home(home.path, home.settings)
    assert home.configuration.calendar.period == period
    subscribed(home, f"{receiver.address}/hook")
    say(home, message(expires_at=NOW + timedelta(days=400)))
    carry(home)
    later = NOW + timedelta(days=days)
    assert sweep(home, later) == 1
    subscribed(home, f"{receiver.address}/other", now=later)
    say(home, further(2, "Cancel", later), further(3, "Outcome", later, expires_at=None))
    carry(home, now=later)
    assert receiver.ids("/hook") == ["al1.1", "al1.2", "al1.3"]
    assert receiver.ids("/other") == [], "who was never told hears of no end"
