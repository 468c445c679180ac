"""A home whose audit is looked at, on SQLite and on a server."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskwarn.home import Home, make_home
from riskwarn.settings import Settings
from tests.postgresql import emptied


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    """A fresh home on either database."""
    url = emptied(request.getfixturevalue("server")) if request.param == "postgresql" else None
    return make_home(tmp_path / "home", Settings(database_url=url))
