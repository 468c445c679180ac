"""The third law wherever partitions are computed: threads, a cluster in this process' care, and workers started by hand."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from features.building.executors import DaskExecutor, ThreadExecutor, chosen_executor, one_by_one
from features.testing import check_partitions, made_up_city
from riskwarn.errors import ClusterUnreachable

ROOT = str(Path(__file__).parents[2])


def test_threads_change_no_number() -> None:
    check_partitions(made_up_city(11), executor=ThreadExecutor(2))


@pytest.mark.slow
def test_the_settings_choose_where_pieces_are_computed() -> None:
    assert chosen_executor(None, 1) == one_by_one
    check_partitions(made_up_city(12), executor=chosen_executor(None, 2))
    with pytest.raises(ClusterUnreachable, match="dask scheduler"):
        check_partitions(made_up_city(12), executor=chosen_executor("tcp://127.0.0.1:9", 2))


@pytest.mark.slow
def test_a_local_cluster_changes_no_number() -> None:
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        check_partitions(made_up_city(13), executor=DaskExecutor(cluster.scheduler_address))


@pytest.mark.slow
def test_workers_started_by_hand_change_no_number(tmp_path: Path) -> None:
    told = tmp_path / "scheduler.json"
    here = ["--scheduler-file", str(told)]
    with running("scheduler", *here, "--port", "0", "--no-dashboard"):
        until(told.exists)
        with running("worker", *here, "--nworkers", "1", "--no-dashboard"), running("worker", *here, "--no-dashboard"):
            import json

            check_partitions(made_up_city(14), executor=DaskExecutor(json.loads(told.read_text())["address"]))


@contextmanager
def running(*command: str) -> Iterator[None]:
    """A dask command as long as the block lasts; workers find the packages of this tree."""
    process = subprocess.Popen(
        [sys.executable, "-m", "dask", *command], cwd=ROOT, env={"PYTHONPATH": ROOT, "PATH": "/usr/bin:/bin", "HOME": "/tmp"},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def until(holds: object, seconds: float = 60) -> None:
    """Wait for something outside this process."""
    end = time.monotonic() + seconds
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)
