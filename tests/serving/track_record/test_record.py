"""What was published is judged once its window is over, beside the baselines, and nobody edits it unseen."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select, update

from features import read_city
from features.panel.panel import encoded
from riskwarn.audit import verifying as audit
from riskwarn.audit.entries import Row as AuditRow
from riskwarn.audit.entries import hash_of
from riskwarn.audit.heads import write_anew
from riskwarn.audit.tables import AUDIT, AUDIT_HEAD
from riskwarn.audit.walking import Kind
from riskwarn.cli.verify import KEPT, looked_through
from riskwarn.disclosure import banded, bounds
from riskwarn.errors import RecordMissing, RecordTampered
from riskwarn.home import Home, open_home
from riskwarn.messages import Message
from riskwarn.progress import silent
from riskwarn.settings import Settings
from riskwarn.words import Unit
from serving.api.documents.track_record import TrackRecord
from serving.client import Client
from serving.publishing.publish import publish
from serving.publishing.withdraw import withdraw
from serving.snapshots import published
from serving.snapshots.frames import scores_frame
from serving.snapshots.tables import SNAPSHOTS
from serving.track_record import record, rows
from serving.track_record.came import Past
from serving.track_record.record import track_record
from serving.track_record.verifying import audit_anchors, verify
from tests.conftest import Town
from tests.serving.conftest import running
from tests.worlds import NOW
from training.labels.targets import target_events

pytestmark = pytest.mark.slow

#: Weeks before the last as-of of the snapshots of the fixture -> days after it on which each came out.
PUBLISHED = {16: 0, 12: 8, 8: 3, 1: 0}


@pytest.fixture(scope="module")
def looked_back(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A city that published one forecast in time, one late, one in mid-week and one just now; the next scoring looks back."""
    folder = tmp_path_factory.mktemp("looked_back")
    shutil.copytree(town.home.path, folder / "copy")
    home = open_home(folder / "copy", Settings())
    calendar = home.configuration.calendar
    for back, days in PUBLISHED.items():
        day = calendar.shift(town.published.as_of, -back)
        moment = datetime(day.year, day.month, day.day, 3, tzinfo=calendar.timezone) + timedelta(days=days)
        publish(home, day, now=moment)
    assert rows.rows(home) == []  # nothing that is looked at from an earlier day judges
    publish(home, now=NOW)
    return home


@pytest.fixture
def own(looked_back: Home, tmp_path: Path) -> Home:
    """The same in a home of one's own."""
    shutil.copytree(looked_back.path, tmp_path / "copy")
    return open_home(tmp_path / "copy", Settings())


def of(home: Home, back: int, target: str, horizon: int) -> rows.Judged:
    """The row of a snapshot so many weeks before the last."""
    current = published.newest(home)
    assert current is not None
    as_of = home.configuration.calendar.shift(current.as_of, -back)
    return next(one for one in rows.rows(home, target, horizon) if one.as_of == as_of)


def test_a_forecast_is_judged_once_and_only_when_its_window_and_the_reports_are_in(looked_back: Home) -> None:
    found = rows.rows(looked_back)
    ends = {one.content["window_end"] for one in found}
    city = read_city(looked_back)
    embargo = {one.target: one.content["embargo_days"] for one in found}
    assert max(ends) <= city.as_of.isoformat()
    for one in found:
        end = looked_back.configuration.calendar.shift(one.as_of, one.horizon)
        assert end + timedelta(days=embargo[one.target]) <= city.as_of
    judged = {(one.snapshot, one.target, one.horizon) for one in found}
    assert len(judged) == len(found) and {one.horizon for one in found} == {1, 4}
    publish(looked_back, now=NOW)
    assert rows.rows(looked_back) == found
    # The newest, and the four weeks that began a week ago, are not over.
    waiting = {(row.as_of, horizon) for row, _, horizon in rows.unjudged(looked_back)}
    assert {(city.as_of, 1), (city.as_of, 4)} <= waiting
    assert track_record(looked_back)["waiting"] == len(rows.unjudged(looked_back))


