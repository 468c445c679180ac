"""Over real connections: whatever is sent is answered or closed, in time, and never with a fault of ours."""

from __future__ import annotations

import json
import re
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest

from experiments.benchmarks.made_snapshot import made_content, publish_made
from riskwarn.home import make_home
from riskwarn.settings import Settings
from serving.api.app import Application
from serving.api.connection import _HEADS
from serving.api.options import Options
from serving.api.routes import exports
from tests.serving.command import asked_until, serving
from tests.serving.conftest import Made, running_application
from tests.waiting import PATIENCE

#: Limits that a test can wait for.
SHORT: dict[str, Any] = {"request_seconds": 0.4, "unread_seconds": 0.4, "keep_alive_seconds": 1}

GET = "GET /v1/scores?limit=2 HTTP/1.1\r\nHost: localhost\r\n"

#: That of this start: without it whatever is no reading is refused at the gate.
TOKEN = "5f" * 32
OWN = f"Host: localhost\r\nAuthorization: Bearer {TOKEN}\r\n"
POST = "POST /v1/scores HTTP/1.1\r\n" + OWN


@contextmanager
def connected(address: str) -> Iterator[socket.socket]:
    host, port = address.removeprefix("http://").rsplit(":", 1)
    with socket.create_connection((host.strip("[]"), int(port)), timeout=PATIENCE) as connection:
        yield connection


def sent(address: str, *pieces: str | bytes, every: float = 0.0) -> bytes:
    """All that is answered to some pieces until the server closes; it does, or this test ends with a timeout."""
    with connected(address) as connection:
        for piece in pieces:
            try:
                connection.sendall(piece if isinstance(piece, bytes) else piece.encode())
            except OSError:
                break
            time.sleep(every)
        return rest(connection)


def rest(connection: socket.socket) -> bytes:
    """What comes until the other side closes."""
    found = b""
    try:
        while piece := connection.recv(65_536):
            found += piece
    except ConnectionResetError:
        pass
    return found


def statuses(answered: bytes) -> list[int]:
    return [int(one) for one in re.findall(rb"HTTP/1\.1 (\d{3})", answered)]


def problem(answered: bytes) -> dict[str, Any]:
    """The problem document that an answer is."""
    head, _, body = answered.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head and b"connection: close" in head.lower()
    told: dict[str, Any] = json.loads(body)
    assert told["request_id"] and told["status"] == statuses(head)[0]
    return told


CLOSE = "Connection: close\r\n\r\n"

