"""Publishing: from the champions to one immutable snapshot and the notices that it raises."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from features import Catalogue, City
from features.incremental.incremental import known_city
from features.panel.panel import Encoded
from riskwarn.audit import Action, Entry, recorded
from riskwarn.audit.chain import head_of, hold
from riskwarn.audit.trimming import trim
from riskwarn.disclosure import RULE
from riskwarn.errors import AllSuspended, NoChampion, SnapshotDamaged, SnapshotSwept, SnapshotWithdrawn
from riskwarn.health import SourceHealth
from riskwarn.home import Home
from riskwarn.messages import Listed
from riskwarn.periods import Calendar
from riskwarn.progress import Progress, silent
from riskwarn.store.writing import routine
from riskwarn.words import Unit
from serving.alerts.judging import judge_alerts
from serving.alerts.missed import count_missed
from serving.boundaries.making import made as boundaries_made
from serving.columns.gaps import DataGaps
from serving.columns.members import BY_MEMBERS, COMPARED
from serving.publishing.alerting import answered, found_in, raised_in
from serving.publishing.lock import publications_alone
from serving.publishing.retention import sweep
from serving.scoring.caught import champion_levels
from serving.scoring.city import Before
from serving.scoring.score import Scoring, catalogue_of, examined, score
from serving.snapshots import published, suspensions
from serving.snapshots.content import content_of, published_before
from serving.snapshots.files import write_files
from serving.snapshots.trees import keep as keep_tree
from serving.track_record import rows as record
from serving.track_record.came import Pasts
from serving.track_record.judging import judge_ripe
from training import Champion, Forecaster, champions, load_champion, versions

#: What a version's card has that its place in the manifest says already, or that changes.
_NOT_ON_CARDS = ("target", "horizon", "version", "alias")

#: Days beyond its period for which a snapshot counts as fresh.
GRACE = timedelta(days=1)


@dataclass(frozen=True)
class Published:
    """What was published."""

    snapshot: str
    as_of: date
    current: bool
    grids: int
    models: tuple[str, ...]
    alerts: int
    seconds: float
    gaps: tuple[str, ...] = ()  # sources that fail some district
    stays: tuple[str, date] | None = None  # id and as-of of the snapshot that is current instead of this one
    suspended: tuple[str, ...] = ()  # targets that were left out
    damaged: tuple[str, ...] = ()  # snapshots that it would have been compared with

    def as_dict(self) -> dict[str, Any]:
        """The shape that ``riskwarn score --json`` prints."""
        return {
            "snapshot": self.snapshot,
            "as_of": self.as_of.isoformat(),
            "current": self.current,
            "grids": self.grids,
            "models": list(self.models),
            "alerts": self.alerts,
            "seconds": round(self.seconds, 3),
            **({"suspended": list(self.suspended)} if self.suspended else {}),
            **({"damaged": list(self.damaged)} if self.damaged else {}),
        }


def publish(home: Home, as_of: date | None = None, *, now: datetime, progress: Progress = silent) -> Published:
    """Score the city and publish the snapshot; the same inputs give the same snapshot and no new notice.

    A suspended target is left out. One of an earlier as-of than the current one is stored, is not current, and raises nothing. Two at
    once publish one after the other, so that each knows the snapshot before. Raises NoChampion, AllSuspended, GridsMissing, NothingKnown,
    AsOfInvalid, ModelDamaged, SnapshotWithdrawn and SnapshotSwept (the same inputs were), and
    TrainedForOther, FeaturesChanged or PurposeUnknown where a champion was trained for something else than is declared now; HomeBusy
    while an update runs.
    """
    with routine(home):
        return publish_in_routine(home, as_of, now=now, progress=progress)


def publish_in_routine(
    home: Home, as_of: date | None = None, *, now: datetime, progress: Progress = silent
) -> Published:
    """The same for who holds the home's routine already."""
    with publications_alone(home, progress):
        answered(home, now)
        while True:
            try:
                return _publish(home, as_of, now, progress)
            except _Overtaken:
                progress("scoring again: a target was suspended or resumed meanwhile")


class _Overtaken(Exception):
    """A target was suspended or resumed while the city was being scored: what was made is not published."""


@dataclass(frozen=True)
class _Champions:
    """Who scores, and what is left out."""

    chosen: tuple[Champion, ...]
    targets: tuple[str, ...]  # of those that are left out, too: the first of them is what a caller who names none gets
    suspended: tuple[str, ...]
    number: int  # of the last suspension or resumption


