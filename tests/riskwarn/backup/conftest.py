"""A filled home for each test, filled once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from riskwarn.home import Home, make_home, open_home
from riskwarn.settings import Settings
from tests.riskwarn.backup.worlds_of_backups import filled


@pytest.fixture(scope="module")
def _filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled")
    home = filled(make_home(folder / "home", Settings(threads=1)), folder)
    home.database.dispose()
    return home.path


@pytest.fixture
def city(_filled: Path, tmp_path: Path) -> Home:
    """A home with four grids, three loads of disputes and refused rows."""
    shutil.copytree(_filled, tmp_path / "home")
    return open_home(tmp_path / "home", Settings(threads=1))
