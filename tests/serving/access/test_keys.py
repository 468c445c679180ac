"""Keys and operators: what is granted, by whom, for how long, and that no secret and no name stands where it must not."""

from __future__ import annotations

import dataclasses
import hashlib
import statistics
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from riskwarn import errors
from riskwarn.audit.tables import AUDIT
from riskwarn.home import Home, open_home
from riskwarn.words import Unit
from serving.access import grants, keys, operators, rows
from serving.access.areas import WHOLE_CITY, Area, areas_named
from serving.access.keys import Asked
from serving.access.networks import allowed, neighbourhood, networks_named
from serving.access.scopes import Purpose, Role, Scope, scopes_named
from serving.access.tables import KEYS, OPERATORS
from serving.access.tokens import digest_of, id_of, new_token

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)


def made(home: Home, name: str = "poll of the centre", **asked: Any) -> dict[str, Any]:
    token = asked.pop("token", None)
    return keys.create_key(home, Asked(name=name, **asked), now=asked.pop("now", NOW), token=token)


def person(home: Home, role: Role, token: str | None = None) -> str:
    return str(operators.create_operator(home, "王芳", role, now=NOW, token=token)["id"])


def test_a_key_is_told_once_and_kept_as_a_digest(home: Home) -> None:
    one = made(home, scopes=frozenset((Scope.READ, Scope.EXPORT)), networks=("10.20.0.0/16",))
    head, identity, secret = one["key"].split("_")
    assert (head, identity) == ("rw", one["id"]) and len(bytes.fromhex(secret)) * 8 == 256
    assert one["scopes"] == ["read", "export"] and one["area"] is None and one["purpose"] == "ranking"
    assert datetime.fromisoformat(one["ends_at"]) == NOW + timedelta(days=180)
    with home.database.connect() as connection:
        kept = dict(connection.execute(select(KEYS)).mappings().one())
    assert kept["digest"] == hashlib.sha256(one["key"].encode()).hexdigest()
    assert secret not in str(kept) and secret not in str(keys.listed_keys(home, now=NOW))
    assert keys.listed_keys(home, now=NOW)[0]["state"] == "in force"


def test_digests_are_sm3_where_an_installation_asks_for_it(home: Home) -> None:
    (home.path / "riskwarn.yaml").write_text("access: {key_digest: sm3}\n", encoding="utf-8")
    one = made(open_home(home.path, home.settings))
    with home.database.connect() as connection:
        kept = connection.execute(select(KEYS)).mappings().one()
    assert kept["algorithm"] == "sm3" and kept["digest"] == hashlib.new("sm3", one["key"].encode()).hexdigest()


def test_comparing_takes_as_long_for_any_token() -> None:
    """Medians of a token whose first half fits and of one that fits nowhere: a difference would lead to the rest."""
    _, right = new_token()
    kept = digest_of(right)
    near, far = right[:-1] + ("0" if right[-1] != "0" else "1"), "f" * len(right)
    taken: dict[str, list[float]] = {near: [], far: []}
    for _ in range(4_000):
        for token, times in taken.items():
            begun = time.perf_counter()
            assert not kept.fits(token)
            times.append(time.perf_counter() - begun)
    first, second = (statistics.median(times) for times in taken.values())
    assert abs(first - second) < 0.3 * max(first, second)


@pytest.mark.parametrize("token", ["", "rw__", "rw_x", "rwx_a_b", "a" * 10_000, "rw_é_b", "rw_a_b_c", "RW_a_b"])
def test_what_is_no_token_of_ours_names_no_key(token: str) -> None:
    assert id_of(token) in (None, "")


@pytest.mark.parametrize(
    "names",
    [["read", "system"], ["security", "audit"], ["audit,act"], ["system security"]],
)
def test_administrators_exclude_each_other_and_read_nothing(home: Home, names: list[str]) -> None:
    with pytest.raises(errors.ScopesExclude):
        scopes_named(names)
    with pytest.raises(errors.ScopesExclude):
        made(home, scopes=frozenset(Scope(one) for text in names for one in text.replace(",", " ").split()))
    for role in Role:
        assert not (role.scopes & {Scope.SYSTEM, Scope.SECURITY, Scope.AUDIT}) or len(role.scopes) == 1


def test_a_scope_or_a_purpose_of_enforcement_is_not_there() -> None:
    with pytest.raises(errors.UnknownScope, match="did you mean read"):
        scopes_named(["raed"])
    assert {one.value for one in Purpose} == {"ranking", "planning", "alerts", "evaluation", "operation"}


