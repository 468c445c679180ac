"""Servers that are measured, each a process on one core, and what asks them: wrk and raw sockets on the other core."""

from __future__ import annotations

import http.client
import os
import re
import selectors
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]

PATH = "/v1/scores?limit=100"
CONNECTIONS = 16


@contextmanager
def served(home: Path, pinned: bool = True, **more: str) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """The service over a home, with `more` in its environment; gives its port and its process."""
    port = free_port()
    command = [sys.executable, "-m", "riskwarn", "--home", str(home), "serve", "--port", str(port)]
    with process(command, port, pinned, **more) as running:
        yield port, running


@contextmanager
def process(command: list[str], port: int, pinned: bool = True, **more: str) -> Iterator[subprocess.Popen[bytes]]:
    """A server, where it is `pinned` on one core, from when it takes connections and answers."""
    core = ["taskset", "-c", "0"] if pinned and shutil.which("taskset") else []
    running = subprocess.Popen(
        [*core, *command],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**environment(), **more},
    )
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                with socket.create_connection(("127.0.0.1", port), 0.2):
                    break
            except OSError:
                time.sleep(0.01)
        yield running
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(20)


def environment() -> dict[str, str]:
    """That of a process that imports from here, and finds the commands that are installed beside this interpreter."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    return {**os.environ, "PATH": path, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path[1:]])}


def free_port() -> int:
    """A port that nobody has."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def load(
    port: int, seconds: float, tag: str | None = None, *, path: str = PATH, key: str | None = None, posted: bytes = b""
) -> tuple[float, float]:
    """(requests a second, 99 % quantile of what each waited in ms), with a key where one is shown.

    The quantile is taken from sockets of our own: wrk adds to a wait all those that would have been sent meanwhile, so that one standstill
    of the machine (it has one of some 70 ms every few seconds) is its whole 99th hundredth.
    """
    sent = headers(key, tag)
    rate, late = waits(port, seconds, path, sent, posted)
    if posted or shutil.which("wrk") is None:
        return rate, late
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s"]
    for name, value in sent.items():
        command += ["-H", f"{name}: {value}"]
    if shutil.which("taskset"):
        command = ["taskset", "-c", "1", *command]
    told = subprocess.run(
        [*command, f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True, check=True
    ).stdout
    assert "Non-2xx" not in told, told
    return float(re.search(r"Requests/sec:\s+([\d.]+)", told).group(1)), late  # type: ignore[union-attr]


def headers(key: str | None = None, tag: str | None = None) -> dict[str, str]:
    """What is sent with a request."""
    found = {"Host": "localhost"}
    if key:
        found["Authorization"] = f"Bearer {key}"
    if tag:
        found["If-None-Match"] = tag
    return found


def waits(port: int, seconds: float, path: str, sent: dict[str, str], posted: bytes = b"") -> tuple[float, float]:
    """(requests a second, 99 % quantile in ms) of some connections on the second core, each of which asks as soon as it is answered."""
    if posted:
        sent = {**sent, "Content-Type": "application/json", "Content-Length": str(len(posted))}
    lines = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
    request = f"{'POST' if posted else 'GET'} {path} HTTP/1.1\r\n{lines}\r\n".encode() + posted
    times, asked, missing = list[float](), dict[socket.socket, float](), dict[socket.socket, int]()
    with on_core(1), selectors.DefaultSelector() as selector:
        for _ in range(CONNECTIONS):
            connection = socket.create_connection(("127.0.0.1", port))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(connection, selectors.EVENT_READ)
            asked[connection], missing[connection] = time.perf_counter(), 0
            connection.sendall(request)
        started = time.perf_counter()
        while time.perf_counter() - started < seconds:
            for ready, _ in selector.select(1):
                connection = ready.fileobj  # type: ignore[assignment]
                got = connection.recv(1 << 18)
                assert got, "the server hung up"
                missing[connection] = (missing[connection] or _length(got)) - len(got)
                if missing[connection] == 0:
                    now = time.perf_counter()
                    times.append(now - asked[connection])
                    asked[connection] = now
                    connection.sendall(request)
        for connection in asked:
            connection.close()
    return len(times) / seconds, 1000 * sorted(times)[int(0.99 * len(times))]


def _length(got: bytes) -> int:
    """How long an answer is that begins so, with its head; the head comes whole."""
    head, end, _ = got.partition(b"\r\n\r\n")
    assert end and head.startswith((b"HTTP/1.1 2", b"HTTP/1.1 304")), head[:100]
    named = re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)
    return len(head) + len(end) + (int(named[1]) if named else 0)


@contextmanager
def on_core(number: int) -> Iterator[None]:
    """This thread on one core, where the machine lets it."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {number} & before or before)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def ask(port: int, path: str, key: str | None = None) -> tuple[int, dict[str, str], bytes]:
    """One answer on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path, headers=headers(key))
    answer = connection.getresponse()
    body = answer.read()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body


def median_ms(port: int, paths: Callable[[int], str], times: int) -> float:
    """Median milliseconds of answers that were never asked before, on one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    found = []
    for number in range(times):
        started = time.perf_counter()
        connection.request("GET", paths(number), headers={"Host": "localhost"})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, answer.status
        found.append(1000 * (time.perf_counter() - started))
    return statistics.median(found)
