"""Large files: no one takes one away alone, and an approval opens what was approved and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from experiments.benchmarks import made_snapshot
from experiments.benchmarks.made_snapshot import publish_made
from riskwarn.audit.tables import AUDIT
from riskwarn.home import Home, make_home, open_home
from riskwarn.settings import Settings
from serving.access.scopes import Role, Scope
from serving.access.tables import EXPORT_APPROVALS
from serving.alerts.suspending import resume, suspend
from serving.api.app import Application
from serving.api.routes import exports
from tests.postgresql import emptied
from tests.serving.access import cities
from tests.serving.access.cities import LOCAL, OTHER, OWN
from tests.serving.access.test_local_operator import TOKEN

WHY = "the monthly file for the planning of visits"
CSV = {"form": "csv", "reason": WHY}
PATH = "/v1/export.csv"

#: Of 108 grids 36 lie in the district.
MOST = 20


class Asking:
    """A server of a city, at a time that can be changed, and two people of the centre."""

    def __init__(self, home: Home, **access: Any) -> None:
        cities.build(home, 5)
        told = ", ".join(f"{name}: {value}" for name, value in {"export_rows": MOST, **access}.items())
        with (home.path / "riskwarn.yaml").open("a", encoding="utf-8") as file:
            file.write(f"access: {{{told}}}\n")
        self.home, self.now = open_home(home.path, home.settings), cities.NOW
        self.one, self.other = (cities.key(self.home, role=Role.CENTRE) for _ in range(2))
        self.program = cities.key(self.home)
        self.application = Application(self.home, lambda: self.now)
        self.client = TestClient(self.application, base_url=LOCAL, raise_server_exceptions=False)

    def key(self, **given: Any) -> dict[str, str]:
        made = cities.key(self.home, **given)
        self.application.registry.look()
        return made

    def ask(self, header: dict[str, str], **changed: Any) -> str:
        answer = self.client.post("/v1/exports", json={**CSV, **changed}, headers=header)
        assert answer.status_code == 200 and answer.json()["state"] == "waiting", answer.text
        return str(answer.json()["id"])

    def approve(self, identity: str, header: dict[str, str], verb: str = "approve") -> Any:
        return self.client.post(f"/v1/exports/{identity}/{verb}", headers=header)

    def approved(self, header: dict[str, str], **changed: Any) -> str:
        identity = self.ask(header, **changed)
        assert self.approve(identity, self.other).json()["state"] == "approved"
        return identity

    def file(self, identity: str, header: dict[str, str], path: str = PATH, **query: Any) -> Any:
        return self.client.get(path, params={"approval": identity, **query}, headers=header)

    def state(self, identity: str) -> str:
        listed = self.client.get("/v1/exports", headers=self.one).json()["items"]
        return next(str(one["state"]) for one in listed if one["id"] == identity)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    url = None if request.param == "sqlite" else emptied(request.getfixturevalue("server"))
    made = Asking(make_home(tmp_path_factory.mktemp("asking") / "home", Settings(threads=1, database_url=url)))
    with made.client:
        yield made


@pytest.fixture
def asking(served: Asking) -> Iterator[Asking]:
    """The server, without what another test asked for."""
    with served.home.database.begin() as connection:
        connection.execute(EXPORT_APPROVALS.delete())
    yield served
    served.now = cities.NOW


def code(answer: Any) -> str:
    return str(answer.json()["type"]).removeprefix("urn:riskwarn:")


def test_a_large_file_is_opened_once_by_what_another_approved(asking: Asking) -> None:
    alone = asking.client.get(PATH, headers=asking.one)
    assert (alone.status_code, code(alone)) == (403, "approval_needed") and "108 rows" in alone.json()["detail"]
    assert asking.client.head(PATH, headers=asking.one).status_code == 403
    small = asking.client.get(f"{PATH}?unit=town", headers=asking.one)
    assert small.status_code == 200, "a small one needs nobody"
    identity = asking.ask(asking.one)
    assert code(asking.file(identity, asking.one)) == "approval_unusable"
    answer = asking.approve(identity, asking.other)
    assert answer.status_code == 200 and answer.json()["decided_by"].startswith("op") and answer.json()["rows"] == 108
    head = asking.client.head(PATH, params={"approval": identity}, headers=asking.one)
    assert head.status_code == 200 and head.headers["x-rows"] == "108"
    file = asking.file(identity, asking.one)
    assert file.status_code == 200 and file.text.count("\n") == 110
    again = asking.file(identity, asking.one)
    assert (again.status_code, code(again)) == (409, "approval_unusable") and asking.state(identity) == "used"
    chinese = asking.client.get(PATH, headers={**asking.one, "Accept-Language": "zh"}).json()["detail"]
    assert "108" in chinese and "第二人" in chinese
    zh = asking.client.get(PATH, params={"approval": identity}, headers={**asking.one, "Accept-Language": "zh"})
    assert "已使用" in zh.json()["detail"]


def test_nobody_approves_his_own_and_no_program_approves(asking: Asking) -> None:
    identity = asking.ask(asking.one)
    with asking.home.database.connect() as connection:
        row = connection.execute(select(EXPORT_APPROVALS.c.asked_by)).scalar_one()
    second_key = asking.key(operator=row)
    for header in (asking.one, second_key):
        for verb in ("approve", "refuse"):
            own = asking.approve(identity, header, verb)
            assert (own.status_code, code(own)) == (403, "approval_refused"), "whichever key one shows"
    by_program = asking.approve(identity, asking.program)
    assert (by_program.status_code, code(by_program)) == (403, "approval_refused")
    for role in (Role.ANALYST, Role.SUPERVISOR, Role.SECURITY, Role.SYSTEM, Role.AUDIT):
        assert code(asking.approve(identity, asking.key(role=role))) == "scope_needed", role
    assert asking.client.post(f"/v1/exports/{identity}/approve").status_code == 401
    assert asking.state(identity) == "waiting"
    # What a program asked for a person decides; what the person's program-less key asked for the same person's other key opens.
    of_program = asking.ask(asking.program)
    assert asking.approve(of_program, asking.one).status_code == 200
    assert asking.file(of_program, asking.program).status_code == 200
    assert asking.approve(identity, asking.other).status_code == 200
    assert asking.file(identity, second_key).status_code == 200


def test_what_is_outside_an_area_is_as_absent_as_what_there_is_not(asking: Asking) -> None:
    own, elsewhere = (asking.key(role=Role.CENTRE, area=area) for area in (OWN, OTHER))
    whole, inside = asking.ask(asking.one), asking.ask(own)
    for header in (own, elsewhere):
        absent, outside = (asking.approve(one, header) for one in ("ex000000000000", whole))
        assert absent.status_code == outside.status_code == 404
        one, two = ({**answer.json(), "request_id": "", "instance": ""} for answer in (absent, outside))
        assert str(one).replace("ex000000000000", whole) == str(two)
    assert asking.approve(inside, elsewhere).status_code == 404, "who decides sees all of it"
    listed = {
        name: [one["id"] for one in asking.client.get("/v1/exports", headers=header).json()["items"]]
        for name, header in {"one": asking.one, "own": own, "elsewhere": elsewhere}.items()
    }
    assert sorted(listed["one"]) == sorted([whole, inside]) and listed["own"] == [inside] and listed["elsewhere"] == []
    answer = asking.approve(inside, asking.other)
    assert answer.json()["rows"] == 36
    for header in (asking.one, asking.other, elsewhere):
        taken = asking.file(inside, header)
        assert (taken.status_code, code(taken)) == (404, "unknown_approval"), "it is of who asked"
    assert asking.file(inside, own).text.count("\n") == 38


def test_an_approval_opens_no_other_file(asking: Asking) -> None:
    identity = asking.approved(asking.one)
    for path, query in (
        ("/v1/export.parquet", {}), (PATH, {"target": "safety"}), (PATH, {"horizon": 1}), (PATH, {"unit": "town"}),
        (PATH, {"parent": "D0000000"}), (PATH, {"lang": "en"}), (PATH, {"search": "1"}), (PATH, {"min_level": "red"}), (PATH, {"as_of": "2026-02-23"}),
    ):  # fmt: skip
        other = asking.file(identity, asking.one, path, **query)
        assert (other.status_code, code(other)) == (409, "approval_unusable"), (path, query)
    named = {"target": "conflict", "horizon": 4, "unit": "grid", "lang": "zh", "as_of": str(cities.AS_OF)}
    assert asking.file(identity, asking.one, **named).status_code == 200, "the same, with what is usual named"


def test_it_is_out_of_the_snapshot_that_was_approved(asking: Asking) -> None:
    identity = asking.approved(asking.one, as_of="2026-02-23")
    file = asking.file(identity, asking.one)
    assert file.status_code == 200 and "2026-02-23" in file.headers["content-disposition"]


def test_an_approval_ends_and_what_was_decided_stays(asking: Asking) -> None:
    refused, late, waiting = asking.ask(asking.one), asking.approved(asking.one), asking.ask(asking.one)
    assert asking.approve(refused, asking.other, "refuse").json()["state"] == "refused"
    for verb in ("approve", "refuse"):
        again = asking.approve(refused, asking.other, verb)
        assert (again.status_code, code(again)) == (409, "approval_unusable")
        assert asking.approve(late, asking.other, verb).status_code == 409
    assert asking.file(refused, asking.one).status_code == 409
    asking.now += timedelta(hours=24)
    assert asking.file(late, asking.one).status_code == 409 and asking.state(late) == "ended"
    assert asking.approve(waiting, asking.other).status_code == 409


def test_it_opens_as_often_as_is_asked_where_an_installation_says_so(tmp_path: Path) -> None:
    asking = Asking(make_home(tmp_path / "home", Settings(threads=1)), approval_once="false", approval_hours=2)
    with asking.client:
        identity = asking.approved(asking.one)
        assert [asking.file(identity, asking.one).status_code for _ in range(3)] == [200] * 3
        asking.now += timedelta(hours=2)
        assert asking.file(identity, asking.one).status_code == 409


def test_of_several_at_once_one_is_opened(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    identity = asking.approved(asking.one)
    with ThreadPoolExecutor(4) as pool:
        states = list(pool.map(lambda _number: asking.file(identity, asking.one).status_code, range(4)))
    assert states.count(200) == 1 and set(states) <= {200, 409, 503}
    # A file for which there is no place uses nothing up, and gives no place away.
    another = asking.approved(asking.one)
    monkeypatch.setattr(exports.approvals, "use", lambda *_given, **_named: 1 / 0)
    for _ in range(3):
        assert asking.file(another, asking.one).status_code == 500
    monkeypatch.undo()
    assert asking.file(another, asking.one).status_code == 200


def test_a_suspended_target_is_not_opened_by_what_was_approved_before(asking: Asking) -> None:
    identity = asking.approved(asking.one)
    suspend(asking.home, "conflict", "under review", now=asking.now)
    asking.application.current.look_for_suspensions()
    for answer in (asking.file(identity, asking.one), asking.client.post("/v1/exports", json=CSV, headers=asking.one)):
        assert (answer.status_code, code(answer)) == (409, "target_suspended")
    assert asking.state(identity) == "approved"
    resume(asking.home, "conflict", "reviewed", now=asking.now)
    asking.application.current.look_for_suspensions()
    assert asking.file(identity, asking.one).status_code == 200


def test_what_is_asked_wrongly_is_told_and_kept_nowhere(asking: Asking) -> None:
    def refused(content: Any) -> tuple[int, str]:
        told: dict[str, Any] = {"content": content} if isinstance(content, bytes) else {"json": content}
        answer = asking.client.post("/v1/exports", headers=asking.one, **told)
        return answer.status_code, code(answer)

    assert refused({**CSV, "reason": "应张三的要求"}) == (400, "personal_text")
    assert refused({**CSV, "reason": "涉稳"}) == (400, "refused_word")
    for wrong in (
        {"form": "csv"},
        {**CSV, "reason": "  "},
        {**CSV, "reason": "x" * 501},
        {**CSV, "form": "doc"},
        {**CSV, "rows": 1},
    ):
        assert refused(wrong) == (422, "query_invalid"), wrong
    assert refused({**CSV, "parent": "D0000009"}) == (404, "unknown_unit")
    assert refused({**CSV, "unit": "town"}) == (409, "approval_not_needed")
    assert refused(b"{") == (422, "query_invalid")
    answer = asking.client.post("/v1/exports?x=1", json=CSV, headers={**asking.one, "Accept-Language": "zh"})
    assert answer.status_code == 422 and not answer.json()["detail"].isascii()
    unknown = asking.client.post("/v1/exports", json={**CSV, "rows": 1}, headers=asking.one).json()["errors"][0]
    assert unknown["parameter"] == "rows" and "reason" in unknown["problem"]
    assert (
        asking.client.post("/v1/exports", json=CSV, headers={**asking.one, "Origin": "http://evil.example"}).status_code
        == 403
    )
    with asking.home.database.connect() as connection:
        assert connection.execute(select(EXPORT_APPROVALS)).all() == []


def test_every_step_is_in_the_audit_once(asking: Asking) -> None:
    identity, refused = asking.approved(asking.one), asking.ask(asking.program)
    asking.approve(refused, asking.other, "refuse")
    asking.file(identity, asking.one)
    asking.file(identity, asking.one)
    with asking.home.database.connect() as connection:
        rows = connection.execute(
            select(AUDIT.c.action, AUDIT.c.object, AUDIT.c.actor, AUDIT.c.note)
            .where(AUDIT.c.object.in_([identity, refused]))
            .order_by(AUDIT.c.sequence)
        ).all()
        by = {one["id"]: one for one in connection.execute(select(EXPORT_APPROVALS)).mappings()}
    one, program, other = by[identity]["asked_by"], by[refused]["asked_by"], by[identity]["decided_by"]
    assert len({one, program, other}) == 3
    assert [tuple(row) for row in rows] == [
        ("export.asked", identity, one, WHY),
        ("export.approved", identity, other, ""),
        ("export.asked", refused, program, WHY),
        ("export.refused", refused, other, ""),
        ("export.made", identity, one, ""),
    ]


def test_the_local_operator_is_not_asked_for_a_second_person(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home", Settings(threads=1))
    cities.build(home, 5)
    with (home.path / "riskwarn.yaml").open("a", encoding="utf-8") as file:
        file.write("access: {export_rows: 0}\n")
    with cities.served(open_home(home.path, home.settings), token=TOKEN) as (client,):
        assert client.get(PATH).status_code == 200
        assert client.post("/v1/exports", json=CSV).status_code == 403
        answer = client.post("/v1/exports", json=CSV, headers={"Authorization": f"Bearer {TOKEN}"})
        assert (answer.status_code, code(answer)) == (409, "approval_not_needed")


def test_a_narrower_area_is_not_opened_by_what_was_approved_for_a_wider_one(asking: Asking) -> None:
    from serving.access.operators import create_operator
    from serving.access.tables import OPERATORS

    person = create_operator(asking.home, "20119", Role.CENTRE, now=asking.now)["id"]
    header = asking.key(operator=person)
    identity = asking.approved(header)
    with asking.home.database.begin() as connection:
        connection.execute(OPERATORS.update().where(OPERATORS.c.id == person).values(area=OWN.as_list()))
    asking.key()
    changed = asking.file(identity, header)
    assert (changed.status_code, code(changed)) == (409, "approval_unusable")
    assert (
        datetime.fromisoformat(asking.client.get("/v1/exports", headers=header).json()["items"][0]["ends_at"])
        > asking.now
    )
    assert Scope.EXPORT in Role.CENTRE.scopes


@pytest.mark.parametrize("grows", [True, False])
def test_what_lies_inside_today_is_not_opened_by_what_was_approved_of_it_before(tmp_path: Path, grows: bool) -> None:
    """The neighbour of before, to which a town came: it is named as before, and holds rows that nobody decided on; or it lost one."""
    home = make_home(tmp_path / "home", Settings(threads=1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(made_snapshot, "PARTS", cities.PARTS)

        def publish(before: bool, days: int) -> None:
            publish_made(
                home,
                cities.content(5, "D0000001", before),
                cities.AS_OF + timedelta(days=days),
                cities.NOW,
                salt=f"{days}",
            )

        publish(grows, 0)
        with (home.path / "riskwarn.yaml").open("a", encoding="utf-8") as file:
            file.write(f"access: {{export_rows: {MOST}}}\n")
        home = open_home(home.path, home.settings)
        one, other = (cities.key(home, role=Role.CENTRE, area=OTHER) for _ in range(2))
        with cities.served(home) as (client,):
            identity = client.post("/v1/exports", json=CSV, headers=one).json()["id"]
            approved = client.post(f"/v1/exports/{identity}/approve", headers=other).json()
            assert (approved["state"], approved["rows"]) == ("approved", 24 if grows else 36)
            assert client.head(PATH, params={"approval": identity}, headers=one).status_code == 200
            publish(not grows, 1)
            client.app.current.look()  # type: ignore[attr-defined]
            for asked in (client.head, client.get):
                assert asked(PATH, params={"approval": identity}, headers=one).status_code == 409
            refused = client.get(PATH, params={"approval": identity}, headers=one)
            assert code(refused) == "approval_unusable"
            assert refused.json()["detail"].endswith("what you may see has changed since; ask again.")
