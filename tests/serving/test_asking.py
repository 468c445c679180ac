"""What a command answers a page: that it takes long is no failure, and what failed is told for as long as it holds."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from riskwarn.errors import CommandFailed
from serving.commands import asking
from serving.commands.asking import HOLDS, NOTHING, TOO_LONG, Asked
from tests.serving.conftest import Made


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the command answers next: a value, or what it fails by."""
    found: list[Any] = []

    def answered(*_asked: Any) -> Any:
        one = found.pop(0)
        if isinstance(one, Exception):
            raise one
        return one.wait(10) if isinstance(one, threading.Event) else one

    monkeypatch.setattr(asking, "answered", answered)
    return found


def failed(problem: str) -> CommandFailed:
    return CommandFailed(command="models", problem=problem)


def test_a_command_that_takes_too_long_has_not_answered_yet(made: Made, answers: list[Any]) -> None:
    """As on a machine that is busy, whatever is published: who asks again is told later."""
    clock = Clock()
    asked = Asked(made.home, "models", clock=clock)
    answers += [failed(TOO_LONG), ["first"], failed(TOO_LONG)]
    assert [asked(), asked()] == [None, None], "nor is it asked at once again"
    clock.at = HOLDS
    assert asked() == ["first"]
    clock.at = 2 * HOLDS
    assert asked() == ["first"], "what it said last holds, where it cannot say anything newer"
    assert not answers


def test_what_failed_is_told_until_it_is_asked_anew(made: Made, answers: list[Any]) -> None:
    clock, ends = Clock(), threading.Event()
    asked = Asked(made.home, "models", clock=clock)
    answers += [failed(NOTHING), ends]
    for _ in range(2):
        with pytest.raises(CommandFailed):
            asked()
    clock.at = HOLDS
    assert asked(waits=0.01) is None, "that it failed before says nothing of now"
    ends.set()
    assert asked() is True
