"""The tracking store: what it cannot do is one sentence with the right reason, and is known before the fit."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from riskwarn.errors import NothingKnown, TrackingServerUnusable, TrackingStoreUnusable
from riskwarn.home import Home, make_home
from riskwarn.settings import Settings
from serving.publishing.publish import publish
from tests.worlds import NOW
from training import train
from training.registry.tracking import tracking


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
