"""A home whose access is tried, with its tables in SQLite and in PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskwarn.home import Home, make_home
from riskwarn.settings import Settings
from tests.postgresql import emptied


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    """A fresh home with the default configuration."""
    url = None if request.param == "sqlite" else emptied(request.getfixturevalue("server"))
    return make_home(tmp_path / "home", Settings(threads=1, database_url=url))
