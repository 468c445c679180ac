"""The tracking store: what it cannot do is one sentence with the right reason, soon, and is known before the fit."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from mlflow.environment_variables import (
    MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR,
    MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT,
)

from riskwarn.errors import NothingKnown, TrackingAddressInvalid, TrackingServerUnusable, TrackingStoreUnusable
from riskwarn.home import Home, make_home, open_home
from riskwarn.settings import Settings
from serving.publishing.publish import publish
from tests.worlds import NOW
from training import train, versions
from training.registry import tracking as room
from training.registry.tracking import check_tracking, tracking


def test_a_server_that_is_not_there_is_told_before_anything_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    home = make_home(tmp_path / "home", Settings(tracking_uri="http://user:secret@127.0.0.1:9"))
    for ask in (lambda: train(home), lambda: publish(home, now=NOW)):
        with pytest.raises(TrackingServerUnusable, match=r"http://127\.0\.0\.1:9: nothing answers there") as told:
            ask()
        assert "secret" not in str(told.value)


def test_a_damaged_store_is_named_and_not_the_operational_database(home: Home) -> None:
    with pytest.raises(NothingKnown):
        train(home)
    whole = (home.path / "mlflow.db").read_bytes()
    for content in (whole[: len(whole) // 3], b"no database " * 100):
        (home.path / "mlflow.db").write_bytes(content)
        for ask in (lambda: train(home), lambda: publish(home, now=NOW)):
            with pytest.raises(TrackingStoreUnusable, match=r"mlflow\.db cannot be used: it is (damaged|no database)"):
                ask()


def test_a_store_that_cannot_be_written_is_told_before_the_fit(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.registry.tracking.os.access", lambda place, mode: False)
    with pytest.raises(TrackingStoreUnusable, match="cannot be written"):
        train(home)


def test_what_the_store_says_while_it_is_used_becomes_our_error(home: Home) -> None:
    with tracking(home) as client:
        client.create_experiment("one")
    with (
        closing(sqlite3.connect(f"file:{home.path / 'mlflow.db'}?mode=ro", uri=True)) as held,
        pytest.raises(TrackingStoreUnusable, match="it is read-only"),
        tracking(home),
    ):
        held.execute("DELETE FROM experiments")


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("htp://user:secret@127.0.0.1:5000", "htp://127.0.0.1:5000"),
        ("user:secret@127.0.0.1:5000", "127.0.0.1:5000"),
        ("127.0.0.1:5000", "127.0.0.1:5000"),
        ("http:/127.0.0.1:5000", "http:/127.0.0.1:5000"),
        ("http://", "http://"),
        ("http://127.0.0.1:99999", "http://127.0.0.1:99999"),
        ("https://[::1", "https://[::1"),
        ("sqlite://models.db", "sqlite://models.db"),
        ("sqlitee:///models.db", "sqlitee:///models.db"),
        ("models", "models"),
        ("databricks", "databricks"),
    ],
)
def test_an_address_that_leads_nowhere_is_told_with_the_forms_that_there_are(
    address: str, shown: str, tmp_path: Path
) -> None:
    home = make_home(tmp_path / "home", Settings(tracking_uri=address))
    for ask in (lambda: train(home), lambda: publish(home, now=NOW)):
        with pytest.raises(TrackingAddressInvalid) as told:
            ask()
        assert str(told.value).startswith(f"MLFLOW_TRACKING_URI={shown} is no address") and "secret" not in str(
            told.value
        )


def test_a_database_whose_driver_is_not_installed_is_named_so(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home", Settings(tracking_uri="postgresql+nodriver://127.0.0.1:9/x"))
    with pytest.raises(TrackingServerUnusable, match="its driver is not installed"):
        check_tracking(home)


@contextmanager
def _silent() -> Iterator[tuple[str, list[int]]]:
    """(address of a server that takes connections and never answers, a list that grows by one with each)."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as server:
        taken: list[socket.socket] = []
        count: list[int] = []

        def take() -> None:
            while True:
                try:
                    taken.append(server.accept()[0])
                    count.append(1)
                except OSError:
                    return

        Thread(target=take, daemon=True).start()
        yield f"127.0.0.1:{server.getsockname()[1]}", count
        server.shutdown(socket.SHUT_RDWR)
        for one in taken:
            one.close()


