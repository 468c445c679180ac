"""A database that another process holds keeps nobody waiting, and its place on the machine stays there."""

from __future__ import annotations

import sqlite3

import pytest
from starlette.testclient import TestClient

from tests.serving.conftest import Made
from tests.serving.test_requests import LOCAL


@pytest.mark.parametrize("path", ["/v1/alerts", "/v1/track-record"])
def test_what_needs_a_held_database_is_answered_with_when_to_ask_again(
    made: Made, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("serving.api.app.ANSWER_SECONDS", 0.1)
    application = made.application()
    application.current.look()
    with TestClient(application, base_url=LOCAL) as api:
        assert api.get(path).status_code == 200
        asked = f"{path}?{'level=red' if 'alerts' in path else 'horizon=1'}"
        held = sqlite3.connect(made.home.path / "riskwarn.db", isolation_level=None)
        held.execute("BEGIN EXCLUSIVE")
        try:
            for language, word in (("en", "database does not answer"), ("zh", "数据库")):
                answer = api.get(asked, headers={"Accept-Language": language})
                assert answer.status_code == 503 and answer.headers["Retry-After"]
                told = answer.json()
                assert told["type"] == "urn:riskwarn:database_busy" and word in told["detail"]
                assert str(made.home.path) not in answer.text and "riskwarn.db" not in answer.text
        finally:
            held.execute("ROLLBACK")
            held.close()
        assert api.get(asked).status_code == 200


def test_the_current_snapshot_is_the_one_that_is_served(made: Made) -> None:
    second = made.publish(7)
    made.damage(second)
    application = made.application()
    with TestClient(application, base_url=LOCAL) as api:
        application.current.look()
        listed = {one["id"]: one["current"] for one in api.get("/v1/snapshots").json()["items"]}
        assert listed == {second: False, made.first: True}
        told = api.get("/readyz").json()
        assert told["problem"] == "snapshot_damaged" and "--repair" in told["detail"]
