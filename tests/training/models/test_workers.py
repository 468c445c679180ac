"""Where fits are made changes no number."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from riskwarn.errors import ClusterUnreachable, WorkerDiffers
from tests.training.tasks import AS_OF, noisy_task
from training.labels.task import ForecastTask
from training.models import workers as where
from training.models.choosing import Choices, choose
from training.models.design import Design
from training.models.family import Fits
from training.models.workers import DaskWorkers, ThreadWorkers, Workers, chosen_workers


def files(fits: Fits, folder: Path) -> dict[str, bytes]:
    found = {}
    for day, family in sorted(fits._families.items()):
        for horizon in family.models:
            part = folder / f"{day}-{horizon}"
            part.mkdir(parents=True)
            family.served(horizon).save(part)
            found |= {f"{part.name}/{file.name}": file.read_bytes() for file in sorted(part.iterdir())}
    return found


def fitted(workers: Workers, folder: Path) -> dict[str, bytes]:
    task = noisy_task()
    fits = Fits(task, [1, 4], workers=workers)
    fits.prepare([task.origins[-30], task.origins[-17], AS_OF])
    return files(fits, folder)


def test_several_days_side_by_side_are_fitted_as_one_after_the_other(tmp_path: Path) -> None:
    apart, task = Fits(noisy_task(), [1, 4]), noisy_task()
    for day in (task.origins[-30], task.origins[-17], AS_OF):
        apart.at(day)
    assert fitted(ThreadWorkers(2), tmp_path / "together") == files(apart, tmp_path / "apart")


def test_what_is_registered_is_what_a_back_test_of_that_day_makes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A training has settled before, for the origins that it judges; what it serves hangs on the day alone."""
    asked: list[date] = []

    def counted(task: ForecastTask, columns: Design, at: date, *others: Any) -> Choices:
        asked.append(at)
        return choose(task, columns, at, *others)

    monkeypatch.setattr("training.models.family.choose", counted)
    task = noisy_task()
    trained, alone = Fits(task, [1]), Fits(noisy_task(), [1])
    trained.prepare([task.origins[-30], task.origins[-17], AS_OF])
    alone.at(AS_OF)
    assert asked == [task.origins[-30], AS_OF, AS_OF], "the second of a year is settled by the first"
    ours, theirs = files(trained, tmp_path / "trained"), files(alone, tmp_path / "alone")
    assert theirs and theirs == {name: content for name, content in ours.items() if name.startswith(str(AS_OF))}


@pytest.mark.slow
def test_two_workers_of_a_cluster_fit_what_this_process_fits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        there = chosen_workers(cluster.scheduler_address, 1)
        assert fitted(there, tmp_path / "there") == fitted(ThreadWorkers(1), tmp_path / "here")
        # A machine with another version must not answer.
        monkeypatch.setattr(where, "learning_version", lambda: "another version")
        with pytest.raises(WorkerDiffers):
            there(max, 1, [2])
    with pytest.raises(ClusterUnreachable):
        DaskWorkers("tcp://127.0.0.1:9")(max, 1, [2])
