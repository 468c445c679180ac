"""A family is registered whole or not at all, wherever its registration ends."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from riskwarn.errors import UnknownVersion
from riskwarn.home import Home, open_home
from riskwarn.settings import Settings
from training import champions, promote, versions
from training.models.baselines import Rate
from training.registry.registration import register, together
from training.registry.runs import EXPERIMENT
from training.registry.tracking import tracking


@pytest.fixture
def home(empty: Path, tmp_path: Path) -> Home:
    """A home without any version."""
    shutil.copytree(empty, tmp_path / "home")
    return open_home(tmp_path / "home", Settings(threads=1))


def _one(home: Home, horizon: int, made: list[tuple[str, str]], family: str = "one") -> None:
    made.append(register(home, "safety", horizon, Rate("zero", horizon, 0.1), {}, {}, family=family, finish=False))


def _statuses(home: Home) -> list[str]:
    with tracking(home) as client:
        experiment = client.get_experiment_by_name(EXPERIMENT)
        assert experiment is not None
        return sorted(run.info.status for run in client.search_runs([experiment.experiment_id]))


def test_what_fails_between_two_versions_of_a_family_takes_the_first_back(home: Home) -> None:
    with pytest.raises(ZeroDivisionError), together(home) as made:
        _one(home, 1, made)
        raise ZeroDivisionError
    assert versions(home) == [] and _statuses(home) == ["FAILED"]
    with together(home) as made:
        _one(home, 1, made)
        _one(home, 4, made)
        assert versions(home) == [], "none before all"
    assert [one.version for one in versions(home)] == [version for version, _ in made]
    assert _statuses(home) == ["FAILED", "FINISHED", "FINISHED"]


def test_what_a_killed_training_left_is_no_version(home: Home) -> None:
    with together(home) as made:
        _one(home, 1, made)
    killed: list[tuple[str, str]] = []
    _one(home, 1, killed, "two")
    assert [one.version for one in versions(home)] == [made[0][0]]
    with pytest.raises(UnknownVersion, match=rf"known are {made[0][0]}\."):
        promote(home, killed[0][0], "because it is there")
    assert champions(home) == []
