"""Where the pieces of a city are computed: one by one, on the threads of this machine, or on a Dask cluster.

Each way calls the same function on the same shards; none of them changes a number. There is no scheduler of our own.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

from joblib import Parallel, delayed

from features.shards import Shard
from riskwarn.errors import ClusterUnreachable

Found = TypeVar("Found")

#: Pieces that lie ready for each worker of a cluster, so that none waits and memory stays bounded.
_AHEAD = 2

_SECONDS = 20


class Run(Protocol):
    """A way to compute a function of every shard; the results come in the order of the shards."""

    def __call__(self, work: Callable[[Shard], Found], shards: Iterable[Shard]) -> Iterator[Found]:
        """Go through the shards."""


def one_by_one(work: Callable[[Shard], Found], shards: Iterable[Shard]) -> Iterator[Found]:
    """In this thread, one piece after the other."""
    return map(work, shards)


def on_threads(count: int) -> Run:
    """On so many threads of this process (joblib): numpy computes without the interpreter's lock."""

    def run(work: Callable[[Shard], Found], shards: Iterable[Shard]) -> Iterator[Found]:
        tasks = (delayed(work)(shard) for shard in shards)
        found: Iterator[Found] = Parallel(count, prefer="threads", return_as="generator", pre_dispatch=count)(tasks)
        return found

    return run


def on_cluster(address: str) -> Run:
    """On the workers of a Dask scheduler (``tcp://host:8786``); raise ClusterUnreachable where none answers."""

    def run(work: Callable[[Shard], Found], shards: Iterable[Shard]) -> Iterator[Found]:
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
            waiting: deque[object] = deque()
            threads = sum(client.nthreads().values())  # type: ignore[no-untyped-call]
            ahead = _AHEAD * max(1, threads)
            for shard in shards:
                waiting.append(client.submit(work, shard, pure=False))
                if len(waiting) >= ahead:
                    yield waiting.popleft().result()  # type: ignore[attr-defined]
            while waiting:
                yield waiting.popleft().result()  # type: ignore[attr-defined]

    return run


def chosen_run(cluster: str | None, threads: int) -> Run:
    """The way that the settings ask for: the cluster if one is named, else the machine's threads."""
    if cluster is not None:
        return on_cluster(cluster)
    return on_threads(threads) if threads > 1 else one_by_one
