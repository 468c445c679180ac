"""A security administrator grants from another place than the machine, a system administrator stops a target: as the command line does."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from riskwarn.audit.listing import Chosen, newest
from riskwarn.audit.verifying import verify
from riskwarn.home import Home, make_home, open_home
from riskwarn.settings import Settings
from serving.access import rows
from serving.access.areas import Area
from serving.access.keys import Asked, create_key
from serving.access.operators import create_operator
from serving.access.scopes import Role, Scope
from tests.serving.access import cities
from tests.serving.access.cities import NOW, OTHER, OWN

OPERATOR, KEY = "/v1/grants/operators/new", "/v1/grants/keys/new"

TOWN = Area((("town", "T0000000"),))


@pytest.fixture
def city(tmp_path: Path) -> Home:
    """A published city that asks for a second person."""
    made = make_home(tmp_path / "city", Settings(threads=1))
    cities.build(made, 5)
    with (made.path / "riskwarn.yaml").open("a", encoding="utf-8") as file:
        file.write("access: {confirm: true}\n")
    return open_home(made.path, made.settings)


def office(home: Home, name: str, **granted: Any) -> dict[str, str]:
    """The header of a security administrator whom the owner made, confirmed by nobody else than the first."""
    person = create_operator(home, name, Role.SECURITY, now=NOW, **granted)["id"]
    made = create_key(home, Asked("office", operator=person), now=NOW)
    with home.database.begin() as connection:
        for table, identity in ((rows.OPERATORS, person), (rows.KEYS, made["id"])):
            connection.execute(table.update().where(table.c.id == identity).values(confirmed_by="local"))
    return {"Authorization": f"Bearer {made['key']}"}


def problem(answer: Any) -> tuple[int, str]:
    """The status and the code of a refusal."""
    return answer.status_code, answer.json()["type"].removeprefix("urn:riskwarn:")


def test_a_person_and_that_ones_key_are_granted_confirmed_by_another_and_revoked(city: Home) -> None:
    one, other = office(city, "20100"), office(city, "20101")
    asked = {"name": "20113", "role": "supervisor", "area": ["T0000000"], "days": 90}
    with cities.served(city, confirmed=True) as (client,):
        answer = client.post(OPERATOR, json=asked, headers=one)
        assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
        made = answer.json()
        assert (made["role"], made["area"], made["key"]) == ("supervisor", ["town:T0000000"], None)
        assert (made["scopes"], made["confirmed"]) == (["read", "act"], False) and "20113" not in answer.text
        answer = client.post(KEY, json={"name": "phone", "operator": made["id"]}, headers=one)
        key = answer.json()
        assert answer.headers["cache-control"] == "no-store" and "etag" not in answer.headers
        assert key["key"].startswith(f"rw_{key['id']}_") and key["area"] == ["town:T0000000"]
        own = {"Authorization": f"Bearer {key['key']}"}
        assert client.get("/v1/scores", headers=own).status_code == 401, "it waits for a second person"
        for grant in (made["id"], key["id"]):
            refused = client.post(f"/v1/grants/{grant}/confirm", headers=one)
            assert problem(refused) == (409, "confirmation_refused")
            assert client.post(f"/v1/grants/{grant}/confirm", headers=other).status_code == 200
        assert client.get("/v1/scores?unit=town", headers=own).status_code == 200
        gone = client.post(f"/v1/grants/{made['id']}/revoke", json={"reason": "moved away"}, headers=one)
        assert gone.json()["keys"] == [key["id"]] and client.get("/v1/scores", headers=own).status_code == 401
    done = [
        (row.action, row.object, row.result, row.origin)
        for row in newest(city)
        if row.object in (made["id"], key["id"]) and row.action != "access.refused"
    ]
    actors = {row.action: row.actor for row in newest(city) if row.object == made["id"]}
    assert done[::-1] == [
        ("operator.created", made["id"], "waits", "unknown"), ("key.created", key["id"], "waits", "unknown"),
        ("grant.confirmed", made["id"], "done", "unknown"), ("grant.confirmed", key["id"], "done", "unknown"),
        ("operator.revoked", made["id"], "done", "unknown"), ("key.revoked", key["id"], "done", "unknown"),
    ]  # fmt: skip
    assert actors["operator.created"] == actors["operator.revoked"] != actors["grant.confirmed"]
    assert verify(city).broken is None


def test_what_opens_is_told_once_and_lies_nowhere(city: Home, caplog: pytest.LogCaptureFixture) -> None:
    one, other = office(city, "20100"), office(city, "20101")
    with caplog.at_level(logging.DEBUG), cities.served(city, confirmed=True) as (client,):
        asked = {"name": "portal", "scopes": ["read", "export"], "networks": ["127.0.0.0/8"], "purpose": "planning"}
        answers = [client.post(KEY, json=asked, headers={**one, "Idempotency-Key": "a"}) for _ in range(2)]
        first, second = (answer.json() for answer in answers)
        assert first["key"] != second["key"] and first["id"] != second["id"], "what is sent again makes another"
        assert (first["scopes"], first["purpose"], first["area"]) == (["read", "export"], "planning", None)
        client.post(f"/v1/grants/{first['id']}/confirm", headers=other)
        rotated = client.post(f"/v1/grants/{first['id']}/rotate", json={"overlap_days": 0}, headers=one)
        third = rotated.json()
        assert rotated.headers["cache-control"] == "no-store" and third["replaces"] == first["id"]
        assert (third["scopes"], third["replaced_ends_at"]) == (first["scopes"], NOW.isoformat())
        refused = client.post(f"/v1/grants/{third['id']}/confirm", headers=one)
        assert problem(refused) == (409, "confirmation_refused"), (
            "who rotated alone would hold what another was granted"
        )
        secrets = [made["key"].split("_")[2] for made in (first, second, third)]
        later = [client.get(path, headers=one).text for path in ("/v1/grants?limit=1000", "/openapi.json")]
    found = [row.as_dict() for row in newest(city)]
    assert not [secret for secret in secrets if secret in json.dumps(found) + caplog.text + "".join(later)]
    for file in city.path.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert not [secret for secret in secrets if secret.encode() in content], file


def test_an_operator_gets_another_term_that_waits(city: Home) -> None:
    one, other = office(city, "20100"), office(city, "20101")
    with cities.served(city, confirmed=True) as (client,):
        made = client.post(OPERATOR, json={"name": "20113", "role": "analyst", "days": 30}, headers=one).json()["id"]
        client.post(f"/v1/grants/{made}/confirm", headers=other)
        longer = client.post(f"/v1/grants/{made}/rotate", json={"days": 60}, headers=other)
        assert (longer.json()["confirmed"], longer.json()["key"], longer.json()["role"]) == (False, None, "analyst")
        assert problem(client.post(f"/v1/grants/{made}/rotate", json={"days": 90}, headers=one)) == (409, "grant_waits")
        assert problem(client.post(f"/v1/grants/{made}/confirm", headers=other)) == (409, "confirmation_refused")
        assert client.post(f"/v1/grants/{made}/confirm", headers=one).status_code == 200


def test_nothing_is_granted_beyond_the_own_area_and_nothing_of_it_told(city: Home) -> None:
    whole, own = office(city, "20100"), office(city, "20101", area=OWN)
    elsewhere = create_operator(city, "20102", Role.CENTRE, area=OTHER, now=NOW)["id"]
    of_city = create_key(city, Asked("portal"), now=NOW)["id"]
    before = len(newest(city))
    with cities.served(city, confirmed=True) as (client,):
        for path, more in ((OPERATOR, {"role": "analyst"}), (KEY, {})):
            told = []
            for code in ("D0000001", "T9999999", "district:D0000001", "city:C0000000"):
                answer = client.post(path, json={"name": "office", "area": [code], **more}, headers=own)
                assert answer.status_code == 422, (code, answer.text)
                assert problem(answer) == (422, "query_invalid") and "D000" not in answer.json()["detail"]
                told.append(answer.json()["detail"])
            assert len({*told}) == 1, "what lies elsewhere is as absent as what there is not"
        for identity in (elsewhere, "op0000000000", of_city, "%00", "网格"):
            answer = client.post(KEY, json={"name": "phone", "operator": identity}, headers=own)
            assert problem(answer) == (404, "unknown_grant"), identity
        for identity in (elsewhere, of_city, "op0000000000"):
            answer = client.post(f"/v1/grants/{identity}/rotate", json={}, headers=own)
            assert problem(answer) == (404, "unknown_grant")
        subject = {"name": "20114", "role": "centre", "area": ["T0000000"], "subject": "wang"}
        assert problem(client.post(OPERATOR, json=subject, headers=own)) == (403, "grant_refused")
        assert len(newest(city)) == before, "nothing was written"
        assert client.post(OPERATOR, json=subject, headers=whole).json()["area"] == ["town:T0000000"]
        all_of_it = client.post(OPERATOR, json={"name": "20115", "role": "analyst"}, headers=own)
        assert all_of_it.json()["area"] == ["district:D0000000"], "all that one sees, where nothing is said"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        (OPERATOR, {"name": "13800138000", "role": "centre"}, 400, "personal_text"),
        (OPERATOR, {"name": "20113", "role": "enforcer"}, 422, "query_invalid"),
        (OPERATOR, {"name": " ", "role": "centre"}, 400, "reason_too_long"),
        (OPERATOR, {"name": "20113", "role": "centre", "days": 400}, 422, "query_invalid"),
        (OPERATOR, {"name": "20113", "role": "centre", "password": "x"}, 422, "query_invalid"),
        (KEY, {"name": "portal", "scopes": ["read", "security"]}, 400, "scopes_exclude"),
        (KEY, {"name": "portal", "networks": ["10.20.0.1/16"]}, 400, "network_invalid"),
        (KEY, {"name": "portal", "purpose": "enforcement"}, 422, "query_invalid"),
        (KEY, {"name": "13800138000"}, 400, "personal_text"),
        (KEY, {"name": "portal", "operator": "op0000000000", "scopes": ["read"]}, 422, "query_invalid"),
    ],
)
def test_what_may_not_be_granted_is_refused_in_both_languages(city: Home, path: str, body: dict[str, Any], status: int, code: str) -> None:  # fmt: skip
    header = office(city, "20100")
    with cities.served(city, confirmed=True) as (client,):
        english = client.post(path, json=body, headers=header)
        chinese = client.post(path, json=body, headers={**header, "Accept-Language": "zh"})
        assert problem(english) == (status, code), english.text
        assert english.json()["detail"].isascii() and not chinese.json()["detail"].isascii()
        assert "13800138000" not in english.text
    assert not newest(city, Chosen(action="key.created"))[1:]


def test_whoever_is_not_in_force_or_no_security_administrator_grants_nothing(city: Home) -> None:
    right = office(city, "20100")
    waiting = create_operator(city, "20101", Role.SECURITY, now=NOW)["id"]
    unconfirmed = {"Authorization": f"Bearer {create_key(city, Asked('x', operator=waiting), now=NOW)['key']}"}
    asked = {"name": "20113", "role": "centre"}
    with cities.served(city) as (client,):
        assert problem(client.post(OPERATOR, json=asked, headers=unconfirmed)) == (403, "grant_refused")
        for scope in Scope:
            if scope is not Scope.SECURITY:
                header = cities.key(city, (scope,))
                for path, body in ((OPERATOR, asked), (KEY, {"name": "x"}), (f"/v1/grants/{waiting}/rotate", {})):
                    assert problem(client.post(path, json=body, headers=header))[0] in (401, 403), scope
        page = {"Origin": cities.LOCAL, "X-Riskwarn-Page": "1"}
        assert client.post("/sign-in/key", json={"key": right["Authorization"].split()[1]}, headers=page).is_success
        assert client.post(OPERATOR, json=asked).status_code == 403, "no page of ours asks"
        assert client.post(OPERATOR, json=asked, headers=page).status_code == 200


def test_a_system_administrator_of_the_city_stops_a_target_and_reads_no_score(city: Home) -> None:
    system, part = cities.key(city, role=Role.SYSTEM), cities.key(city, role=Role.SYSTEM, area=OWN)
    with cities.served(city) as (client,):
        centre = cities.key(city)
        client.app.registry.look()  # type: ignore[attr-defined]
        first = client.get("/v1/suspensions", headers=system)
        assert first.headers["cache-control"] == "no-store"
        assert first.json()["items"][0] == {
            "target": "conflict",
            "zh": "矛盾升级",
            "en": "conflict that escalates",
            "suspended": False,
            "at": None,
            "because": None,
        }
        assert client.get("/v1/scores?target=conflict", headers=centre).status_code == 200
        where = "/v1/suspensions/conflict"
        for body in ({}, {"reason": " "}, {"reason": "13800138000 asked"}):
            assert client.post(f"{where}/suspend", json=body, headers=system).status_code in (400, 422)
        why = {"reason": "calibration is under review"}
        for verb in ("suspend", "resume"):
            assert problem(client.post(f"{where}/{verb}", json=why, headers=part)) == (403, "suspension_of_city")
        assert problem(client.get("/v1/suspensions", headers=part)) == (403, "suspension_of_city")
        done = client.post(f"{where}/suspend", json=why, headers=system)
        assert done.json() | {"alerts": 0} == {
            "target": "conflict",
            "suspended": True,
            "because": why["reason"],
            "alerts": 0,
        }
        assert problem(client.get("/v1/scores?target=conflict", headers=centre)) == (409, "target_suspended")
        assert problem(client.post(f"{where}/suspend", json=why, headers=system)) == (409, "suspended_before")
        (row,) = [one for one in client.get("/v1/suspensions", headers=system).json()["items"] if one["suspended"]]
        assert (row["target"], row["because"], row["at"]) == ("conflict", why["reason"], NOW.isoformat())
        assert client.post(f"{where}/resume", json={"reason": "reviewed"}, headers=system).json()["suspended"] is False
        assert client.get("/v1/scores?target=conflict", headers=centre).status_code == 200
        assert client.get("/v1/scores", headers=system).status_code == 403
        assert client.get("/v1/silences", headers=system).status_code == 200
    told = {row.action: row for row in newest(city)}
    identity = system["Authorization"].split("_")[1]
    who = told["target.suspended"].actor
    assert who == told["target.resumed"].actor and who != "local" and identity
    assert told["target.suspended"].note == why["reason"] and told["target.suspended"].origin == "unknown"
