"""What became of one attempt to tell somebody something."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

#: A receiver may ask to be left alone for so many seconds at most.
MOST_WAIT = 86_400.0


@dataclass(frozen=True)
class Outcome:
    """`problem` is a word; `wait` how many seconds the receiver asks for; `gone` that it wants nothing any more."""

    delivered: bool
    problem: str = ""
    wait: float | None = None
    gone: bool = False


DELIVERED = Outcome(True)


def of_status(status: int, retry_after: str | None, now: datetime) -> Outcome:
    """What a status of HTTP says (Standard Webhooks, section on responses)."""
    if 200 <= status < 300:
        return DELIVERED
    if status == 410:
        return Outcome(False, "gone", gone=True)
    return Outcome(False, f"status_{status}", wait=seconds(retry_after, now) if status in (429, 503) else None)


def seconds(retry_after: str | None, now: datetime) -> float | None:
    """For how many seconds a Retry-After asks (RFC 9110, section 10.2.3); None where it says nothing that can be read."""
    if retry_after is None:
        return None
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), MOST_WAIT)
    try:
        moment = parsedate_to_datetime(text)
        left = (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)) - now
    except (TypeError, ValueError, OverflowError):
        return None
    return min(max(0.0, math.ceil(left.total_seconds())), MOST_WAIT)
