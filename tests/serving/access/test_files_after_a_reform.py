"""A town left the district after somebody had asked for a large file: how many rows it had tells of what lies outside today."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from experiments.benchmarks import made_snapshot
from experiments.benchmarks.made_snapshot import publish_made
from riskwarn.home import Home, open_home
from serving.access.areas import WHOLE_CITY
from serving.access.scopes import Role
from serving.access.tables import EXPORT_APPROVALS
from serving.api.seen import Seen
from tests.serving.access import cities
from tests.serving.access.cities import OTHER, OWN

CSV = {"form": "csv", "reason": "the monthly file for the planning of visits"}


class Reformed:
    """A city in which two people of each of three areas are asked for files before a town leaves the one for the other, and after."""

    def __init__(self, home: Home, client: TestClient, keys: dict[str, list[dict[str, str]]]) -> None:
        self.home, self.client, self.keys = home, client, keys
        self.before = {name: self.ask(name) for name in keys}

    def ask(self, name: str) -> str:
        answer = self.client.post("/v1/exports", json=CSV, headers=self.keys[name][0])
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    def rows(self, name: str, person: int = 1) -> list[int]:
        """What a person is told of how many rows the files have."""
        items = self.client.get("/v1/exports", headers=self.keys[name][person]).json()["items"]
        return sorted(one["rows"] for one in items)

    def decided(self, verb: str, identity: str, name: str, person: int = 1) -> tuple[int, str]:
        answer = self.client.post(f"/v1/exports/{identity}/{verb}", headers=self.keys[name][person])
        return answer.status_code, answer.json().get("state") or answer.json()["type"].removeprefix("urn:riskwarn:")

    def file(self, identity: str, name: str, person: int = 0) -> tuple[int, int]:
        """(status, rows)"""
        answer = self.client.get("/v1/export.csv", params={"approval": identity}, headers=self.keys[name][person])
        return answer.status_code, int(answer.headers.get("x-rows", -1))

    def leave(self) -> None:
        """The town leaves."""
        publish(self.home, before=False)
        self.client.app.current.look()  # type: ignore[attr-defined]


def publish(home: Home, before: bool) -> None:
    day = timedelta(days=0 if before else 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(made_snapshot, "PARTS", cities.PARTS)
        content = cities.content(5, "D0000001", before)
        publish_made(home, content, cities.AS_OF + day, cities.NOW, salt=f"{day.days}")


@pytest.fixture
def city(home: Home) -> Iterator[Reformed]:
    publish(home, before=True)
    with (home.path / "riskwarn.yaml").open("a", encoding="utf-8") as file:
        file.write("access: {export_rows: 20}\n")
    home = open_home(home.path, home.settings)
    areas = {"own": OWN, "other": OTHER, "whole": WHOLE_CITY}
    keys = {name: [cities.key(home, role=Role.CENTRE, area=area) for _ in range(2)] for name, area in areas.items()}
    with cities.served(home) as (client,):
        yield Reformed(home, client, keys)


GONE, UNUSABLE = (404, "unknown_approval"), (409, "approval_unusable")


def test_who_did_not_ask_is_told_of_no_file_that_held_what_lies_outside_today(city: Reformed) -> None:
    assert [city.rows(name) for name in city.keys] == [[48], [24], [24, 48, 108]]
    city.leave()
    assert city.rows("own") == [], "36 of these 48 rows lie inside today"
    assert [city.rows("own", 0), city.rows("other", 0)] == [[48], [24]], "who asked was told of it then"
    assert city.rows("other") == [24], "what lay inside then lies inside today"
    assert city.rows("whole") == [24, 48, 108]
    for verb in ("approve", "refuse"):
        assert city.decided(verb, city.before["own"], "own") == GONE
        assert city.decided(verb, city.before["own"], "other") == GONE
        assert city.decided(verb, city.before["own"], "own", 0) == (403, "approval_refused")


def test_what_would_open_nothing_is_approved_by_nobody_and_may_be_refused(city: Reformed) -> None:
    city.leave()
    for name, who in (("other", "other"), ("own", "whole")):
        assert city.decided("approve", city.before[name], who) == UNUSABLE
        assert city.file(city.before[name], name) == (409, -1)
        assert city.decided("refuse", city.before[name], who) == (200, "refused")
    problem = city.client.post(f"/v1/exports/{city.ask('own')}/approve", headers=city.keys["other"][1])
    assert problem.status_code == 404
    # The whole city is what it was, and what is asked for anew is of today.
    assert city.decided("approve", city.before["whole"], "whole") == (200, "approved")
    assert city.file(city.before["whole"], "whole") == (200, 108)
    again = city.ask("own")
    assert 36 in city.rows("own") and city.decided("approve", again, "own") == (200, "approved")
    assert city.file(again, "own") == (200, 36)


def test_why_it_is_not_approved_is_said_in_both_languages(city: Reformed) -> None:
    city.leave()
    path = f"/v1/exports/{city.before['own']}/approve"

    def said(language: str) -> str:
        headers: Any = {**city.keys["whole"][1], "Accept-Language": language}
        return str(city.client.post(path, headers=headers).json()["detail"])

    assert said("en").endswith("what who asked may see has changed since; that one asks again.")
    assert "重新申请" in said("zh")


def test_what_was_approved_before_opens_nothing_after(city: Reformed) -> None:
    assert city.decided("approve", city.before["own"], "own") == (200, "approved")
    city.leave()
    assert city.file(city.before["own"], "own") == (409, -1)
    assert city.rows("own") == [] and city.decided("refuse", city.before["own"], "own") == GONE


def test_a_list_by_the_name_of_an_area_is_found(city: Reformed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Seen, "saw", lambda seen, area, _snapshot: seen.covers(area))
    city.leave()
    assert city.rows("own") == [48]


def test_of_what_names_no_tree_only_who_sees_the_whole_city_is_told(city: Reformed) -> None:
    with city.home.database.begin() as connection:
        connection.execute(EXPORT_APPROVALS.update().values(by_tree_of=None))
    assert [city.rows("own"), city.rows("other"), city.rows("own", 0)] == [[], [], [48]]
    assert city.rows("whole") == [24, 48, 108]
    assert city.decided("approve", city.before["own"], "whole") == UNUSABLE
    assert city.decided("refuse", city.before["own"], "whole") == (200, "refused")