def _champions(home: Home) -> _Champions:
    with home.database.connect() as connection:
        number, gone = suspensions.number(connection), suspensions.suspended(connection)
    every = champions(home)
    if not every:
        raise NoChampion()
    targets = tuple(dict.fromkeys(one.target for one in every))
    left_out = tuple(one for one in targets if one in gone)
    if left_out == targets:
        raise AllSuspended(targets=Listed(map(home.configuration.target_named, targets)))
    return _Champions(tuple(one for one in every if one.target not in gone), targets, left_out, number)


def _publish(home: Home, as_of: date | None, now: datetime, progress: Progress) -> Published:
    started = time.perf_counter()
    serving = _champions(home)
    chosen = serving.chosen
    catalogue = Catalogue.of(home.configuration)
    loaded = [(champion, load_champion(home, champion, catalogue)) for champion in chosen]
    version = catalogue_of(catalogue, loaded)
    lasting: dict[str, Any] = {
        "configuration": home.configuration.fingerprint(),
        "catalogue": version.whole,
        "models": {champion.version: champion.checksum for champion in chosen},
        "disclosure": RULE,
    }
    if serving.number:
        # What is published after a resumption is another snapshot than the one that was published before the suspension.
        lasting["suspensions"] = serving.number
    progress("reading the city")
    with ThreadPoolExecutor(1) as beside:
        health: list[Future[list[SourceHealth]]] = []

        def begun(known: City) -> None:
            # What the sources lack is asked of the store alone: it is found out while the rest is read and made.
            if published.of_same_inputs(home, known.as_of, _inputs(known, lasting)) is None:
                health.append(beside.submit(examined, home, known, threads=1))

        city, numbers = known_city(home, as_of, now=now, progress=progress, begun=begun)
        inputs = _inputs(city, lasting)
        return _published(
            home, catalogue, city, numbers, serving, loaded, inputs, version.parts, health, now, progress, started
        )


def _inputs(city: City, lasting: Mapping[str, Any]) -> dict[str, Any]:
    """What a snapshot is made of: the city as it is known, and what it is looked at with."""
    return {"as_of": city.as_of.isoformat(), "store_version": city.store_version, **lasting}


def _published(
    home: Home,
    catalogue: Catalogue,
    city: City,
    numbers: Encoded,
    serving: _Champions,
    loaded: Sequence[tuple[Champion, Forecaster]],
    inputs: Mapping[str, Any],
    parts: Mapping[str, str],
    health: Sequence[Future[list[SourceHealth]]],
    now: datetime,
    progress: Progress,
    started: float,
) -> Published:
    current = published.newest(home)
    same = published.of_same_inputs(home, city.as_of, inputs)
    if same is not None:
        _still_stands(home, same)
        sources = DataGaps.from_list(same.manifest["gaps"]).sources(None)
        is_current = current is not None and current.id == same.id
        if is_current:
            _look_back(home, city, same.id, numbers, now, progress)
        return _told(same.id, city, serving, None if is_current else current, 0, started, sources)
    unread: list[SnapshotDamaged] = []
    previous, before = _before(home, city.as_of, unread)
    made = score(home, catalogue, city, numbers, loaded, before, progress, health[0].result)
    progress("publishing")
    row = _row(home, city, serving, inputs, previous, made, now)
    row["manifest"]["files"] = write_files(home.snapshots, row["id"], content_of(made))
    row["manifest"]["boundaries"] = _boundaries(home, city, made)
    row["manifest"]["catalogue"] = dict(parts)
    is_current = current is None or city.as_of >= current.as_of
    found = found_in(home, city, numbers, made, None if current is None else current.id, now) if is_current else None
    raised = 0
    try:
        with recorded(home) as change:
            row["manifest"]["tree"] = keep_tree(change.connection, made.scored.places)
            published.add(change.connection, row)
            entry = Entry(Action.SNAPSHOT_PUBLISHED, row["id"], result="current" if is_current else "stored")
            # Under the lock of the chain, which a suspension takes first: whichever comes later knows of the other.
            hold(change.connection)
            if suspensions.number(change.connection) != serving.number:
                raise _Overtaken()
            told = raised_in(change, home, row["id"], found, now) if found is not None else None
            raised = 0 if told is None else told.alerts
            change.append(entry, *(told.entries if told is not None else ()), at=now)
    except _Overtaken:
        shutil.rmtree(home.snapshots / row["id"], ignore_errors=True)
        raise
    failing = made.gaps.sources(None)
    # What is published lies in files; looking back takes the room again.
    del made, before, found
    if is_current:
        _look_back(home, city, row["id"], numbers, now, progress)
    stays = None if is_current else current
    damaged = tuple(dict.fromkeys(str(one.fields["snapshot"]) for one in unread))
    return _told(row["id"], city, serving, stays, raised, started, failing, damaged)


