"""A person at the command line."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.riskwarn.cli.calling import Caller
from tests.worlds import grid_rows, write_csv


@pytest.fixture
def call(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Caller]:
    """The command line, called in an empty folder; the rights of new files are those of before afterwards."""
    before = os.umask(0o022)
    os.umask(before)
    yield Caller(tmp_path, capsys, monkeypatch)
    os.umask(before)


@pytest.fixture
def city(call: Caller) -> Caller:
    """The command line where a home with four grids is."""
    call("init")
    call("ingest", "grids", write_csv(call.folder / "grids.csv", grid_rows()))
    return call
