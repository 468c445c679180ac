"""What a poll costs, beside what the same bytes cost elsewhere; and what a whole city costs to hold (``make bench-serving``).

Each server is a process of its own on one core, under the same uvicorn (httptools, uvloop); the load comes from wrk on the other
core, or where that is not installed from raw sockets. Rounds alternate between the servers, and the median counts. The peers: a
bare Starlette route that returns the same bytes, a bare ASGI application, nginx with the bytes as a file, and the usual FastAPI
route that makes 100 models for every answer.

    python experiments/benchmarks/serving.py [--grids 66000] [--rounds 5] [--seconds 3] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

PATH = "/v1/scores?limit=100"
CONNECTIONS = 16
AS_OF = date.today()


def make_city(folder: Path, grids: int) -> None:
    """A home with one published made-up city."""
    from experiments.benchmarks.made_snapshot import made_content, publish_made
    from riskwarn.home import make_home
    from riskwarn.settings import Settings

    publish_made(make_home(folder, Settings()), made_content(grids), AS_OF, datetime.now(UTC))


def publish_again(folder: Path, grids: int, days: int) -> float:
    """Publish another; gives the seconds that it took beside making it up."""
    from experiments.benchmarks.made_snapshot import made_content, publish_made
    from riskwarn.home import open_home
    from riskwarn.settings import Settings

    content = made_content(grids, seed=days)
    started = time.perf_counter()
    publish_made(open_home(folder, Settings()), content, AS_OF + timedelta(days=days), datetime.now(UTC))
    return time.perf_counter() - started


def peer(name: str, body_file: Path, unchanged: bool) -> Any:
    """The application of a peer. `unchanged` where it answers 304."""
    body = body_file.read_bytes()
    tag = '"0123456789abcdef0123456789abcdef"'
    if name == "asgi":
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"etag", tag.encode()),
        ]
        status, sent = (304, b"") if unchanged else (200, body)

        async def bare(scope: Any, receive: Any, send: Any) -> None:
            await send(
                {"type": "http.response.start", "status": status, "headers": headers[2:] if unchanged else headers}
            )
            await send({"type": "http.response.body", "body": sent})

        return bare
    if name == "starlette":
        from starlette.applications import Starlette
        from starlette.responses import Response
        from starlette.routing import Route

        async def route(_request: Any) -> Response:
            if unchanged:
                return Response(status_code=304, headers={"ETag": tag})
            return Response(body, media_type="application/json", headers={"ETag": tag})

        return Starlette(routes=[Route("/v1/scores", route)])
    from fastapi import FastAPI

    from serving.api.documents import Ranking

    app, content = FastAPI(), json.loads(body)

    @app.get("/v1/scores", response_model=Ranking)
    def scores(limit: int = 50) -> Ranking:
        return Ranking.model_validate(content)

    return app


def serve_peer(name: str, body_file: Path, port: int, unchanged: bool) -> None:
    """Run a peer under the same server."""
    import uvicorn

    from serving.api.options import Options
    from serving.api.server import configuration, listening

    application = peer(name, body_file, unchanged)
    config = configuration(lambda: application, Options())
    config.lifespan = "off"
    with listening("127.0.0.1", port, 2048) as bound:
        uvicorn.Server(config).run(sockets=[bound])


@contextmanager
def process(command: list[str], port: int, core: int = 0) -> Iterator[subprocess.Popen[bytes]]:
    """A server on one core, from when it takes connections and answers."""
    pinned = ["taskset", "-c", str(core), *command] if shutil.which("taskset") else command
    running = subprocess.Popen(
        pinned, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=_environment()
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


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path[1:]])}


def free_port() -> int:
    """A port that nobody has."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def load(port: int, seconds: float, tag: str | None = None) -> tuple[float, float]:
    """(requests a second, 99 % quantile in ms)."""
    if shutil.which("wrk") is None:
        return raw_load(port, seconds, tag)
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", "--latency", "-H", "Host: localhost"]
    if tag:
        command += ["-H", f"If-None-Match: {tag}"]
    if shutil.which("taskset"):
        command = ["taskset", "-c", "1", *command]
    told = subprocess.run(
        [*command, f"http://127.0.0.1:{port}{PATH}"], capture_output=True, text=True, check=True
    ).stdout
    assert "Non-2xx" not in told, told
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", told).group(1))  # type: ignore[union-attr]
    value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", told).groups()  # type: ignore[union-attr]
    return rate, float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def raw_load(port: int, seconds: float, tag: str | None) -> tuple[float, float]:
    """The same from raw sockets, a thread a connection: enough for what a core answers in Python, not for nginx."""
    header = f"If-None-Match: {tag}\r\n" if tag else ""
    request = f"GET {PATH} HTTP/1.1\r\nHost: localhost\r\n{header}\r\n".encode()
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


def ask(port: int, path: str, tag: str = "") -> tuple[int, dict[str, str], bytes]:
    """One answer on a connection of its own."""
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(
        "GET", path, headers={"Host": "localhost", "If-None-Match": tag} if tag else {"Host": "localhost"}
    )
    answer = connection.getresponse()
    body = answer.read()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body


def median_ms(port: int, paths: Callable[[int], str], times: int) -> float:
    """Median milliseconds of answers that were never asked before, on one connection."""
    import http.client

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


