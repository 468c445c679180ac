"""Administrators work from another place than the machine: they see what waits, confirm and revoke it, and read who did what."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from riskwarn.audit.listing import Chosen, newest
from riskwarn.audit.verifying import verify
from riskwarn.cli import riskwarn as cli
from riskwarn.errors import GrantRefused
from riskwarn.home import Home, make_home, open_home
from riskwarn.settings import Settings
from serving.access import grants, keys, operators
from serving.access.areas import WHOLE_CITY, Area
from serving.access.grants import Token
from serving.access.keys import Asked, create_key
from serving.access.operators import create_operator
from serving.access.scopes import Role, Scope
from serving.access.tables import OPERATORS
from serving.snapshots.units import within_today
from tests.serving.access import cities
from tests.serving.access.cities import NOW, OWN

PAGE = {"Origin": cities.LOCAL, "X-Riskwarn-Page": "1"}


def _asking(home: Home, **options: Any) -> Home:
    with (home.path / "riskwarn.yaml").open("a", encoding="utf-8") as file:
        file.write("access: {confirm: true}\n")
    return open_home(home.path, home.settings)


@pytest.fixture
def office(home: Home) -> tuple[Home, dict[str, str], str]:
    """A home that asks for a second person, the header of its security administrator, and that one's id."""
    home = _asking(home)
    person = create_operator(home, "20100", Role.SECURITY, now=NOW)["id"]
    key = create_key(home, Asked("security-office", operator=person), now=NOW)
    return home, {"Authorization": f"Bearer {key['key']}"}, person


def _program(home: Home, *scopes: Scope, **asked: Any) -> dict[str, Any]:
    return create_key(home, Asked("portal", frozenset(scopes or (Scope.READ,)), **asked), now=NOW)


