"""How much of the city's history a target's feed leaves out because it began late or paused: said before anybody trains.

A feed that begins with the others and goes on is said nothing of; one that has ended is told by :mod:`riskwarn.health.learnable`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pyarrow.compute as pc

from riskwarn.arrays import Flags
from riskwarn.configuration import Configuration
from riskwarn.contracts import contract
from riskwarn.health.silence import alive
from riskwarn.messages import Message
from riskwarn.periods import Period, day_number
from riskwarn.store import Store
from riskwarn.store.newest import Newest

#: A feed is late where it begins after this share of the history, and has paused where it was silent for so many days.
LATE = 0.25
PAUSED_DAYS = 56


def beginnings(store: Store, configuration: Configuration) -> dict[str, date]:
    """Event source -> the local date on which its first record became known."""
    found = {}
    for name in configuration.sources:
        if contract(name, configuration).events:
            ends = (pc.min(table["known_at"]).as_py() for table in store.scan(name, ["known_at"]))
            known = [np.datetime64(one.replace(tzinfo=None), "us") for one in ends if one is not None]
            if known:
                found[name] = configuration.calendar.local_date(min(known))
    return found


def interruptions(
    configuration: Configuration,
    target: str,
    source: str,
    records: Newest,
    begun: Mapping[str, date],
    warm_up: Mapping[Period, int],
) -> list[str]:
    """That the feed of a target began long after another, and that it paused, with how many origins are left to be learnt from.

    `begun` are the :func:`beginnings`, and `warm_up` the periods by which a history has to be older than its first origin.
    """
    if records.known is None:
        return []
    calendar = configuration.calendar
    own = calendar.local_date(records.known[0])
    others = {name: day for name, day in begun.items() if name != source}
    other = min(others, key=lambda name: (others[name], name), default=source)
    first = min(others.get(other, own), own)
    as_of = calendar.midnight_after(records.known[1])
    periods = calendar.periods_between(first, as_of) + 1
    edges = np.array([day_number(calendar.shift(as_of, -back)) for back in range(periods, -1, -1)])
    counts = np.zeros(periods)
    for table, kept in records.parts(["known_at"]):
        days = calendar.local_days(table["known_at"].to_numpy()[kept])
        counts += np.bincount(np.clip(np.searchsorted(edges, days, "right") - 1, 0, periods - 1), minlength=periods)
    living = alive(counts, configuration.period)
    horizon = configuration.horizons[0]
    origins = range(min(warm_up[configuration.period], max(1, periods // 3)), periods - horizon + 1)
    left = sum(bool(living[one : one + horizon].all()) for one in origins)
    if left == len(origins):
        return []
    told = {"source": source, "target": target, "left": left, "origins": len(origins)}
    notes: list[str] = []
    if (own - first).days > LATE * (as_of - first).days:
        notes.append(
            Message(
                "{source} begins {first}, {weeks} weeks after {other}: {target} can be learnt from only {left} of {origins} origins",
                first=own, weeks=(own - first).days // 7, other=other, **told,
            )
        )  # fmt: skip
    start, stop = _longest(living, int(np.flatnonzero(counts)[0]))
    begin, end = (calendar.shift(as_of, one - periods) for one in (start, stop))
    if (end - begin).days >= PAUSED_DAYS:
        notes.append(
            Message(
                "{source} was silent from {begin} to {end} ({weeks} weeks): {target} can be learnt from only {left} of {origins} origins",
                begin=begin, end=end, weeks=(end - begin).days // 7, **told,
            )
        )  # fmt: skip
    return notes


def _longest(living: Flags, begun: int) -> tuple[int, int]:
    """The longest run of periods, after a feed had begun, in which it was not alive: [start, stop)."""
    best, start = (begun, begun), begun
    for period in range(begun, len(living) + 1):
        if period == len(living) or living[period]:
            best = max(best, (start, period), key=lambda one: one[1] - one[0])
            start = period + 1
    return best
