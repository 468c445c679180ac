"""A training that is killed while it registers leaves no version, and the next one works; two at once register one after the other."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from riskwarn.store.writing import one_at_a_time
from tests.orders import ROOT
from tests.training.districts import city_of
from tests.waiting import PATIENCE
from training import champions, train, versions
from training.registry.runs import EXPERIMENT
from training.registry.tracking import tracking
from training.routines.promotion import WAITING

#: Trains, and dies where the first version is there and the family is not. In a process of its own: a fork of this one, which may have
#: threads by then, would wait for what they held.
KILLED = """
import os, signal, sys
from pathlib import Path
from riskwarn.home import open_home
from riskwarn.settings import Settings
from training.routines import train as routine

routine.keep_pages = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
routine.train(open_home(Path(sys.argv[1]), Settings(threads=1)), target="safety", horizon=1)
"""


@pytest.mark.slow
def test_after_a_kill_the_next_training_works_and_waits_for_one_that_registers(tmp_path: Path) -> None:
    home = city_of(tmp_path, late=True)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, home.path], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert killed.returncode == -signal.SIGKILL
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
    assert held.wait(PATIENCE)
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