@pytest.mark.parametrize("days", [0, -1, 367])
def test_nothing_is_granted_without_an_end(home: Home, days: int) -> None:
    with pytest.raises(errors.TermInvalid):
        made(home, days=days)
    with pytest.raises(errors.TermInvalid):
        operators.create_operator(home, "20113", Role.CENTRE, now=NOW, days=days)


@pytest.mark.parametrize("name", ["张伟", "维稳专班", "13983771234", "x" * 65, " "])
def test_the_name_of_a_program_names_nobody(home: Home, name: str) -> None:
    with pytest.raises((errors.PersonalText, errors.RefusedWord, errors.ReasonTooLong)):
        made(home, name)
    assert keys.listed_keys(home, now=NOW) == []


def test_the_name_of_an_operator_stands_in_one_table_alone(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    identity = person(home, Role.CENTRE)
    made(home, operator=identity)
    keys.revoke_key(home, keys.listed_keys(home, now=NOW)[0]["id"], "no longer needed", now=NOW)
    with home.database.connect() as connection:
        for table in sorted({KEYS, OPERATORS}, key=lambda one: one.name):
            found = "王芳" in str(connection.execute(select(table)).all())
            assert found == (table is OPERATORS), table.name
    assert "王芳" not in caplog.text and operators.listed_operators(home, now=NOW)[0]["name"] == "王芳"
    for name in ("13983771234", "王芳 13983771234", "维稳办"):
        with pytest.raises((errors.PersonalText, errors.RefusedWord)):
            operators.create_operator(home, name, Role.CENTRE, now=NOW)


def test_a_rotated_key_opens_beside_its_successor_for_the_overlap(home: Home) -> None:
    first = made(home, scopes=frozenset((Scope.READ, Scope.EXPORT)), networks=("fd00:20::/32",), days=30)
    later = NOW + timedelta(days=20)
    second = keys.rotate_key(home, first["id"], now=later, overlap_days=3)
    old, new = sorted(keys.listed_keys(home, now=later), key=lambda one: one["rotated_from"] or "")
    assert second["key"] != first["key"] and new["rotated_from"] == first["id"] == second["replaces"]
    assert {name: new[name] for name in ("name", "scopes", "area", "networks")} == {
        name: old[name] for name in ("name", "scopes", "area", "networks")
    }
    assert datetime.fromisoformat(old["ends_at"]) == later + timedelta(days=3)
    states = [one["state"] for one in keys.listed_keys(home, now=later + timedelta(days=4))]
    assert states == ["in force", "ended"]
    with pytest.raises(errors.GrantOver, match="ended"):
        keys.rotate_key(home, first["id"], now=later + timedelta(days=4))
    # What had but two days left does not live longer by being rotated.
    short = made(home, days=2)
    assert keys.rotate_key(home, short["id"], now=NOW)["replaced_ends_at"] == short["ends_at"]


def test_a_key_that_nobody_used_for_long_is_disabled(home: Home) -> None:
    one = made(home)
    assert keys.listed_keys(home, now=NOW + timedelta(days=89))[0]["state"] == "in force"
    assert keys.listed_keys(home, now=NOW + timedelta(days=90))[0]["state"].startswith("disabled")
    with home.database.begin() as connection:
        rows.used(connection, [(one["id"], NOW + timedelta(days=50)), (one["id"], NOW + timedelta(days=40))])
    assert keys.listed_keys(home, now=NOW + timedelta(days=139))[0]["state"] == "in force"


def test_every_change_is_counted_and_a_use_is_not(home: Home) -> None:
    numbers = [rows.number_of_changes(home)]

    def step() -> None:
        numbers.append(rows.number_of_changes(home))

    one = made(home)
    step()
    second = keys.rotate_key(home, one["id"], now=NOW)
    step()
    keys.revoke_key(home, second["id"], "lost", now=NOW)
    step()
    identity = person(home, Role.CENTRE)
    step()
    operators.rotate_operator(home, identity, now=NOW)
    step()
    operators.revoke_operator(home, identity, "left the office", now=NOW)
    step()
    assert numbers == sorted(set(numbers))
    with home.database.begin() as connection:
        rows.used(connection, [(one["id"], NOW)])
    assert rows.number_of_changes(home) == numbers[-1]


def test_an_operator_who_goes_takes_every_key_along(home: Home) -> None:
    identity = person(home, Role.ANALYST)
    own = made(home, operator=identity)
    other = made(home)
    assert own["scopes"] == ["read", "read:detail", "analyse"]
    assert operators.revoke_operator(home, identity, "left the office", now=NOW)["keys"] == [own["id"]]
    states = {one["id"]: one["state"] for one in keys.listed_keys(home, now=NOW)}
    assert states == {own["id"]: "revoked", other["id"]: "in force"}
    with pytest.raises(errors.GrantOver):
        made(home, operator=identity)


def test_what_one_grants_another_confirms(home: Home) -> None:
    """The owner of the home makes the first administrator alone, and is the second person of what that one grants first."""
    first = person(home, Role.SECURITY)
    token = made(home, operator=first)["key"]
    assert [one["confirmed_by"] for one in operators.listed_operators(home, now=NOW)] == ["local"]
    (own,) = keys.listed_keys(home, now=NOW)
    assert own["state"] == "in force", "an administrator who had no key could confirm nothing"
    other = made(home, operator=first)
    with pytest.raises(errors.GrantRefused, match="waits for confirmation"):
        made(home, token=other["key"])
    with pytest.raises(errors.ConfirmationRefused):
        grants.confirm(home, other["id"], now=NOW)
    second = person(home, Role.SECURITY, token)
    with pytest.raises(errors.ConfirmationRefused):
        grants.confirm(home, second, now=NOW, token=token)
    assert grants.confirm(home, second, now=NOW)["confirmed_by"] == "local"
    with pytest.raises(errors.ConfirmedBefore):
        grants.confirm(home, second, now=NOW)
    one = made(home)
    assert grants.confirm(home, one["id"], now=NOW, token=token)["confirmed_by"] == first


def test_whoever_rotates_alone_holds_nothing(home: Home) -> None:
    """A rotated key is a new secret in other hands: neither an administrator nor the owner gets one past the other."""
    security = made(home, scopes=frozenset((Scope.SECURITY,)))
    identity = person(home, Role.CENTRE)
    grants.confirm(home, identity, now=NOW, token=security["key"])
    own, program = made(home, operator=identity), made(home, scopes=frozenset((Scope.READ,)))
    for one in (own, program):
        grants.confirm(home, one["id"], now=NOW, token=security["key"])

    def state(key: str) -> str:
        return next(one["state"] for one in keys.listed_keys(home, now=NOW) if one["id"] == key)

    for one in (own, program):
        taken = keys.rotate_key(home, one["id"], now=NOW, token=security["key"])
        assert (taken["confirmed"], state(taken["id"]), state(one["id"])) == (
            False,
            "waits for confirmation",
            "in force",
        )
        with pytest.raises(errors.ConfirmationRefused):
            grants.confirm(home, taken["id"], now=NOW, token=security["key"])
        grants.confirm(home, taken["id"], now=NOW)
        assert state(taken["id"]) == "in force"
    # The owner gets no second person of his own by rotating the administrator's key, nor does the one who has it confirm it for itself.
    by_owner = keys.rotate_key(home, security["id"], now=NOW)
    mine = made(home)
    with pytest.raises(errors.GrantRefused, match="waits for confirmation"):
        grants.confirm(home, mine["id"], now=NOW, token=by_owner["key"])
    with pytest.raises(errors.ConfirmationRefused):
        grants.confirm(home, by_owner["id"], now=NOW, token=security["key"])
    by_itself = keys.rotate_key(home, security["id"], now=NOW, token=security["key"])
    assert grants.confirm(home, by_itself["id"], now=NOW)["confirmed_by"] == "local"


def test_a_key_is_no_operator_and_an_operator_no_key(home: Home) -> None:
    """An id that is given to the other command is unknown there: nothing is said to be revoked that still opens."""
    identity, key = person(home, Role.CENTRE), made(home)["id"]
    with pytest.raises(errors.UnknownOperator):
        operators.revoke_operator(home, key, "lost", now=NOW)
    with pytest.raises(errors.UnknownKey):
        keys.revoke_key(home, identity, "left the office", now=NOW)
    assert (
        keys.listed_keys(home, now=NOW)[0]["state"]
        == operators.listed_operators(home, now=NOW)[0]["state"]
        == "in force"
    )
    with home.database.connect() as connection:
        told = connection.execute(select(AUDIT.c.action)).scalars().all()
    assert not [one for one in told if one.endswith(".revoked")]


def test_a_longer_term_is_a_grant(home: Home) -> None:
    security = made(home, scopes=frozenset((Scope.SECURITY,)))
    identity = person(home, Role.CENTRE)
    grants.confirm(home, identity, now=NOW, token=security["key"])
    shorter = operators.rotate_operator(home, identity, now=NOW, days=20, token=security["key"])
    assert shorter["confirmed"], "less than what was granted is no grant"
    for late in (NOW, NOW + timedelta(days=40)):
        longer = operators.rotate_operator(home, identity, now=late, days=300, token=security["key"])
        assert not longer["confirmed"]
        assert operators.listed_operators(home, now=late)[0]["state"] == "waits for confirmation"
        with pytest.raises(errors.ConfirmationRefused):
            grants.confirm(home, identity, now=late, token=security["key"])
        grants.confirm(home, identity, now=late)
        assert operators.listed_operators(home, now=late)[0]["state"] == "in force"


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SECURITY])
def test_only_security_grants(home: Home, role: Role) -> None:
    token = made(home, operator=person(home, role))["key"]
    with pytest.raises(errors.GrantRefused):
        made(home, token=token)
    with pytest.raises(errors.GrantRefused, match="no such key"):
        made(home, token=token[:-1] + ("0" if token[-1] != "0" else "1"))
    with pytest.raises(errors.GrantRefused):
        operators.create_operator(home, "20114", Role.SECURITY, now=NOW, token="rw_nobody_1")


