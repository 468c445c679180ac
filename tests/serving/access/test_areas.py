"""A caller of an area is told nothing of what lies outside: two cities that differ there alone are answered alike, byte for byte."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import insert
from starlette.testclient import TestClient

from riskwarn.home import Home, make_home
from riskwarn.settings import Settings
from riskwarn.words import Unit
from serving.access.areas import Area
from serving.access.scopes import Scope
from serving.alerts import stats
from serving.alerts.suspending import suspend
from serving.alerts.tables import SILENCES
from serving.api import repeats
from serving.api.routes import alerts
from serving.api.seen import Seen
from tests.serving.access import cities
from tests.serving.access.asked import Pair, Two, leaks
from tests.serving.access.cities import NO_GRID, OTHER, OTHER_GRID, OWN, OWN_GRID


def test_nothing_tells_of_what_lies_outside(
    pair: Pair,
) -> None:
    assert leaks(pair) == []
    clients, headers, _ = pair
    whole = clients[0].get("/v1/scores?limit=200", headers=headers[0]).json()
    assert [one["rank"] for one in whole["items"]] == list(range(1, 37)) and whole["next"] is None
    assert {one["code"] for one in whole["items"]} == {f"G{row:07d}" for row in range(36)}
    [version] = clients[0].get("/console/versions", headers=headers[0]).json()["items"]
    assert (version["version"], version["metrics"], version["best_baseline"]) == ("conflict-4-v1", {}, None)
    towns = clients[0].get("/v1/scores?unit=town", headers=headers[0]).json()["items"]
    assert [one["rank"] for one in towns] == [1, 2, 3]
    assert clients[0].get("/v1/scores?unit=city", headers=headers[0]).json()["items"] == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("forgotten", "told"),
    [
        ("_cut", "/v1/map?unit=town&measure=score"),
        ("_cut", "/v1/scores?unit=district"),
        ("_cut", "/v1/export.csv?unit=grid"),
        ("_cut", f"/v1/grids/{OTHER_GRID}"),
        ("inside", f"/v1/grids/{OWN_GRID}/history"),
        ("inside", "/v1/alerts"),
        ("inside", "/v1/alerts/stream?seconds=0"),
        ("inside", "/v1/alerts/feed.atom"),
        ("held", "/v1/alerts/held"),
        ("held", "/v1/alerts/stats"),
        ("inside", "/v1/alerts/week?week=2026-02-24"),
        ("holds", "/v1/silences"),
        ("holds", "/console/notices"),
        ("holds", f"/alerts/{cities.OWN_ALERT}"),
        ("record", "/v1/track-record"),
        ("saw", "/v1/exports"),
        ("held", "/v1/exports?limit=1"),
        ("whole", "/v1/snapshots"),
        ("whole", "/console/versions"),
    ],
)
def test_a_filter_that_is_forgotten_is_found(
    two: Two,
    monkeypatch: pytest.MonkeyPatch,
    forgotten: str,
    told: str,
) -> None:
    faults = {
        "_cut": lambda _self, snapshot: snapshot,
        "inside": property(lambda _self: None),
        "record": lambda _self, found: dict(found),
        "holds": lambda *_: True,
        "held": lambda *_: True,
        "saw": lambda *_: True,
        "whole": property(lambda _self: True),
    }
    monkeypatch.setattr(Seen, forgotten, faults[forgotten])
    # Servers of its own: what they remember of it is told to no other test.
    homes, headers, ids = two
    with cities.served(*homes) as clients:
        assert leaks((clients, headers, ids), told) == [told]


def forgetting(function: Callable[..., Any], where: int, **open_: Any) -> Callable[..., Any]:
    """A function that is given its filters open, which stand in one of its arguments."""

    def forgot(*given: Any) -> Any:
        return function(*given[:where], replace(given[where], **open_), *given[where + 1 :])

    return forgot


def every(*_of: Any) -> bool:
    return True


#: What somebody may forget inside a route: the function, the place of what it filters by, the filters, a question that tells of it.
INSIDE: dict[str, tuple[ModuleType, str, int, dict[str, Any], str]] = {
    "the events of a unit of before": (stats, "_missed", 2, {"held": every}, "/v1/alerts/stats"),
    "the notices of a week": (stats, "_page", 2, {"sees": every}, "/v1/alerts/stats"),
    "the units of a week": (stats, "_weeks", 2, {"covers": every}, "/v1/alerts/stats"),
    "the sums of the city": (stats, "_told", 1, {"whole": True}, "/v1/alerts/stats"),
    "the events of the city": (stats, "_came", 1, {"whole": True}, "/v1/alerts/stats"),
    "the grids of a notice": (alerts, "_chosen", 1, {"inside": None}, "/v1/alerts?code=G0000037"),
    "the level of its grids": (alerts, "_chosen", 1, {"inside": None}, "/v1/alerts?level=orange"),
    "the terms of its grids": (alerts, "as_seen", 1, {"inside": None}, "/v1/alerts?overdue=true"),
}


@pytest.mark.slow
@pytest.mark.parametrize("what", INSIDE)
def test_a_filter_that_is_forgotten_inside_a_route_is_found(
    two: Two, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    module, name, where, open_, told = INSIDE[what]
    monkeypatch.setattr(module, name, forgetting(getattr(module, name), where, **open_))
    homes, headers, ids = two
    with cities.served(*homes) as clients:
        assert leaks((clients, headers, ids), told) == [told]


def test_an_object_of_another_area_is_as_absent_as_one_that_is_nowhere(
    pair: Pair,
) -> None:
    (client, _), (header, _), _ = pair
    for path in ("/v1/grids/{}", "/v1/grids/{}/explanation", "/v1/grids/{}/history", "/v1/scores?parent={}"):
        other, nowhere = (client.get(path.format(code), headers=header) for code in (OTHER_GRID, NO_GRID))
        assert other.status_code == nowhere.status_code == 404
        one, two = ({**answer.json(), "request_id": ""} for answer in (other, nowhere))
        assert str(one).replace(OTHER_GRID, NO_GRID) == str(two)
    # Medians of what it takes: the one is looked for as the other is, and found as little.
    taken: dict[str, list[float]] = {OTHER_GRID: [], NO_GRID: []}
    for _ in range(150):
        for code, times in taken.items():
            begun = time.perf_counter()
            client.get(f"/v1/grids/{code}", headers=header)
            times.append(time.perf_counter() - begun)
    first, second = (statistics.median(times) for times in taken.values())
    assert abs(first - second) < 0.25 * max(first, second)


def test_borders_and_numbers_of_a_map_are_those_of_the_own_district_alone(pair: Pair, tmp_path: Path) -> None:
    """Whole files: two cities whose borders differ outside, too, are told alike; the files of others are there for nobody."""
    (client, other), headers, _ = pair
    home = make_home(tmp_path / "home", Settings(threads=1))
    cities.build(home, 5)
    everything = cities.key(home)
    with cities.served(home) as (third,):
        whole = third.get("/v1/boundaries", headers=everything).json()
        others = [whole["towns"], whole["places"]["grid"], whole["grids"][1]["file"]]
        assert [third.get(f"/v1/boundaries/{name}", headers=everything).status_code for name in others] == [200] * 3
        assert third.get(f"/v1/boundaries/{'0' * 32}", headers=everything).status_code == 404
    own = client.get("/v1/boundaries", headers=headers[0]).json()
    assert whole["grids"][0] == own["grids"][0], "what is wholly inside is the file that was made"
    names = [own["towns"], own["communities"], *own["places"].values(), *(one["file"] for one in own["grids"])]
    assert [one["code"] for one in own["grids"]] == ["D0000000"] and len(names) == 7
    for name in names:
        answers = [
            one.get(f"/v1/boundaries/{name}", headers=header)
            for one, header in zip((client, other), headers, strict=True)
        ]
        assert answers[0].content == answers[1].content
        assert answers[0].headers["cache-control"] == "private, max-age=31536000, immutable"
        for outside in ("G0000036", "C0000009", "T0000003", "D0000001"):
            assert outside not in answers[0].text
    towns = client.get(f"/v1/boundaries/{own['towns']}", headers=headers[0]).json()
    assert [one["id"] for one in towns["objects"]["town"]["geometries"]] == ["T0000000", "T0000001", "T0000002"]
    assert [one["type"] for one in towns["objects"]["district"]["geometries"]] == ["Polygon"]
    assert [client.get(f"/v1/boundaries/{name}", headers=headers[0]).status_code for name in others] == [404] * 3
    for unit, count in (("grid", 36), ("community", 9), ("town", 3), ("district", 1)):
        told = client.get(f"/v1/map?unit={unit}&measure=change", headers=headers[0]).json()
        listed = client.get(f"/v1/boundaries/{told['places']}", headers=headers[0]).json()["codes"]
        assert len(told["level"]) == len(told["value"]) == len(told["gap"]) == len(listed) == count


def test_the_map_of_a_town_is_cut_out_of_its_district(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home", Settings(threads=1))
    cities.build(home, 5)
    header = cities.key(home, area=Area((("town", "T0000001"),)))
    with cities.served(home) as (client,):
        told = client.get("/v1/boundaries", headers=header).json()
        grids = client.get(f"/v1/boundaries/{told['grids'][0]['file']}", headers=header).json()
        towns = client.get(f"/v1/boundaries/{told['towns']}", headers=header).json()
    assert [one["code"] for one in told["grids"]] == ["D0000000"]
    assert [one["id"] for one in grids["objects"]["grid"]["geometries"]] == [f"G{row:07d}" for row in range(12, 24)]
    assert [one["id"] for one in towns["objects"]["town"]["geometries"]] == ["T0000001"]
    assert towns["objects"]["district"]["geometries"] == []


def test_a_cursor_of_a_wider_caller_opens_nothing_more(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home", Settings(threads=1))
    cities.build(home, 5)
    everything, own = cities.key(home), cities.key(home, area=OWN)
    with cities.served(home) as (client,):
        following = client.get("/v1/scores?limit=30", headers=everything).json()["next"]
        page = client.get("/v1/scores", params={"limit": 30, "cursor": following}, headers=own).json()
        assert [one["rank"] for one in page["items"]] == list(range(31, 37))
        assert all(one["code"] < "G0000036" for one in page["items"])


def _shared_tags(client: TestClient, headers: list[dict[str, str]], path: str) -> bool:
    first, second = (client.get(path, headers=one) for one in headers)
    assert first.content == second.content, "the same is told, so that a tag of the content alone would be the same"
    again = client.get(path, headers={**headers[1], "If-None-Match": first.headers["etag"]})
    return first.headers["etag"] == second.headers["etag"] or again.status_code == 304


def test_no_tag_is_shared_between_areas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = make_home(tmp_path / "home", Settings(threads=1))
    cities.build(home, 5)
    headers = [cities.key(home, area=OWN), cities.key(home, area=OTHER)]
    with cities.served(home) as (client,):
        assert not _shared_tags(client, headers, "/v1/scores?unit=city")
    monkeypatch.setattr(repeats, "_area", lambda _scope: b"")
    with cities.served(home) as (client,):
        assert _shared_tags(client, headers, "/v1/scores?unit=city"), "the fault that was planted is found"


def test_an_area_follows_the_tree_of_today(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A town that moved to another district is seen there, in snapshots of before too, and by nobody who held the old district alone."""
    from experiments.benchmarks import made_snapshot

    home = make_home(tmp_path / "home", Settings(threads=1))
    monkeypatch.setattr(made_snapshot, "PARTS", cities.PARTS)
    made_snapshot.publish_made(home, cities.content(5, "D0000001"), cities.AS_OF, cities.NOW)
    moved = cities.content(5, "D0000001")
    # The third town, with its twelve grids, goes over to the second district.
    moved.places[Unit.TOWN].parents[2] = 1
    later = cities.NOW.replace(hour=5)
    made_snapshot.publish_made(home, moved, cities.AS_OF.replace(day=3), later)
    old, new = cities.key(home, area=OWN), cities.key(home, area=OTHER)
    with cities.served(home) as (client,):
        for as_of in ("", "&as_of=2026-03-02"):
            seen = [
                {one["code"] for one in client.get(f"/v1/scores?limit=200{as_of}", headers=key).json()["items"]}
                for key in (old, new)
            ]
            assert seen == [{f"G{row:07d}" for row in range(24)}, {f"G{row:07d}" for row in range(24, 72)}]
        before = client.get("/v1/scores?unit=district&as_of=2026-03-02", headers=new).json()["items"]
        assert [one["code"] for one in before] == ["D0000001"], "of then it lies inside wholly"
        assert client.get("/v1/scores?unit=district&as_of=2026-03-02", headers=old).json()["items"] == []