def _bearer(made: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {made['key']}"}


def test_what_waits_is_seen_confirmed_and_revoked_from_elsewhere(office: tuple[Home, dict[str, str], str]) -> None:
    home, header, person = office
    made = _program(home, Scope.SYSTEM, networks=("10.20.0.0/16", "127.0.0.0/8"))
    centre = create_operator(home, "20113", Role.CENTRE, now=NOW, area=OWN)["id"]
    with cities.served(home, confirmed=True) as (client,):
        answer = client.get("/v1/grants", headers=header)
        items = answer.json()["items"]
        assert [(one["id"], one["state"]) for one in items[:2]] == sorted(
            [(centre, "waiting"), (made["id"], "waiting")], key=lambda one: one[0]
        )
        assert {one["state"] for one in items[2:]} == {"in_force"} and answer.headers["cache-control"] == "no-store"
        told = {one["id"]: one for one in items}
        assert told[centre]["area"] == ["district:D0000000"] and told[centre]["role"] == "centre"
        assert told[made["id"]]["granted_by"] == "local" and told[made["id"]]["networks"][0] == "10.20.0.0/16"
        for secret in ("20113", "20100", "portal", "security-office", made["key"].split("_")[2], "digest"):
            assert secret not in answer.text
        waiting = client.get("/v1/grants?state=waiting&limit=1", headers=header).json()["items"]
        assert len(waiting) == 1
        done = client.post(f"/v1/grants/{made['id']}/confirm", headers=header)
        assert done.json() == {"id": made["id"], "granted_by": "local", "confirmed_by": person}
        again = client.post(f"/v1/grants/{made['id']}/confirm", headers=header)
        assert (again.status_code, again.json()["type"]) == (409, "urn:riskwarn:confirmed_before")
        gone = client.post(f"/v1/grants/{centre}/revoke", json={"reason": "moved away"}, headers=header)
        assert gone.status_code == 200 and gone.json()["id"] == centre
        assert client.post(f"/v1/grants/{centre}/confirm", headers=header).json()["type"] == "urn:riskwarn:grant_over"
        assert centre not in {one["id"] for one in client.get("/v1/grants", headers=header).json()["items"]}
    rows = {(row.action, row.object): row for row in newest(home)}
    confirmed, revoked = rows["grant.confirmed", made["id"]], rows["operator.revoked", centre]
    assert (confirmed.actor, confirmed.origin, confirmed.result) == (person, "unknown", "done")
    assert (revoked.actor, revoked.note) == (person, "moved away")
    assert verify(home).broken is None


def test_neither_who_granted_nor_who_gets_it_confirms_from_elsewhere(office: tuple[Home, dict[str, str], str]) -> None:
    home, header, person = office
    token = header["Authorization"].split()[1]
    own = create_key(home, Asked("another", operator=person), now=NOW)["id"]
    by_him = create_key(home, Asked("program"), now=NOW, token=token)["id"]
    second = create_operator(home, "20101", Role.SECURITY, now=NOW)["id"]
    unconfirmed = create_key(home, Asked("second", operator=second), now=NOW)
    # On loopback a server lets in what nobody confirmed; it confirms nothing all the same.
    for options, status in (({"confirmed": True}, 401), ({}, 403)):
        with cities.served(home, **options) as (client,):
            for grant in (own, by_him):
                answer = client.post(f"/v1/grants/{grant}/confirm", headers=header)
                assert (answer.status_code, answer.json()["type"]) == (409, "urn:riskwarn:confirmation_refused")
            answer = client.post(f"/v1/grants/{by_him}/confirm", headers=_bearer(unconfirmed))
            assert answer.status_code == status, answer.text
            answer = client.post(f"/v1/grants/{by_him}/revoke", json={"reason": "x"}, headers=_bearer(unconfirmed))
            assert answer.status_code == status, answer.text
            signed_in = client.post("/sign-in/key", json={"key": unconfirmed["key"]}, headers=PAGE)
            if status == 403:
                assert signed_in.status_code == 200
                assert client.post(f"/v1/grants/{by_him}/confirm", headers=PAGE).status_code == 403
    assert "grant.confirmed" not in {row.action for row in newest(home)}


def test_a_browser_confirms_by_a_page_of_ours_alone(office: tuple[Home, dict[str, str], str]) -> None:
    home, header, person = office
    made = _program(home)
    with cities.served(home, confirmed=True) as (client,):
        typed = {"key": header["Authorization"].split()[1]}
        assert client.post("/sign-in/key", json=typed, headers=PAGE).status_code == 200
        path = f"/v1/grants/{made['id']}/confirm"
        for wrong in ({}, {"Origin": cities.LOCAL}, {**PAGE, "Origin": "http://evil.example"}):
            assert client.post(path, headers=wrong).status_code == 403
        assert client.get("/v1/grants").json()["items"][0]["state"] == "waiting"
        assert client.post(path, headers=PAGE).json()["confirmed_by"] == person
        # What was revoked a moment ago confirms nothing, though this worker has not looked yet.
        other = _program(home)["id"]
        client.app.registry.look = lambda *_: None  # type: ignore[attr-defined]
        operators.revoke_operator(home, person, "lost", now=NOW)
        assert client.post(f"/v1/grants/{other}/confirm", headers=PAGE).status_code in (401, 403)
    assert [row.object for row in newest(home, Chosen(action="grant.confirmed"))] == [made["id"]]


def test_what_an_area_does_not_cover_is_as_absent_as_what_there_is_not(tmp_path: Path) -> None:
    city = make_home(tmp_path / "city", Settings(threads=1))
    cities.build(city, 5)
    header = cities.key(city, role=Role.SECURITY, area=OWN)
    city = _asking(city)
    asked = Asked("portal", area=Area((("town", "T0000000"),)))
    inside = create_key(city, asked, now=NOW, token=Token(None, within_today(city)))["id"]
    beyond = [_program(city, area=cities.OTHER)["id"], _program(city)["id"]]
    with cities.served(city) as (client,):
        listed = {one["id"] for one in client.get("/v1/grants", headers=header).json()["items"]}
        assert inside in listed and not listed & {*beyond}
        nowhere = ("000000000000", "op0000000000", "%00", "网格", "a" * 3_000, "%2e%2e")
        for verb, body in (("confirm", None), ("revoke", {"reason": "a test"})):
            for identity in (*beyond, *nowhere):
                answer = client.post(f"/v1/grants/{identity}/{verb}", json=body, headers=header)
                assert answer.status_code == 404, (identity, answer.text)
                assert answer.json()["type"] in ("urn:riskwarn:unknown_grant", "urn:riskwarn:not_found")
        assert client.post(f"/v1/grants/{inside}/confirm", headers=header).status_code == 200


def test_a_reason_names_nobody_and_is_needed(office: tuple[Home, dict[str, str], str]) -> None:
    home, header, _ = office
    made = _program(home)["id"]
    with cities.served(home, confirmed=True) as (client,):
        for body in (
            {},
            {"reason": " "},
            {"reason": "x" * 501},
            {"reason": "13800138000 asked"},
            {"reason": "a", "more": 1},
        ):
            answer = client.post(f"/v1/grants/{made}/revoke", json=body, headers=header)
            assert answer.status_code in (400, 422) and "13800138000" not in answer.text, body
    assert "key.revoked" not in {row.action for row in newest(home)}


def test_who_audits_reads_all_rows_page_by_page_and_that_is_a_row(home: Home) -> None:
    auditor = cities.key(home, (Scope.AUDIT,))
    for number in range(5):
        keys.create_key(home, Asked(f"program {number}"), now=NOW)
    listed = [row.as_dict() for row in newest(home)]
    with cities.served(home) as (client,):
        found: list[dict[str, Any]] = []
        cursor = ""
        while True:
            answer = client.get(f"/v1/audit?limit=4{cursor}", headers=auditor)
            page = answer.json()
            found += page["items"]
            assert answer.headers["cache-control"] == "no-store"
            if page["next"] is None:
                break
            cursor = f"&cursor={page['next']}"
        said = [(one.pop("title"), one.pop("outcome")) for one in found]
        assert [one for one in found if one["sequence"] <= len(listed)] == listed
        assert said[-1] == ("created a key", "done")
        (chinese,) = client.get("/v1/audit?limit=1", headers={**auditor, "Accept-Language": "zh"}).json()["items"]
        assert (chinese["title"], chinese["outcome"]) == ("新建密钥", "完成")
        assert client.get("/v1/audit?cursor=0", headers=auditor).status_code == 422
    reads = newest(home, Chosen(action="read.audit"))
    assert {row.object for row in reads} == {"3-6", "1-2", "6-6"} and {row.actor for row in reads} == {
        auditor["Authorization"].split("_")[1]
    }
    with home.database.connect() as connection:
        assert connection.execute(select(OPERATORS)).first() is None


@pytest.mark.parametrize(
    ("asked", "said"), [("", "It counts beyond loopback once"), ("access: {confirm: true}\n", "It counts once")]
)
def test_where_a_grant_waits_is_said_as_it_is(tmp_path: Path, asked: str, said: str) -> None:
    made = make_home(tmp_path / "home", Settings(threads=1))
    with (made.path / "riskwarn.yaml").open("a", encoding="utf-8") as file:
        file.write(asked)
    asking = ["--home", str(made.path), "--lang", "en", "keys", "create"]
    first = CliRunner().invoke(cli, [*asking, "office", "--scope", "security"])
    assert first.exit_code == 0 and "It counts" not in first.output
    second = CliRunner().invoke(cli, [*asking, "portal"])
    assert said in second.output.replace("\n", " ")


def test_no_grant_reaches_beyond_the_area_of_who_grants_at_the_command_line(tmp_path: Path) -> None:
    city = make_home(tmp_path / "city", Settings(threads=1))
    cities.build(city, 5)
    secret = cities.key(city, role=Role.SECURITY, area=OWN)["Authorization"].removeprefix("Bearer ")
    city = _asking(city)
    inside = Area((("town", "T0000000"),))
    token = Token(secret, within_today(city))
    assert create_key(city, Asked("portal", area=inside), now=NOW, token=token)["area"] == ["town:T0000000"]
    person = create_operator(city, "20101", Role.ANALYST, now=NOW)["id"]
    theirs = [_program(city)["id"], _program(city, area=cities.OTHER)["id"], person]
    for beyond in (WHOLE_CITY, cities.OTHER, Area((*OWN.units, *cities.OTHER.units))):
        for who in (token, secret):
            with pytest.raises(GrantRefused, match="beyond its area"):
                create_key(city, Asked("portal", area=beyond), now=NOW, token=who)
            with pytest.raises(GrantRefused, match="beyond its area"):
                create_operator(city, "20102", Role.ANALYST, area=beyond, now=NOW, token=who)
    with pytest.raises(GrantRefused, match="beyond its area"):
        create_key(city, Asked("portal", operator=person), now=NOW, token=token)
    for identity in theirs:
        with pytest.raises(GrantRefused, match="beyond its area"):
            grants.confirm(city, identity, now=NOW, token=token)
    with pytest.raises(GrantRefused, match="beyond its area"):
        keys.rotate_key(city, theirs[0], now=NOW, token=token)
    mine = create_key(city, Asked("portal", area=inside), now=NOW, token=Token(None, within_today(city)))["id"]
    assert grants.confirm(city, mine, now=NOW, token=token)["id"] == mine
