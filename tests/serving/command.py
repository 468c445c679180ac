"""The server as the command starts it: its process, its workers, what it logs and what it holds."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests import waiting

ROOT = Path(__file__).parents[2]


@contextmanager
def serving(home: Path, *options: str, first: Path | None = None) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The command itself; gives its address and its process. Its log is a file: a pipe that nobody reads would stop it.

    Python's modules are looked for in the folder `first` before all others.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = log_of(home)
    process = subprocess.Popen(
        [sys.executable, "-m", "riskwarn", "--home", home, "serve", "--port", str(port), *options],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": os.pathsep.join([*([str(first)] if first else []), str(ROOT), *sys.path[1:]])}, text=True,
        stdout=subprocess.DEVNULL, stderr=log.open("w"), start_new_session=True,
    )  # fmt: skip
    try:
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def asked_until(address: str, path: str, wanted: Any, seconds: float = 60) -> None:
    """Ask until what is wanted is answered; connections that fail are tried again."""

    def holds() -> bool:
        try:
            return bool(wanted(httpx.get(address + path)))
        except httpx.TransportError:
            return False

    waiting.until(holds, path, seconds)


def log_of(home: Path) -> Path:
    """Where the log of a served home is."""
    return home.with_name(f"{home.name}.log")


def errors_of(home: Path) -> list[str]:
    """What was logged as an error."""
    lines = log_of(home).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.startswith("{") and json.loads(line)["level"] == "error"]


def children_of(parent: int) -> list[int]:
    """Processes that a process started and that serve (not the tracker of resources)."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                status = (entry / "stat").read_text().rpartition(")")[2].split()
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if int(status[1]) == parent and b"spawn_main" in command:
                found.append(int(entry.name))
    return found


def memory_of(process: int) -> int:
    """Bytes that are resident; 0 where the process is gone."""
    try:
        pages = int((Path("/proc") / str(process) / "statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def files_of(process: int) -> int:
    """Files and connections that are open."""
    try:
        return len(list((Path("/proc") / str(process) / "fd").iterdir()))
    except OSError:
        return 0
