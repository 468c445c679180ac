"""Where the partitions of a city are computed: one by one, on the threads of this machine, or on a Dask cluster.

Each way calls the same function on the same shards; none of them changes a number. There is no scheduler of our own.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from features.building.shards import Shard
from riskwarn.errors import ClusterUnreachable

Found = TypeVar("Found")

#: Partitions that lie ready for each worker of a cluster, so that none waits and memory stays bounded.
_AHEAD = 2

_SECONDS = 20


class Executor(Protocol):
    """A way to compute a function of every shard; the results come in the order of the shards."""

    @property
    def together(self) -> int:
        """How many shards are computed at once in one memory, where the records of a partition cost nothing to share."""

    def __call__(self, work: Callable[[Shard], Found], shards: Iterable[Shard]) -> Iterator[Found]:
        """Go through the shards."""


@dataclass(frozen=True)
class ThreadExecutor:
    """On so many threads of this process: compiled loops and numpy run without the interpreter's lock."""

    together: int

    def __call__(self, work: Callable[[Shard], Found], shards: Iterable[Shard]) -> Iterator[Found]:
        """Go through the shards; with one thread in this one, one after the other."""
        return map(work, shards) if self.together == 1 else self._some(work, shards)

    def _some(self, work: Callable[[Shard], Found], shards: Iterable[Shard]) -> Iterator[Found]:
        """No more than one block beyond those that are being made waits to be taken, however slow the taker is."""
        waiting: deque[Future[Found]] = deque()
        with ThreadPoolExecutor(self.together) as pool:
            for shard in shards:
                waiting.append(pool.submit(work, shard))
                if len(waiting) > self.together:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()


one_by_one = ThreadExecutor(1)


@dataclass(frozen=True)
class DaskExecutor:
    """On the workers of a Dask scheduler (``tcp://host:8786``)."""

    address: str
    together: int = 1

    def __call__(self, work: Callable[[Shard], Found], shards: Iterable[Shard]) -> Iterator[Found]:
        """Go through the shards; raise ClusterUnreachable where no worker answers."""
        with connected(self.address) as client:
            waiting: deque[Any] = deque()
            threads = sum(client.nthreads().values())
            ahead = _AHEAD * max(1, threads)
            for shard in shards:
                waiting.append(client.submit(work, shard, pure=False))
                if len(waiting) >= ahead:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()


@contextmanager
def connected(address: str) -> Iterator[Any]:
    """A client of a Dask scheduler; raise ClusterUnreachable where no worker answers."""
    try:
        from distributed import Client
    except ImportError as error:
        raise ClusterUnreachable(address=address, problem="install riskwarn[dask] to use a cluster") from error
    try:
        client = Client(address, timeout=_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call]
        client.wait_for_workers(1, timeout=_SECONDS)
    except (OSError, TimeoutError, ValueError) as error:
        raise ClusterUnreachable(address=address, problem=str(error) or "no worker answers") from error
    with client:
        yield client


def chosen_executor(cluster: str | None, threads: int) -> Executor:
    """The way that the settings ask for: the cluster if one is named, else the machine's threads."""
    return ThreadExecutor(threads) if cluster is None else DaskExecutor(cluster)
