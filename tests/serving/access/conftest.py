"""A home whose access is tried, with its tables in SQLite and in PostgreSQL."""

from __future__ import annotations

from pathlib import Path

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
def no_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who may ask is tried here: which versions there are a command would tell, which takes its time."""
    monkeypatch.setattr(asking, "answered", lambda *_told: [])
