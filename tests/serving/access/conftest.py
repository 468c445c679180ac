"""A home whose access is tried, with its tables in SQLite and in PostgreSQL."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from riskwarn.home import Home, make_home
from riskwarn.settings import Settings
from serving.access.scopes import Scope
from serving.commands import asking
from tests.postgresql import emptied
from tests.serving.access import cities
from tests.serving.access.asked import Pair, Two, unlimited
from tests.serving.access.cities import OWN


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    """A fresh home with the default configuration."""
    url = None if request.param == "sqlite" else emptied(request.getfixturevalue("server"))
    return make_home(tmp_path / "home", Settings(threads=1, database_url=url))


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who may ask is tried here: what is registered a command would tell, which takes its time. Each home did otherwise."""
    monkeypatch.setattr(asking, "answered", lambda home, *_words: [_version(home)])


def _version(home: Home) -> dict[str, Any]:
    """A version as `riskwarn models` tells it; how it did is of the whole city, and another in each home."""
    events = 1_000 * (1 + zlib.crc32(str(home.path).encode()) % 997)
    return {
        "version": "conflict-4-v1", "target": "conflict", "horizon": 4, "alias": "champion", "kind": "boosted",
        "as_of": "2026-02-23", "trained_at": "2026-02-24T00:00:00+00:00", "best_baseline": f"count_{events}",
        "metrics": {"n_events": float(events), "log_loss": events / 1e6, "coverage_district": events / 1e6},
    }  # fmt: skip


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Two:
    """(the two cities, a key of the district to each, the ids of the snapshots)."""
    homes = [unlimited(make_home(tmp_path_factory.mktemp("city") / "home", Settings(threads=1))) for _ in range(2)]
    ids = [cities.build(home, outside) for home, outside in zip(homes, (5, 17), strict=True)]
    assert ids[0] == ids[1]
    scopes = Scope.READ, Scope.DETAIL, Scope.EXPORT, Scope.ACT
    return homes, [cities.key(home, scopes, OWN) for home in homes], ids[0]


@pytest.fixture(scope="module")
def pair(two: Two) -> Iterator[Pair]:
    """The same with a server of each, which remembers what it was asked."""
    homes, headers, ids = two
    with cities.served(*homes) as clients:
        yield clients, headers, ids
