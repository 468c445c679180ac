"""What a poll costs, beside what the same bytes cost elsewhere; and what a whole city costs to hold (``make bench-serving``).

Each server is a process of its own on one core, under the same uvicorn (httptools, uvloop); the load comes from the other core: rates
from wrk (or, where that is not installed, from raw sockets), quantiles from raw sockets. Rounds alternate between the servers, and the median counts. The peers: a
bare Starlette route that returns the same bytes, a bare ASGI application, nginx with the bytes as a file, and the usual FastAPI
route that makes 100 models for every answer; and `mlflow models serve`, asked to score 100 rows, which is what a program pays that
polls a model instead of what was published. Then the same with a key to one district, and a portrait, of which each read is in the
audit; beside a bare route that asks for no key and writes nothing down.

    python experiments/benchmarks/serving.py [--grids 66000] [--rounds 5] [--seconds 3] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, date, datetime, timedelta
from operator import truediv
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from experiments.benchmarks.asking import PATH, ask, environment, free_port, load, median_ms, process, served
from experiments.benchmarks.made_snapshot import made_content, publish_made
from riskwarn.cli import STEPS_BACK
from riskwarn.home import make_home, open_home
from riskwarn.settings import Settings
from serving.access.areas import Area
from serving.access.keys import Asked, create_key
from serving.access.scopes import Scope

AS_OF = date.today()
PORTRAIT = "/v1/grids/G0000003"
PEER = str(Path(__file__).with_name("serving_peer.py"))


def make_city(folder: Path, grids: int) -> None:
    """A home with one published made-up city."""
    publish_made(make_home(folder, Settings()), made_content(grids), AS_OF, datetime.now(UTC))


def publish_again(folder: Path, grids: int, days: int) -> None:
    """Publish another, as of so many days later, in a process that steps back as that of ``riskwarn score`` does."""
    os.nice(STEPS_BACK)
    content = made_content(grids, seed=days)
    publish_made(open_home(folder, Settings()), content, AS_OF + timedelta(days=days), datetime.now(UTC))


def nginx(folder: Path, body_file: Path, port: int) -> list[str]:
    """The command that serves the bytes as a file."""
    (folder / "v1").mkdir(parents=True, exist_ok=True)
    shutil.copyfile(body_file, folder / "v1" / "scores")
    (folder / "nginx.conf").write_text(
        f"worker_processes 1; daemon off; pid {folder}/pid; error_log /dev/null; user root;\nevents {{}}\n"
        f"http {{ access_log off; default_type application/json; keepalive_requests 10000000; open_file_cache max=10;\n"
        f"server {{ listen 127.0.0.1:{port}; root {folder}; }} }}\n"
    )
    return ["nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder)]


def load_peer(name: str, folder: Path, body_file: Path, seconds: float, unchanged: bool) -> tuple[float, float]:
    """Start a peer and load it; `unchanged` where it is to answer 304."""
    port = free_port()
    if name == "nginx":
        command = nginx(folder / "nginx", body_file, port)
    else:
        command = [sys.executable, PEER, name, str(body_file), str(port), *(["--unchanged"] if unchanged else [])]
    with process(command, port):
        return load(port, seconds, ask(port, PATH)[1].get("etag") if unchanged else None)


def score_by_mlflow(folder: Path, rounds: int, seconds: float) -> dict[str, float]:
    """What `mlflow models serve` answers of 100 rows of 60 columns, scored anew at each request."""
    subprocess.run([sys.executable, PEER, "mlflow", str(folder / "model"), "0"], env=environment(), check=True)
    rows = np.random.default_rng(1).normal(size=(100, 60)).round(3).tolist()
    posted = json.dumps({"inputs": rows}).encode()
    port = free_port()
    command = [sys.executable, "-m", "mlflow", "models", "serve", "--model-uri", str(folder / "model")]
    command += ["--env-manager", "local", "--workers", "1", "--host", "127.0.0.1", "--port", str(port)]
    with process(command, port):
        while ask(port, "/ping")[0] != 200:
            time.sleep(0.1)
        measured = [load(port, seconds, path="/invocations", posted=posted) for _ in range(rounds)]
    rates, lates = zip(*measured, strict=True)
    return {"requests_a_second": round(statistics.median(rates)), "p99_ms": round(statistics.median(lates), 2)}


def grant(home: Path) -> str:
    """A key to one district of a home, which may ask as often as it can."""
    with (home / "riskwarn.yaml").open("a", encoding="utf-8") as file:
        file.write("access: {requests_a_minute: 100000000}\n")
    area = Area((("district", "D0000000"),))
    asked = Asked("a benchmark", frozenset((Scope.READ, Scope.DETAIL)), area)
    return str(create_key(open_home(home, Settings()), asked, now=datetime.now(UTC))["key"])


def compare(home: Path, folder: Path, rounds: int, seconds: float, key: str | None = None) -> dict[str, Any]:
    """Rates and quantiles of ours and of every peer, for the ranking, for 304 and for a portrait; with a key beside the bare route alone."""
    found: dict[str, Any] = {}
    with served(home) as (port, _):
        for kind, path in (("ranking of 100", PATH), ("304", PATH), ("portrait", PORTRAIT)):
            status, answered, body = ask(port, path, key)
            assert status == 200, (path, status)
            tag = answered["etag"] if kind == "304" else None
            body_file = folder / "body.json"
            body_file.write_bytes(body)
            names = ["riskwarn", "starlette"]
            if key is None:
                names += ["asgi"] + (["fastapi"] if kind == "ranking of 100" else [])
                names += ["nginx"] if shutil.which("nginx") else []
            measured: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
            for _ in range(rounds):
                for name, some in measured.items():
                    if name == "riskwarn":
                        some.append(load(port, seconds, tag, path=path, key=key))
                    else:
                        some.append(load_peer(name, folder, body_file, seconds, tag is not None))
            found[kind] = {name: beside(some, measured["starlette"]) for name, some in measured.items()}
    return found


def beside(some: list[tuple[float, float]], bare: list[tuple[float, float]]) -> dict[str, float]:
    """Medians of the rounds of a server, and of their ratios to those of the bare route."""
    rates, lates = zip(*some, strict=True)
    bare_rates, bare_lates = zip(*bare, strict=True)
    return {
        "requests_a_second": round(statistics.median(rates)),
        "p99_ms": round(statistics.median(lates), 2),
        "of_bare_starlette": round(statistics.median(map(truediv, rates, bare_rates)), 2),
        "p99_of_bare_starlette": round(statistics.median(map(truediv, lates, bare_lates)), 2),
    }


def hold(home: Path, grids: int, seconds: float) -> dict[str, Any]:
    """What a worker costs that holds a whole city."""
    started = time.perf_counter()
    with served(home) as (port, running):
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
        again = [sys.executable, __file__, "--publish", str(home), "--grids", str(grids)]
        subprocess.run(again, env=environment(), check=True)
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


def show(told: dict[str, Any]) -> None:
    """Print what was compared."""
    for kind in ("ranking of 100", "304", "portrait"):
        print(f"\n{kind:16s} {'requests/s':>10s} {'of bare':>8s} {'p99 ms':>8s} {'of bare':>8s}")
        for name, one in told[kind].items():
            print(
                f"{name:16s} {one['requests_a_second']:10d} {one['of_bare_starlette']:8.2f} {one['p99_ms']:8.2f} {one['p99_of_bare_starlette']:8.2f}"
            )


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--grids", type=int, default=66_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--publish", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
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
        told["mlflow models serve"] = score_by_mlflow(folder, asked.rounds, asked.seconds)
        key = grant(folder / "home")
        told["with a key"] = compare(folder / "home", folder, asked.rounds, asked.seconds, key)
    show(told)
    scored = told["mlflow models serve"]
    print(
        f"\nmlflow models serve, 100 rows scored: {scored['requests_a_second']} requests/s, p99 {scored['p99_ms']} ms"
    )
    print("\nWith a key to one district, and the audit:")
    show(told["with a key"])
    print("\nA whole city held by one worker:")
    for key, value in told["held"].items():
        print(f"  {key:34s} {value}")
    if asked.json:
        asked.json.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
