"""The third law wherever partitions are computed: threads, a cluster in this process' care, and workers started by hand."""

from __future__ import annotations

import errno
import gc
import pickle
import signal
import subprocess
import sys
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from features import Catalogue, City
from features.building.build import CELLS, Shards, build_features, features_of_shard
from features.building.executors import DaskExecutor, ThreadExecutor, chosen_executor, one_by_one
from features.panel.panel import Encoded, encoded
from features.panel.partition import Indices, Partition
from features.scratch import Scratch
from features.testing import check_partitions, made_up_city
from riskwarn.errors import ClusterUnreachable, DiskFull, UnknownTarget
from tests.waiting import until

ROOT = str(Path(__file__).parents[2])


def test_threads_change_no_number() -> None:
    check_partitions(made_up_city(11), executor=ThreadExecutor(2))


@pytest.mark.parametrize(("cells", "executor"), [(CELLS, one_by_one), (20, one_by_one), (CELLS, ThreadExecutor(2))])
def test_features_that_are_asked_for_by_name_are_those_of_the_whole(cells: int, executor: ThreadExecutor) -> None:
    city = made_up_city(15)
    whole = build_features(city, [city.as_of], cells=cells)
    names = [*np.random.default_rng(1).permutation(whole.names)[:80], "disputes_escalated_26_district"]
    some = build_features(city, [city.as_of], cells=cells, executor=executor, names=names)
    assert some.names == list(dict.fromkeys(names))
    assert some.values.tobytes() == whole.select(some.names).values.tobytes()
    assert build_features(city, [city.as_of], names=[]).values.shape == (0, 1, len(city.geography))
    with pytest.raises(UnknownTarget, match="'no_such'"):
        build_features(city, [city.as_of], names=["no_such"])


@pytest.mark.parametrize(("cells", "executor"), [(20, one_by_one), (CELLS, one_by_one), (CELLS, ThreadExecutor(2))])
def test_a_large_block_lies_in_a_file_without_a_name(
    cells: int, executor: ThreadExecutor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    city = made_up_city(15)
    origins, names = [city.calendar.shift(city.as_of, -3), city.as_of], ["disputes_open", "petitions_unanswered"]
    held = build_features(city, origins, names=names, scratch=tmp_path)
    assert not isinstance(held.values, Scratch)
    monkeypatch.setattr("features.building.build.LARGE", 0)
    stored = build_features(city, origins, cells=cells, executor=executor, names=names, scratch=tmp_path)
    assert isinstance(stored.values, Scratch)
    assert stored.values.tobytes() == held.values.tobytes()
    assert list(tmp_path.iterdir()) == []


def test_a_disk_without_room_is_told_before_anything_is_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: int) -> None:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr("features.scratch.os.posix_fallocate", full)
    with pytest.raises(DiskFull):
        Scratch.within(tmp_path, (2, 3, 4))
    assert list(tmp_path.iterdir()) == []


def newest_of(city: City, numbers: Encoded, groups: Sequence[Indices], names: Sequence[str]) -> Shards:
    """The newest of three periods of a whole city, shared out by groups of the features of these names."""
    whole = [Partition.whole(city.geography)]
    return Shards(city, Catalogue.of(city.configuration), numbers, whole, 0, 3, (2,), None, groups, names=names)


def test_a_worker_elsewhere_computes_what_is_asked_for_by_name() -> None:
    city = made_up_city(16)
    names = ["hazards_count_4", "disputes_open"]
    numbers = encoded(city)
    shard = next(iter(newest_of(city, numbers, [np.arange(2)], names)))
    _, here = features_of_shard(shard)
    _, there = features_of_shard(pickle.loads(pickle.dumps(shard)))
    assert here.shape == (2, 1, len(city.geography))
    assert here.tobytes() == there.tobytes()


def test_what_a_shard_chooses_of_the_records_is_let_go_with_it() -> None:
    city = made_up_city(16)
    numbers = encoded(city)
    rows = numbers.sources["disputes"]
    held = replace(numbers, sources={**numbers.sources, "disputes": rows.choose(np.arange(len(rows)))})
    groups, names = [np.arange(1), np.arange(1, 2)], ["hazards_count_4", "disputes_open"]
    shards = newest_of(city, held, groups, names)
    columns = [weakref.ref(shard.panel.records("disputes")["day"]) for shard in shards]
    gc.collect()
    assert [column() is None for column in columns] == [True, True]


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
