"""A PostgreSQL server of our own, for the tests that are marked `server`."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The URL of an empty PostgreSQL server of our own, on a free port of loopback."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    assert programs, "these tests need PostgreSQL: .ci/run installs it"
    # The server refuses to run as root.
    user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    folder = Path(tempfile.mkdtemp(prefix="riskwarn-postgresql-"))
    if user:
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data, log = folder / "data", folder / "log"
    subprocess.run(
        [*user, programs[-1] / "initdb", "-D", data, "-A", "trust", "-U", "postgres"], check=True, capture_output=True
    )
    control = [*user, programs[-1] / "pg_ctl", "-D", data, "-w", "-l", log]
    options = f"-h 127.0.0.1 -p {port} -k {folder}"
    subprocess.run([*control, "-o", options, "start"], check=True, capture_output=True, cwd=folder)
    try:
        yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=True, capture_output=True, cwd=folder)
        shutil.rmtree(folder, ignore_errors=True)