def test_what_is_judged_is_what_was_published_against_what_came(looked_back: Home) -> None:
    one = of(looked_back, 16, "conflict", 4)
    table = scores_frame(looked_back, one.snapshot)
    grids = table[(table.unit == "grid") & (table.target == "conflict") & (table.horizon == 4)].set_index("code")
    city = read_city(looked_back)
    calendar, events = city.calendar, target_events(city, "conflict")
    start, stop = calendar.instant(one.as_of), calendar.instant(calendar.shift(one.as_of, 4))
    inside = events.known_before(calendar.instant(city.as_of)) & (events.at >= start) & (events.at < stop)
    came = np.bincount(events.grid[inside], events.count[inside], len(city.geography))
    observed = grids.index.map(dict(zip(city.geography.grid_ids, came, strict=True))).to_numpy()
    assert came.sum() > 0
    figures = one.content["levels"]["grid"]
    # It is judged by what the events of each grid and week are told as.
    weeks = [calendar.instant(calendar.shift(one.as_of, ahead)) for ahead in range(5)]
    told, place = np.zeros(len(came)), Past.of(city, "conflict", encoded(city)).where
    for first, last in pairwise(weeks):
        week = events.known_before(calendar.instant(city.as_of)) & (events.at >= first) & (events.at < last)
        least, most = bounds(banded(np.bincount(events.grid[week], events.count[week], len(came)).astype(float)))
        told += least + place * (most - least)
    told = grids.index.map(dict(zip(city.geography.grid_ids, told, strict=True))).to_numpy()
    loss = -np.where(observed > 0, np.log(grids.score), np.log(1 - grids.score)).mean()
    assert figures["log_loss"] == pytest.approx(loss, abs=1e-5)
    assert one.content["events"] == pytest.approx(came.sum(), rel=0.1, abs=1) and (told > 0).sum() < told.sum()
    first = grids["rank"] <= np.ceil(0.05 * len(grids))
    assert figures["capture_5"] == pytest.approx(told[first].sum() / told.sum())
    inside = (grids.lower <= np.rint(told)) & (np.rint(told) <= grids.upper)
    assert figures["inside"] == pytest.approx(inside.mean(), abs=1e-6)
    assert figures["calibration_level"] == pytest.approx(told.sum() / grids.expected_count.sum(), abs=1e-4)
    assert set(one.content["levels"]) == {unit.value for unit in Unit}
    assert {"climatology", "rate_12", "shrunk_history"} <= set(one.content["baselines"])
    assert one.content["baselines"]["zero"]["grid"]["log_loss"] > figures["log_loss"]


