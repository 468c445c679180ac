"""The examination: every event source of a store, and each of its districts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from riskwarn.arrays import Flags
from riskwarn.configuration import Configuration
from riskwarn.contracts import contract
from riskwarn.errors import NothingKnownYet
from riskwarn.geography import declared_breaks, ended_without_successor, lineage
from riskwarn.health.absences import Kind, absences, districts_at
from riskwarn.health.changepoints import shifts
from riskwarn.health.contents import contents
from riskwarn.health.delays import LEAST_EXPORTS, Arrivals, arrival, arrivals, belated, registration
from riskwarn.health.feeds import Feed, read_feed
from riskwarn.health.findings import findings
from riskwarn.health.freshness import Freshness, freshness, usual_export_gap
from riskwarn.health.reports import Absent, Break, District, Placeless, SourceHealth
from riskwarn.health.revisions import fixed_that_changed, own_times_that_moved
from riskwarn.health.series import Series, series
from riskwarn.health.volume import RARE, Volume, shortfall
from riskwarn.home import Home
from riskwarn.periods import Period, day_number, day_of
from riskwarn.progress import Progress, silent
from riskwarn.store import Store, ledger
from riskwarn.store.repairs import counts
from riskwarn.words import Gap

#: Days on either side of a declared break in which a shift needs no other explanation.
_NEAR_DAYS = 28


def usual_as_of(home: Home, now: datetime | None = None) -> date:
    """The as-of of a home where none is named; raise NothingKnownYet."""
    newest, calendar = Store(home).newest_known_at(), home.configuration.calendar
    if newest is None:
        raise NothingKnownYet()
    return calendar.usual_as_of(newest, now or datetime.now(UTC))


def districts_in_force(home: Home, as_of: date) -> dict[str, str]:
    """Code -> name of the districts that hold a grid in force at a date."""
    found = districts_at(Store(home), home.configuration.calendar, as_of)
    return dict(zip(found.codes, found.names, strict=True))


def arrivals_of(home: Home, store: Store, source: str) -> Arrivals | None:
    """When the records of a source came; None, and nothing is read, where too few exports are known apart."""
    exports = {row.exported_at for row in ledger(home, source) if row.undoes is None and row.erases is None}
    return arrivals(read_feed(store, source, home.configuration.calendar)) if len(exports) >= LEAST_EXPORTS else None


def examine(
    home: Home,
    as_of: date,
    districts: Mapping[str, str],
    *,
    source: str | None = None,
    version: int | None = None,
    progress: Progress = silent,
    threads: int | None = None,
) -> list[SourceHealth]:
    """Examine the event sources that hold anything, in the order of their declaration.

    Parameters
    ----------
    as_of : rhythm and volume are judged by what was known before this date; what later versions changed by all there is.
    districts : code -> name of the districts in force.
    version : the store as it was.

    Sources are examined side by side, on as many threads as are given, else as the settings have.
    """
    store, configuration = Store(home, version), home.configuration
    held = store.sources()
    names = [
        name
        for name in configuration.sources
        if held.get(name) and contract(name, configuration).events and source in (None, name)
    ]
    redrawn = lineage(store.versions("grid_lineage"), as_of, configuration.calendar)
    ended = ended_without_successor(store.versions("grids", ["grid_id", "valid_from", "valid_to"]), as_of, redrawn)
    there = districts_at(store, configuration.calendar, as_of)
    held_by = dict(zip(there.codes, there.share.tolist(), strict=True))
    share = np.array([held_by.get(code, 0.0) for code in districts])
    found = []
    with ThreadPoolExecutor(threads or home.settings.threads) as pool:
        made = pool.map(lambda name: _examine(home, store, name, as_of, districts, share, ended), names)
        for index, name in enumerate(names):
            progress(f"examining {name}", index, len(names))
            found.append(next(made))
    return found


def _examine(
    home: Home,
    store: Store,
    source: str,
    as_of: date,
    districts: Mapping[str, str],
    share: npt.NDArray[np.float64],
    ended: list[str],
) -> SourceHealth:
    configuration = home.configuration
    calendar, mapping = configuration.calendar, configuration.sources[source].mapping
    declared = contract(source, configuration)
    feed = read_feed(store, source, calendar)
    as_of_day = day_number(as_of)
    seen = feed.known_at < calendar.instant(as_of)
    rows = seen & feed.first
    export_gap = usual_export_gap(_export_days(feed, configuration), as_of_day)
    fresh = freshness(feed.day[rows], as_of_day, export_gap)
    codes = list(districts)
    monthly = mapping.period is not None and mapping.period.unit in ("month", "quarter")
    weekly = series(feed, rows, codes, as_of_day, monthly=monthly)
    breaks, starts = _breaks(store, source, weekly, codes)
    volume = _judged(weekly, 0, starts[0], RARE)
    gap = _gap(fresh, volume)
    year, parts = rows & (feed.day >= as_of_day - 365), []
    for index, code in enumerate(codes, start=1):
        inside = rows & (feed.district == (feed.districts.index(code) if code in feed.districts else -2))
        own = freshness(feed.day[inside], as_of_day, export_gap)
        few = _judged(weekly, index, max(starts[0], starts[index]), RARE / len(codes))
        parts.append(District(code, districts[code], own, few, registration(feed, inside & year), _gap(own, few)))
    health = SourceHealth(
        source=source,
        zh=declared.zh,
        records=int(rows.sum()),
        versions=len(feed.first),
        freshness=fresh,
        volume=volume,
        period=Period.MONTH if monthly else Period.WEEK,
        delay=registration(feed, year),
        arrival=arrival(feed),
        belated=belated(feed),
        placeless=_placeless(feed, rows, ended),
        contents=contents(feed, seen, as_of_day, declared.categories, codes),
        fixed_changed=tuple(fixed_that_changed(feed, mapping)),
        own_times_moved=tuple(own_times_that_moved(feed)),
        breaks=tuple(breaks),
        refused=counts(home, source, store.version())["open"],
        districts=tuple(parts),
        absences=tuple(_absences(feed, rows, weekly, share, codes, breaks)),
        gap=gap,
        series=weekly,
    )
    return replace(health, findings=tuple(findings(health, mapping)))


def _absences(
    feed: Feed,
    rows: Flags,
    weekly: Series | None,
    share: npt.NDArray[np.float64],
    codes: list[str],
    breaks: list[Break],
) -> Iterator[Absent]:
    """Of which districts the feed says nothing for long, but where the table of breaks tells of it."""
    if weekly is None:
        return
    days = weekly.edges.tolist()
    for one in absences(weekly.counts, share, days, weekly.period):
        begin, end, code = days[one.start], days[one.stop], codes[one.district]
        first = int(feed.day[rows].min())
        if one.start == 0 and begin - first <= _NEAR_DAYS:
            # Weeks are counted back from the newest day, and begin where the past does: the first records lie before them.
            begin = first
        if one.kind is Kind.LATE:
            own = feed.day[rows & (feed.district == feed.districts.index(code))]
            end = int(own[own >= end].min())
        declared = (part.day for part in breaks if part.declared and part.district == code)
        if not any(abs(day - day_number(told)) <= _NEAR_DAYS for told in declared for day in (begin, end)):
            yield Absent(code, one.kind, day_of(begin), day_of(end))


def _placeless(feed: Feed, rows: Flags, ended: list[str]) -> Placeless | None:
    """The records among `rows` that lie in one of the grids that ended."""
    if not ended:
        return None
    grids = feed.column("grid_id").filter(pa.array(rows))
    lost = grids.filter(pc.is_in(grids, value_set=pa.array(ended, grids.type)))
    return Placeless(len(lost), tuple(sorted(pc.unique(lost).to_pylist()))) if len(lost) else None


def _export_days(feed: Feed, configuration: Configuration) -> npt.NDArray[np.int64]:
    """The local dates on which the exports of a feed were taken."""
    return configuration.calendar.local_days(np.unique(feed.exported_at))


def _judged(weekly: Series | None, index: int, start: int, rare: float) -> Volume | None:
    if weekly is None:
        return None
    return shortfall(weekly.counts[index], weekly.years, weekly.holidays, start, rare)


def _gap(fresh: Freshness | None, volume: Volume | None) -> Gap | None:
    if fresh is not None and fresh.silent:
        return Gap.SILENT
    return Gap.SHORT if volume is not None and volume.short else None


def _breaks(
    store: Store, source: str, weekly: Series | None, codes: list[str]
) -> tuple[list[Break], npt.NDArray[np.int64]]:
    """Declared and suspected breaks, and of each series the period from which on its past is of one kind."""
    found = [one for one in _declared(store, source) if one.district is None or one.district in codes]
    starts = np.zeros(len(codes) + 1, dtype=np.int64)
    if weekly is None:
        return found, starts
    declared_days = [day_number(one.day) for one in found]
    for one, number in zip(found, declared_days, strict=True):
        chosen = slice(None) if one.district is None else codes.index(one.district) + 1
        starts[chosen] = np.maximum(starts[chosen], np.searchsorted(weekly.edges[:-1], number))
    for index, code in enumerate([None, *codes]):
        for shift in shifts(weekly.counts[index], weekly.years, weekly.holidays, int(starts[index])):
            number = int(weekly.edges[shift.period])
            starts[index] = max(starts[index], shift.period)
            near = [abs(number - other) <= _NEAR_DAYS for other in declared_days]
            shared = [abs((other.day - day_of(number)).days) <= _NEAR_DAYS for other in found if other.district is None]
            if not any(near) and not (code is not None and any(shared)):
                found.append(Break(day_of(number), code, False, None, round(shift.factor, 3)))
    return found, starts


def _declared(store: Store, source: str) -> list[Break]:
    """The declared breaks of a source."""
    rows = declared_breaks(store.versions("breaks", ["date", "source", "unit", "reason"]))
    return [Break(one.day, one.unit, True, one.reason, None) for one in rows if one.source == source]