def nginx(folder: Path, body: bytes, port: int) -> list[str]:
    """The command that serves the bytes as a file."""
    (folder / "v1").mkdir(parents=True, exist_ok=True)
    (folder / "v1" / "scores").write_bytes(body)
    (folder / "nginx.conf").write_text(
        f"worker_processes 1; daemon off; pid {folder}/pid; error_log /dev/null; user root;\nevents {{}}\n"
        f"http {{ access_log off; default_type application/json; keepalive_requests 10000000; open_file_cache max=10;\n"
        f"server {{ listen 127.0.0.1:{port}; root {folder}; }} }}\n"
    )
    return ["nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder)]


def compare(home: Path, folder: Path, rounds: int, seconds: float) -> dict[str, Any]:
    """Rates and quantiles of ours and of every peer, for the ranking and for 304."""
    ours = free_port()
    serve = [sys.executable, "-m", "riskwarn", "--home", str(home), "serve", "--port", str(ours)]
    found: dict[str, Any] = {}
    with process(serve, ours):
        _, headers, body = ask(ours, PATH)
        body_file = folder / "body.json"
        body_file.write_bytes(body)
        for kind, tag in (("ranking of 100", None), ("304", headers["etag"])):
            ports = {"riskwarn": ours}
            peers = ["starlette", "asgi"] + (["fastapi"] if tag is None else [])
            commands = {name: [*_me(), "--peer", name, "--body", str(body_file)] for name in peers}
            measured: dict[str, list[tuple[float, float]]] = {}
            names = ["riskwarn", *peers] + (["nginx"] if shutil.which("nginx") else [])
            for _ in range(rounds):
                for name in names:
                    if name == "riskwarn":
                        measured.setdefault(name, []).append(load(ours, seconds, tag))
                        continue
                    ports[name] = free_port()
                    if name == "nginx":
                        command = nginx(folder / "nginx", body, ports[name])
                    else:
                        command = [*commands[name], "--port", str(ports[name]), *(["--unchanged"] if tag else [])]
                    with process(command, ports[name]):
                        own = ask(ports[name], PATH)[1].get("etag") if tag else None
                        measured.setdefault(name, []).append(load(ports[name], seconds, own))
            bare = [rate for rate, _ in measured["starlette"]]
            found[kind] = {
                name: {
                    "requests_a_second": round(statistics.median(rate for rate, _ in some)),
                    "p99_ms": round(statistics.median(late for _, late in some), 2),
                    "of_bare_starlette": round(statistics.median(rate / other for (rate, _), other in zip(some, bare, strict=True)), 2),
                    "p99_of_bare_starlette": round(
                        statistics.median(late / other for (_, late), (_, other) in zip(some, measured["starlette"], strict=True)), 2
                    ),
                }
                for name, some in measured.items()
            }  # fmt: skip
    return found


def hold(home: Path, grids: int, seconds: float) -> dict[str, Any]:
    """What a worker costs that holds a whole city."""
    port = free_port()
    serve = [sys.executable, "-m", "riskwarn", "--home", str(home), "serve", "--port", str(port)]
    started = time.perf_counter()
    with process(serve, port) as running:
        while ask(port, "/readyz")[0] != 200:
            time.sleep(0.01)
        ready = time.perf_counter() - started
        portrait = median_ms(port, lambda number: f"/v1/grids/G{number * 7:07d}", 200)
        # The same number of units, and no address asked twice.
        whole = median_ms(port, lambda number: f"/v1/scores?limit=50&unit=grid{'&' * number}", 100)
        parent = median_ms(port, lambda number: f"/v1/scores?limit=50&parent=T{number:07d}", 100)
        resident = _memory(running.pid)
        before = load(port, seconds)[1]
        ended = threading.Event()
        during: list[float] = []

        def go_on() -> None:
            while not ended.is_set():
                during.append(load(port, 1)[1])

        asking = threading.Thread(target=go_on)
        asking.start()
        publishing = subprocess.run(
            [*_me(), "--publish", str(home), "--grids", str(grids)], env=_environment(), check=True
        )
        assert publishing.returncode == 0
        newest = (AS_OF + timedelta(days=7)).isoformat()
        while json.loads(ask(port, PATH)[2])["snapshot"]["as_of"] != newest:
            time.sleep(0.05)
        ended.set()
        asking.join()
        after = _memory(running.pid)
    return {
        "grids": grids,
        "ready_seconds": round(ready, 2),
        "resident_mb": round(resident / 1e6),
        "resident_mb_after_a_publication": round(after / 1e6),
        "portrait_ms": round(portrait, 2),
        "unfiltered_ms": round(whole, 2),
        "parent_ms": round(parent, 2),
        "p99_ms_before": round(before, 2),
        "p99_ms_during_a_publication": round(statistics.median(during), 2),
        "p99_ms_worst_second": round(max(during), 2),
    }


def _memory(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _me() -> list[str]:
    return [sys.executable, str(Path(__file__))]


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--grids", type=int, default=66_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--peer", help=argparse.SUPPRESS)
    parser.add_argument("--body", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--unchanged", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--publish", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.peer:
        serve_peer(asked.peer, asked.body, asked.port, asked.unchanged)
        return
    if asked.publish:
        publish_again(asked.publish, asked.grids, 7)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_city(folder / "home", asked.grids)
        told = {
            "held": hold(folder / "home", asked.grids, asked.seconds),
            **compare(folder / "home", folder, asked.rounds, asked.seconds),
        }
    for kind in ("ranking of 100", "304"):
        print(f"\n{kind:16s} {'requests/s':>10s} {'of bare':>8s} {'p99 ms':>8s} {'of bare':>8s}")
        for name, one in told[kind].items():
            print(
                f"{name:16s} {one['requests_a_second']:10d} {one['of_bare_starlette']:8.2f} {one['p99_ms']:8.2f} {one['p99_of_bare_starlette']:8.2f}"
            )
    print("\nA whole city held by one worker:")
    for key, value in told["held"].items():
        print(f"  {key:34s} {value}")
    if asked.json:
        asked.json.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
