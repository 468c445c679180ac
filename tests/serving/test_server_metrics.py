"""What a monitoring system reads is right for all workers, whichever of them it reaches."""

from __future__ import annotations

import logging
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert
from starlette.testclient import TestClient

from serving.alerts.tables import ALERTS
from serving.api import metrics
from serving.api.app import Application
from serving.delivery.tables import DELIVERIES, SUBSCRIPTIONS
from tests.serving.conftest import Made
from tests.serving.test_requests import LOCAL, TOKEN
from tests.waiting import until


def samples(client: TestClient) -> dict[str, float]:
    """Name and labels -> value."""
    lines = client.get("/metrics").text.splitlines()
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line[:1] != "#")}


def test_whichever_worker_is_asked_tells_of_all_of_them_as_they_are_now(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A monitoring system keeps its connection, and so reaches one worker for as long as that lives."""
    monkeypatch.setattr(metrics, "WRITE_EVERY", 0.05)
    one, other = (Application(made.home, lambda: made.now, metrics_folder=tmp_path) for _ in range(2))
    with TestClient(one, base_url=LOCAL) as asked, TestClient(other, base_url=LOCAL) as busy:
        for _ in range(7):
            assert busy.get("/v1/scores").status_code == 200
        assert busy.get("/v1/scores?limit=0").status_code == 422
        made.damage(made.publish(7))
        other.current.look()
        made.now = other.current().valid_until
        _until(asked, 'riskwarn_degraded{worker="1"}', 1)
        told = samples(asked)
        assert told['riskwarn_requests_total{status="2xx",worker="1"}'] == 7
        assert told['riskwarn_requests_total{status="4xx",worker="1"}'] == 1
        assert told['riskwarn_request_seconds_count{worker="1"}'] == 8
        assert told['riskwarn_snapshot_stale{worker="1"}'] == 1
        age = (made.now - other.current().published_at).total_seconds()
        assert told['riskwarn_snapshot_age_seconds{worker="1"}'] == age
        own = [name for name in told if re.search(r'[{,]worker="0"', name)]
        assert {re.sub('worker="0"', 'worker="1"', name) for name in own} <= told.keys() | {
            'riskwarn_requests_total{status="2xx",worker="1"}'
        }
    again = Application(made.home, lambda: made.now, metrics_folder=tmp_path)
    assert again.metrics.worker not in ("0", "1"), "those who live keep their place"


def test_whatever_is_asked_is_counted_and_logged_by_what_was_answered(
    made: Made, caplog: pytest.LogCaptureFixture
) -> None:
    show = {"Authorization": f"Bearer {TOKEN}"}
    silence = {"code": "G0000003", "reason": "a fair", "ends_at": (made.now + timedelta(days=7)).isoformat()}
    asked: list[tuple[str, str, dict[str, Any], int]] = [
        ("GET", "/v1/scores", {}, 200),
        ("GET", "/v1/scores", {}, 200),  # out of memory
        ("HEAD", "/v1/scores", {}, 200),
        ("HEAD", "/v1/scores?limit=0", {}, 422),
        ("POST", "/v1/silences/new", {"json": {}}, 422),
        ("POST", "/v1/silences/new", {"json": silence}, 200),
        ("POST", "/v9", {"json": {}}, 404),
        ("PUT", "/v1/scores", {}, 405),
        ("DELETE", "/v1/scores", {}, 405),
        ("OPTIONS", "/v1/scores", {}, 405),
        ("PATCH", "/v1/scores", {}, 405),
        ("POST", "/v1/silences/new", {"json": {}, "headers": {"Authorization": "Bearer x"}}, 403),  # at the gate
        ("GET", "/v1/scores", {"headers": {"Host": "evil.example"}}, 403),
    ]
    application = made.application(token=TOKEN)
    with TestClient(application, base_url=LOCAL) as client, caplog.at_level(logging.INFO, "serving.api.observed"):
        for method, path, own, status in asked:
            answer = client.request(method, path, **{"headers": show, **own})
            assert answer.status_code == status, (method, path, answer.text)
        counted = dict(application.metrics.statuses)
    of_class = [f"{status // 100}xx" for _, _, _, status in asked]
    assert counted == {name: of_class.count(name) for name in of_class}
    # What is told out of memory, or refused at the gate, is not in the log.
    told = [(one.__dict__["method"], one.__dict__["status"]) for one in caplog.records if one.message == "answered"]
    assert told == [(method, status) for method, _, _, status in [asked[0], *asked[3:-2]]]


def _until(client: TestClient, name: str, value: float) -> None:
    until(lambda: samples(client).get(name) == value, name)


def test_a_worker_that_is_asked_while_it_writes_answers(tmp_path: Path) -> None:
    one = metrics.Metrics(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        texts = list(pool.map(lambda _number: one.text(), range(400)))
    assert all(b"riskwarn_requests_at_work" in text for text in texts)


def test_what_waits_is_told_by_channel_and_state_and_of_nobody(made: Made) -> None:
    now = made.now
    subscriber = {
        "address": "http://10.0.0.9/x", "language": "zh", "area": [], "status": "Actual", "owner": "local", "created_at": now,
    }  # fmt: skip
    carried = {"alert_id": "w", "attempts": 0, "due_at": now, "changed_at": now}
    alert = {
        "snapshot": "s", "target": "conflict", "horizon": 4, "unit": "grid", "name": "", "raised_at": now, "reasons": [],
    }  # fmt: skip
    with made.home.database.begin() as connection:
        connection.execute(
            insert(SUBSCRIPTIONS),
            [
                {**subscriber, "id": name, "name": f"secret {name}", "channel": channel}
                for name, channel in (("a", "webhook"), ("b", "webhook"), ("c", "mail"))
            ],
        )
        connection.execute(
            insert(DELIVERIES),
            [
                {
                    **carried,
                    "subscription": name,
                    "sequence": number,
                    "state": state,
                    "queued_at": now - timedelta(seconds=age),
                }
                for name, number, state, age in (
                    ("a", 1, "waiting", 30),
                    ("b", 1, "waiting", 90),
                    ("b", 2, "dead", 500),
                    ("a", 2, "delivered", 900),
                )
            ],
        )
        connection.execute(
            insert(ALERTS),
            [
                {**alert, "code": code, "level": level, "status": status}
                for code, level, status in (("1", "red", "open"), ("2", "red", "open"), ("3", "orange", "closed"))
            ],
        )
    with TestClient(Application(made.home, lambda: now), base_url=LOCAL) as client:
        told = samples(client)
        assert "secret" not in client.get("/metrics").text
    wanted = {
        'deliveries_waiting{channel="webhook"}': 2, 'deliveries_waiting{channel="mail"}': 0,
        'deliveries_oldest_waiting_seconds{channel="webhook"}': 90, 'deliveries_oldest_waiting_seconds{channel="mail"}': 0,
        'deliveries_dead{channel="webhook"}': 1, 'deliveries_dead{channel="mail"}': 0, 'alerts{level="red",status="open"}': 2,
    }  # fmt: skip
    assert {name: value for name, value in told.items() if "deliver" in name or "_alerts" in name} == {
        f"riskwarn_{name}": value for name, value in wanted.items()
    }
