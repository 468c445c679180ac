"""A home whose tracking store has its tables: to make them takes seconds."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskwarn.home import make_home
from riskwarn.settings import Settings
from training.registry.tracking import tracking


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a home without any version, to be copied."""
    home = make_home(tmp_path_factory.mktemp("empty") / "home", Settings(threads=1))
    with tracking(home) as client:
        client.search_experiments(max_results=1)
    return home.path
