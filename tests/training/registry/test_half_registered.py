"""A family is registered whole or not at all, wherever its registration ends."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from unittest.mock import MagicMock

import pytest

from riskwarn.errors import UnknownVersion
from riskwarn.home import Home, open_home
from riskwarn.progress import silent
from riskwarn.settings import Settings
from training import champions, promote, versions
from training.models.baselines import Rate
from training.registry.backtests import backtest_run
from training.registry.registration import clear_half_registered, register, together
from training.registry.runs import EXPERIMENT, HOME, VERSION, start_run
from training.registry.tracking import tracking
from training.routines import train as routine


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


def test_the_next_registration_ends_what_a_killed_one_left_and_takes_its_versions_out(home: Home) -> None:
    with together(home) as made:
        _one(home, 1, made)
    killed: list[tuple[str, str]] = []
    for horizon in (1, 4):
        _one(home, horizon, killed, "two")
    with tracking(home) as client, backtest_run(home, "safety", 1):
        client.set_terminated(killed[0][1])  # killed between the two
        clear_half_registered(home)
        assert _statuses(home) == ["FAILED", "FAILED", "FINISHED", "RUNNING"], "a back-test goes on beside"
        assert [one.run_id for one in client.search_model_versions()] == [made[0][1]]
        assert [one.version for one in versions(home)] == [made[0][0]]
        clear_half_registered(home)
    assert _statuses(home) == ["FAILED", "FAILED", "FINISHED", "FINISHED"]


def test_on_a_server_the_runs_of_other_homes_go_on(home: Home) -> None:
    shared = replace(home, settings=Settings(threads=1, tracking_uri=f"sqlite:///{home.path}/shared.db"))
    with tracking(shared) as client:
        for _ in range(2):
            theirs = start_run(shared, client, "safety-1", {"kind": VERSION}).info.run_id
        client.set_tag(theirs, HOME, "another")
        clear_half_registered(shared)
        assert client.get_run(theirs).info.status == "RUNNING"
    assert _statuses(shared) == ["FAILED", "RUNNING"]


def test_a_training_begins_to_register_by_clearing(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    killed: list[tuple[str, str]] = []
    _one(home, 1, killed, "two")
    monkeypatch.setattr(routine, "versions", lambda home: 1 / 0)
    judged, prospect = MagicMock(), MagicMock()
    prospect.said.return_value = []
    with pytest.raises(ZeroDivisionError):
        routine._register_family(home, MagicMock(), (), MagicMock(), judged, prospect, False, silent)
    assert _statuses(home) == ["FAILED"]