#: What is sent, and the statuses that may come of it.
ODD: dict[str, tuple[tuple[str | bytes, ...], set[tuple[int, ...]]]] = {
    "unknown method": (("BREW /v1/scores HTTP/1.1\r\nHost: localhost\r\n" + CLOSE,), {(400,)}),
    "method that is not answered": (("DELETE /v1/scores HTTP/1.1\r\n" + OWN + CLOSE,), {(405,)}),
    "method without the token": (("DELETE /v1/scores HTTP/1.1\r\nHost: localhost\r\n" + CLOSE,), {(403,)}),
    "unknown path": (("GET /v9 HTTP/1.1\r\nHost: localhost\r\n" + CLOSE,), {(404,)}),
    "path that is no text": (("GET /v1/grids/%ff%00 HTTP/1.1\r\nHost: localhost\r\n" + CLOSE,), {(404,)}),
    "bytes beyond ASCII": (("GET /v1/grids/网格 HTTP/1.1\r\nHost: localhost\r\n" + CLOSE,), {(400,)}),
    "long header": ((GET + f"X-Long: {'x' * 20_000}\r\n" + CLOSE,), {(431,)}),
    "many headers": ((GET + "".join(f"X-{n}: 1\r\n" for n in range(5_000)) + CLOSE,), {(431,)}),
    "long address": ((f"GET /v1/scores?cursor={'x' * 60_000} HTTP/1.1\r\nHost: localhost\r\n" + CLOSE,), {(414,)}),
    "address of 64 KB": ((f"GET /v1/{'x' * 65_536} HTTP/1.1\r\nHost: localhost\r\n" + CLOSE,), {(400,), (414,)}),
    "two hosts": ((GET + "Host: localhost\r\n" + CLOSE,), {(400,), (403,)}),
    "no host": (("GET /v1/scores HTTP/1.1\r\n" + CLOSE,), {(400,), (403,)}),
    "another host in the target": (("GET http://evil.example/v1/scores HTTP/1.1\r\nHost: localhost\r\n" + CLOSE,), {(403,)}),
    "whole address as target": (("GET http://localhost/v1/scores HTTP/1.1\r\nHost: localhost\r\n" + CLOSE,), {(200,)}),
    "a star as target": (("OPTIONS * HTTP/1.1\r\n" + OWN + CLOSE,), {(404,)}),
    "a tunnel": (("CONNECT localhost:443 HTTP/1.1\r\nHost: localhost\r\n" + CLOSE,), {(400,)}),
    "HTTP/0.9": (("GET /v1/scores\r\n\r\n",), {(400,), (403,)}),
    "HTTP/1.0": (("GET /v1/scores HTTP/1.0\r\nHost: localhost\r\n\r\n",), {(403,)}),
    "HTTP/2": ((b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00",), {(400,)}),
    "TLS": ((b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),), {(400,)}),
    "an upgrade": ((GET + "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n",), {(200,), (400,)}),
    "several at once": ((GET + "\r\n" + GET + "\r\n" + GET + CLOSE,), {(200, 200, 200)}),
    "one and nonsense": ((GET + "\r\n" + "\x01\x02nonsense\r\n\r\n",), {(200, 400), (400,), (200,)}),
    "chunks that are none": ((POST + "Transfer-Encoding: chunked\r\n\r\nzz\r\nnonsense\r\n",), {(400,), (405,), (405, 400)}),
    "length and chunks": ((POST + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",), {(400,)}),
    "two lengths": ((GET + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",), {(400,)}),
    "length that is none": ((GET + "Content-Length: -5\r\n\r\n",), {(400,)}),
    "body beyond the limit": ((POST + "Content-Length: 70000\r\n\r\n", "x" * 70_000), {(413,)}),
    "endless body in chunks": ((POST + "Transfer-Encoding: chunked\r\n\r\n", *["ffff\r\n" + "x" * 65_535 + "\r\n"] * 9), {(405,)}),
    "a header in two lines": ((GET + "X-One: 1\r\n two\r\n" + CLOSE,), {(200,), (400,)}),
    "a header without a name": ((GET + ": 1\r\n" + CLOSE,), {(400,)}),
}  # fmt: skip


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(make_home(tmp_path_factory.mktemp("sockets") / "home", Settings()))


@pytest.fixture(scope="module")
def short(made_once: Made) -> Iterator[str]:
    """A server with short limits."""
    with running_application(made_once.application(token=TOKEN, **SHORT)) as address:
        yield address


@pytest.mark.parametrize("what", ODD)
def test_whatever_is_sent_is_answered_as_it_deserves_or_closed(short: str, what: str) -> None:
    pieces, wanted = ODD[what]
    answered = sent(short, *pieces)
    assert tuple(statuses(answered)) in wanted, answered[:500]
    if statuses(answered)[-1] >= 400 and b"HEAD" not in answered:
        last = answered[answered.rindex(b"HTTP/1.1 ") :]
        assert b"application/problem+json" in last, last[:300]
    assert httpx.get(f"{short}/healthz").json() == {"status": "ok"}


@pytest.mark.parametrize(
    ("pieces", "told"),
    [
        ((), None),
        (("\r\n",) * 30, None),
        (("GET /v1/scores HTTP/1.1\r\n", *["X: 1\r\n"] * 30), 408),
        (("GET /v1/", *["s"] * 30), 408),
        ((POST + "Content-Length: 60\r\n\r\n", *["x"] * 30), 405),
        ((POST + "Transfer-Encoding: chunked\r\n\r\n", *["1\r\nx\r\n"] * 30), 405),
        ((GET + "\r\n", *["\r\n"] * 30), 200),
    ],
    ids=["nothing", "empty lines", "slow headers", "slow address", "slow body", "slow chunks", "idle after an answer"],
)  # fmt: skip
def test_who_sends_slowly_is_cut_off(short: str, pieces: tuple[str, ...], told: int | None) -> None:
    """Each piece comes well within any time between two pieces; all of them would take several times what is allowed."""
    answered, asked = sent_until_closed(short, pieces, every=0.1)
    assert statuses(answered) == ([] if told is None else [told])
    assert asked < 25, "thirty pieces take three seconds, and the server waits for no more"
    if told == 408:
        assert problem(answered)["detail"] == "The request was not sent in time."


def sent_until_closed(address: str, pieces: tuple[str, ...], every: float) -> tuple[bytes, int]:
    """Send piece after piece for as long as the server listens; what it answered, and in how many rounds."""
    with connected(address) as connection:
        found = b""
        connection.settimeout(every)
        for number in range(100):
            try:
                if number < len(pieces):
                    connection.sendall(pieces[number].encode())
                piece = connection.recv(65_536)
            except TimeoutError:
                continue
            except OSError:
                return found, number
            if not piece:
                return found, number
            found += piece
    raise AssertionError("the server holds the connection")


def test_a_head_without_end_is_not_collected(made: Made) -> None:
    with running_application(made.application()) as address, connected(address) as connection:
        connection.sendall(GET.encode())
        most, written = 2 * _HEADS * Options().header_bytes + 600_000, 0
        try:
            while written < 50 * most:
                connection.sendall(b"X: " + b"x" * 8_000)
                written += 8_003
        except OSError:
            pass
        assert written < most + 8_000_000, "what the kernel takes beside"
        assert 431 in statuses(rest(connection)) or written


def test_who_does_not_read_an_answer_frees_what_it_holds(made_once: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two files are written at once: who never reads them must not keep everybody else from theirs."""

    def endless(_one: Any) -> Iterator[bytes]:
        while True:
            yield b"x" * 65_536

    monkeypatch.setitem(exports._WRITERS, exports.Form.CSV, (endless, "text/csv"))
    with (
        running_application(made_once.application(**SHORT)) as address,
        connected(address) as one,
        connected(address) as other,
    ):
        for connection in (one, other):
            connection.sendall(b"GET /v1/export.csv HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert connection.recv(100)
        assert httpx.get(f"{address}/v1/export.parquet").status_code == 503
        asked_until(address, "/v1/export.parquet", lambda answer: answer.status_code == 200)


def test_beyond_its_connections_a_server_says_so_and_those_it_holds_go_on(made_once: Made) -> None:
    with running_application(made_once.application(connections=4)) as address:
        held = [httpx.Client(base_url=address) for _ in range(4)]
        for client in held:
            assert client.get("/healthz").status_code == 200
        with connected(address) as fifth, connected(address) as sixth:
            assert rest(sixth) == b"", "beyond, no more is held than it takes to say so"
            fifth.sendall((GET + "\r\n").encode())
            answered = rest(fifth)
        assert statuses(answered) == [503] and b"retry-after: 1" in answered
        assert problem(answered)["type"] == "urn:riskwarn:too_busy"
        assert all(client.get("/healthz").status_code == 200 for client in held)
        held.pop().close()
        asked_until(address, "/healthz", lambda answer: answer.status_code == 200)
        for client in held:
            client.close()


def test_ipv6_is_answered_by_its_name(made_once: Made) -> None:
    with running_application(made_once.application(), host="::1") as address:
        assert address.startswith("http://[::1]:")
        assert httpx.get(f"{address}/v1/scores?limit=1").json()["snapshot"]["id"] == made_once.first
        assert httpx.get(f"{address}/healthz", headers={"Host": "[::2]"}).status_code == 403


def test_only_a_declared_proxy_is_believed(made_once: Made) -> None:
    """Whom a request comes from, and how, once it passes the gate."""
    seen: list[tuple[str, str]] = []

    class Told(Application):
        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "http":
                seen.append((scope["client"][0], scope["scheme"]))
            await super().__call__(scope, receive, send)

    told = {"X-Forwarded-For": "10.9.8.7", "X-Forwarded-Proto": "https"}
    for proxies, wanted in (
        ((), ("127.0.0.1", "http")),
        (("127.0.0.2",), ("127.0.0.1", "http")),
        (("127.0.0.1",), ("10.9.8.7", "https")),
    ):
        with running_application(Told(made_once.home, lambda: made_once.now, Options(proxies=proxies))) as address:
            assert httpx.get(f"{address}/v1/scores", headers=told).status_code == 403, "while no key exists"
        assert seen.pop() == wanted, proxies


def test_head_methods_and_headers_of_a_portal_over_a_connection(made_once: Made) -> None:
    options = {"root_path": "/apps/riskwarn", "frame_ancestors": "https://portal.example"}
    with (
        running_application(made_once.application(token=TOKEN, **options)) as address,
        httpx.Client(base_url=address) as client,
    ):
        whole, head = client.get("/apps/riskwarn/v1/scores"), client.head("/apps/riskwarn/v1/scores")
        assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", whole.headers["etag"])
        refused = client.put("/apps/riskwarn/v1/scores", content=b"{}", headers={"Authorization": f"Bearer {TOKEN}"})
        assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD")
        page = client.get("/apps/riskwarn/").headers["content-security-policy"]
        assert page.endswith("frame-ancestors https://portal.example")
        bare = client.get("/apps/riskwarn")
        assert (bare.status_code, bare.headers["location"]) == (307, "riskwarn/"), (
            "the path of the gateway leads to the page"
        )
        assert client.get("/apps/other/v1/scores").status_code == 404
    with running_application(made_once.application()) as address:
        assert httpx.get(f"{address}/").headers["content-security-policy"].endswith("frame-ancestors 'none'")


def test_who_cannot_be_answered_now_is_told_when_to_ask_again(made: Made) -> None:
    made.damage(made.first)
    with running_application(made.application()) as address:
        answer = httpx.get(f"{address}/v1/scores")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.slow
def test_the_command_ends_in_time_though_an_answer_is_never_read(made: Made, workers: str) -> None:
    """Asked to end, it takes no more connections, ends what is under way, and is gone before systemd kills it."""
    content = made_content(12_000)
    publish_made(made.home, content, made.as_of + timedelta(days=7), made.now)
    with serving(made.home.path, "--workers", workers) as (address, process):
        asked_until(address, "/readyz", lambda answer: answer.status_code == 200)
        with connected(address) as reader, connected(address) as idle:
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            reader.sendall(b"GET /v1/export.geojson HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert reader.recv(100)
            idle.sendall((GET + "\r\n").encode())
            assert idle.recv(100)
            process.send_signal(signal.SIGTERM)
            started = time.monotonic()
            process.wait(Options().shutdown_seconds + 5)
            assert time.monotonic() - started > 1, "what is under way is not cut off at once"
            with pytest.raises(OSError), connected(address):
                pass
    assert process.returncode in (0, -signal.SIGTERM)