@pytest.fixture
def small_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the city had many events: each row is a group by itself."""
    monkeypatch.setattr(record, "LEAST_OF_GROUP", 1)


@pytest.mark.usefixtures("small_groups")
def test_a_late_snapshot_is_marked_and_left_out_and_earlier_events_are_counted_apart(looked_back: Home) -> None:
    told = track_record(looked_back, "conflict", 4)
    late = {row["as_of"]: (row["late"], row["counted"]) for row in told["rows"]}
    as_ofs = {back: of(looked_back, back, "conflict", 4).as_of.isoformat() for back in (16, 12, 8)}
    assert late == {as_ofs[16]: (False, True), as_ofs[12]: (True, False), as_ofs[8]: (False, True)}
    (summary,) = told["summary"]
    assert (summary["judged"], summary["counted"], summary["late"]) == (3, 2, 1)
    counted = [of(looked_back, back, "conflict", 4).content["levels"]["grid"]["log_loss"] for back in (16, 8)]
    # It is told in steps that three events span.
    events = sum(of(looked_back, back, "conflict", 4).content["events"] for back in (16, 8))
    mean = summary["levels"]["grid"]["figures"]["log_loss"]["mean"]
    assert mean == pytest.approx(np.mean(counted), rel=10 / events) and "zero" in summary["levels"]["grid"]["gains"]
    # In the week before the late one came out, events happened that nobody can claim to have foreseen.
    before = {back: of(looked_back, back, "conflict", 4).content["events_before_publication"] for back in (16, 12)}
    assert before[16] == 0 < before[12] <= of(looked_back, 12, "conflict", 4).content["events"]


def test_small_numbers_are_told_of_nobody(looked_back: Home) -> None:
    told = track_record(looked_back)
    for row in told["rows"]:
        assert row["events"] not in (1, 2) and row["events_before_publication"] not in (1, 2)
        # Of so few events a row says what was expected, and nothing of how it went.
        for figures in row["levels"].values():
            assert {name for name, value in figures.items() if value is not None} == {"units", "expected"}
        assert "grid" not in {unit["unit"] for unit in (*row["misses"], *row["false_alarms"])}
        assert "baselines" not in row and all("events" not in figures for figures in row["levels"].values())
    for one in told["summary"]:
        assert one["levels"] == {} and (one["counted"], one["events"]) == (0, 0)
    json.dumps(told, allow_nan=False)


@pytest.mark.usefixtures("small_groups")
def test_a_withdrawn_snapshot_still_counts_unless_it_was_withdrawn_in_time(own: Home) -> None:
    """Else a bad record could be mended by taking back what went badly."""
    first = of(own, 16, "conflict", 4)
    day = datetime(first.as_of.year, first.as_of.month, first.as_of.day, tzinfo=UTC)
    withdraw(own, first.snapshot, "went badly", now=day + timedelta(days=60))
    counted = {row["snapshot"]: row["counted"] for row in track_record(own, "conflict", 4)["rows"]}
    assert counted[first.snapshot]
    second = of(own, 8, "conflict", 4)
    day = datetime(second.as_of.year, second.as_of.month, second.as_of.day, tzinfo=UTC)
    withdraw(own, second.snapshot, "wrong districts", now=day + timedelta(days=3))
    counted = {row["snapshot"]: row["counted"] for row in track_record(own, "conflict", 4)["rows"]}
    assert not counted[second.snapshot]


def execute(home: Home, statement: str, *given: Any) -> None:
    with home.database.begin() as connection:
        connection.exec_driver_sql(statement, given)


def _better(home: Home) -> tuple[str, int]:
    one = rows.rows(home)[2]
    content = {**one.content, "levels": {**one.content["levels"], "grid": {"log_loss": 0.0}}}
    execute(home, "UPDATE track_record SET content = ? WHERE sequence = ?", json.dumps(content), one.sequence)
    return "track_record", one.sequence


def _removed(home: Home) -> tuple[str, int]:
    gone, following = rows.rows(home)[3:5]
    execute(home, "DELETE FROM track_record WHERE sequence = ?", gone.sequence)
    return "track_record", following.sequence


def _cut_off(home: Home) -> tuple[str, int]:
    """Found out by the next publication, which names where the record ended."""
    current = published.newest(home)
    assert current is not None
    with home.database.begin() as connection:
        manifest = {**current.manifest, "record": rows.head(connection)}
        told = {name: getattr(current, name) for name in ("as_of", "published_at", "valid_until")}
        published.add(connection, {**told, "id": "next", "manifest": manifest})
    last = rows.rows(home)[-1]
    execute(home, "DELETE FROM track_record WHERE sequence = ?", last.sequence)
    return "snapshots", published.named(home, "next").sequence


def _in_time(home: Home) -> tuple[str, int]:
    """As if the late one had come out in time."""
    row = published.named(home, of(home, 12, "conflict", 4).snapshot)
    execute(home, "UPDATE snapshots SET published_at = ? WHERE id = ?", f"{row.as_of} 00:00:00.000000", row.id)
    return "snapshots", row.sequence


def _other_forecast(home: Home) -> tuple[str, int]:
    row = published.named(home, of(home, 16, "conflict", 4).snapshot)
    manifest = {**row.manifest, "files": {**row.manifest["files"], "scores.parquet": "0" * 64}}
    execute(home, "UPDATE snapshots SET manifest = ? WHERE id = ?", json.dumps(manifest), row.id)
    return "snapshots", row.sequence


@pytest.mark.parametrize("tamper", [_better, _removed, _cut_off, _in_time, _other_forecast])
def test_the_first_row_that_was_tampered_with_is_named(own: Home, tamper: Callable[[Home], tuple[str, int]]) -> None:
    whole = verify(own)
    assert (whole.snapshots, whole.rows) == (len(published.listed(own)), len(rows.rows(own)))
    table, row = tamper(own)
    with pytest.raises(RecordTampered) as found:
        verify(own)
    assert (found.value.fields["table"], found.value.fields["row"]) == (table, row)


def test_a_last_row_that_is_gone_or_replaced_is_named_out_of_the_audit(own: Home) -> None:
    """No later row of its table tells of it; what is withdrawn or swept keeps its row, and is not missed."""
    with own.database.begin() as connection:
        gone = [one.id for one in published.listed(own)][-2:]
        for one, fate in zip(gone, (published.WITHDRAWN, published.SWEPT), strict=True):
            published.mark(connection, one, fate, None, NOW)
    verify(own)
    last = rows.rows(own)[-1]
    execute(own, "DELETE FROM track_record WHERE sequence = ?", last.sequence)
    with pytest.raises(RecordMissing) as missing:
        verify(own)
    assert missing.value.fields["table"] == "track_record"
    assert missing.value.fields["missing"] == f"{last.snapshot}, {last.target}, {last.horizon}"
    row = published.named(own, last.snapshot)
    with own.database.begin() as connection:
        rows.add(connection, row, last.target, last.horizon, {**last.content, "events": 0}, last.judged_at)
    with pytest.raises(RecordMissing, match=last.target):
        verify(own)
    execute(own, "DELETE FROM track_record")
    every = [one.id for one in published.listed(own)]
    execute(own, "DELETE FROM snapshots WHERE id = ?", every[0])
    with pytest.raises(RecordMissing, match=f"table snapshots lacks {every[0]},"):
        verify(own)
    told = looked_through(own, silent, {Message("track record"): KEPT[Message("track record")]})
    assert every[0] in told[0]["problems"][0], "riskwarn verify ends with 1"


def test_it_is_served_as_it_is_and_as_its_model_says(looked_back: Home) -> None:
    with running(looked_back, lambda: NOW) as address, Client(address) as client:
        served, of_one = client.track_record(), client.track_record(target="conflict", horizon=1, limit=2)
    TrackRecord.model_validate_json(json.dumps(served), strict=True)
    assert served == {**json.loads(json.dumps(track_record(looked_back))), "suspended": []} and served["rows"]
    assert len(of_one["rows"]) == 2 and {(one["target"], one["horizon"]) for one in of_one["rows"]} == {("conflict", 1)}
    assert of_one["summary"] == [one for one in served["summary"] if (one["target"], one["horizon"]) == ("conflict", 1)]


def test_a_snapshot_names_where_the_audit_ended_so_that_one_made_anew_is_found(town: Town, tmp_path: Path) -> None:
    """Whoever makes every hash of the audit anew, and the file that notes its end, has the published snapshots against him."""
    shutil.copytree(town.home.path, tmp_path / "copy")
    own = open_home(tmp_path / "copy", Settings())
    ((_, mark),) = audit_anchors(own)
    assert audit.verify(own, audit_anchors(own)).broken is None
    with own.database.begin() as connection:
        held = [AuditRow(**row) for row in connection.execute(select(AUDIT).order_by(AUDIT.c.sequence)).mappings()]
        actions = [row.action for row in held]
        after = [one for one in actions[mark.sequence :] if not one.startswith(("read.", "export.", "access."))]
        assert after == ["snapshot.published"] and "model.trained" in actions
        previous = ""
        for row in held:
            new = replace(row, actor="op_1" if row.sequence == 2 else row.actor, previous=previous)
            previous = hash_of(new)
            done = update(AUDIT).where(AUDIT.c.sequence == row.sequence)
            connection.execute(done.values(actor=new.actor, previous=new.previous, hash=previous))
        connection.execute(update(AUDIT_HEAD).values(hash=previous))
    write_anew(own)
    assert audit.verify(own).broken is None
    broken = audit.verify(own, audit_anchors(own)).broken
    assert broken is not None and "snapshot" in broken.problem and broken.kind is Kind.CHANGED
    assert broken.row == mark.sequence
    with pytest.raises(RecordTampered):
        tampered = published.listed(own)[0]
        with own.database.begin() as connection:
            manifest = {**tampered.manifest, "audit": {"sequence": len(held), "hash": previous}}
            chosen = SNAPSHOTS.c.id == tampered.id
            connection.execute(update(SNAPSHOTS).where(chosen).values(manifest=manifest))
        verify(own)


def judged_with(events: list[int]) -> list[rows.Judged]:
    """Rows of so many events, in the order in which they were judged."""
    return [
        rows.Judged(place, f"S{place}", "conflict", 4, date(2026, 1, 5) + timedelta(weeks=place), NOW,
            {"events": number, "published_at": f"{place:03}", "late": False}, "", "")
        for place, number in enumerate(events)
    ]  # fmt: skip


def test_forecasts_come_into_the_summary_by_groups_of_fifty_events(looked_back: Home) -> None:
    """Else the summary less that of the week before would tell the figures of a row, and they in which grids its events came."""

    def counted(*events: int) -> list[int]:
        return [int(one.content["events"]) for one in record._counted(looked_back, judged_with([*events]))]

    # As soon as they have fifty by the least that is told of each (11 of 14, 1 of 2, 25 of 30): so when that is tells nothing.
    assert counted(14, 1, 9, 2) == [] and counted(14, 2, 30, 6, 9, 4, 1) == [14, 2, 30, 6, 9, 4]
    assert counted(120, 3, 80, 49) == [120, 3, 80]
