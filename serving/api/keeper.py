"""What time and tickets do to notices, and time to files handed over, while a server runs: looked for in the background, by each worker; what one did the others find done."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from riskwarn.errors import RiskwarnError
from riskwarn.home import Home
from serving.alerts.following import Follower
from serving.alerts.keeping import keep
from serving.commands.uploads import sweep

#: Seconds between two looks.
LOOK_EVERY = 30.0

_log = logging.getLogger(__name__)


class Keeper:
    """A thread that looks."""

    def __init__(self, home: Home, clock: Callable[[], datetime], look_every: float = LOOK_EVERY) -> None:
        self._clock, self._look_every = clock, look_every
        #: What it does, and what is logged where that fails.
        self.tasks: tuple[tuple[str, Callable[[datetime], object]], ...] = (
            ("tickets are not followed", Follower(home).look),
            ("notices are not kept", lambda now: keep(home, now=now)),
            ("uploads are not swept", lambda now: sweep(home, now)),
        )
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, in the process that answers."""
        self._thread = threading.Thread(target=self._run, name="alerts", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(1)

    def _run(self) -> None:
        while not self._stopped.wait(self._look_every):
            # What hinders the one hinders the other not: a store that cannot be read lets no notice live beyond its end.
            for failed, do in self.tasks:
                self._try(do, failed)

    def _try(self, do: Callable[[datetime], object], failed: str) -> None:
        try:
            do(self._clock())
        except RiskwarnError as error:
            _log.warning("%s: %s", failed, error)
        except Exception:  # whatever it is, the next look may find it mended
            _log.exception(failed)
