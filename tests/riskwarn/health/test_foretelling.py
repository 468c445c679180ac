"""What is foretold of targets is what a plain reading of the newest versions says, whatever was corrected or taken back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskwarn import errors
from riskwarn.configuration import Configuration
from riskwarn.contracts import contract
from riskwarn.contracts.schema import INSTANT
from riskwarn.health import Prospect, obstacles, prospects
from riskwarn.health.history import WARM_UP, judging_begins, mature_origins
from riskwarn.home import Home, make_home
from riskwarn.ingest import retry
from riskwarn.settings import Settings
from riskwarn.store import Load, Store, ledger, undo
from riskwarn.store.newest import several
from riskwarn.store.targets import EventRule, counting, dated, outcome_dates, rule_of
from tests.worlds import NOW, dispute, load, with_grids, write_csv

ANSWERS = Configuration(
    targets={
        "conflict": {"source": "disputes", "date": "escalated_at", "outcomes": ["violence", "injury"]},
        "ended": {"source": "disputes", "outcomes": ["violence"]},
        "dispute": {"source": "disputes", "date": "occurred_at"},
        "grave": {"source": "disputes", "date": "occurred_at", "min_severity": "major"},
        "named": {"source": "disputes", "date": "occurred_at", "categories": ["neighbourhood", "外星人"]},
    }
)


def plainly(store: Store, configuration: Configuration) -> list[Prospect]:
    """The same, by one frame of all versions."""
    frame = pd.concat(table.to_pandas() for table in store.scan("disputes"))
    for column in frame.select_dtypes("datetimetz"):
        frame[column] = frame[column].dt.tz_localize(None)
    frame = frame.sort_values("version_at", kind="stable").drop_duplicates("record_id", keep="last")
    frame = frame[~frame["withdrawn"].fillna(False).astype(bool)]
    return [_plain(configuration, name, rule_of(target), frame) for name, target in configuration.targets.items()]


def _plain(configuration: Configuration, name: str, rule: EventRule, frame: pd.DataFrame) -> Prospect:
    called = configuration.target_named(name)
    told: dict[str, Any] = {"target": called, "source": rule.source}
    if frame.empty:
        return Prospect(name, rule.source, 0, 0, 0, 0, errors.TargetSourceMissing(**told), called=called)
    at, _ = dated(frame, rule)
    ends = (frame["outcome"] == "referred").to_numpy(dtype=bool) & (bool(rule.outcomes) or rule.date == "escalated_at")
    told["referred"] = int((ends & ~np.isnat(at)).sum())
    at[ends] = np.datetime64("NaT")
    placed = frame["grid_id"].notna().to_numpy() & ~np.isnat(at)
    other = unknown = 0
    if rule.categories is not None and configuration.targets[name].categories is None:
        known = contract(rule.source, configuration).categories
        other = int((frame["category"] == "other").sum())
        unknown = int((frame["category"].notna() & ~frame["category"].isin(known)).sum())
    obstacle = _obstacle(configuration, rule, frame, at, placed, unknown, told)
    newest = configuration.calendar.local_date(frame["known_at"].to_numpy(dtype="datetime64[us]").max())
    borne = frame["category"].value_counts()
    words = tuple(word for word in ("property", "外星人") if unknown and borne.get(word, 0) >= 5)
    numbers = tuple(int(borne[word]) for word in words)
    return Prospect(
        name,
        rule.source,
        len(frame),
        int(placed.sum()),
        other,
        unknown,
        obstacle,
        words,
        newest,
        numbers,
        called=called,
    )


def _obstacle(
    configuration: Configuration,
    rule: EventRule,
    frame: pd.DataFrame,
    at: np.ndarray,
    placed: np.ndarray,
    unknown: int,
    told: dict[str, Any],
) -> errors.RiskwarnError | None:
    referred = told.pop("referred")
    events, records, counts = int((~np.isnat(at)).sum()), f"{len(frame):,}", counting(frame, rule)
    if not events and referred:
        return errors.EventsReferred(**told, records=records, number=f"{referred:,}")
    if not events:
        if not counts.any() and rule.categories is not None and frame["category"].isna().all():
            return errors.NoCategory(**told, records=records)
        if not counts.any():
            return errors.NoEventsOfCategory(**told, records=records, unknown=f"{unknown:,}")
        if rule.outcomes:
            ended = frame[frame["outcome"].isin(rule.outcomes) & counts]
            if len(ended) and np.isnat(outcome_dates(ended)).all():
                return errors.OutcomesWithoutDate(**told, records=records, number=f"{len(ended):,}")
            date, outcomes = rule.date or "closed_at", ", ".join(rule.outcomes)
            return errors.NoEvents(**told, records=records, date=date, outcomes=outcomes)
        if rule.date is not None and frame[rule.date].isna().all():
            return errors.EventsWithoutDate(**told, records=records, date=rule.date)
        return errors.NoEventsOfCategory(**told, records=records, unknown=f"{unknown:,}")
    if not placed.any():
        return errors.EventsInNoGrid(**told, events=f"{events:,}")
    if placed.sum() < obstacles.LEAST_EVENTS:
        return errors.EventsTooFew(**told, events=int(placed.sum()), needed=obstacles.LEAST_EVENTS)
    calendar, horizon, period = configuration.calendar, configuration.horizons[0], configuration.period
    known = frame["known_at"].to_numpy(dtype="datetime64[us]")
    as_of = calendar.midnight_after(known.max())
    periods = calendar.periods_between(calendar.local_date(known.min()), as_of) + 1
    back = judging_begins(periods, horizon, period)
    if back is None:
        enough = next(n for n in range(periods, 10_000) if judging_begins(n, horizon, period) is not None)
        origins, needed = (max(0, mature_origins(count, horizon, period)) for count in (periods, enough))
        return errors.HistoryTooShort(origins=origins, as_of=as_of, horizon=horizon, needed=needed)
    first = calendar.shift(as_of, min(WARM_UP[period], max(1, periods // 3)) - periods)
    begins = calendar.shift(as_of, -back)
    start, end = calendar.instants([first, begins])
    if not ((at[placed] >= start) & (at[placed] < end)).any():
        return errors.EventsTooLate(target=told["target"], horizon=horizon, first=first, begins=begins)
    return None


def same(store: Store, configuration: Configuration) -> list[Prospect]:
    """Assert that both say the same, and give it."""
    found = prospects(store, configuration)
    for one, other in zip(found, plainly(store, configuration), strict=True):
        assert _told(one) == _told(other)
    return found


def _told(one: Prospect) -> dict[str, Any]:
    return {
        **vars(one),
        "obstacle": str(one.obstacle),
        "words": sorted(zip(one.words, one.borne, strict=True)),
        "borne": (),
        "outcomes": None,  # what the accounts of the loads tell
        "interrupted": (),  # what the feeds tell
    }


def versions(rng: np.random.Generator, rows: int, records: int, weeks: int) -> pa.Table:
    """Rows of a load: records repeat, several are told at one instant, and much is missing."""

    def moments(missing: float) -> pa.Array:
        at = np.datetime64("2024-01-01", "us") + rng.integers(0, weeks * 7 * 24, rows) * np.timedelta64(1, "h")
        return pa.array(at, pa.timestamp("us"), mask=rng.random(rows) < missing).cast(INSTANT)

    def words(*choice: str | None) -> pa.Array:
        return pa.array(rng.choice(np.array(choice, dtype=object), rows).tolist(), pa.string())

    some = rng.choice([0.0, 0.5, 0.95, 1.0], 3)
    return pa.table(
        {
            "record_id": pa.array(rng.integers(-records, records, rows) << int(rng.choice([0, 30]))),
            "version_at": pa.array(
                np.datetime64("2026-01-01", "us") + rng.integers(0, 3, rows) * np.timedelta64(1, "D")
            ).cast(INSTANT),
            "known_at": moments(0),
            "withdrawn": pa.array(rng.choice(np.array([True, False, None], dtype=object), rows, p=[0.2, 0.6, 0.2]).tolist(), pa.bool_()),
            "grid_id": words("G1", "G2", None) if rng.random() < 0.8 else words(None),
            "category": words("neighbourhood", "property", "other", "外星人", None) if rng.random() < 0.8 else words("外星人"),
            "severity": words("minor", "major", "critical", None),
            "outcome": words("violence", "settled", "referred", None),
            "occurred_at": moments(0),
            "escalated_at": moments(some[0]),
            "closed_at": moments(some[1]),
            "ended_at": moments(some[2]),
        }
    )  # fmt: skip


@pytest.fixture(scope="module")
def cleared(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home that is used again and again: each example takes back what it loaded."""
    return make_home(tmp_path_factory.mktemp("foretelling") / "home", Settings(threads=1))


