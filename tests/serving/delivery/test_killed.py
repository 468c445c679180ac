"""The benchmark of delivery in small: killed dispatchers and receivers that fail, interrupted streams."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.benchmarks.alerts import delivered, heard
from tests.postgresql import emptied


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def test_nothing_is_lost_by_killed_dispatchers(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    url = None if kind == "sqlite" else emptied(request.getfixturevalue("server"))
    found = delivered(tmp_path, notices=600, subscribers=12, kills=6, url=url)
    assert (found.delivered, found.wanted, found.kills) == (2_400, 2_400, 6)
    assert (found.lost, found.out_of_order, found.badly_signed, found.unknown) == (0, 0, 0, 0)


@pytest.mark.slow
def test_interrupted_streams_miss_nothing_in_bounded_memory(tmp_path: Path) -> None:
    found = heard(tmp_path, clients=20, notices=400)
    assert (found.gaps, found.twice) == (0, 0) and found.interruptions >= 60
    assert found.most_mib < found.first_mib + 40
