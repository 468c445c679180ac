"""A PostgreSQL server of our own, for as long as it is needed."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine


@contextmanager
def postgresql(*settings: str) -> Iterator[str]:
    """The URL of an empty PostgreSQL server on a free port of loopback; `settings` such as ``work_mem=256MB``."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    assert programs, "this needs PostgreSQL: .ci/run installs it"
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
        [*user, str(programs[-1] / "initdb"), "-D", str(data), "-A", "trust", "-U", "postgres"],
        check=True,
        capture_output=True,
    )
    control = [*user, str(programs[-1] / "pg_ctl"), "-D", str(data), "-w", "-l", str(log)]
    options = " ".join([f"-h 127.0.0.1 -p {port} -k {folder}", *(f"-c {setting}" for setting in settings)])
    subprocess.run([*control, "-o", options, "start"], check=True, capture_output=True, cwd=folder)
    try:
        yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=True, capture_output=True, cwd=folder)
        shutil.rmtree(folder, ignore_errors=True)


def emptied(url: str) -> str:
    """The same server, without any table of before."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()
    return url
