"""The nightly routine: what is new in the inbox, then the features, then the score. Each step leaves the home whole, and one that
is done is not done again, so that a run that ends anywhere is gone on with by the next."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from features.incremental.table import Built, build_table
from riskwarn.errors import RiskwarnError
from riskwarn.files import write_text
from riskwarn.home import Home
from riskwarn.ingest.loading.inbox import Inbox, inbox_of, load_new
from riskwarn.progress import Progress, silent
from riskwarn.store.writing import routine
from serving.publishing.publish import Published, publish_in_routine

#: File beside the tables of features that names the one of the last night.
NIGHTLY = "nightly.txt"


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
    InboxMissing where the folder is not there.
    """
    started = time.perf_counter()
    with routine(home, alone=True):
        inbox = load_new(home, inbox_of(home, folder), database=home.settings.source_url, now=now, progress=progress)
        built, published, stopped = None, None, None
        try:
            built = _table(home, now, progress)
            published = publish_in_routine(home, now=now, progress=progress)
        except RiskwarnError as error:
            stopped = error
    return Updated(inbox, built, published, stopped, time.perf_counter() - started)


def _table(home: Home, now: datetime, progress: Progress) -> Built:
    """Renew the table of features; that of the night before goes, and those that somebody built stay."""
    mine = home.features / NIGHTLY
    before = set(home.features.glob("*.parquet"))
    built = build_table(home, now=now, progress=progress)
    last: Path | None = None
    with suppress(FileNotFoundError):
        name = mine.read_text(encoding="utf-8").strip()
        last = home.features / Path(name).name if name else None
    if last != built.path:
        if last is not None:
            last.unlink(missing_ok=True)
        write_text(mine, "" if built.path in before else built.path.name)
    return built
