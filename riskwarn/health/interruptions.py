"""How much of the history a target's feed leaves out because it began late or paused, in the city or in a district of it: said before
anybody trains.

A feed that begins with the others and goes on is said nothing of; one that has ended is told by :mod:`riskwarn.health.prospect`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pyarrow.compute as pc

from riskwarn.arrays import Flags, Indices, Reals
from riskwarn.configuration import Configuration
from riskwarn.contracts import contract
from riskwarn.health.absences import LEAST_DAYS, Districts, Kind, absences
from riskwarn.health.history import warm_up
from riskwarn.health.silence import alive, alive_by_district
from riskwarn.messages import Message
from riskwarn.periods import Calendar, day_number, day_of
from riskwarn.store import Store
from riskwarn.store.newest import Newest

#: A feed is late where it begins after this share of the history; it has paused where a district would have.
LATE = 0.25

#: Districts that are named one by one; more are counted.
NAMED = 5


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
    districts: Districts,
) -> list[str]:
    """That the feed of a target began long after another, that it paused, and of which districts it says nothing for long, with how
    many origins are left to be learnt from.

    `begun` are the :func:`beginnings`.
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
    every, firsts = _counts(records, calendar, edges, districts)
    counts = every[0]
    living = alive(counts, configuration.period)
    horizon = configuration.horizons[0]
    origins = range(warm_up(periods, configuration.period), periods - horizon + 1)
    left = sum(bool(living[one : one + horizon].all()) for one in origins)
    called = configuration.target_named(target)
    told = {"source": source, "target": called, "left": left, "origins": len(origins)}
    apart = _of_districts(configuration, called, source, every, firsts, edges, districts, origins)
    if left == len(origins):
        return apart
    notes: list[str] = []
    if (own - first).days > LATE * (as_of - first).days:
        notes.append(
            Message(
                "{source} begins {first}, {weeks} weeks after {other}: “{target}” can be learnt from only {left} of {origins} origins",
                first=own, weeks=(own - first).days // 7, other=other, **told,
            )
        )  # fmt: skip
    start, stop = _longest(living, int(np.flatnonzero(counts)[0]))
    begin, end = (calendar.shift(as_of, one - periods) for one in (start, stop))
    if (end - begin).days >= LEAST_DAYS:
        notes.append(
            Message(
                "{source} was silent from {begin} to {end} ({weeks} weeks): “{target}” can be learnt from only {left} of {origins} origins",
                begin=begin, end=end, weeks=(end - begin).days // 7, **told,
            )
        )  # fmt: skip
    return [*notes, *apart]


def _counts(records: Newest, calendar: Calendar, edges: Indices, districts: Districts) -> tuple[Reals, Indices]:
    """(1 + districts, periods) records by the period in which they became known, the city's first; and the day of each one's first."""
    size, periods = len(districts.codes) + 1, len(edges) - 1
    place = {code: index for index, code in enumerate(districts.codes, start=1)}
    counts, firsts = np.zeros(size * periods), np.full(size, edges[-1])
    for table, kept in records.parts(["known_at", "district"]):
        days = calendar.local_days(table["known_at"].to_numpy()[kept])
        period = np.clip(np.searchsorted(edges, days, "right") - 1, 0, periods - 1)
        counts[:periods] += np.bincount(period, minlength=periods)
        district = table["district"].unify_dictionaries().combine_chunks()
        rows = np.array([place.get(code, 0) for code in district.dictionary.to_pylist()] + [0])
        row = rows[district.indices.fill_null(len(rows) - 1).to_numpy(zero_copy_only=False)][kept]
        np.minimum.at(firsts, row, days)
        inside = row > 0
        counts += np.bincount(row[inside] * periods + period[inside], minlength=size * periods)
    return counts.reshape(size, periods), firsts


def _of_districts(
    configuration: Configuration,
    target: str,
    source: str,
    counts: Reals,
    firsts: Indices,
    edges: Indices,
    districts: Districts,
    origins: range,
) -> list[str]:
    """Of which districts the feed says nothing for long, each in one sentence."""
    living = alive_by_district(counts, districts.share, configuration.period)
    horizon = configuration.horizons[0]
    notes: list[str] = []
    found = absences(counts, districts.share, edges.tolist(), configuration.period)
    for one in found[:NAMED]:
        row, begin, end = 1 + one.district, day_of(int(edges[one.start])), day_of(int(edges[one.stop]))
        if one.kind is Kind.LATE:
            end = max(end, day_of(int(firsts[row])))
        told = {
            "source": source,
            "target": target,
            "district": districts.names[one.district],
            "begin": begin,
            "end": end,
            "weeks": round((end - begin).days / 7),
            "left": sum(bool(living[row, first : first + horizon].all()) for first in origins),
            "origins": len(origins),
        }
        notes.append(_sentence(one.kind, told))
    if len(found) > NAMED:
        notes.append(
            Message(
                "and of {number} more districts {source} tell nothing for long: “{target}” can be learnt there from less, too",
                number=len(found) - NAMED, source=source, target=target,
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


def _sentence(kind: Kind, told: Mapping[str, object]) -> Message:
    """What is said of a district of which a feed was absent."""
    said = {
        Kind.LATE: (
            "{source} of {district} begin {end}, {weeks} weeks after those of other districts: “{target}” can be learnt there from "
            "{left} of {origins} origins"
        ),
        Kind.PAUSED: (
            "{source} of {district} were silent from {begin} to {end} ({weeks} weeks) while those of other districts came: “{target}” "
            "can be learnt there from {left} of {origins} origins"
        ),
        Kind.ENDED: (
            "{source} of {district} have ended {begin}, while those of other districts came for {weeks} more weeks: “{target}” can be "
            "learnt there from {left} of {origins} origins"
        ),
        Kind.NEVER: (
            "{source} of {district} have never come, in {weeks} weeks of those of other districts: “{target}” can be learnt there from "
            "{left} of {origins} origins"
        ),
    }
    return Message(said[kind], **told)
