"""Who is let in, to which route, and how often: every route by every role, and what is refused in which words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.testclient import TestClient

from riskwarn.audit.tables import AUDIT
from riskwarn.home import Home, make_home, open_home
from riskwarn.settings import Settings
from serving.access import keys
from serving.access.registry import LOOK_EVERY, Registry
from serving.access.scopes import Purpose, Role, Scope
from serving.access.tables import KEYS
from serving.alerts.suspending import suspend
from serving.api.app import Application
from serving.api.needs import declared, leaves
from serving.console import built
from tests.riskwarn.audit.collector import collecting
from tests.serving.access import cities
from tests.serving.access.cities import LOCAL, NOW, OTHER, OTHER_GRID, OWN, OWN_ALERT, OWN_GRID
from tests.waiting import until


@pytest.fixture
def city(tmp_path: Path) -> Home:
    made = make_home(tmp_path / "city", Settings(threads=1))
    cities.build(made, 5)
    return made


def undeclared(app: FastAPI) -> list[str]:
    """The routes, of every kind, that do not say what they need."""
    return [str(getattr(one, "path", one)) for one in leaves(app.router.routes) if declared(one) is None]


def test_every_route_says_what_it_needs(city: Home) -> None:
    app = Application(city, lambda: NOW).routes
    every = list(leaves(app.router.routes))
    assert undeclared(app) == [] and len(every) >= 19
    paths = {str(getattr(one, "path", "")) for one in every}
    assert {
        "/",
        "/docs",
        "/openapi.json",
        "/pages/{name}",
        "/assets/{name}",
        "/console/settings",
        "/console/notices",
        "/healthz",
        "/metrics",
        "/v1/export.{form}",
    } <= paths


@pytest.mark.parametrize("kind", ["route", "mount", "files", "api"])
def test_a_route_without_a_need_is_found_and_refused_to_everybody(city: Home, tmp_path: Path, kind: str) -> None:
    (tmp_path / "added.txt").write_text("a secret")
    application = Application(city, lambda: NOW)
    leak: dict[str, BaseRoute] = {
        "route": Route("/added.txt", lambda _request: PlainTextResponse("a secret")),
        "mount": Mount("/added.txt", app=PlainTextResponse("a secret")),
        "files": Mount("/", app=StaticFiles(directory=tmp_path)),
    }
    if kind == "api":
        application.routes.get("/added.txt")(lambda: "a secret")
    else:
        application.routes.router.routes.append(leak[kind])
    assert len(undeclared(application.routes)) == 1
    everybody = [{}, cities.key(city), *(cities.key(city, role=role) for role in Role)]
    path = "/added.txt/" if kind == "mount" else "/added.txt"
    with TestClient(application, base_url=LOCAL) as client:
        for header in everybody:
            answer = client.get(path, headers=header)
            assert answer.status_code == (403 if header else 401) and "secret" not in answer.text


#: A file of the console; its name is that of its content.
BUILT = next(iter(built()[1]))

#: What each route needs; None is nothing, and an empty text any key.
NEEDS = {
    "/": None, "/pages/sign-in.js": None, "/console/settings": "", "/console/notices": "read", f"/assets/{BUILT}": None, "/healthz": None, "/readyz": "", "/docs": "", "/openapi.json": "", "/metrics": "system",
    "/v1/scores": "read", "/v1/snapshots": "read", "/v1/health/sources": "read", "/v1/models/conflict": "read", "/v1/levels": "read",
    "/v1/boundaries": "read", "/v1/map?unit=town": "read",
    "/v1/track-record": "read", "/v1/alerts": "read", "/v1/alerts/stats": "read", "/v1/alerts/week": "read", "/v1/alerts/held": "read",
    "/v1/silences": "read or system", f"/v1/alerts/{OWN_ALERT}": "read", f"/v1/grids/{OWN_GRID}": "read:detail",
    f"/v1/grids/{OWN_GRID}/explanation": "read:detail", f"/v1/grids/{OWN_GRID}/history": "read:detail", "/v1/export.csv": "export",
    "/v1/export.geojson": "export", "/v1/snapshots/compare": "read", "/v1/exports": "export", "/sign-in": None, "/sign-in/state": None,
    "/v1/grants": "security", "/v1/suspensions": "system", "/v1/audit": "audit", "/v1/alerts/stream?seconds=0": "read", "/v1/alerts/feed.atom": "read",
    f"/v1/alerts/{OWN_ALERT}/cap.xml": "read", "/v1/subscriptions": "act or export", f"/alerts/{OWN_ALERT}": "read",
    "/console/versions": "read", "/console/loads": "analyse", "/console/refused": "analyse", "/console/uploads": "analyse",
}  # fmt: skip

#: What is changed by whom, and what is answered to who may: the file is small, and there is no such approval.
CHANGES = {
    "/v1/exports": ("export", 409),
    "/v1/exports/ex000000000000/approve": ("export", 404),
    "/v1/exports/ex000000000000/refuse": ("export", 404),
    "/v1/alerts/wnothing/acknowledge": ("act", 404),
    "/v1/alerts/several/acknowledge": ("act", 200),
    "/v1/silences/new": ("act", 422),
    "/v1/silences/wnothing/end": ("act", 404),
    "/v1/grants/op0000000000/confirm": ("security", 404),
    "/v1/grants/op0000000000/revoke": ("security", 404),
    "/v1/grants/op0000000000/rotate": ("security", 404),
    "/v1/grants/operators/new": ("security", 422),
    "/v1/grants/keys/new": ("security", 422),
    "/v1/suspensions/nothing/suspend": ("system", 422),
    "/v1/suspensions/nothing/resume": ("system", 409),
    "/v1/subscriptions": ("act or export", 422),
    "/v1/subscriptions/sb0000000000/test": ("act or export", 404),
    "/v1/subscriptions/sb0000000000/rotate": ("act or export", 404),
    "/v1/subscriptions/sb0000000000/replay": ("act or export", 404),
    "/console/uploads": ("analyse", 422),
    "/console/uploads/up000000000000/files/0": ("analyse", 404),
    "/console/uploads/up000000000000/try": ("analyse", 404),
    "/console/uploads/up000000000000/load": ("analyse", 404),
}
ASKED = {"form": "csv", "reason": "the monthly file"}

#: Where nothing may be delivered.
SUBSCRIBED = {"name": "the centre", "address": "http://10.9.0.1/notices"}


def body_of(path: str) -> dict[str, Any] | None:
    """What is sent with a change."""
    of: dict[str, Any] = {
        "/v1/subscriptions": SUBSCRIBED,
        "/v1/exports": ASKED,
        "/v1/alerts/several/acknowledge": {"ids": ["wnothing"]},
        "/v1/alerts/wnothing/acknowledge": {},
        "/console/uploads/up000000000000/try": {},
        "/v1/grants/op0000000000/rotate": {},
    }
    silence = {"code": "G9999999", "reason": "a test", "ends_at": "2026-03-09T08:00:00+08:00"}
    if path == "/v1/silences/new":
        return silence
    return of.get(path, {"reason": "a test"} if path.endswith(("/revoke", "/resume")) else None)


#: What is of the whole city, so that who sees a part of it is refused.
OF_CITY = (
    "/v1/audit", "/v1/suspensions", "/v1/suspensions/nothing/suspend", "/v1/suspensions/nothing/resume", "/console/loads", "/console/refused", "/console/uploads", "/console/uploads/up000000000000", "/console/uploads/up000000000000/files/0",
    "/console/uploads/up000000000000/try", "/console/uploads/up000000000000/load", "/console/reports/conflict-4-v1",
)  # fmt: skip

#: What tells of the usual target alone: where that is suspended there is nothing to tell.
OF_TARGET = (
    "/v1/scores", "/v1/map?unit=town", "/v1/models/conflict", "/v1/levels", f"/v1/grids/{OWN_GRID}/explanation", f"/v1/grids/{OWN_GRID}/history",
    "/v1/export.csv", "/v1/export.geojson", "/v1/snapshots/compare", f"/v1/alerts/{OWN_ALERT}",
    f"/v1/alerts/{OWN_ALERT}/cap.xml", f"/alerts/{OWN_ALERT}",
)  # fmt: skip

#: What is asked otherwise than to read; test_sign_in.py and the matrix ask them.
OTHERWISE = {"/console/uploads/{upload}", "/console/reports/{version}", "/sign-in/key", "/sign-in/gateway", "/sign-in/oidc", "/sign-in/oidc/callback", "/sign-out", "/sign-out/everywhere"}  # fmt: skip


def _status(need: str | None, scopes: frozenset[Scope]) -> int:
    return 200 if not need or {one.value for one in scopes} & {*need.split(" or ")} else 403


@pytest.mark.slow
@pytest.mark.parametrize(
    ("area", "suspended"),
    [("own", False), ("other", False), ("whole", False), ("own", True), ("other", True), ("whole", True)],
)
def test_every_route_by_every_role(city: Home, area: str, suspended: bool) -> None:
    if suspended:
        suspend(city, "conflict", "under review", now=NOW)
    where = {"own": OWN, "other": OTHER, "whole": cities.WHOLE_CITY}[area]
    snapshots = {"a": "2026-02-23", "b": "2026-03-02"}
    headers = {role: cities.key(city, role=role, area=where) for role in Role}
    with cities.served(city) as (client,):
        listed = client.get("/v1/snapshots", headers=headers[Role.CENTRE]).json()["items"]
        of = {one["as_of"]: one["id"] for one in listed}
        described = {str(getattr(one, "path", "")) for one in leaves(client.app.routes.router.routes)}  # type: ignore[attr-defined]
        assert len(described - OTHERWISE) <= len(NEEDS.keys() | CHANGES.keys()) + 1, "a new route is named above, too"
        for role in Role:
            for path, need in NEEDS.items():
                params = {name: of[day] for name, day in snapshots.items()} if path.endswith("compare") else None
                wanted = _status(need, role.scopes)
                if wanted == 200 and suspended and path in OF_TARGET:
                    wanted = 409
                # That there is a notice elsewhere is not told, suspended or not.
                if area == "other" and (
                    (OWN_GRID in path and wanted == 200) or (OWN_ALERT in path and wanted in (200, 409))
                ):
                    wanted = 404
                may = wanted
                if area != "whole" and path in OF_CITY:
                    wanted = 403
                for method in ("GET", "HEAD"):
                    answer = client.request(method, path, params=params, headers=headers[role])
                    assert answer.status_code == wanted, (role, method, path, answer.text)
                if may == 403:
                    problem = client.get(path, params=params, headers=headers[role])
                    assert need is not None and need in problem.json()["detail"]
                    assert 'error="insufficient_scope"' in problem.headers["www-authenticate"]
                    chinese = client.get(path, headers={**headers[role], "Accept-Language": "zh"})
                    assert (
                        chinese.json()["type"] == "urn:riskwarn:scope_needed" and not chinese.json()["detail"].isascii()
                    )
            for path, (scope, status) in CHANGES.items():
                answer = client.post(path, json=body_of(path), headers=headers[role])
                # What is wrong in itself is told before it is asked who may.
                elsewhere = area != "whole" and path in OF_CITY and status != 422
                wanted = 403 if elsewhere or _status(scope, role.scopes) == 403 else status
                assert answer.status_code == wanted, (role, path)
            other = client.get(f"/v1/grids/{OTHER_GRID}", headers=headers[role]).status_code
            assert other == (403 if Scope.DETAIL not in role.scopes else 404 if area == "own" else 200)
            assert client.get("/nothing/here", headers=headers[role]).status_code == 404


def refused(city: Home) -> dict[str, dict[str, str]]:
    """Headers with which nobody gets in, by why."""
    right = cities.key(city)["Authorization"]
    ended, idle = (
        cities.key(city, days=10, now=NOW - timedelta(days=20)),
        cities.key(city, now=NOW - timedelta(days=95)),
    )
    gone = cities.key(city)
    keys.revoke_key(city, _id(gone), "lost", now=NOW)
    return {
        "nothing": {}, "ended": ended, "idle": idle, "revoked": gone,
        "a wrong secret": {"Authorization": right[:-1] + ("0" if right[-1] != "0" else "1")},
        "an unknown id": {"Authorization": "Bearer rw_000000000000_" + "a" * 64},
        "another scheme": {"Authorization": "Basic " + right.split()[1]},
        "no token": {"Authorization": "Bearer"},
        "another network": cities.key(city, networks=("10.20.0.0/16",)),
    }  # fmt: skip


def _id(header: dict[str, str]) -> str:
    return header["Authorization"].split("_")[1]


def test_who_has_no_key_that_opens_gets_nothing_but_what_is_open(city: Home) -> None:
    wrong = refused(city)
    with cities.served(city) as (client,):
        for why, header in wrong.items():
            for path, need in NEEDS.items():
                answer = client.get(path, headers=header)
                if not header and need is None:
                    assert answer.status_code == 200, path
                    continue
                assert answer.status_code == (403 if why == "another network" else 401), (why, path)
                assert answer.headers["www-authenticate"].startswith('Bearer realm="riskwarn"')
                assert answer.headers["content-type"] == "application/problem+json" and answer.json()["request_id"]
                assert "etag" not in answer.headers
            client.app._app._app._limits._storage.reset()  # type: ignore[attr-defined]  # or the address would have to wait
            for path in CHANGES:
                answer = client.post(path, json=body_of(path), headers=header)
                assert answer.status_code == (403 if why == "another network" else 401), (why, path)
            client.app._app._app._limits._storage.reset()  # type: ignore[attr-defined]  # or the address would have to wait
        told = {why: client.get("/v1/scores", headers=header).json()["detail"] for why, header in wrong.items()}
        assert "revoked" in told["revoked"] and "ended" in told["ended"] and "not used" in told["idle"]
        assert told["a wrong secret"] == told["an unknown id"] == told["another scheme"], "what is wrong is told alike"
        zh = client.get("/v1/scores", headers={**wrong["revoked"], "Accept-Language": "zh"}).json()
        assert not zh["detail"].isascii() and not zh["title"].isascii()


def test_two_keys_in_one_request_are_none(city: Home) -> None:
    one, other = cities.key(city)["Authorization"], cities.key(city, area=OWN)["Authorization"]
    with cities.served(city) as (client,):
        answer = client.get("/v1/scores", headers=[("Authorization", one), ("Authorization", other)])
        assert answer.status_code == 401


def test_a_network_is_that_from_which_one_asks(city: Home) -> None:
    header = cities.key(city, networks=("10.20.0.0/16", "fd00:20::/32"))
    for address, status in (("10.20.1.1", 200), ("10.21.1.1", 403), ("fd00:20::7", 200), ("::ffff:10.20.1.1", 200)):
        with TestClient(Application(city, lambda: NOW), base_url=LOCAL, client=(address, 5)) as client:
            assert client.get("/v1/scores", headers={**header, "X-Forwarded-For": "10.20.1.1"}).status_code == status


def all_refuse(workers: Sequence[TestClient], header: dict[str, str]) -> bool:
    return [client.get("/v1/scores", headers=header).status_code for client in workers] == [401] * len(workers)


def test_a_revoked_key_stops_in_every_worker(city: Home) -> None:
    assert LOOK_EVERY < 0.5, "within a second, with a look and a reading"
    header = cities.key(city)
    with cities.served(city) as (one,), cities.served(city) as (other,):
        workers = (one, other)
        assert [client.get("/v1/scores", headers=header).status_code for client in workers] == [200, 200]
        keys.revoke_key(city, _id(header), "lost", now=NOW)
        until(lambda: all_refuse(workers, header), "though what it was told is held")
        another = cities.key(city)
        for client in workers:
            client.app.registry.look()  # type: ignore[attr-defined]
            assert client.get("/v1/scores", headers=another).status_code == 200


def test_the_last_use_is_written_aside_and_keeps_a_key_alive(home: Home) -> None:
    header = cities.key(home)
    moment = [NOW + timedelta(days=80)]
    registry = Registry(home, lambda: moment[0], write_every=0.0)
    registry.look()
    before = keys.listed_keys(home, now=NOW)[0]["last_used_at"]
    registry.note(_id(header), moment[0].timestamp())
    assert before is None and keys.listed_keys(home, now=NOW)[0]["last_used_at"] is None, (
        "not on the way of the request"
    )
    registry.look()
    assert datetime.fromisoformat(keys.listed_keys(home, now=NOW)[0]["last_used_at"]) == moment[0]
    moment[0] = NOW + timedelta(days=120)
    assert registry.admitted(header["Authorization"].split()[1], "127.0.0.1").caller.id == _id(header)


def test_what_nobody_confirmed_does_not_count_where_a_second_person_is_asked_for(city: Home) -> None:
    cities.key(city, role=Role.SECURITY)
    header = cities.key(city)
    with cities.served(city) as (client,):
        assert client.get("/v1/scores", headers=header).status_code == 200
    with cities.served(city, confirmed=True) as (client,):
        answer = client.get("/v1/scores", headers=header)
        assert answer.status_code == 401 and "confirmation" in answer.json()["detail"]


def test_the_description_says_what_each_route_needs(city: Home) -> None:
    described = Application(city, lambda: NOW).openapi()
    assert described["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    paths = described["paths"]
    assert paths["/v1/scores"]["get"]["security"] == [{"key": ["read"]}]
    assert paths["/healthz"]["get"]["security"] == [] and paths["/readyz"]["get"]["security"] == [{"key": []}]
    assert paths["/v1/export.{form}"]["get"]["security"] == [{"key": ["export"]}]
    assert all("security" in told for methods in paths.values() for told in methods.values())


def test_reads_of_detail_files_and_refusals_are_in_the_audit_and_polls_are_not(city: Home) -> None:
    person, program = cities.key(city, role=Role.CENTRE), cities.key(city, (Scope.READ,), purpose=Purpose.PLANNING)
    with cities.served(city) as (client,):
        portrait = f"/v1/grids/{OWN_GRID}"
        tag = client.get(portrait, headers=person).headers["etag"]
        assert client.get(portrait, headers={**person, "If-None-Match": tag}).status_code == 304
        assert client.get(f"{portrait}/explanation", headers=person).status_code == 200
        assert client.get("/v1/grids/G9999999", headers=person).status_code == 404
        assert client.get("/v1/export.csv", headers=person).status_code == 200
        for _ in range(3):
            assert client.get("/v1/scores", headers=program).status_code == 200
        assert client.get(portrait, headers=program).status_code == 403
        assert client.get(portrait, headers={"Authorization": person["Authorization"][:-4] + "0000"}).status_code == 401
        assert client.get(portrait).status_code == 401
    with city.database.connect() as connection:
        rows = connection.execute(select(AUDIT).order_by(AUDIT.c.sequence)).mappings().all()
        operator = connection.execute(select(KEYS.c.operator).where(KEYS.c.id == _id(person))).scalar_one()
    told: Counter[tuple[str, ...]] = Counter()
    for one in rows:
        if one["action"].split(".")[0] in ("read", "export", "access"):
            told[one["action"], one["object"], one["actor"], one["result"], one["purpose"], one["origin"]] += one[
                "count"
            ]
    where = "unknown"  # the client of these tests has no address
    assert told == {
        ("read.portrait", OWN_GRID, operator, "done", "ranking", where): 2,
        ("read.explanation", OWN_GRID, operator, "done", "ranking", where): 1,
        ("export.made", _newest(rows), operator, "done", "ranking", where): 1,
        ("access.refused", "read:detail", _id(program), "scope", "planning", where): 1,
        ("access.refused", _id(person), "nobody", "key", "", where): 1,
    }


def test_a_server_sends_what_it_writes_to_the_collector_of_logs(city: Home) -> None:
    person = cities.key(city, role=Role.CENTRE)
    with collecting() as received:
        with cities.served(open_home(city.path, Settings(syslog=f"tcp://127.0.0.1:{received.port}"))) as (client,):
            assert client.get(f"/v1/grids/{OWN_GRID}", headers=person).status_code == 200
        # What was counted in the last second is written and sent as the server ends.
        assert [(row["action"], row["object"]) for row in received.rows][-1] == ("read.portrait", OWN_GRID)
    assert "key.created" in {row["action"] for row in received.rows}


def _newest(rows: Sequence[Any]) -> str:
    return next(str(one["object"]) for one in rows if one["action"] == "export.made")