def _boundaries(home: Home, city: City, made: Scoring) -> dict[str, Any]:
    """The files of the borders of what was scored."""
    grids, of_grid = made.scored.places, dict(zip(city.geography.grid_ids, city.geography.geometry, strict=True))
    return boundaries_made(home, grids, [of_grid[code] for code in grids[Unit.GRID].codes])


def _look_back(home: Home, city: City, snapshot: str, numbers: Encoded, now: datetime, progress: Progress) -> None:
    """With the city of the snapshot that is current: judge what has become ripe, then let go of files that nothing needs any more, and of the audit's rows past their time."""
    pasts = Pasts(city, numbers)
    judge_ripe(home, city, pasts, now=now, progress=progress)
    judge_alerts(home, city, pasts)
    count_missed(home, city, snapshot, pasts, now=now)
    sweep(home, now)
    trim(home, now=now)


def _still_stands(home: Home, row: published.Row) -> None:
    fate = published.fates(home, [row.id]).get(row.id)
    if fate is not None and fate["fate"] == published.WITHDRAWN:
        raise SnapshotWithdrawn(snapshot=row.id, because=fate["because"])
    if fate is not None:
        raise SnapshotSwept(snapshot=row.id)


def _before(home: Home, as_of: date, unread: list[SnapshotDamaged]) -> tuple[published.Row | None, Before]:
    """The newest sound snapshot of an earlier as-of, and what it published; damaged ones are passed over, and named in `unread`.

    A file that rots must not stop the publications of all nights after it.
    """
    while (row := published.before(home, as_of, len(unread))) is not None:
        try:
            return row, published_before(home, row)
        except SnapshotDamaged as error:
            unread.append(error)
    return None, Before()


def _row(
    home: Home,
    city: City,
    serving: _Champions,
    inputs: Mapping[str, Any],
    previous: published.Row | None,
    made: Scoring,
    now: datetime,
) -> dict[str, Any]:
    previous_id = previous.id if previous is not None else None
    identity = hashlib.sha256(json.dumps([inputs, previous_id], sort_keys=True).encode()).hexdigest()[:12]
    with home.database.connect() as connection:
        last, audited = record.head(connection), head_of(connection)
    chosen = serving.chosen
    names = {champion.version for champion in chosen}
    manifest: dict[str, Any] = {
        "inputs": inputs,
        "published_at": now.astimezone(UTC).isoformat(),
        "record": last,  # where the track record ended at that moment
        "audit": asdict(audited),  # where the audit ended
        "previous": previous_id,
        COMPARED: BY_MEMBERS,
        "gaps": made.gaps.as_list(),
        "models": {f"{champion.target}/{champion.horizon}": champion.version for champion in chosen},
        # How each did when it was judged: a server asks no registry. Who is champion changes, and is none of it.
        "cards": {
            f"{one.target}/{one.horizon}": {
                name: value for name, value in one.as_dict().items() if name not in _NOT_ON_CARDS
            }
            for one in versions(home)
            if one.version in names
        },
        "interval_level": chosen[0].interval_level,
        "targets": list(serving.targets),
        "horizons": sorted({champion.horizon for champion in chosen}),
        "levels": {f"{one.target}/{one.horizon}": champion_levels(home, one) for one in chosen},
        "period": home.configuration.period.value,
        "names": home.configuration.target_names,
    }
    if serving.suspended:
        manifest["suspended"] = list(serving.suspended)
    return {
        "id": f"{city.as_of.isoformat()}-{identity}",
        "as_of": city.as_of,
        "published_at": now,
        "valid_until": _valid_until(city.calendar, city.as_of),
        "manifest": manifest,
    }


def _valid_until(calendar: Calendar, as_of: date) -> datetime:
    following = calendar.shift(as_of, 1) + GRACE
    return datetime(following.year, following.month, following.day, tzinfo=calendar.timezone)


def _told(
    snapshot: str,
    city: City,
    serving: _Champions,
    stays: published.Row | None,
    alerts: int,
    started: float,
    gaps: Sequence[str],
    damaged: tuple[str, ...] = (),
) -> Published:
    versions = tuple(champion.version for champion in serving.chosen)
    seconds = time.perf_counter() - started
    instead = None if stays is None else (stays.id, stays.as_of)
    return Published(
        snapshot,
        city.as_of,
        stays is None,
        len(city.geography),
        versions,
        alerts,
        seconds,
        tuple(gaps),
        instead,
        serving.suspended,
        damaged,
    )