@pytest.mark.slow
def test_a_unit_that_there_is_no_more_opens_nothing(tmp_path: Path) -> None:
    from serving.access.areas import Area

    home = make_home(tmp_path / "home", Settings(threads=1))
    cities.build(home, 5)
    for area in (Area((("district", "D7777777"),)), Area(())):
        header = cities.key(home, area=area)
        with cities.served(home) as (client,):
            for path in ("/v1/scores", "/v1/scores?unit=city", "/v1/alerts"):
                assert client.get(path, headers=header).json()["items"] == []
            assert client.get(f"/v1/grids/{OWN_GRID}", headers=header).status_code == 404


def test_areas_of_several_kinds_lie_side_by_side(tmp_path: Path) -> None:
    from serving.access.areas import Area

    home = make_home(tmp_path / "home", Settings(threads=1))
    cities.build(home, 5)
    area = Area((("town", "T0000001"), ("district", "D0000001"), ("community", "C0000020"), ("grid", "G0000107")))
    header = cities.key(home, area=area)
    with cities.served(home) as (client,):

        def codes(query: str) -> set[str]:
            return {one["code"] for one in client.get(f"/v1/scores?limit=200&{query}", headers=header).json()["items"]}

        grids = {*range(12, 24), *range(36, 72), *range(80, 84), 107}
        assert codes("") == {f"G{row:07d}" for row in grids}
        assert codes("unit=district") == {"D0000001"} and codes("unit=town") == {f"T{row:07d}" for row in (1, 3, 4, 5)}
        assert codes("parent=T0000001") == {f"G{row:07d}" for row in range(12, 24)}
        assert codes("unit=town&parent=D0000001") == {f"T{row:07d}" for row in (3, 4, 5)}
        assert codes("parent=C0000020") == {f"G{row:07d}" for row in range(80, 84)}
        portrait = client.get("/v1/grids/G0000107", headers=header).json()
        assert (portrait["town"]["code"], portrait["district"]["code"]) == ("T0000008", "D0000002")