@contextmanager
def _failing() -> Iterator[tuple[str, list[int]]]:
    """(address of a server that answers 503 and asks to be left alone for an hour, a list that grows by one with each request)."""
    count: list[int] = []

    class Failing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            count.append(1)
            self.send_response(503)
            self.send_header("Retry-After", "3600")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.do_GET()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Failing) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}", count
        server.shutdown()


@contextmanager
def _dripping() -> Iterator[tuple[str, list[int]]]:
    """(address of a server whose answers begin and never end, a byte at a time, a list that grows by one with each request)."""
    count: list[int] = []
    ended = Event()

    class Dripping(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            count.append(1)
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Drip: ")
            while not ended.wait(0.1):
                try:
                    self.wfile.write(b"x")
                except OSError:
                    return

        do_POST = do_GET  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Dripping) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}", count
        ended.set()
        server.shutdown()


def test_a_server_that_sends_a_byte_now_and_then_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_ANSWERED", 1.0)
    with _dripping() as (where, asked):
        home = make_home(tmp_path / "home", Settings(tracking_uri=f"http://{where}"))
        with pytest.raises(TrackingServerUnusable, match=f"http://{where}: it does not answer in time"):
            check_tracking(home)
        assert asked


@pytest.mark.slow
@pytest.mark.parametrize(
    ("serving", "scheme", "problem"),
    [
        (_silent, "http", "it does not answer in time"),
        (_silent, "postgresql", "it does not answer in time"),
        (_failing, "http", "it (fails|does not answer)"),
    ],
)
def test_a_server_that_hangs_or_fails_is_given_up_after_as_many_tries_as_are_set(
    serving: Callable[[], Any], scheme: str, problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "1")
    monkeypatch.setenv("PGCONNECT_TIMEOUT", "2")
    with serving() as (where, asked):
        home = make_home(tmp_path / "home", Settings(tracking_uri=f"{scheme}://user:secret@{where}"))
        with pytest.raises(TrackingServerUnusable, match=f"{scheme}://{where}: {problem}"):
            check_tracking(home)
        assert len(asked) == 2, "once, and once more"


@pytest.mark.slow
@pytest.mark.parametrize("serving", [_silent, _dripping])
def test_a_silent_server_is_given_up_before_mlflow_is_imported(serving: Callable[[], Any], tmp_path: Path) -> None:
    """The import takes seconds, and longer on a busy machine: they would come on top of those that are waited for."""
    with serving() as (where, asked):
        make_home(tmp_path / "home", Settings())
        script = (
            "import sys; from pathlib import Path; from riskwarn.errors import TrackingServerUnusable; "
            "from riskwarn.home import open_home; from riskwarn.settings import Settings; "
            "from training.registry.tracking import check_tracking\n"
            f"home = open_home(Path({str(tmp_path / 'home')!r}), Settings(tracking_uri='http://{where}'))\n"
            "try: check_tracking(home)\n"
            "except TrackingServerUnusable as error: print(error, 'mlflow' in sys.modules)"
        )
        environment = {**os.environ, "MLFLOW_HTTP_REQUEST_TIMEOUT": "1"}
        done = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, env=environment, timeout=60
        )
        assert f"http://{where}: it does not answer in time" in done.stdout and done.stdout.endswith("False\n"), (
            done.stderr
        )
        assert len(asked) == 2, "once, and once more"