def test_areas_are_units_of_the_city() -> None:
    known = {Unit.TOWN: ["T1", "X"], Unit.DISTRICT: ["D1", "X"], Unit.CITY: ["city"]}
    assert areas_named([], known) is WHOLE_CITY and areas_named(["city"], known) is WHOLE_CITY
    assert areas_named(["D1", "town:X", "D1"], known) == Area((("district", "D1"), ("town", "X")))
    with pytest.raises(errors.AreaAmbiguous, match="town:X, district:X"):
        areas_named(["X"], known)
    with pytest.raises(errors.UnknownArea, match=r"\(its districts: D1, X\)"):
        areas_named(["nowhere"], known)
    with pytest.raises(errors.UnknownArea, match="did you mean"):
        areas_named(["D100"], {Unit.DISTRICT: ["D1000"]})
    with pytest.raises(errors.UnknownArea, match="nothing is loaded"):
        areas_named(["D9"], {})
    assert not Area(()).whole, "what was lost on the way opens nothing"


def test_networks_are_of_both_families() -> None:
    assert networks_named([" 10.20.0.0/16", "10.20.3.4", "fd00:20::/32"]) == (
        "10.20.0.0/16",
        "10.20.3.4/32",
        "fd00:20::/32",
    )
    for wrong in ("10.20.3.4/16", "300.1.1.1", "centre", ""):
        with pytest.raises(errors.NetworkInvalid):
            networks_named([wrong])
    two = ("10.20.0.0/16", "fd00:20::/32")
    told = {
        "10.20.9.9": True,
        "10.21.0.1": False,
        "fd00:20::1": True,
        "fd00:21::1": False,
        "::ffff:10.20.1.1": True,
        "": False,
    }
    assert {address: allowed(two, address) for address in told} == told
    assert allowed((), "10.21.0.1")
    assert neighbourhood("fd00:20::1") == neighbourhood("fd00:20::ffff") != neighbourhood("fd00:21::1")


