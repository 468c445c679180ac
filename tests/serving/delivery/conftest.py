"""A receiver, and a home that delivers to it, with its tables in SQLite and in PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from experiments.benchmarks.receivers import Receiver, receiving
from riskwarn.home import Home
from tests.postgresql import emptied
from tests.serving.delivery.saying import delivering


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def home(request: pytest.FixtureRequest, tmp_path: Path, receiver: Receiver) -> Home:
    """A home that may deliver to the receiver."""
    url = None if request.param == "sqlite" else emptied(request.getfixturevalue("server"))
    return delivering(tmp_path, receiver.port, url)
