"""The rule of two compares who holds what: neither a rotated key nor a change that waits makes two of one person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from riskwarn import errors
from riskwarn.home import Home
from serving.access import grants, keys, operators
from serving.access.areas import WHOLE_CITY, Area
from serving.access.keys import Asked
from serving.access.scopes import Role, Scope
from serving.access.subjects import bind_subject

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


def granted(home: Home, *, area: Area = WHOLE_CITY, token: grants.Token | None = None, now: datetime = NOW) -> bool:
    """Whether what the owner grants counts at once."""
    return bool(keys.create_key(home, Asked("program", area=area), now=now, token=token)["confirmed"])


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


def test_who_could_not_confirm_is_no_second_person(home: Home) -> None:
    """One that waits, is disabled or is of a part: the owner would wait for somebody who can do nothing."""
    first, token = program(home, Scope.SECURITY)
    program(home, Scope.SECURITY)
    assert not granted(home), "the first could confirm"
    keys.revoke_key(home, first, "replaced", now=NOW)
    assert granted(home), "the other waits itself"
    with pytest.raises(errors.GrantRefused):
        program(home, token=token)


def test_who_administers_a_part_is_a_second_person_for_that_part(home: Home) -> None:
    district, town, other = (Area((one,)) for one in (("district", "D1"), ("town", "T1"), ("district", "D2")))
    made = keys.create_key(home, Asked("program", frozenset((Scope.SECURITY,)), district), now=NOW)
    assert made["confirmed"]
    today = grants.Token(None, lambda outer, inner: outer == inner or (outer, inner) == (district, town))
    told = {one: granted(home, area=one, token=today) for one in (district, town, other, WHOLE_CITY)}
    assert told == {district: False, town: False, other: True, WHOLE_CITY: True}
    for one in (district, other):
        who = operators.create_operator(home, "20113", Role.CENTRE, now=NOW, area=one, token=today)
        assert who["confirmed"] is (one == other)
        if who["confirmed"]:
            assert operators.rotate_operator(home, who["id"], now=NOW, days=300, token=today)["confirmed"]
            assert bind_subject(home, who["id"], "20113", now=NOW, token=today)["confirmed"]


def test_an_administrator_whose_key_is_disabled_is_no_second_person(home: Home) -> None:
    who = operators.create_operator(home, "20113", Role.SECURITY, now=NOW, days=300)["id"]
    keys.create_key(home, Asked("phone", operator=who, days=300), now=NOW)
    assert not granted(home, now=NOW + timedelta(days=89))
    assert granted(home, now=NOW + timedelta(days=90))
    bind_subject(home, who, "20113", now=NOW + timedelta(days=90))
    assert not granted(home, now=NOW + timedelta(days=90)), "that one signs in without a key"


def test_who_made_the_change_that_waits_is_not_forgotten_by_the_next(home: Home) -> None:
    """One column says who granted: another's change would let the first confirm what it made itself."""
    security, token = program(home, Scope.SECURITY)
    who = operators.create_operator(home, "20113", Role.CENTRE, now=NOW, days=30, token=token)["id"]
    with pytest.raises(errors.GrantWaits, match=f"A change of {who} by {security} waits"):
        operators.rotate_operator(home, who, now=NOW, days=60)
    with pytest.raises(errors.GrantWaits):
        bind_subject(home, who, "20113", now=NOW)
    assert operators.rotate_operator(home, who, now=NOW, days=20)["ends_at"] < (NOW + timedelta(days=30)).isoformat()
    bind_subject(home, who, "one's own", now=NOW, token=token)
    with pytest.raises(errors.ConfirmationRefused):
        confirm(home, who, token)
    assert confirm(home, who) == "local"
    assert not operators.rotate_operator(home, who, now=NOW, days=60)["confirmed"]
    with pytest.raises(errors.GrantWaits, match=f"A change of {who} by local waits"):
        bind_subject(home, who, "20114", now=NOW, token=token)
    assert confirm(home, who, token) == security
