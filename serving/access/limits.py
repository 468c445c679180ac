"""How much one caller may ask: requests a minute of a key, refusals a minute of an address, and how many at once.

Counted by each worker for itself. A key takes its requests from the window a handful at a time: to count each would cost a poll more than
its answer.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

#: Into how many handfuls a window is parted.
_HANDFULS = 100

#: Of the requests that a worker answers at once one key has this share at most, and a few in any case.
_SHARE, _FEW = 4, 8


@dataclass
class _Allowance:
    """What is left of a handful; `remaining` is what the window has beside it."""

    left: int
    remaining: int
    reset: float


@dataclass(frozen=True)
class Taken:
    """Whether a request is within the limit, and what is told of it."""

    within: bool
    remaining: int
    seconds: int  # until the window is free again


class Limits:
    """The counts of one process."""

    def __init__(self, requests_a_minute: int, refusals_a_minute: int, concurrency: int) -> None:
        self.requests, self.refusals = requests_a_minute, refusals_a_minute
        self._handful = max(1, requests_a_minute // _HANDFULS)
        self._storage = MemoryStorage()
        self._windows = SlidingWindowCounterRateLimiter(self._storage)
        self._of_keys = RateLimitItemPerMinute(requests_a_minute, namespace="key")
        self._of_addresses = RateLimitItemPerMinute(refusals_a_minute, namespace="address")
        self._allowances: dict[str, _Allowance] = {}
        self._at_work: dict[str, int] = {}
        self.at_once = max(_FEW, concurrency // _SHARE)

    def take(self, key: str) -> Taken:
        """Count a request of a key."""
        now = time.time()
        own = self._allowances.get(key)
        if own is None or own.left <= 0 or now >= own.reset:
            own = self._allowances[key] = self._another(key)
        if own.left <= 0:
            return Taken(False, 0, max(1, math.ceil(own.reset - now)))
        own.left -= 1
        return Taken(True, own.remaining + own.left, max(0, math.ceil(own.reset - now)))

    def _another(self, key: str) -> _Allowance:
        for size in dict.fromkeys((self._handful, 1)):
            if self._windows.hit(self._of_keys, key, cost=size):
                told = self._windows.get_window_stats(self._of_keys, key)
                return _Allowance(size, told.remaining, told.reset_time)
        return _Allowance(0, 0, self._windows.get_window_stats(self._of_keys, key).reset_time)

    def refused(self, address: str) -> None:
        """Count a refusal of an address."""
        self._windows.hit(self._of_addresses, address)

    def must_wait(self, address: str) -> int:
        """Seconds for which an address has to wait, because it was refused too often; 0 where it has not."""
        if self._windows.test(self._of_addresses, address):
            return 0
        reset = self._windows.get_window_stats(self._of_addresses, address).reset_time
        return max(1, math.ceil(reset - time.time()))

    def begin(self, key: str) -> bool:
        """Count a request that begins; False where the key has too many at once already."""
        number = self._at_work.get(key, 0)
        if number >= self.at_once:
            return False
        self._at_work[key] = number + 1
        return True

    def end(self, key: str) -> None:
        """Count one that has ended."""
        number = self._at_work.get(key, 1) - 1
        if number > 0:
            self._at_work[key] = number
        else:
            self._at_work.pop(key, None)
