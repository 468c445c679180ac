"""Whether notices arrive: to webhooks that fail and a dispatcher that is killed, and to streams that are interrupted.

First so many notices go to so many subscribers, a third of whom fail at random (an error, a closed connection, no answer), while the
dispatcher, a process of its own, is killed (``kill -9``) over and over. Then as many clients listen to the stream of a server, each
interrupted over and over. What counts is not how fast it is, but that nothing is lost, out of order, unsigned or told twice under two ids.

    python experiments/benchmarks/alerts.py [--notices 10000] [--subscribers 200] [--kills 100] [--clients 200] [--streamed 4000]
        [--database-url URL] [--json FILE]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import func, select
from standardwebhooks import Webhook

sys.path.insert(0, str(Path(__file__).parents[2]))

from experiments.benchmarks.asking import environment, served
from experiments.benchmarks.receivers import Answer, Got, receiving
from riskwarn.home import Home, make_home, open_home
from riskwarn.secrets import key_file
from riskwarn.settings import Settings
from serving.access.areas import Area
from serving.access.caller import LOCAL
from serving.delivery.messages import Message
from serving.delivery.outbox import enqueue
from serving.delivery.subscriptions import Asked, create
from serving.delivery.tables import DELIVERIES

#: A dispatcher that does not wait long: each kill costs what is left of its lease.
DISPATCHER = """
import asyncio, sys
from pathlib import Path
from riskwarn.home import open_home
from riskwarn.settings import Settings
from serving.delivery.dispatcher import Dispatcher
from serving.delivery.pace import Pace
home = open_home(Path(sys.argv[1]), Settings(threads=1, database_url=sys.argv[3] or None, secrets_key=sys.argv[2]))
pace = Pace(first=0.05, longest=1.0, look_every=0.05, held=1.0)
asyncio.run(Dispatcher(home, pace=pace).run(asyncio.Event()))
"""

#: Subscribers of one district.
OF_DISTRICT = 4


@dataclass
class Delivered:
    """What became of the notices; each of the faults is to be 0."""

    notices: int
    subscribers: int
    kills: int
    wanted: int  # deliveries
    delivered: int  # of these, as the receivers know it
    lost: int
    out_of_order: int
    badly_signed: int
    unknown: int  # ids that were never said to that subscriber
    requests: int
    twice: int  # arrived again under the same id, after it had been taken
    seconds: float


def made_home(folder: Path, port: int, url: str | None = None) -> Home:
    """A home that may deliver to one port of this machine."""
    settings = Settings(threads=1, database_url=url, secrets_key=str(folder / "secrets.key"))
    home = make_home(folder / "home", settings)
    with (home.path / "riskwarn.yaml").open("a", encoding="utf-8") as file:
        file.write(f"delivery: {{loopback_port: {port}}}\n")
    key_file.make(home, "aes-256-gcm")
    return open_home(home.path, settings)


def notice(number: int, districts: int) -> Message:
    """A notice about a grid in one of some districts."""
    now, code = datetime.now(UTC), f"G{number:07}"
    body = {
        "id": f"al{number}", "version": 1, "target": "conflict", "horizon": 4, "unit": "grid", "code": code, "name": code,
        "level": "red", "status": "open", "score": 0.14, "reasons": [], "text": {"zh": "建议本周上门调解。" * 8, "en": "mediation"},
    }  # fmt: skip
    units = (code, f"T{number % districts:07}", f"D{number % districts:07}")
    return Message(
        id=f"al{number}.1", kind="Alert", alert_id=f"al{number}", version=1, team_id=None, target="conflict", level="red",
        units=units, sent_at=now, expires_at=now + timedelta(days=28), references=(), body=body,
    )  # fmt: skip


def say(home: Home, first: int, last: int, districts: int) -> None:
    """Say so many notices in one transaction."""
    with home.database.begin() as connection:
        enqueue(connection, [notice(number, districts) for number in range(first, last)])


def delivered(
    folder: Path, notices: int, subscribers: int, kills: int, seed: int = 0, url: str | None = None
) -> Delivered:
    """Deliver to webhooks, a third of which fail at random, by a dispatcher that is killed so many times."""
    chance, districts = random.Random(seed), max(1, subscribers // OF_DISTRICT)
    with receiving() as receiver:
        receiver.keep = False
        home = made_home(folder, receiver.port, url)
        secrets: dict[str, Webhook] = {}
        for number in range(subscribers):
            area = Area((("district", f"D{number % districts:07}"),))
            asked = Asked(f"receiver {number}", address=f"{receiver.address}/{number}", area=area)
            made = create(home, asked, LOCAL, "a benchmark", lambda _area: True, now=datetime.now(UTC))
            secrets[f"/{number}"] = Webhook(made["secret"])
        first: dict[str, list[int]] = {path: [] for path in secrets}  # of each subscriber what it took, as it came
        seen: dict[str, set[int]] = {path: set() for path in secrets}
        counts: Counter[str] = Counter()

        def answer(got: Got) -> Answer:
            counts["requests"] += 1
            failing = int(got.path[1:]) % 3 == 0
            draw = chance.random() if failing else 1.0
            if draw < 0.15:
                return 500, {}
            if draw < 0.25:
                return None
            try:
                secrets[got.path].verify(got.body, got.headers)
            except Exception:
                counts["badly_signed"] += 1
            number = int(got.id[2:].partition(".")[0])
            if number in seen[got.path]:
                counts["twice"] += 1
            else:
                seen[got.path].add(number)
                first[got.path].append(number)
            # Some take it, and say so too late or not at all.
            return None if draw < 0.30 else (204, {})

        receiver.answer = answer
        begun = time.monotonic()
        saying = threading.Thread(target=_said, args=(home, notices, districts))
        saying.start()
        done = _killed(home, kills, random.Random(seed + 1), lambda: not saying.is_alive())
        saying.join()
        wanted = {path: [n for n in range(notices) if n % districts == int(path[1:]) % districts] for path in secrets}
        return Delivered(
            notices, subscribers, done, sum(map(len, wanted.values())), sum(map(len, seen.values())),
            sum(len({*wanted[path]} - seen[path]) for path in secrets),
            sum(sum(b < a for a, b in pairwise(one)) for one in first.values()),
            counts["badly_signed"], sum(len(seen[path] - {*wanted[path]}) for path in secrets), counts["requests"],
            counts["twice"], round(time.monotonic() - begun, 1),
        )  # fmt: skip


def _said(home: Home, notices: int, districts: int) -> None:
    for start in range(0, notices, 100):
        say(home, start, min(notices, start + 100), districts)


def _killed(home: Home, kills: int, chance: random.Random, all_said: Any) -> int:
    """Let dispatchers carry until nothing waits, of which so many are killed; gives how many were."""
    command = [
        sys.executable,
        "-c",
        DISPATCHER,
        str(home.path),
        str(home.settings.secrets_key),
        home.settings.database_url or "",
    ]
    done = 0
    while True:
        process = subprocess.Popen(
            command, env={**environment(), "PYTHONPATH": os.pathsep.join(sys.path)}, start_new_session=True
        )
        try:
            until = time.monotonic() + chance.uniform(0.5, 4.0) if done < kills else float("inf")
            while time.monotonic() < until and process.poll() is None:
                time.sleep(0.05)
                # The first kills come while there is work; those that are left over hit a dispatcher that waits.
                if all_said() and not _waiting(home) and done >= kills:
                    return done
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
        done += 1


def _waiting(home: Home) -> int:
    with home.database.connect() as connection:
        rows = select(func.count()).select_from(DELIVERIES).where(DELIVERIES.c.state == "waiting")
        return int(connection.execute(rows).scalar_one())


@dataclass
class Heard:
    """What the clients of a stream heard."""

    clients: int
    notices: int
    interruptions: int
    gaps: int
    twice: int
    first_mib: float  # memory of the server with all clients there and a tenth said
    most_mib: float  # and at most afterwards
    seconds: float


def heard(folder: Path, clients: int, notices: int, seed: int = 0) -> Heard:
    """So many clients listen, each interrupted over and over, while so many notices are said."""
    home = made_home(folder, 9)
    say(home, 0, 1, 1)
    with served(home.path, pinned=False, RISKWARN_SECRETS_KEY=str(home.settings.secrets_key)) as (port, server):
        return asyncio.run(_heard(home, server.pid, f"http://127.0.0.1:{port}", clients, notices, seed))


async def _heard(home: Home, pid: int, address: str, clients: int, notices: int, seed: int) -> Heard:
    begun, lists, counts = time.monotonic(), [list[int]() for _ in range(clients)], Counter[str]()
    limits = httpx2.Limits(max_connections=clients + 5, max_keepalive_connections=0)
    async with httpx2.AsyncClient(base_url=address, limits=limits, timeout=60, trust_env=False) as client:
        for _ in range(300):
            try:
                await client.get("/healthz")
                break
            except httpx2.TransportError:
                await asyncio.sleep(0.1)
        listening = [
            asyncio.create_task(_listened(client, one, notices, random.Random(seed + number), counts))
            for number, one in enumerate(lists)
        ]
        memory = []
        for start in range(1, notices + 1, 20):
            await asyncio.to_thread(say, home, start, min(notices + 1, start + 20), 1)
            memory.append((start, _mib(pid)))
        await asyncio.wait(listening, timeout=300)
        memory.append((notices, _mib(pid)))
    wanted = [*range(1, notices + 1)]
    gaps = sum(len({*wanted} - {*one}) for one in lists)
    twice = sum(len(one) - len({*one}) for one in lists) + sum(one != sorted(one) for one in lists)
    early = max(mib for start, mib in memory if start <= max(20, notices // 10))
    return Heard(
        clients, notices, counts["interruptions"], gaps, twice, round(early, 1), round(max(mib for _, mib in memory), 1),
        round(time.monotonic() - begun, 1),
    )  # fmt: skip


async def _listened(
    client: httpx2.AsyncClient, found: list[int], notices: int, chance: random.Random, counts: Counter[str]
) -> None:
    last = "al0.1"
    while len(found) < notices:
        stop = len(found) + chance.randint(1, max(2, notices // 5))
        try:
            async with client.stream("GET", "/v1/alerts/stream", headers={"Last-Event-ID": last}) as answer:
                async for line in answer.aiter_lines():
                    if line.startswith("id: "):
                        last = line[4:]
                        found.append(int(last[2:].partition(".")[0]))
                        if len(found) >= min(stop, notices):
                            break
        except httpx2.TransportError:
            pass
        counts["interruptions"] += 1


def _mib(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="riskwarn-alerts-") as name:
        yield Path(name)


def main() -> None:
    """Run both, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notices", type=int, default=10_000)
    parser.add_argument("--subscribers", type=int, default=200)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument(
        "--streamed", type=int, default=4_000, help="notices that are said to the clients of the stream"
    )
    parser.add_argument("--database-url", help="PostgreSQL for the webhooks; SQLite where not given")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    found: dict[str, Any] = {}
    if asked.subscribers:
        with _folder() as folder:
            found["webhooks"] = asdict(
                delivered(folder, asked.notices, asked.subscribers, asked.kills, url=asked.database_url)
            )
            print(json.dumps(found["webhooks"]), flush=True)
    if asked.clients:
        with _folder() as folder:
            found["stream"] = asdict(heard(folder, asked.clients, asked.streamed))
            print(json.dumps(found["stream"]))
    if asked.json is not None:
        asked.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