def test_the_copy_of_home_is_one(home: Home) -> None:
    """Both databases give the same areas back."""
    cities.build(home, 5)
    header = cities.key(home, area=OWN)
    with cities.served(home) as (client,):
        assert len(client.get("/v1/scores?limit=200", headers=header).json()["items"]) == 36
        assert len(client.get("/v1/alerts", headers=header).json()["items"]) == 5


def test_how_many_silences_there_are_elsewhere_hides_none_of_ones_own(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home", Settings(threads=1))
    cities.build(home, 5)
    row = {"unit": "grid", "code": OTHER_GRID, "reason": "roadworks", "author": "rk0000000000"}
    later = {"created_at": cities.NOW, "ends_at": cities.NOW.replace(month=4)}
    with home.database.begin() as connection:
        connection.execute(insert(SILENCES), [{**row, **later, "id": f"s{number}"} for number in range(1_001)])
    reads, acts = cities.key(home, (Scope.READ,), OWN), cities.key(home, (Scope.READ, Scope.ACT), OWN)
    with cities.served(home) as (client,):
        found = client.get("/v1/silences?limit=1000", headers=reads).json()["items"]
        assert [(one["code"], one["author"]) for one in found] == [("G0000020", None), (OWN_GRID, None)]
        assert {one["author"] for one in client.get("/v1/silences", headers=acts).json()["items"]} == {"rk0000000000"}


def test_a_team_of_elsewhere_is_as_absent_as_one_that_is_nowhere(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home", Settings(threads=1))
    cities.build(home, 5)
    acts = cities.key(home, (Scope.READ, Scope.ACT), OWN)
    with cities.served(home) as (client,):
        path = f"/v1/alerts/{cities.OWN_ALERT}/assign"
        one, two, own = (
            client.post(path, json={"team_id": team}, headers=acts) for team in ("T0000003", "T9999999", "T0000001")
        )
        assert (one.status_code, two.status_code, own.status_code) == (422, 422, 200)
        assert one.json()["detail"].replace("T0000003", "T9999999") == two.json()["detail"]
        several = {"ids": [cities.OWN_ALERT], "team_id": "T0000003"}
        told = client.post("/v1/alerts/several/co_handle", json=several, headers=acts).json()["items"]
        assert [one["code"] for one in told] == ["query_invalid"]


def test_of_a_suspended_target_nothing_is_answered_again(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home", Settings(threads=1))
    cities.build(home, 5)
    acts = {**cities.key(home, (Scope.READ, Scope.ACT), OWN), "Idempotency-Key": "once"}
    asked = {"ids": [cities.OWN_ALERT, "wg0000050"]}
    with cities.served(home) as (client,):
        done = client.post("/v1/alerts/several/acknowledge", json=asked, headers=acts).json()["items"]
        assert [one["code"] for one in done] == [None, "unknown_alert"]
        suspend(home, "conflict", "under review", now=cities.NOW)
        client.app.current.look_for_suspensions()  # type: ignore[attr-defined]
        again = client.post("/v1/alerts/several/acknowledge", json=asked, headers=acts).json()["items"]
        assert [(one["code"], one["alert"]) for one in again] == [("target_suspended", None), ("unknown_alert", None)]
