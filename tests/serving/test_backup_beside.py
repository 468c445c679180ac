"""A backup that is made while two workers answer: nobody notices it, and the restored home answers as the server did then."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from riskwarn.home import ID_KEY
from serving.access.keys import Asked, create_key
from serving.access.scopes import Scope
from tests import command_line
from tests.orders import ROOT
from tests.serving.command import asked_until, errors_of, serving
from tests.serving.conftest import Made

#: What a home is asked before the backup, and what is restored from it afterwards.
PATHS = (
    "/v1/scores", "/v1/scores?limit=1000", "/v1/scores?unit=town", "/v1/scores?horizon=4&min_level=orange", "/v1/levels", "/v1/track-record",
    "/v1/alerts", "/v1/health/sources",
)  # fmt: skip
#: Seconds between two polls, which keep them below what a key may ask a minute of a worker, however fast the machine is.
PAUSE = 0.05


def ran(home: Path, *arguments: str | Path) -> None:
    """A command, which succeeds."""
    done = command_line.run("--home", home, *arguments, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_a_home_that_is_restored_from_beside_a_server_answers_the_same_bytes(made: Made, tmp_path: Path) -> None:
    made.publish(7, seed=3)
    scopes = frozenset((Scope.READ, Scope.DETAIL, Scope.EXPORT))
    key = create_key(made.home, Asked("program", scopes), now=datetime.now(UTC))["key"]
    header = {"Authorization": f"Bearer {key}"}

    def told(address: str) -> dict[str, tuple[bytes, str | None]]:
        asked_until(address, "/healthz", lambda answer: answer.status_code == 200)
        with httpx.Client(base_url=address, headers=header, timeout=60) as client:
            first = client.get("/v1/scores").json()["items"][0]["code"]
            grid = [f"/v1/grids/{first}", f"/v1/grids/{first}/explanation", f"/v1/grids/{first}/history"]
            answers = {path: client.get(path) for path in (*PATHS, *grid)}
        assert {one.status_code for one in answers.values()} == {200}
        return {path: (one.content, one.headers.get("etag")) for path, one in answers.items()}

    with serving(made.home.path, "--workers", "2") as (address, _):
        before, over, states = told(address), threading.Event(), list[int]()

        def poll() -> None:
            with httpx.Client(base_url=address, headers=header, timeout=60) as client:
                while not over.is_set():
                    states.append(client.get("/v1/scores?limit=10").status_code)
                    states.append(client.get(f"/v1/grids/{_first(before)}").status_code)
                    over.wait(PAUSE)

        polling = threading.Thread(target=poll)
        polling.start()
        try:
            ran(made.home.path, "backup", tmp_path / "backup")
        finally:
            over.set()
            polling.join()
        assert len(states) > 10 and set(states) == {200} and told(address) == before
    assert errors_of(made.home.path) == []
    ran(tmp_path / "again", "restore", tmp_path / "backup", "--id-key", made.home.path / ID_KEY)
    with serving(tmp_path / "again", "--workers", "2") as (address, _):
        assert told(address) == before, "the bytes, and the tags by which who polled goes on"
        assert httpx.get(f"{address}/v1/scores").status_code == 401


def _first(told: dict[str, tuple[bytes, str | None]]) -> str:
    return next(path.split("/")[3] for path in told if path.startswith("/v1/grids/"))
