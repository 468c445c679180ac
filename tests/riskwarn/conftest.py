"""A PostgreSQL server of our own, for the tests that are marked `server`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.postgresql import postgresql


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The URL of an empty PostgreSQL server of our own."""
    with postgresql() as url:
        yield url
