"""A city of four grids, made once and copied for each test."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from riskwarn.home import Home, make_home, open_home
from riskwarn.settings import Settings
from tests.worlds import with_grids


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a city whose grids are loaded."""
    folder = tmp_path_factory.mktemp("template")
    home = with_grids(make_home(folder / "home", Settings()), folder)
    home.database.dispose()
    return home.path


@pytest.fixture
def new_city(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Home]:
    """Gives fresh copies of the city: one test tries many."""

    def copied() -> Home:
        path = tmp_path_factory.mktemp("city") / "home"
        shutil.copytree(template, path)
        return open_home(path, Settings())

    return copied


@pytest.fixture
def city(new_city: Callable[[], Home]) -> Home:
    """A fresh city."""
    return new_city()
