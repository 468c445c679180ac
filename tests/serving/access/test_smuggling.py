"""Over real connections: nothing that a caller says of itself, however it is spelled, opens more than its key does."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from riskwarn.home import Home, make_home, open_home
from riskwarn.settings import Settings
from serving.access.scopes import Scope
from serving.api.app import Application
from tests.serving.access import cities
from tests.serving.access.cities import NOW, OTHER_GRID, OWN, OWN_GRID
from tests.serving.conftest import running_application
from tests.waiting import PATIENCE


@dataclass(frozen=True)
class Served:
    """A city with keys, on a port."""

    address: str
    reads: str  # a key of one district that reads rankings
    detail: str  # and one that reads details, too
    elsewhere: str  # one of another network


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = _home(tmp_path_factory.mktemp("smuggling") / "home")
    cities.build(home, 5)
    keys = [
        cities.key(home, (Scope.READ,), OWN), cities.key(home, (Scope.READ, Scope.DETAIL), OWN),
        cities.key(home, networks=("10.20.0.0/16",)),
    ]  # fmt: skip
    with running_application(Application(home, lambda: NOW)) as address:
        yield Served(address, *(one["Authorization"].split()[1] for one in keys))


def _home(path: Path) -> Home:
    made = make_home(path, Settings(threads=1))
    with (made.path / "riskwarn.yaml").open("a", encoding="utf-8") as file:
        file.write("access: {refusals_a_minute: 100000}\n")
    return open_home(made.path, made.settings)


def sent(address: str, request: bytes) -> bytes:
    """All that is answered until the server closes, or has said nothing more for a while."""
    host, port = address.removeprefix("http://").split(":")
    found = b""
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as connection:
        connection.sendall(request)
        try:
            while piece := connection.recv(65_536):
                found += piece
                connection.settimeout(0.5)
        except OSError:
            pass
    return found


def statuses(answered: bytes) -> list[int]:
    return [int(one) for one in re.findall(rb"HTTP/1\.1 (\d{3})", answered)]


def request(path: str, *headers: bytes) -> bytes:
    return b"\r\n".join([f"GET {path} HTTP/1.1".encode(), b"Host: localhost", *headers, b"Connection: close", b"", b""])


SAID = (
    "X-Forwarded-For: 10.20.1.1", "Forwarded: for=10.20.1.1", "X-Real-IP: 10.20.1.1", "X_Forwarded_For: 10.20.1.1", "Client-IP: 10.20.1.1",
    "True-Client-IP: 10.20.1.1", "X-Forwarded-Host: 10.20.1.1", "Via: 1.1 10.20.1.1", "X-Remote-User: op_1", "Remote-User: op_1",
    "X-Riskwarn-Caller: local", "X-Riskwarn-Identity: op_1", "X-SSL-Client-Verify: SUCCESS", "X-HTTP-Method-Override: DELETE",
    "X-Original-URL: /metrics", "X-Rewrite-URL: /metrics", "Connection: Authorization", "Connection: close, X-Forwarded-For",
)  # fmt: skip


@pytest.mark.parametrize("said", SAID)
def test_what_a_caller_says_of_itself_is_not_believed(served: Served, said: str) -> None:
    key = f"Authorization: Bearer {served.elsewhere}".encode()
    assert statuses(sent(served.address, request("/v1/scores", key, said.encode()))) == [403], (
        "it comes from where it comes from"
    )
    assert statuses(sent(served.address, request("/v1/scores", said.encode()))) == [401]
    own = f"Authorization: Bearer {served.reads}".encode()
    with_it, without = (
        sent(served.address, request("/v1/scores?limit=2", own, *more)) for more in ((said.encode(),), ())
    )
    assert statuses(with_it) == statuses(without) == [200]
    assert with_it.partition(b"\r\n\r\n")[2] == without.partition(b"\r\n\r\n")[2], (
        "nor is another path, or another method, asked"
    )


#: How a key may not be shown; `K` stands for it.
SPELLED = (
    b"Authorization : Bearer K", b" Authorization: Bearer K", b"X: 1\r\n Authorization: Bearer K", b"Authorization:\r\n\r\nBearer K",
    b"Authorization: Bearer\x00K", b"Authorization: Bearer K\x00", b"Authorization: Bearer K, Bearer K", b"Authorization: Bearer K K",
    b"Authorization: Bearer K\r\nAuthorization: Bearer K", b"Authorization: Bearer K\r\nauthorization: Basic eDp5", b"Authorization: Basic K",
    b"Authorization: K", b"Authorization\xc3\xaf: Bearer K", b"Authorization_: Bearer K", b"Proxy-Authorization: Bearer K",
    b"X-Authorization: Bearer K", b"Cookie: Authorization=Bearer K; key=K", b"X-Api-Key: K", "Authorization: Bearer\u00a0K".encode(),
    "Authorization: \uff22earer K".encode(), b"Authorization: Bearer K\xff", b"\rAuthorization: Bearer K", b"X: 1\nAuthorization: Bearer K\n\n",
)  # fmt: skip


@pytest.mark.parametrize("spelled", SPELLED)
def test_a_key_is_shown_in_one_way_alone(served: Served, spelled: bytes) -> None:
    answered = statuses(sent(served.address, request("/v1/scores", spelled.replace(b"K", served.reads.encode()))))
    lenient = (
        b"\n" in spelled and b"\r" not in spelled
    )  # a bare line feed ends a line, as RFC 9112 (2.2) allows; nothing is hidden by it
    assert answered and (200 not in answered or lenient) and not {500, 502, 503} & {*answered}
    for path in (f"/v1/scores?access_token={served.reads}", f"http://rw:{served.reads}@localhost/v1/scores"):
        assert 200 not in statuses(sent(served.address, request(path)))


def test_one_request_of_a_connection_has_nothing_of_the_one_before(served: Served) -> None:
    key = f"Authorization: Bearer {served.reads}".encode()
    whole, bare = (request("/v1/scores", *shown).replace(b"Connection: close\r\n", b"") for shown in ((key,), ()))
    assert statuses(sent(served.address, whole + bare + whole)) == [200, 401, 200]
    with httpx.Client(base_url=served.address) as client:
        assert client.get("/v1/scores", headers={"Authorization": f"Bearer {served.reads}"}).status_code == 200
        assert client.get("/v1/scores").status_code == 401


@pytest.mark.parametrize(
    "framing",
    [
        "Content-Length: {size}\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: {size}",
        "Content-Length: {size}\r\nContent-Length: 0", "Content-Length: {size}, 0", "Content-Length: +{size}", "Transfer-Encoding: xchunked",
        "Transfer-Encoding : chunked", "Transfer-Encoding: chunked, identity", "Content-Length: {size}",
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_a_request_in_the_body_of_another_is_not_answered(served: Served, method: str, framing: str) -> None:
    hidden = request("/v1/scores", f"Authorization: Bearer {served.reads}".encode())
    for body in (hidden, b"0\r\n\r\n" + hidden):
        head = f"{method} /v1/scores HTTP/1.1\r\nHost: localhost\r\n" + framing.format(size=len(body)) + "\r\n\r\n"
        answered = statuses(sent(served.address, head.encode() + body))
        assert 200 not in answered and len(answered) <= 1, answered


PATHS = (
    "/metrics", "/%6detrics", "//metrics", "/metrics/", "/./metrics", "/pages/../metrics", "/pages/..%2fmetrics", "/pages/%2e%2e/metrics",
    "/METRICS", "/metrics%00", "/metrics;a=b", "/metrics%2f", "/v1/../metrics", "/metrics%20", "http://localhost/metrics", "/%2fmetrics",
    "/v1/grids/{own}", "/v1/grids//{own}", "/v1//grids/{own}", "/v1/%67rids/{own}", "/v1%2fgrids/{own}", "/v1/grids%2f{own}",
    "/v1/grids/{own}/", "/v1/scores/../grids/{own}", "/v1/%67rids/{own}/explanation", "/v1/grids/{own}%2fexplanation", "/V1/GRIDS/{own}",
    "/v1/export.csv", "/v1/%65xport.csv", "/v1/export%2ecsv", "/v1/export.CSV", "/pages/%2e%2e%2f%2e%2e%2fserve.token", "/pages/..\\app.py",
)  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_another_spelling_of_a_path_opens_nothing(served: Served, path: str) -> None:
    asked = path.format(own=OWN_GRID)
    answered = sent(served.address, request(asked, f"Authorization: Bearer {served.reads}".encode()))
    assert statuses(answered)[0] in (400, 403, 404), "the key reads rankings, and nothing else"
    nobody = statuses(sent(served.address, request(asked)))[0]
    assert nobody in (400, 401) or (nobody == 404 and path.startswith("/pages/")), (
        "nor is nobody told which paths there are"
    )


@pytest.mark.parametrize("path", [one for one in PATHS if "{own}" in one])
def test_another_spelling_of_an_id_leads_out_of_no_area(served: Served, path: str) -> None:
    key = f"Authorization: Bearer {served.detail}".encode()
    for grid in (
        OTHER_GRID,
        f"{OWN_GRID}/../{OTHER_GRID}",
        f"{OWN_GRID}%00{OTHER_GRID}",
        f"{OWN_GRID}%2f..%2f{OTHER_GRID}",
    ):
        answered = sent(served.address, request(path.format(own=grid), key))
        assert statuses(answered) == [404], answered
    assert statuses(sent(served.address, request(path.format(own=OWN_GRID), key)))[0] in (200, 404)
