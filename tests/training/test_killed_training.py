"""A training that is killed while it registers leaves no version, and the next one works; two at once register one after the other."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import pytest

from riskwarn.store.writing import one_at_a_time
from tests.training.districts import city_of
from training import champions, train, versions
from training.registry.runs import EXPERIMENT
from training.registry.tracking import tracking
from training.routines import train as routine
from training.routines.promotion import WAITING


@pytest.mark.slow
def test_after_a_kill_the_next_training_works_and_waits_for_one_that_registers(tmp_path: Path) -> None:
    home = city_of(tmp_path, late=True)
    child = os.fork()
    if child == 0:
        # The first version is there, the family is not.
        routine.keep_pages = lambda *_: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[assignment]
        train(home, target="safety", horizon=1)
        os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL
    assert versions(home) == []

    held, over, said = threading.Event(), threading.Event(), list[str]()

    def registering() -> None:
        with one_at_a_time(home.artifacts, lambda *_: None, WAITING):
            held.set()
            over.wait(600)

    def told(what: str, *_: object) -> None:
        said.append(what)
        if what == WAITING:
            over.set()

    other = threading.Thread(target=registering)
    other.start()
    assert held.wait(60)
    made, skipped = train(home, target="safety", horizon=1, progress=told)
    other.join()
    assert said.count(WAITING) == 1 and skipped == []
    assert [one.version for one in made] == [one.version for one in champions(home)]
    assert any("incidents of 南城区 begin 2025-02-24" in note for note in made[0].notes), (
        "what train says of a district"
    )
    with tracking(home) as client:
        experiment = client.get_experiment_by_name(EXPERIMENT)
        assert experiment is not None
        runs = client.search_runs([experiment.experiment_id])
    assert sorted(run.info.status for run in runs) == ["FAILED", "FINISHED"], "what was killed is marked so"
