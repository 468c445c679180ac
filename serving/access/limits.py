"""How much one caller may ask: requests a minute of a key, refusals a minute of an address, pages and sign-ins of it apart, and how many
at once.

Counted by each worker for itself. A key takes its requests from the window a handful at a time: to count each would cost a poll more than
its answer.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from enum import StrEnum

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

#: Into how many handfuls a window is parted.
_HANDFULS = 100

#: Of the requests that a worker answers at once one key has this share at most, and a few in any case.
_SHARE, _FEW = 4, 8


#: So many pages and files of theirs an address may ask for a minute, as a multiple of its refusals: a page is a handful of files, and an
#: office stands behind one address.
_PAGES = 10


class Counted(StrEnum):
    """What is counted of an address, each for itself: a program with a key that has ended shuts no sign-in page."""

    REFUSED = "address"  # asked of the API without a key that opens
    SIGN_IN = "sign-in"  # signed in in vain
    PAGES = "pages"  # asked for pages and their files


@dataclass(frozen=True, slots=True)
class Told:
    """What answers say of an allowance: as headers, as the lines that these are, and the line of what is left alone."""

    headers: tuple[tuple[bytes, bytes], ...] = ()
    lines: bytes = b""
    left: bytes = b""


@dataclass(slots=True)
class Allowance:
    """What one key may ask yet: `left` of a handful, and `remaining` in the window beside it.

    A handful is good `until` a moment (as a timestamp); where nothing is left, more may be asked from then on. Answers carry what is
    `told`, which counts a handful as taken: to write it anew for each would cost a poll more than the rest of the gate.
    """

    key: str
    left: int = 0
    remaining: int = 0
    until: float = 0.0
    at_work: int = 0
    told: Told = Told()


class Limits:
    """The counts of one process."""

    def __init__(self, requests_a_minute: int, refusals_a_minute: int, concurrency: int) -> None:
        self.requests, self.refusals = requests_a_minute, refusals_a_minute
        self._handful = max(1, requests_a_minute // _HANDFULS)
        self._storage = MemoryStorage()
        self._windows = SlidingWindowCounterRateLimiter(self._storage)
        self._of_keys = RateLimitItemPerMinute(requests_a_minute, namespace="key")
        self._of_addresses = {
            one: RateLimitItemPerMinute(
                refusals_a_minute * (_PAGES if one is Counted.PAGES else 1), namespace=one.value
            )
            for one in Counted
        }
        self._allowances: dict[str, Allowance] = {}
        self._policy = b'"key";q=%d;w=60' % requests_a_minute
        self.at_once = max(_FEW, concurrency // _SHARE)

    def of(self, key: str) -> Allowance:
        """What a key may ask; the same object for as long as the process lives."""
        return self._allowances.setdefault(key, Allowance(key))

    def take(self, own: Allowance) -> bool:
        """Count a request of a key; False where it is over its limit."""
        if own.left <= 0 or time.time() >= own.until:
            self._another(own)
            if own.left <= 0:
                return False
        own.left -= 1
        return True

    def _another(self, own: Allowance) -> None:
        """Take another handful out of the window; where there is none any more, a single request; else nothing."""
        size = next((one for one in (self._handful, 1) if self._windows.hit(self._of_keys, own.key, cost=one)), 0)
        told = self._windows.get_window_stats(self._of_keys, own.key)
        own.left, own.remaining = size, told.remaining if size else 0
        # When the window gives something back is a matter of moments, and no end of what was taken out of it.
        own.until = time.time() + self._of_keys.get_expiry() if size else told.reset_time
        left = b'"key";r=%d;t=%d' % (own.remaining, self.seconds(own))
        headers = ((b"ratelimit-policy", self._policy), (b"ratelimit", left))
        lines = [b"%s: %s\r\n" % pair for pair in headers]
        own.told = Told(headers, b"".join(lines), lines[-1])

    @staticmethod
    def seconds(own: Allowance) -> int:
        """Seconds until a handful is good no more, or more may be asked."""
        return max(0, math.ceil(own.until - time.time()))

    def count(self, address: str, what: Counted = Counted.REFUSED) -> None:
        """Count something of an address."""
        self._windows.hit(self._of_addresses[what], address)

    def must_wait(self, address: str, what: Counted = Counted.REFUSED) -> int:
        """Seconds for which an address has to wait, because there was too much of something; 0 where it has not."""
        window = self._of_addresses[what]
        if self._windows.test(window, address):
            return 0
        reset = self._windows.get_window_stats(window, address).reset_time
        return max(1, math.ceil(reset - time.time()))
