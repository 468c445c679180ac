"""A home whose access is tried, with its tables in SQLite and in PostgreSQL."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

import pytest

from riskwarn.home import Home, make_home
from riskwarn.settings import Settings
from serving.commands import asking
from tests.postgresql import emptied


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    """A fresh home with the default configuration."""
    url = None if request.param == "sqlite" else emptied(request.getfixturevalue("server"))
    return make_home(tmp_path / "home", Settings(threads=1, database_url=url))


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who may ask is tried here: what is registered a command would tell, which takes its time. Each home did otherwise."""
    monkeypatch.setattr(asking, "answered", lambda home, *_words: [_version(home)])


def _version(home: Home) -> dict[str, Any]:
    """A version as `riskwarn models` tells it; how it did is of the whole city, and another in each home."""
    events = 1_000 * (1 + zlib.crc32(str(home.path).encode()) % 997)
    return {
        "version": "conflict-4-v1", "target": "conflict", "horizon": 4, "alias": "champion", "kind": "boosted",
        "as_of": "2026-02-23", "trained_at": "2026-02-24T00:00:00+00:00", "best_baseline": "count",
        "metrics": {"n_events": float(events), "log_loss": events / 1e6, "coverage_district": events / 1e6},
    }  # fmt: skip
