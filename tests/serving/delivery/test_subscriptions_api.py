"""Subscriptions over HTTP: one's own, within one's own area, for as long as one may see it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from standardwebhooks import Webhook
from starlette.testclient import TestClient

from experiments.benchmarks.receivers import Receiver
from riskwarn.audit.listing import Chosen, newest
from riskwarn.home import Home
from serving.access.areas import Area
from serving.access.caller import LOCAL as OWNER
from serving.access.keys import revoke_key, rotate_key
from serving.access.scopes import Scope
from serving.access.tables import KEYS
from serving.delivery.subscriptions import listed
from tests.serving.access import cities
from tests.serving.access.cities import NOW, OTHER_GRID, OWN, OWN_GRID
from tests.serving.delivery.saying import carry, delivering, message, say
from tests.serving.test_documents import OF_DELIVERY, checked


@pytest.fixture
def city(tmp_path: Path, receiver: Receiver) -> Home:
    home = delivering(tmp_path, receiver.port)
    cities.build(home, 5)
    return home


@pytest.fixture
def client(city: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setattr("serving.api.app.Carrier.start", lambda _self: None)
    with cities.served(city) as (client,):
        yield client


def granted(city: Home, client: TestClient, *area: Area) -> dict[str, str]:
    """The header of a new key, which the server knows."""
    made = cities.key(city, (Scope.READ, Scope.ACT), *area)
    client.app.registry.look()  # type: ignore[attr-defined]
    return made


def test_a_subscription_from_its_making_to_its_end(city: Home, client: TestClient, receiver: Receiver) -> None:
    own = granted(city, client, OWN)
    other = granted(city, client, OWN)
    asked = {"name": "区综治中心", "address": f"{receiver.address}/hook", "min_level": "orange"}
    made = client.post("/v1/subscriptions", json=asked, headers=own)
    assert made.status_code == 200 and made.headers["cache-control"] == "no-store", made.text
    checked(OF_DELIVERY["create_subscription"], made.content)
    told = made.json()
    assert told["area"] == ["district:D0000000"]
    path = f"/v1/subscriptions/{told['id']}"
    every = client.get("/v1/subscriptions", headers=own)
    checked(OF_DELIVERY["subscriptions"], every.content)
    assert [one["id"] for one in every.json()["items"]] == [told["id"]] and told["secret"] not in every.text
    assert client.get("/v1/subscriptions", headers=other).json() == {"items": []}
    for verb in ("test", "rotate", "replay"):
        assert client.post(f"{path}/{verb}", headers=other).status_code == 404, "another's is not there"
    assert client.delete(path, headers=other).status_code == 404
    tested = client.post(f"{path}/test", headers=own)
    checked(OF_DELIVERY["test_subscription"], tested.content)
    assert tested.json() == {"id": told["id"], "delivered": True, "problem": None}
    assert (
        Webhook(told["secret"]).verify(receiver.got[-1].body, receiver.got[-1].headers)["type"] == "subscription.test"
    )
    rotated = client.post(f"{path}/rotate", headers=own)
    checked(OF_DELIVERY["rotate_subscription"], rotated.content)
    checked(OF_DELIVERY["replay_subscription"], client.post(f"{path}/replay", headers=own).content)
    removed = client.delete(path, headers=own)
    checked(OF_DELIVERY["remove_subscription"], removed.content)
    assert client.delete(path, headers=own).status_code == 404
    done = [one.action for one in newest(city, Chosen(), 20) if one.action.startswith("subscription")]
    assert done == ["subscription.removed", "subscription.changed", "subscription.changed", "subscription.created"]


def test_it_hears_nothing_from_beyond_the_area_of_who_made_it(
    city: Home, client: TestClient, receiver: Receiver
) -> None:
    own = granted(city, client, OWN)
    asked = {"name": "a", "address": f"{receiver.address}/hook"}
    for area in (["district:D0000001"], ["D0000001"], ["D7777777"], [OTHER_GRID]):
        refused = client.post("/v1/subscriptions", json={**asked, "area": area}, headers=own)
        assert refused.status_code == 422, refused.text
        named = {int(code) for code in re.findall(r"G(\d{7})", refused.json()["detail"].replace(area[0], ""))}
        assert named <= {*range(36)} and "D0000002" not in refused.text, "what is like it elsewhere is not told"
    assert client.post("/v1/subscriptions", json=asked, headers=own).status_code == 200
    assert client.post("/v1/subscriptions", json={**asked, "area": ["T0000001"]}, headers=own).status_code == 200
    town = "T0000001"
    say(
        city, message("in", code=OWN_GRID), message("out", code=OTHER_GRID, town="T0000004", district="D0000001"),
        message("town", code="G0000014", town=town),
    )  # fmt: skip
    carry(city)
    assert sorted(receiver.ids("/hook")) == ["in.1", "town.1", "town.1"]
    assert [why["theme"] for one in receiver.got for why in one.told["data"]["alert"]["reasons"]] == []


def test_it_ends_with_what_who_made_it_may_see(city: Home, client: TestClient, receiver: Receiver) -> None:
    own = granted(city, client, OWN)
    made = client.post("/v1/subscriptions", json={"name": "a", "address": f"{receiver.address}/hook"}, headers=own)
    assert made.status_code == 200, made.text
    with city.database.begin() as connection:
        connection.execute(update(KEYS).values(confirmed_by="local"))
    rotated = rotate_key(city, own["Authorization"].split("_")[1], now=NOW, overlap_days=0)
    say(city, message("a", code=OWN_GRID))
    assert carry(city) == {"delivered": 1}, "a key that was rotated lives on in its successor"
    revoke_key(city, rotated["id"], "lost", now=NOW)
    say(city, message("b", code=OWN_GRID))
    assert carry(city) == {"dead": 1}
    assert [one["stopped"] for one in listed(city, OWNER)] == ["owner"] and receiver.ids("/hook") == ["a.1"]


def test_no_more_than_a_few(city: Home, client: TestClient, receiver: Receiver) -> None:
    own = granted(city, client, OWN)
    asked = {"name": "a", "address": f"{receiver.address}/hook"}
    answers = [client.post("/v1/subscriptions", json=asked, headers=own).status_code for _ in range(22)]
    assert answers == [200] * 20 + [409] * 2


@pytest.mark.parametrize(
    ("asked", "status", "told"),
    [
        ({"address": "http://10.9.0.1/"}, 422, "networks"), ({"address": "http://169.254.169.254/"}, 422, "networks"),
        ({"address": "javascript:alert(1)"}, 422, "address"), ({"channel": "pigeon"}, 422, "webhook"), ({"name": "张三的手机"}, 400, "name"),
        ({"channel": "dingtalk", "token": "0123456789"}, 422, "dingtalk"), ({"target": "petitions"}, 422, "conflict"),
        ({"min_level": "purple"}, 422, "red"), ({"team_id": "T9999999"}, 422, "team_id"), ({"secret": "mine"}, 422, "secret"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(city: Home, client: TestClient, receiver: Receiver, asked: dict[str, Any], status: int, told: str) -> None:  # fmt: skip
    own = granted(city, client)
    given = {"name": "a", "address": f"{receiver.address}/hook", **asked}
    refused = client.post("/v1/subscriptions", json=given, headers=own)
    assert refused.status_code == status and told in refused.text, refused.text
    assert listed(city, OWNER) == []


@pytest.mark.parametrize(("team", "status"), [("T0000001", 200), ("T0000003", 422), ("T9999999", 422)])
def test_it_is_of_a_team_that_there_is_and_one_of_elsewhere_is_none(
    city: Home, client: TestClient, receiver: Receiver, team: str, status: int
) -> None:
    asked = {"name": "a", "address": f"{receiver.address}/hook", "team_id": team}
    assert client.post("/v1/subscriptions", json=asked, headers=granted(city, client, OWN)).status_code == status


def test_nobody_is_told_what_he_may_not_read(city: Home, client: TestClient, receiver: Receiver) -> None:
    own = cities.key(city, (Scope.ACT, Scope.EXPORT))
    client.app.registry.look()  # type: ignore[attr-defined]
    refused = client.post("/v1/subscriptions", json={"name": "a", "address": f"{receiver.address}/hook"}, headers=own)
    assert refused.status_code == 403 and "read" in refused.json()["detail"] and listed(city, OWNER) == []