def test_a_configuration_of_access_changes_no_forecast(home: Home) -> None:
    other = dataclasses.replace(
        home, configuration=home.configuration.model_copy(update={"access": {"days": 30}})
    ).configuration
    assert other.fingerprint() == home.configuration.fingerprint()


def test_every_change_has_its_row_of_the_audit_and_what_is_refused_has_none(home: Home) -> None:
    first = person(home, Role.SECURITY)
    token = made(home, operator=first)["key"]
    key = made(home, token=token)
    grants.confirm(home, key["id"], now=NOW)
    other = keys.rotate_key(home, key["id"], now=NOW)
    keys.revoke_key(home, other["id"], "no longer needed", now=NOW, token=token)
    with pytest.raises(errors.GrantOver):
        keys.revoke_key(home, other["id"], "no longer needed", now=NOW)
    with pytest.raises(errors.GrantRefused):
        made(home, token=token[:-1] + ("0" if token[-1] != "0" else "1"))
    operators.revoke_operator(home, first, "left the office", now=NOW)
    with home.database.connect() as connection:
        told = connection.execute(select(AUDIT).order_by(AUDIT.c.sequence)).mappings().all()
    own = first, token.split("_")[1], key["id"], other["id"]
    assert [(one["action"], one["object"], one["actor"], one["result"], one["note"]) for one in told] == [
        ("operator.created", own[0], "local", "done", ""),
        ("key.created", own[1], "local", "done", ""),
        ("key.created", own[2], first, "waits", ""),
        ("grant.confirmed", own[2], "local", "done", ""),
        ("key.rotated", own[3], "local", "waits", ""),
        ("key.revoked", own[3], first, "done", "no longer needed"),
        ("operator.revoked", own[0], "local", "done", "left the office"),
        ("key.revoked", own[1], "local", "done", "left the office"),
    ]
    assert "王芳" not in str(told) and token.split("_")[2] not in str(told)
