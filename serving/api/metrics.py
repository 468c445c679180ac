"""What a monitoring system reads of a server, in Prometheus' text format, right with several workers.

A worker counts by itself. Where several share a port, a scrape reaches any one of them: each writes what it counts and measures into
a file of a folder that they share, every other second and whenever it is asked, and the one that is asked answers for all. A worker that
comes back after it died takes the place of the one that is gone, and begins from nothing, as a counter may.
"""

from __future__ import annotations

import contextlib
import fcntl
import threading
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import accumulate
from pathlib import Path
from typing import IO

from prometheus_client import CollectorRegistry, Gauge, Metric, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.parser import text_string_to_metric_families

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

#: Seconds between two writings of a worker's own counts.
WRITE_EVERY = 2.0

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)


class Metrics:
    """The counts of one process. `folder` is shared by the workers of one server."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._lock: IO[str] | None = None
        self._writing = threading.Lock()
        number = 0
        if folder is not None:
            self._lock, number = _place(folder)
        self.worker = str(number)
        self.registry = CollectorRegistry()

        def labelled(name: str, told: str, *labels: str) -> Gauge:
            return Gauge(f"riskwarn_{name}", told, ["worker", *labels], registry=self.registry)

        self.statuses: dict[str, int] = {}
        self._buckets, self._sum = [0] * (len(_BUCKETS) + 1), 0.0
        self.at_work = 0
        self.registry.register(self)
        self.age = labelled("snapshot_age_seconds", "Seconds since the snapshot served was published")
        self.as_of = labelled("snapshot_as_of_seconds", "As-of of the snapshot served, as a timestamp")
        self.stale = labelled("snapshot_stale", "1 where the snapshot served has passed its end, or there is none")
        self.degraded = labelled(
            "degraded", "1 where the newest snapshot is not served, none is, or the database is silent"
        )
        self.failures = labelled("failed_looks", "Looks for a newer snapshot that failed since the start")
        self.suspended = labelled(
            "target_suspended", "1 where a target is suspended, and nothing of it served", "target"
        )
        self.source_age = labelled(
            "source_age_seconds", "Seconds since the end of the week in which a source was last known of", "source"
        )
        self.source_gap = labelled("source_gap", "1 where a source fails a place", "source")

    def count(self, status: int, seconds: float) -> None:
        """Count an answer: on the way of every request, and by one thread alone, so that it is plain arithmetic."""
        name = "304" if status == 304 else f"{status // 100}xx"
        self.statuses[name] = self.statuses.get(name, 0) + 1
        self._buckets[bisect_left(_BUCKETS, seconds)] += 1
        self._sum += seconds

    def collect(self) -> Iterator[Metric]:
        """What was counted, as Prometheus asks for it."""
        requests = CounterMetricFamily(
            "riskwarn_requests", "Requests answered, by class of status", labels=["worker", "status"]
        )
        for name, number in sorted(self.statuses.items()):
            requests.add_metric([self.worker, name], number)
        edges = [*map(str, _BUCKETS), "+Inf"]
        seconds = HistogramMetricFamily(
            "riskwarn_request_seconds", "Seconds to the end of an answer", labels=["worker"]
        )
        seconds.add_metric([self.worker], list(zip(edges, accumulate(self._buckets), strict=True)), self._sum)
        work = GaugeMetricFamily("riskwarn_requests_at_work", "Requests that are being answered", labels=["worker"])
        work.add_metric([self.worker], self.at_work)
        yield from (requests, seconds, work)

    def text(self) -> bytes:
        """What all workers counted."""
        if self._folder is None:
            return generate_latest(self.registry)
        self.write()
        texts = []
        for file in sorted(self._folder.glob("*.prom")):
            with contextlib.suppress(OSError):
                texts.append(file.read_text(encoding="utf-8"))
        return generate_latest(_Together(texts))

    @property
    def shared(self) -> bool:
        """Whether other workers tell what this one counts."""
        return self._folder is not None

    def write(self) -> None:
        """Write the own counts for the other workers to tell."""
        if self._folder is None:
            return
        file = self._folder / f"{self.worker}.prom"
        fresh = file.with_suffix(".new")
        # Whoever is asked writes in a thread of its own, beside the one that writes every other second.
        with self._writing:
            fresh.write_bytes(generate_latest(self.registry))
            fresh.replace(file)


def _place(folder: Path) -> tuple[IO[str], int]:
    """The first number that no living worker has, and the lock that holds it as long as the process lives."""
    number = 0
    while True:
        stream = (folder / f"{number}.lock").open("w")
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return stream, number
        except OSError:
            stream.close()
            number += 1


class _Together:
    """The metrics of several processes as one collection."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = texts

    def collect(self) -> Iterator[Metric]:
        """Each metric once, with the samples of all."""
        found: dict[str, Metric] = {}
        for text in self._texts:
            for one in text_string_to_metric_families(text):
                found.setdefault(one.name, Metric(one.name, one.documentation, one.type)).samples += one.samples
        yield from found.values()
