"""The rule of two compares who holds what: neither a rotated key nor a change that waits makes two of one person."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from riskwarn import errors
from riskwarn.home import Home
from serving.access import grants, keys
from serving.access.keys import Asked
from serving.access.scopes import Scope

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)


def program(home: Home, *scopes: Scope, token: str | None = None) -> tuple[str, str]:
    """(id, token) of a new key of a program."""
    made = keys.create_key(home, Asked("program", frozenset(scopes or (Scope.READ,))), now=NOW, token=token)
    return made["id"], made["key"]


def rotated(home: Home, identity: str, token: str | None = None) -> tuple[str, str]:
    """(id, token) of the successor of a key."""
    made = keys.rotate_key(home, identity, now=NOW, token=token)
    return made["id"], made["key"]


def confirm(home: Home, identity: str, token: str | None = None) -> str:
    return grants.confirm(home, identity, now=NOW, token=token)["confirmed_by"]


def test_a_key_and_its_successors_are_one_holder(home: Home) -> None:
    """Nothing that one of them grants is confirmed by another of them, in either direction and however often it was rotated."""
    first, first_token = program(home, Scope.SECURITY)
    second, second_token = rotated(home, first, first_token)
    assert confirm(home, second) == "local"
    third, third_token = rotated(home, second, second_token)
    assert confirm(home, third) == "local"
    tokens = (first_token, second_token, third_token)
    for granting in tokens:
        waiting, _ = program(home, token=granting)
        for confirming in tokens:
            with pytest.raises(errors.ConfirmationRefused):
                confirm(home, waiting, confirming)
        assert confirm(home, waiting) == "local"


@pytest.mark.parametrize("by_owner", [True, False])
def test_no_key_confirms_its_successor(home: Home, by_owner: bool) -> None:
    first, token = program(home, Scope.SECURITY)
    other, other_token = program(home, Scope.SECURITY)
    confirm(home, other, token)
    second, _ = rotated(home, first, None if by_owner else token)
    with pytest.raises(errors.ConfirmationRefused):
        confirm(home, second, token)
    assert confirm(home, second, other_token) == other


def test_a_successor_does_not_confirm_what_it_follows(home: Home) -> None:
    """A key that waits may be rotated; the one that was confirmed then is no second person for the other."""
    _, token = program(home, Scope.SECURITY)
    waiting, _ = program(home, Scope.SECURITY)
    second, second_token = rotated(home, waiting, token)
    assert confirm(home, second) == "local"
    with pytest.raises(errors.ConfirmationRefused):
        confirm(home, waiting, second_token)
    assert confirm(home, waiting, token) != "local"
