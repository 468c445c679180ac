"""How often and for how long a message is tried."""

from __future__ import annotations

import random
from dataclasses import dataclass

from serving.delivery.outcomes import Outcome


@dataclass(frozen=True)
class Pace:
    """The usual pace; times in seconds."""

    first: float = 5.0  # before the second attempt; each one later is twice as far off
    longest: float = 3_600.0  # between two attempts
    look_every: float = 0.25
    held: float = 30.0  # for so long one process alone carries messages, if it does not say so again
    run: int = 20  # messages of one subscriber that are taken at once
    at_once: int = 500  # subscribers

    def wait(self, attempts: int, outcome: Outcome, jitter: random.Random) -> float:
        """Seconds after so many attempts until the next, never the same for all who failed together; as many as the receiver asks for."""
        own: float = min(self.longest, self.first * 2.0 ** min(attempts - 1, 30)) * jitter.uniform(0.5, 1.0)
        if outcome.wait is None:
            return own
        return max(own, outcome.wait * jitter.uniform(1.0, 1.1))
