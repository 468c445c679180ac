"""Notices through the client in Python: read, acted on once, heard without a gap, and told to receivers of one's own."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import httpx2
import pytest

from riskwarn.home import open_home
from riskwarn.secrets.key_file import make
from riskwarn.settings import Settings
from serving.access.keys import Asked, create_key
from serving.access.scopes import Scope
from serving.api.app import Application
from serving.client import Changed, Client, Conflict, NotFound, Unavailable
from tests.serving.alerts.city import City
from tests.serving.conftest import running_application

ROOT = Path(__file__).parents[3]


@pytest.fixture
def city(tmp_path: Path) -> City:
    city = City(tmp_path)
    city.publish({0: "red", 12: "orange"})
    return city


@pytest.fixture
def served(city: City) -> Iterator[tuple[str, str]]:
    """(address, key)."""
    scopes = frozenset((Scope.READ, Scope.ACT))
    key = create_key(city.home, Asked("program", scopes), now=city.now)["key"]
    with running_application(Application(city.home, lambda: city.now)) as address:
        yield address, key


def test_a_notice_is_acted_on_once_and_as_it_was_read(city: City, served: tuple[str, str]) -> None:
    with Client(served[0], key=served[1]) as client:
        (first, _) = (one["id"] for one in client.alerts(status="open", level="red") + client.alerts(level="orange"))
        one = client.alert(first)
        assert (one["version"], one["status"]) == (1, "open") and "acknowledge" in one["verbs"]
        assert client.act(first, "acknowledge", version=1, key="a")["status"] == "acknowledged"
        again = client.act(first, "acknowledge", version=1, key="a")
        assert again["version"] == 2, "the same request again changes nothing"
        with pytest.raises(Changed):
            client.act(first, "start", version=1)
        assert client.act(first, "start", version=2, service="mediation")["service"] == "mediation"
        assert client.act(first, "close", outcome="real", note="已上门核实")["outcome"] == "real"
        with pytest.raises(Conflict):
            client.act(first, "start")
        with pytest.raises(NotFound):
            client.act("wnothing", "start")
    assert city.verbs(first) == ["raised", "acknowledge", "start", "close"]
    assert city.alert(first).acknowledge_by is None


def test_what_was_not_answered_is_done_once(city: City, served: tuple[str, str]) -> None:
    """The answer to the first request is lost on its way."""
    (alert, _) = city.alerts()
    waits: list[float] = []

    class Lossy(httpx2.HTTPTransport):
        lost = 0

        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            answer = super().handle_request(request)
            if not self.lost:
                self.lost += 1
                answer.close()
                raise httpx2.ReadError("lost")
            return answer

    with Client(served[0], key=served[1], transport=Lossy(), sleep=waits.append) as client:
        assert client.act(alert.id, "acknowledge")["status"] == "acknowledged"
    assert city.verbs(alert.id) == ["raised", "acknowledge"] and waits == [1.0]
    with Client("http://127.0.0.1:9", tries=2, sleep=waits.append) as client, pytest.raises(Unavailable):
        client.act(alert.id, "start")


def test_the_stream_goes_on_behind_what_came_last(city: City, served: tuple[str, str]) -> None:
    """It ends after a moment each time; the client connects again, and hears every message once, in order."""
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        time.sleep(0.3)
        if len(waits) == 2:
            for alert in city.alerts():
                city.do(alert, "close", outcome="false")

    first = city.messages()[0][1]
    with Client(served[0], key=served[1], sleep=wait) as client:
        heard = list(islice(client.stream(first, seconds=0), 3))
    told = [(kind, identity) for kind, identity in city.messages() if identity != first]
    kinds = {"Alert": "raised", "Update": "updated"}
    assert [(event.kind, event.id) for event in heard] == [(kinds[kind], identity) for kind, identity in told]
    assert heard[-1].content["data"]["alert"]["status"] == "closed" and len(waits) >= 2


def test_a_receiver_is_told_and_told_no_more(tmp_path: Path) -> None:
    city = City(tmp_path, secrets_key=str(tmp_path / "secrets.key"))
    make(city.home, "aes-256-gcm")
    with (city.home.path / "riskwarn.yaml").open("a", encoding="utf-8") as file:
        file.write("delivery: {loopback_port: 9}\n")
    home = open_home(city.home.path, Settings(secrets_key=str(tmp_path / "secrets.key")))
    city.publish({0: "red"})
    key = create_key(home, Asked("program", frozenset((Scope.READ, Scope.ACT))), now=city.now)["key"]
    with running_application(Application(home, lambda: city.now)) as address, Client(address, key=key) as client:
        made = client.subscribe("区综治中心", "http://127.0.0.1:9/notices", min_level="orange")
        assert made["secret"].startswith("whsec_")
        (listed,) = client.subscriptions()
        assert (listed["id"], listed["min_level"], listed["waiting"]) == (made["id"], "orange", 0)
        client.unsubscribe(made["id"])
        assert client.subscriptions() == []


def test_the_program_of_the_documentation_answers_notices(
    city: City, served: tuple[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:  # fmt: skip
    page = (ROOT / "docs" / "integration.md").read_text(encoding="utf-8")
    program = re.findall(r"```python\n(.*?)```", page, re.S)[1]
    assert len(program.strip().splitlines()) <= 20
    program = program.replace("http://127.0.0.1:8000", served[0]).replace("rw_…", served[1])

    class Ended(Exception):
        pass

    def sleep(_seconds: float) -> None:
        raise Ended

    first = city.messages()[0][1]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "last.txt").write_text(first, encoding="utf-8")
    defaults: dict[str, Any] = Client.__init__.__kwdefaults__
    monkeypatch.setitem(defaults, "sleep", sleep)
    stream = Client.stream
    monkeypatch.setattr(Client, "stream", lambda client, last: stream(client, last, seconds=0))
    with pytest.raises(Ended):
        exec(compile(program, "integration.md", "exec"), {})
    (red, orange) = city.alerts()
    assert (red.status, orange.status) == ("open", "acknowledged"), "what was heard before is not heard again"
    assert (tmp_path / "last.txt").read_text(encoding="utf-8") == city.messages()[1][1]
    assert capsys.readouterr().out == f"raised  orange  {orange.name}\n"