@settings(max_examples=6)
@given(
    seed=st.integers(0, 2**32 - 1),
    loads=st.lists(st.integers(1, 40), min_size=1, max_size=4),
    records=st.sampled_from([3, 30, 300]),
    weeks=st.sampled_from([4, 60, 130]),
)
def test_what_is_foretold_is_what_the_newest_versions_say(
    cleared: Home, seed: int, loads: list[int], records: int, weeks: int
) -> None:
    rng, store = np.random.default_rng(seed), Store(cleared)
    with (
        patch("riskwarn.store.lake_file.ROW_GROUP", 7),
        patch("riskwarn.store.lake.GROUPS", 2),
        patch.object(obstacles, "LEAST_EVENTS", 4),
    ):
        done = []
        for index, rows in enumerate(loads):
            one = Load("disputes", f"{index}.csv", f"{store.version()}", NOW, NOW, {}, [])
            done.append(store.commit_load(one, versions(rng, rows, records, weeks), []))
        same(store, ANSWERS)
        rng.shuffle(done)
        while done:
            undo(cleared, done.pop(), now=NOW)
            if len(done) > 1:
                same(store, ANSWERS)
        assert {one.records for one in prospects(store, ANSWERS)} == {0}


def test_corrections_withdrawals_a_repaired_file_and_an_undoing_are_counted_once(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    files: Iterator[Path] = (tmp_path / f"{number}.csv" for number in range(9))
    rows = [dispute(number, 纠纷类型="外星人" if number % 2 else "邻里") for number in range(30)]
    load(home, "disputes", write_csv(next(files), [*rows, dispute(40, 发生时间="去年冬天")]), exported_at=NOW)
    assert {one.records for one in same(Store(home), ANSWERS)} == {30}
    changed = [row | {"纠纷类型": "物业", "更新时间": "2026-05-01"} for row in rows[:6]]
    changed += [row | {"办理状态": "作废", "更新时间": "2026-05-02"} for row in rows[4:6]]
    load(home, "disputes", write_csv(next(files), changed), exported_at=NOW + timedelta(hours=1))
    found = same(Store(home), ANSWERS)
    assert {one.records for one in found} == {28} and found[2].unknown == 12
    retry(home, "disputes", write_csv(next(files), [dispute(40)]), now=NOW)
    assert {one.records for one in same(Store(home), ANSWERS)} == {29}
    undo(home, ledger(home)[2].load_id, now=NOW)
    found = same(Store(home), ANSWERS)
    assert {one.records for one in found} == {31} and found[2].unknown == 15


@pytest.mark.parametrize("low", [0, 1 << 40])
def test_records_with_several_versions_are_told_from_those_alike_in_their_low_bits(low: int) -> None:
    record = np.array([5, low + 5 + (1 << 22), 7, -5, 5, -5, 7 + (1 << 62)])
    assert several(record).tolist() == [True, False, False, True, True, True, False]
    assert not several(record[1:4]).any() and not several(record[:0]).any()
