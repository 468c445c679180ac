"""Servers that are measured, each a process on one core, and what asks them: wrk on the other core, or raw sockets."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import threading
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
    port: int,
    seconds: float,
    tag: str | None = None,
    *,
    path: str = PATH,
    key: str | None = None,
    script: Path | None = None,
) -> tuple[float, float]:
    """(requests a second, 99 % quantile in ms), with a key where one is shown; a `script` of wrk says what is posted."""
    sent = headers(key, tag)
    if shutil.which("wrk") is None:
        return raw_load(port, seconds, path, sent)
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", "--latency"]
    for name, value in sent.items():
        command += ["-H", f"{name}: {value}"]
    if script is not None:
        command += ["-s", str(script)]
    if shutil.which("taskset"):
        command = ["taskset", "-c", "1", *command]
    told = subprocess.run(
        [*command, f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True, check=True
    ).stdout
    assert "Non-2xx" not in told, told
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", told).group(1))  # type: ignore[union-attr]
    value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", told).groups()  # type: ignore[union-attr]
    return rate, float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def headers(key: str | None = None, tag: str | None = None) -> dict[str, str]:
    """What is sent with a request."""
    found = {"Host": "localhost"}
    if key:
        found["Authorization"] = f"Bearer {key}"
    if tag:
        found["If-None-Match"] = tag
    return found


def raw_load(port: int, seconds: float, path: str, sent: dict[str, str]) -> tuple[float, float]:
    """The same from raw sockets, a thread a connection: enough for what a core answers in Python, not for nginx."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
    request = f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode()
    times: list[float] = []
    end = time.perf_counter() + seconds

    def ask() -> None:
        with socket.create_connection(("127.0.0.1", port)) as connection, connection.makefile("rb") as stream:
            while time.perf_counter() < end:
                started, length = time.perf_counter(), 0
                connection.sendall(request)
                while (line := stream.readline()) != b"\r\n":
                    if line.lower().startswith(b"content-length:"):
                        length = int(line.split(b":")[1])
                stream.read(length)
                times.append(time.perf_counter() - started)

    threads = [threading.Thread(target=ask) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(times) / seconds, 1000 * sorted(times)[int(0.99 * len(times))]


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
