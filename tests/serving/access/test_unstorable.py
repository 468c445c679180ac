"""What no database can hold is refused at one door, in either database and wherever it stands; nothing of it is an error of the server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from riskwarn.home import Home, open_home
from serving.access.scopes import Scope
from serving.api.app import Application
from tests.serving.access import cities
from tests.serving.access.asked import unlimited
from tests.serving.access.cities import NOW, OWN_ALERT
from tests.serving.access.test_smuggling import request, sent, statuses
from tests.serving.conftest import running_application

#: NUL, and half of a pair, as they stand in JSON.
ODD = ("\\u0000", "\\ud800", "a\\udc00b")

#: Everything that may be written, with the field that holds the text.
WRITTEN: list[tuple[str, dict[str, Any], str]] = [
    (f"/v1/alerts/{OWN_ALERT}/note", {"note": "X"}, "note"),
    (f"/v1/alerts/{OWN_ALERT}/assign", {"team_id": "X"}, "team_id"),
    (f"/v1/alerts/{OWN_ALERT}/acknowledge", {"service": "X"}, "service"),
    ("/v1/alerts/several/acknowledge", {"ids": [OWN_ALERT, "X"]}, "ids"),
    ("/v1/silences/new", {"code": "X", "reason": "roadworks", "ends_at": "2026-03-09T08:00:00+08:00"}, "code"),
    ("/v1/silences/new", {"code": "G0000003", "reason": "roadX", "ends_at": "2026-03-09T08:00:00+08:00"}, "reason"),
    ("/v1/subscriptions", {"name": "X", "address": "https://a.example/"}, "name"),
    ("/v1/subscriptions", {"name": "a", "address": "https://a.example/", "area": ["X"]}, "area"),
    ("/v1/exports", {"form": "csv", "reason": "X"}, "reason"),
    ("/v1/exports", {"form": "csv", "reason": "a file", "parent": "X"}, "parent"),
    ("/v1/exports", {"form": "csv", "reason": "a file", "unknownX": "a"}, "body"),
]

READ = ("/v1/alerts?target=X", "/v1/scores?parent=X", "/v1/scores?search=X", "/v1/scores?X=1", "/v1/snapshots/compare?a=X&b=X", "/v1/export.csv?approval=X", "/v1/alerts/stream?seconds=0&target=X")  # fmt: skip
NAMED = ("/v1/alerts/X", "/v1/alerts/X/cap.xml", "/alerts/X", "/v1/grids/X")
CHANGED = ("/v1/alerts/X/acknowledge", "/v1/silences/X/end", "/v1/subscriptions/X/test", "/v1/exports/X/approve")


@pytest.fixture
def city(home: Home) -> Home:
    cities.build(home, 5)
    return unlimited(home)


def test_no_request_with_such_a_character_is_an_error_of_the_server(city: Home) -> None:
    own = cities.key(city, tuple(one for one in Scope if one.value in ("read", "read:detail", "export", "act")))
    with cities.served(open_home(city.path, city.settings)) as (client,):
        for path, content, field in WRITTEN:
            for odd in ODD:
                written = json.dumps(content).replace("X", odd)
                answer = client.post(path, content=written, headers={**own, "Content-Type": "application/json"})
                assert answer.status_code == 422, (path, written, answer.text)
                assert answer.json()["errors"][0]["parameter"] == field
                assert "NUL, or half of a surrogate pair" in answer.json()["detail"]
        for path in READ:
            answer = client.get(path.replace("X", "a%00b"), headers=own)
            assert answer.status_code == 422 and "NUL" in answer.json()["detail"], (path, answer.text)
        for method, paths in (("GET", NAMED), ("POST", CHANGED)):
            for path in paths:
                answer = client.request(
                    method, path.replace("X", "a%00b"), json={} if path.endswith("acknowledge") else None, headers=own
                )
                assert answer.status_code == 404, (path, answer.text)
        whole = json.dumps({"note": "\U0001f600 roadworks"})
        seen = client.post(f"/v1/alerts/{OWN_ALERT}/note", content=whole, headers={**own, "Content-Type": "application/json"})  # fmt: skip
        assert seen.status_code == 200, "a pair is a character"


def test_two_hosts_are_refused(tmp_path: Path, home: Home) -> None:
    cities.build(home, 5)
    key = cities.key(home)["Authorization"].encode()
    for shown in ((), (b"Authorization: " + key,)):
        with running_application(Application(open_home(home.path, home.settings), lambda: NOW)) as address:
            for second in (b"Host: localhost", b"Host: riskwarn.example.gov.cn"):
                answered = sent(address, request("/v1/levels", second, *shown))
                assert statuses(answered) == [400], answered
