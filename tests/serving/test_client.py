"""The client in Python, and the program that the documentation shows."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from riskwarn.home import open_home
from serving.access.keys import Asked, create_key
from serving.access.operators import create_operator
from serving.access.scopes import Role
from serving.alerts.suspending import suspend
from serving.api.app import Application
from serving.client import Client, Gone, Invalid, NotFound, Problem, Suspended, Unavailable
from tests.serving.conftest import Made, running_application

ROOT = Path(__file__).parents[2]


@pytest.fixture
def application(made: Made) -> Application:
    return made.application()


@pytest.fixture
def address(application: Application) -> Iterator[str]:
    with running_application(application) as address:
        yield address


def test_it_polls_without_work_follows_cursors_and_sees_a_publication(
    address: str, application: Application, made: Made
) -> None:
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            made.publish(7, seed=1)
            application.current.look()

    with Client(address, sleep=wait) as client:
        seen = [ranking["snapshot"]["id"] for ranking in client.poll(every=9, times=5, limit=10)]
        assert len(seen) == 2 and seen[0] == made.first and waits == [9] * 4
        units = list(client.units(limit=300))
        assert [unit["rank"] for unit in units] == list(range(1, 801))
        assert client.get("v1/scores", limit=10) is client.get("v1/scores", limit=10), "304 is answered from memory"


def test_it_raises_what_the_server_says(address: str, application: Application, made: Made, tmp_path: Path) -> None:
    with Client(address, language="zh", sleep=lambda _seconds: None) as client:
        with pytest.raises(Invalid, match="必须是其中之一") as wrong:
            client.ranking(limit=0, unit="person")
        assert {one["parameter"] for one in wrong.value.errors} == {"limit", "unit"} and wrong.value.request_id
        with pytest.raises(NotFound):
            client.grid("no/such grid")
        cursor = client.ranking(limit=1)["next"]
        made.publish(7)
        made.withdraw(made.first)
        application.current.look()
        with pytest.raises(Gone):
            client.ranking(limit=1, cursor=cursor)
        assert client.export(tmp_path / "ranking.csv", lang="en").read_text(encoding="utf-8").count("\n") == 802
        with pytest.raises(Invalid):
            client.export(tmp_path / "ranking.doc")


def test_it_asks_for_a_large_file_and_says_what_is_suspended(made: Made, tmp_path: Path) -> None:
    with (made.home.path / "riskwarn.yaml").open("a", encoding="utf-8") as file:
        file.write("access: {export_rows: 100}\n")
    home = open_home(made.home.path, made.home.settings)
    people = [create_operator(home, name, Role.CENTRE, now=made.now)["id"] for name in ("20113", "20114")]
    keys = [create_key(home, Asked("program", operator=one), now=made.now)["key"] for one in people]
    application, file = Application(home, lambda: made.now), tmp_path / "ranking.csv"
    with (
        running_application(application) as address,
        Client(address, key=keys[0]) as one,
        Client(address, key=keys[1]) as other,
    ):
        with pytest.raises(Problem) as needed:
            one.export(file)
        assert needed.value.code == "approval_needed" and not file.exists()
        approval = one.ask_export("csv", "the monthly file", target="conflict")
        assert [told["id"] for told in other.exports()] == [approval["id"]]
        assert other.approve_export(approval["id"])["state"] == "approved"
        with pytest.raises(Problem):
            other.refuse_export(approval["id"])
        assert one.export(file, approval=approval["id"]).read_text(encoding="utf-8").count("\n") == 802
        ranking = one.ranking(limit=1)
        suspend(home, "conflict", "under review", now=made.now)
        application.current.look_for_suspensions()
        for _ in range(2):
            with pytest.raises(Suspended):
                one.ranking(limit=1)
        assert one.ranking(limit=1, target="safety")["target"] != ranking["target"]
        assert all(held["target"] == "safety" for _, held in one._held.values() if "target" in held)


def test_it_asks_again_when_the_server_says_so(made: Made) -> None:
    made.damage(made.first)
    waits: list[float] = []
    with running_application(made.application()) as address, Client(address, tries=3, sleep=waits.append) as client:
        with pytest.raises(Unavailable):
            client.ranking()
        assert waits == [1, 1]


def test_it_waits_for_a_server_that_is_restarted_and_says_in_its_own_words_that_there_is_none(
    made: Made, application: Application, tmp_path: Path
) -> None:
    """The server is away for three questions, once with a connection refused, once with one that is reset; then it is back."""
    waits: list[float] = []
    broken: list[httpx2.TransportError] = []

    class Restarted(httpx2.HTTPTransport):
        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            if broken:
                raise broken.pop()
            return super().handle_request(request)

    with (
        running_application(application) as address,
        Client(address, sleep=waits.append, transport=Restarted()) as client,
    ):
        for ranking in client.poll(every=9, times=3, limit=1):
            assert ranking["snapshot"]["id"] == made.first
            broken += [
                httpx2.ConnectError("refused"),
                httpx2.ReadError("reset"),
                httpx2.RemoteProtocolError("gone"),
            ]
        assert waits == [9, 1, 2, 4, 9] and not broken
        broken += [httpx2.ReadError("reset")]
        assert len(list(client.units(limit=300))) == 800, "a question is asked again"
    with Client(address, sleep=waits.append, patience=100) as client:
        calls: list[Callable[[], Any]] = [
            lambda: next(client.poll()), lambda: client.grid("G0000003"), lambda: list(client.units()),
            lambda: client.export(tmp_path / "ranking.csv"), lambda: client.approve_export("ex1"),
        ]  # fmt: skip
        for call in calls:
            with pytest.raises(Unavailable, match=r"0 unreachable: http.* does not answer") as told:
                waits.clear()
                call()
            assert told.value.status == 0 and sum(waits) <= 100
    assert not (tmp_path / "ranking.csv").exists()


def test_the_program_of_the_documentation_works_the_first_time(
    address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], made: Made
) -> None:
    page = (ROOT / "docs" / "integration.md").read_text(encoding="utf-8")
    program = re.findall(r"```python\n(.*?)```", page, re.S)[0]
    assert len(program.strip().splitlines()) <= 20
    program = program.replace("http://127.0.0.1:8000", address)

    class Ended(Exception):
        pass

    polls: list[Any] = []

    def sleep(_seconds: float) -> None:
        polls.append(None)
        if len(polls) == 3:
            raise Ended

    monkeypatch.setattr("time.sleep", sleep)
    defaults = Client.__init__.__kwdefaults__
    monkeypatch.setitem(defaults, "sleep", sleep)
    with pytest.raises(Ended):
        exec(compile(program, "integration.md", "exec"), {})
    told = capsys.readouterr().out
    assert told.count(made.first) == 1, "what is unchanged is not told again"
    assert "800 grids" in told and len(re.findall(r"^ {1,2}\d+  grid", told, re.M)) == 10 and "未化解纠纷" in told


def committed_types() -> tuple[str, str]:
    """What the wheel holds for TypeScript, and the digest of the description that it was made from."""
    types, said, digest = (
        (ROOT / "serving" / "api" / "riskwarn.d.ts")
        .read_text(encoding="utf-8")
        .partition("// sha256 of the description: ")
    )
    assert said, "make types ends the file with the digest of the description"
    return types, digest.strip()


def test_types_for_typescript_were_made_from_this_description(made: Made) -> None:
    described = json.dumps(made.application().openapi()).encode()
    assert committed_types()[1] == hashlib.sha256(described).hexdigest(), "make types writes them anew"


@pytest.mark.slow
def test_types_for_typescript_are_those_of_the_description_and_compile(made: Made, tmp_path: Path) -> None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("needs Node and npm")
    (tmp_path / "openapi.json").write_text(json.dumps(made.application().openapi()), encoding="utf-8")
    (tmp_path / "package.json").write_text('{"private": true}')
    tools = ["openapi-typescript@7.13.0", "typescript@5.9.3", "openapi-fetch@0.17.0"]
    subprocess.run([npm, "install", "--silent", "--no-audit", "--no-fund", *tools], cwd=tmp_path, check=True)
    subprocess.run(
        [tmp_path / "node_modules/.bin/openapi-typescript", "openapi.json", "-o", "riskwarn.d.ts"],
        cwd=tmp_path,
        check=True,
    )
    types, _digest = committed_types()
    assert (tmp_path / "riskwarn.d.ts").read_text(encoding="utf-8") == types, "make types writes them anew"
    page = (ROOT / "docs" / "integration.md").read_text(encoding="utf-8")
    shown = re.findall(r"```ts\n(.*?)```", page, re.S)[0]
    used = "\nconst first: string | undefined = data?.items[0]?.code; const why: string | undefined = error?.detail;\nexport { first, why };\n"
    (tmp_path / "program.ts").write_text(shown + used, encoding="utf-8")
    options = [
        "--noEmit",
        "--strict",
        "--skipLibCheck",
        "--module",
        "esnext",
        "--moduleResolution",
        "bundler",
        "--target",
        "es2022",
    ]
    subprocess.run([tmp_path / "node_modules/.bin/tsc", *options, "program.ts"], cwd=tmp_path, check=True)
