"""Where what can be fitted apart is fitted: on some threads of this machine, or on the workers of a Dask cluster.

Origins, quarters, refits and spans know nothing of each other. Each way gives the same numbers, in the order of the items, and
each piece of work runs on one thread. What all pieces share (the task, its columns) is sent to each worker once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Protocol, TypeVar

from threadpoolctl import threadpool_limits

from features.building.executors import connected
from riskwarn.errors import WorkerDiffers

Shared = TypeVar("Shared")
Item = TypeVar("Item")
Result = TypeVar("Result")

#: The rooms whose code makes a model.
_LEARNING = ("labels", "intervals", "models")


class Workers(Protocol):
    """A way to do the same work for several items."""

    def __call__(self, work: Callable[[Shared, Item], Result], shared: Shared, items: Sequence[Item]) -> list[Result]:
        """What the work gives for each item, in their order."""


@dataclass(frozen=True)
class ThreadWorkers:
    """So many items at once in this process; numpy, BLAS and LightGBM run without the interpreter's lock."""

    threads: int = 1

    def __call__(self, work: Callable[[Shared, Item], Result], shared: Shared, items: Sequence[Item]) -> list[Result]:
        """What the work gives for each item."""
        with threadpool_limits(1), ThreadPoolExecutor(max(1, self.threads)) as pool:
            return list(pool.map(partial(work, shared), items))


one_by_one = ThreadWorkers()


@dataclass(frozen=True)
class DaskWorkers:
    """One item at a time on each thread of a cluster's workers (``tcp://host:8786``)."""

    address: str

    def __call__(self, work: Callable[[Shared, Item], Result], shared: Shared, items: Sequence[Item]) -> list[Result]:
        """What the work gives for each item; raise ClusterUnreachable where no worker answers, WorkerDiffers for other code."""
        with connected(self.address) as client:
            held = client.scatter(shared, broadcast=True, hash=False)
            here = learning_version()
            asked = [client.submit(_checked, here, work, held, item, pure=False) for item in items]
            found: list[Result] = client.gather(asked)
            return found


def chosen_workers(cluster: str | None, threads: int) -> Workers:
    """The way that the settings ask for: the cluster if one is named, else the machine's threads."""
    return ThreadWorkers(threads) if cluster is None else DaskWorkers(cluster)


def _checked(version: str, work: Callable[[Shared, Item], Result], shared: Shared, item: Item) -> Result:
    """Do the work where this process learns as the caller does; raise WorkerDiffers elsewhere."""
    if learning_version() != version:
        raise WorkerDiffers(worker=learning_version()[:8], caller=version[:8])
    with threadpool_limits(1):
        return work(shared, item)


@cache
def learning_version() -> str:
    """SHA-256 of the code that learns."""
    root = Path(__file__).parents[1]
    files = sorted(path for room in _LEARNING for path in (root / room).rglob("*.py"))
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()