def test_what_is_waited_for_is_less_than_ten_seconds_in_all() -> None:
    wait = {name: float(value) for name, value in (*room._PATIENCE.items(),) if value != "false"}
    again = wait["MLFLOW_HTTP_REQUEST_MAX_RETRIES"]
    answer = wait["MLFLOW_HTTP_REQUEST_TIMEOUT"] * (1 + again) + wait["MLFLOW_HTTP_REQUEST_BACKOFF_JITTER"] * again
    # What follows on a failure: the run is said to have failed, if the server still listens.
    assert answer + float(room._IMPATIENCE["MLFLOW_HTTP_REQUEST_TIMEOUT"]) < 10
    assert answer < room._ANSWERED < 10
    assert wait["PGCONNECT_TIMEOUT"] * room._CONNECTS + 1 < 10


def _alone(home: Path, prepared: str) -> str:
    """What a process of its own prints that registers a version in a home, after `prepared`."""
    program = f"""
import os, resource
from pathlib import Path
from riskwarn.errors import RiskwarnError
from riskwarn.home import open_home
from riskwarn.settings import Settings
from training.models.baselines import Rate
from training.registry.registration import register
from training.registry.tracking import check_tracking
home = open_home(Path({str(home)!r}), Settings(threads=1))
{prepared}
for ask in (lambda: check_tracking(home), lambda: register(home, "safety", 4, Rate("zero", 4, 0.1), {{"long": "x" * 400}}, {{}})):
    try:
        ask()
        print("done")
    except RiskwarnError as error:
        print(error.code, error.message)
"""
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    return told.stdout


@pytest.fixture
def with_tables() -> Iterator[Path]:
    """The folder of a home whose store has its tables, where everybody may look."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    home = make_home(folder / "home", Settings(threads=1))
    check_tracking(home)
    yield home.path
    for one in (home.path, *home.path.rglob("*")):
        one.chmod(0o755)
    shutil.rmtree(folder)


@pytest.mark.slow
def test_a_store_that_may_only_be_read_is_told_before_anything_is_registered(with_tables: Path) -> None:
    # Root may write everywhere: it gives that up, once all that is imported late was imported.
    prepared = """
register(home, "safety", 4, Rate("zero", 4, 0.1), {}, {})
for one in (*home.path.rglob("*"), home.path):
    one.chmod(0o555 if one.is_dir() else 0o444)
if os.geteuid() == 0:
    os.setuid(65534)
"""
    first, second = _alone(with_tables, prepared).splitlines()
    assert first.startswith("tracking_store_unusable") and "cannot be written" in first
    assert second.startswith("tracking_store_unusable") and "it is read-only" in second


@pytest.mark.slow
def test_a_disk_without_room_leaves_nothing_half_registered(with_tables: Path) -> None:
    limit = (with_tables / "mlflow.db").stat().st_size // 2
    told = _alone(with_tables, f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))").splitlines()[-1]
    assert told.startswith("tracking_store_unusable") and "the disk" in told, "a limit of the process"
    assert versions(open_home(with_tables, Settings(threads=1))) == []
    small = with_tables.parent / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "none", str(small)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        return  # only root may
    try:
        shutil.copytree(with_tables, small / "home")
        full = f"""
filler = os.open({str(small / "filler")!r}, os.O_CREAT | os.O_WRONLY)
try:
    while True:
        os.write(filler, bytes(4096))
except OSError:
    os.close(filler)
"""
        before, after = _alone(small / "home", full).splitlines()
        assert before.startswith("disk_full") and after.startswith("disk_full")
        (small / "filler").unlink()
        assert versions(open_home(small / "home", Settings(threads=1))) == []
    finally:
        subprocess.run(["umount", "--lazy", str(small)], check=True)


def test_mlflow_prints_nothing_of_its_own(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bar of each file that a server sends, and where a run is to be seen; who wants them says so."""
    for name in room._QUIET:
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    with tracking(home):
        assert not MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR.get() and MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT.get()
    monkeypatch.setenv("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "true")
    with tracking(home):
        assert MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR.get()
