"""The whole chain: a city that has only part of the sources, the demonstration, and real public data."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from pathlib import Path

import pytest
from sqlalchemy import select

from riskwarn.audit.verifying import verify
from riskwarn.disclosure import week_of
from riskwarn.errors import TargetSourceMissing
from riskwarn.home import Home, open_home
from riskwarn.settings import Settings
from riskwarn.words import Level
from serving.alerts.alert import alerts_where, live_alerts
from serving.alerts.keeping import keep
from serving.delivery.tables import MESSAGES, SUBSCRIPTIONS
from serving.publishing.publish import publish
from serving.snapshots import published
from serving.snapshots.frames import scores_frame
from tests.conftest import Town
from tests.riskwarn.test_cli import riskwarn, told
from tests.worlds import NOW, load
from training import train


@pytest.mark.slow
def test_a_city_with_only_grids_and_incidents_gets_its_safety_ranking(town: Town, home: Home) -> None:
    load(home, "grids", town.exports / "网格.csv")
    load(home, "incidents", town.exports / "事故.csv")
    trained, skipped = train(home, horizon=4)
    assert [one.target for one in trained] == ["safety"]
    assert [one.target for one in skipped] == ["conflict"]
    assert skipped[0].reason == (
        "Target 'conflict that escalates' needs the source 'disputes', and no record of it is loaded: run riskwarn ingest disputes FILE."
    )
    with pytest.raises(TargetSourceMissing):
        train(home, target="conflict")
    done = publish(home, now=NOW)
    assert done.grids == 60
    table = scores_frame(home, done.snapshot)
    grids = table[table["unit"] == "grid"]
    assert set(grids["target"]) == {"safety"}
    assert grids["rank"].tolist() and grids["score"].max() > grids["score"].min()
    assert grids["per_10000"].isna().all(), "nobody said how many people live there"


@pytest.mark.slow
def test_a_source_that_has_gone_silent_is_a_gap_and_never_low_risk(town: Town, home: Home) -> None:
    """Disputes end months before the rest: their target's levels are unknown."""
    import pandas as pd

    for source, name in (("grids", "网格.csv"), ("incidents", "事故.csv")):
        load(home, source, town.exports / name)
    disputes = pd.read_csv(town.exports / "矛盾纠纷.csv", encoding="gb18030", dtype=str)
    early = home.path.parent / "early.csv"
    disputes[disputes["登记时间"] < "2026-05-01"].to_csv(early, index=False)
    load(home, "disputes", early)
    train(home, horizon=4)
    table = scores_frame(home, publish(home, now=NOW).snapshot)
    grids = table[table["unit"] == "grid"]
    assert set(grids[grids["target"] == "conflict"]["level"]) == {Level.UNKNOWN.value}
    assert Level.UNKNOWN.value not in set(grids[grids["target"] == "safety"]["level"])


@pytest.mark.slow
def test_the_demonstration_lives_through_its_notices(tmp_path: Path) -> None:
    shown = told("demo", "--no-serve", "--grids", "80", "--weeks", "110", cwd=tmp_path)
    assert len(shown["top"]) == 10
    assert [row["rank"] for row in shown["top"]] == list(range(1, 11))
    assert {"model", "climatology", "poisson_regression"} <= set(shown["backtest"]["metrics"])
    assert Path(shown["home"]).is_dir() and shown["address"].startswith("http://127.0.0.1:")
    home, now = open_home(Path(shown["home"]), Settings()), datetime.now(UTC)
    zone = home.configuration.calendar.timezone
    # The last of twelve weeks is this one: what is served by the clock of the machine is fresh.
    monday = week_of(now.astimezone(zone).date())
    assert [one["as_of"] for one in shown["weeks"]] == [
        (monday - timedelta(weeks=back)).isoformat() for back in range(11, -1, -1)
    ]
    current = published.newest(home)
    assert current is not None and current.id == shown["snapshot"] and current.published_at <= now < current.valid_until
    with home.database.connect() as connection:
        alerts, messages = alerts_where(connection), connection.execute(select(MESSAGES.c.id)).scalars().all()
        left = connection.execute(select(SUBSCRIPTIONS.c.id)).all()
    # Every message was delivered and verified once, and nobody is told when nobody listens.
    assert shown["messages"] == {"received": len(messages), "again": 0, "refused": 0} and messages and not left
    notices, done = shown["notices"], shown["done"]
    assert notices["raised"] == len(alerts) == sum(one["alerts"] for one in shown["weeks"])
    assert notices["budget"]["exceeded"] == 0 and 0 < notices["budget"]["used"] <= notices["budget"]["of"]
    # All are closed in time, on a Friday, with what the weeks held; one in eight goes up once before somebody answers it, and no other does.
    friday = datetime.combine(monday, clock(16), zone) - timedelta(days=3)
    assert {one.status for one in alerts if one.raised_at < friday - timedelta(weeks=1)} <= {"closed"}
    late = [one for one in alerts if one.raised_at < friday - timedelta(weeks=1) and one.escalations]
    assert all(one.sequence % 8 == 0 and one.escalations == 1 for one in late)
    # The newest of this week wait for an answer, and of the others none is closed: there is something to do, and to write as tickets.
    newest = [one for one in alerts if one.snapshot == current.id and one.kind != "gap"]
    assert newest and all(one.live for one in newest) and {one.status for one in newest[-2:]} == {"open"}
    assert not [one for one in alerts if one.escalations and one.sequence % 8 and one not in newest[-2:]]
    tickets = told("--home", str(home.path), "alerts", "tickets", str(tmp_path / "week.csv"), cwd=tmp_path)
    listed = told("--home", str(home.path), "alerts", "list", "--status", "open", cwd=tmp_path)
    assert tickets["tickets"] >= len(newest) and {one.id for one in newest[-2:]} <= {one["id"] for one in listed}
    found = [one.outcome for one in alerts if one.status == "closed"]
    assert {"real", "false"} <= set(found) <= {"real", "false", "unknown"}, (
        "of what the records closed nothing is known"
    )
    assert notices["outcomes"] == dict(Counter(one.outcome for one in alerts if one.outcome))
    assert done["close"] == sum(one != "unknown" for one in found)
    # By the clock of the machine nothing ends at once.
    live = {one.id for one in alerts if one.live}
    assert live == {one.id for one in alerts if one.status != "closed" and one.expires_at > now}  # type: ignore[operator]
    assert keep(home, now=now).expired == 0
    with home.database.connect() as connection:
        assert {one.id for one in live_alerts(connection)} == live
    verify(home)
    # A second run replaces its own folder, and never one that holds something else.
    other = tmp_path / "elsewhere"
    (other / "riskwarn-demo").mkdir(parents=True)
    (other / "riskwarn-demo" / "diary.txt").touch()
    refused = riskwarn("demo", "--no-serve", cwd=other)
    assert refused.returncode == 1 and (other / "riskwarn-demo" / "diary.txt").exists()
    refused = riskwarn("--home", "elsewhere", "demo", "--no-serve", cwd=other)
    assert refused.returncode == 2 and "takes no --home" in refused.stderr
    assert json.dumps(shown)
