"""The nightly routine: what is new in the inbox, then the features, then the score. Each step leaves the home whole, and one that
is done is not done again, so that a run that ends anywhere is gone on with by the next."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from features.incremental.table import Built, build_table
from riskwarn.errors import RiskwarnError
from riskwarn.home import Home
from riskwarn.ingest.loading.inbox import Inbox, inbox_of, load_new
from riskwarn.progress import Progress, silent
from riskwarn.store.writing import routine
from serving.publishing import Published, publish


@dataclass(frozen=True)
class Updated:
    """What an update did."""

    inbox: Inbox
    built: Built | None
    published: Published | None
    stopped: RiskwarnError | None  # why there are no features or no score
    seconds: float

    @property
    def complete(self) -> bool:
        """Whether all that should be loaded was, and the score is published."""
        return self.stopped is None and not self.inbox.failed

    def as_dict(self) -> dict[str, Any]:
        """The shape that ``riskwarn update --json`` prints."""
        return {
            "inbox": str(self.inbox.folder),
            "known": self.inbox.known,
            "accounts": [one.as_dict() for one in self.inbox.done],
            "skipped": [one.as_dict() for one in self.inbox.skipped],
            "failed": [one.as_dict() for one in self.inbox.failed],
            "features": self.built.as_dict() if self.built else None,
            "score": self.published.as_dict() if self.published else None,
            "seconds": round(self.seconds, 3),
        }


def update(home: Home, folder: Path | None = None, *, now: datetime, progress: Progress = silent) -> Updated:
    """Load what is new in a folder (default: the home's inbox), renew the features and publish the score.

    What cannot be loaded is named and hinders nothing else. Raises HomeBusy while another update, a training or a scoring runs, and
    FileMissing where the folder is not there.
    """
    started = time.perf_counter()
    with routine(home, alone=True):
        inbox = load_new(home, inbox_of(home, folder), database=home.settings.source_url, now=now, progress=progress)
        built, published, stopped = None, None, None
        try:
            built = build_table(home, now=now, progress=progress)
            published = publish(home, now=now, progress=progress)
        except RiskwarnError as error:
            stopped = error
    return Updated(inbox, built, published, stopped, time.perf_counter() - started)
