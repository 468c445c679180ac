"""Shared by all tests: thread counts, no telemetry, a home in a temporary folder."""

from __future__ import annotations

import os

os.environ.update(OMP_NUM_THREADS="2", OPENBLAS_NUM_THREADS="2", MLFLOW_DISABLE_TELEMETRY="true", DO_NOT_TRACK="true")

from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from riskwarn.home import Home, make_home
from riskwarn.settings import Settings

hypothesis_settings.register_profile("riskwarn", deadline=None, derandomize=True, max_examples=50)
hypothesis_settings.load_profile("riskwarn")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A fresh home with the default configuration."""
    return make_home(tmp_path / "home", Settings())
