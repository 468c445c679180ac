"""Snapshots are immutable, repeatable and coherent; alerts are raised once."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from features import Catalogue, build_features, feature_versions, read_city
from features.building.tables import table_path
from features.catalogue import version
from riskwarn.alert_rules import Alerts, Rule
from riskwarn.configuration import LevelRule, Levels
from riskwarn.errors import FeaturesChanged, ModelDamaged, NoChampion, NotReplayable
from riskwarn.files import sha256
from riskwarn.home import Home, open_home
from riskwarn.settings import Settings
from riskwarn.store.ledger import ledger
from riskwarn.words import Level, Unit
from serving.alerts.alert import live_alerts
from serving.alerts.teams import default_teams
from serving.publishing.publish import publish
from serving.scoring.levels import levels
from serving.snapshots.frames import scores_frame
from serving.snapshots.published import newest
from serving.snapshots.replay import rebuild
from tests.conftest import Town
from tests.worlds import NOW, load
from training import champions, load_forecaster, make_task
from training.models.ensemble import Ensemble
from training.models.members import difference_of_two, resampled


def test_what_is_published_is_coherent(town: Town) -> None:
    table = scores_frame(town.home, town.published.snapshot)
    grids = table[table["unit"] == "grid"]
    assert (grids["score"] <= grids["expected_count"]).all()
    for _, rows in grids.groupby(["target", "code"]):
        ordered = rows.sort_values("horizon")
        assert ordered["score"].is_monotonic_increasing
        assert ordered["expected_count"].is_monotonic_increasing
    for (target, horizon), rows in table.groupby(["target", "horizon"]):
        for unit, above in (("grid", "community"), ("community", "town"), ("town", "district"), ("district", "city")):
            parts = rows[rows["unit"] == unit].groupby("parent")["expected_count"].sum()
            whole = rows[rows["unit"] == above].set_index("code")["expected_count"]
            assert np.allclose(parts.reindex(whole.index), whole, atol=1e-5), (target, horizon, above)


def test_every_rank_of_a_model_has_an_interval_and_no_rank_of_a_baseline(town: Town) -> None:
    """As wide as what was learnt is uncertain; of one city there is one rank."""
    table = scores_frame(town.home, town.published.snapshot)
    kinds = {(one.target, one.horizon): one.kind for one in town.trained}
    for (target, horizon, unit), rows in table.groupby(["target", "horizon", "unit"]):
        if kinds[target, horizon] != "model":
            assert rows["rank_lower"].isna().all() and rows["rank_upper"].isna().all()
            continue
        by = rows["score"] if unit == "grid" else rows["per_10000"]
        own = by.rank(ascending=False, method="average")
        assert ((rows["rank_lower"] <= own) & (own <= rows["rank_upper"])).all()
        assert rows["rank_lower"].min() >= 1 and rows["rank_upper"].max() <= len(rows)
        if unit == "grid":
            assert 1 < (rows["rank_upper"] - rows["rank_lower"]).mean() < len(rows) / 2
    assert "model" in kinds.values()


def test_publishing_the_same_again_gives_the_same_snapshot(town: Town) -> None:
    again = publish(town.home, now=NOW)
    assert (again.snapshot, again.alerts) == (town.published.snapshot, 0)


def test_where_nothing_is_new_no_source_is_examined(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Home] = []
    monkeypatch.setattr("serving.publishing.publish.examined", lambda home, *_, **__: asked.append(home))
    assert publish(town.home, now=NOW).snapshot == town.published.snapshot
    assert asked == []


def test_a_snapshot_is_replayed_byte_for_byte(copied: Home) -> None:
    """From the same store, configuration, catalogue, models and snapshot before."""
    row = newest(copied)
    assert row is not None
    kept = {name: sha256(copied.snapshots / row.id / name) for name in row.manifest["files"]}
    assert kept == row.manifest["files"]
    shutil.rmtree(copied.snapshots)
    (copied.path / "riskwarn.db-journal").unlink(missing_ok=True)
    with copied.database.begin() as connection:
        for table in ("alerts", "alert_steps", "alerts_held", "messages", "snapshots"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    again = publish(copied, now=NOW)
    assert again.snapshot == row.id
    assert {name: sha256(copied.snapshots / row.id / name) for name in kept} == kept


def test_what_is_scored_from_the_kept_state_is_what_the_store_tells(copied: Home, town: Town, tmp_path: Path) -> None:
    """A replay reads the whole store; a scoring reads the state, and of the store what is new since."""
    publish(copied, now=NOW)
    first = ledger(copied, "disputes")[0]
    rows = pd.read_csv(town.exports / first.file_name, dtype=str, encoding="gb18030").tail(40)
    # Some are told anew, in another grid, and some are new.
    rows["网格编码"] = np.roll(rows["网格编码"].to_numpy(), 7)
    rows.iloc[::2, rows.columns.get_loc("纠纷编号")] += "x"
    rows.to_csv(tmp_path / "disputes.csv", index=False)
    load(copied, "disputes", tmp_path / "disputes.csv")
    told: list[str] = []
    publish(copied, now=NOW, progress=lambda what, *_: told.append(what))
    assert "reading what is new" in told and "building the state" not in told
    row = newest(copied)
    assert row is not None and row.id != town.published.snapshot
    assert rebuild(copied, row.id, tmp_path) == row.manifest["files"]


def test_two_scorings_at_once_publish_one_snapshot(copied: Home) -> None:
    """The second waits, and finds what the first has published."""
    as_of = copied.configuration.calendar.shift(pd.Timestamp(before_as_of(copied)).date(), -1)
    homes = [open_home(copied.path, Settings()) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda home: publish(home, as_of, now=NOW), homes))
    assert done[0].snapshot == done[1].snapshot
    assert len(list(copied.snapshots.glob(f"{as_of}-*"))) == 1


def versions_with(changed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the formula of one feature had been rewritten."""
    known = Catalogue.versions.func

    def now(catalogue: Catalogue) -> dict[str, str]:
        return {name: "another" if name == changed else told for name, told in known(catalogue).items()}

    monkeypatch.setattr(Catalogue, "versions", property(now))


def word_of_category(source: str, code: str, patch: pytest.MonkeyPatch) -> None:
    """As if another word of the vocabulary led to a category."""
    known = version.shipped

    def now(name: str) -> dict[str, Any]:
        listed = known(name)
        return (
            listed
            if name != "categories"
            else {**listed, source: {**listed[source], code: [*listed[source][code], "别的"]}}
        )

    patch.setattr(version, "shipped", now)


def test_a_change_of_a_formula_or_a_word_invalidates_what_depends_on_it_and_nothing_else(
    copied: Home, tmp_path: Path
) -> None:
    """Features (the name of their table), snapshots and replays. The model of conflict uses disputes, nothing uses the brand-new."""
    row = newest(copied)
    assert row is not None
    used = {name for one in champions(copied) for name in load_forecaster(copied, one.version).names}
    spared = next(name for name in feature_versions(copied.configuration) if name not in used)
    table, kept = table_path(copied, date(2026, 6, 1), 1), row.manifest["files"]
    with pytest.MonkeyPatch.context() as patch:
        versions_with(spared, patch)
        assert table_path(copied, date(2026, 6, 1), 1) != table
        assert publish(copied, now=NOW).snapshot == row.id
        assert rebuild(copied, row.id, tmp_path) == kept
    for change in (
        lambda patch: versions_with("disputes_open", patch),
        lambda patch: word_of_category("disputes", "neighbourhood", patch),
    ):
        with pytest.MonkeyPatch.context() as patch:
            change(patch)
            assert table_path(copied, date(2026, 6, 1), 1) != table
            with pytest.raises(FeaturesChanged, match="run riskwarn retrain"):
                publish(copied, now=NOW)
            with pytest.raises(FeaturesChanged, match=r"disputes_open|neighbourhood"):
                rebuild(copied, row.id, tmp_path)
    assert table_path(copied, date(2026, 6, 1), 1) == table
    assert publish(copied, now=NOW).snapshot == row.id


def test_a_replay_tells_what_has_changed_since_and_of_a_snapshot_of_before_that_it_cannot(
    copied: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sentences of reasons, words and code of the numbers that they tell, the engine under them: each alone."""
    row = newest(copied)
    assert row is not None
    # As if no model used what changes: what a champion was trained for is told by itself.
    monkeypatch.setattr("training.registry.loading.check_purpose", lambda *_: None)
    changes: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
        "the sentences of its reasons": lambda patch: patch.setattr("serving.scoring.score.sentences", dict),
        "words that its features, or these numbers, read": lambda patch: word_of_category(
            "disputes", "neighbourhood", patch
        ),
        "the code or declaration of its features, or of the numbers that its reasons tell": lambda patch: patch.setattr(
            version, "_code", lambda *_: "another"
        ),
        "the engine under its features": lambda patch: patch.setattr(version, "engine_version", lambda: "another"),
    }
    for told, change in changes.items():
        with pytest.MonkeyPatch.context() as patch:
            change(patch)
            with pytest.raises(NotReplayable, match=rf"what has changed since it was made: {told}\.$"):
                rebuild(copied, row.id, tmp_path)
    before = json.dumps({name: told for name, told in row.manifest.items() if name != "catalogue"}, ensure_ascii=False)
    with copied.database.begin() as connection:
        connection.exec_driver_sql("UPDATE snapshots SET manifest = ? WHERE id = ?", (before, row.id))
    assert rebuild(copied, row.id, tmp_path) == row.manifest["files"]
    with pytest.MonkeyPatch.context() as patch:
        changes["the sentences of its reasons"](patch)
        with pytest.raises(NotReplayable, match="of before they were kept apart does not tell which"):
            rebuild(copied, row.id, tmp_path / "again")


@pytest.mark.slow
def test_change_is_told_against_the_snapshot_before(copied: Home) -> None:
    """With what was published for the greatest as-of before; a back-dated scoring has no part in that."""
    current = newest(copied)
    assert current is not None
    assert scores_frame(copied, current.id)["change"].isna().all(), "nothing was published before"
    calendar = copied.configuration.calendar
    earliest, earlier = (publish(copied, calendar.shift(current.as_of, -weeks), now=NOW) for weeks in (2, 1))
    assert not (earliest.current or earlier.current) and (earliest.alerts, earlier.alerts) == (0, 0)
    assert newest(copied) == current
    before, table = (scores_frame(copied, one.snapshot) for one in (earliest, earlier))
    both = table[table["unit"] == "grid"].merge(
        before[before["unit"] == "grid"], on=["code", "target", "horizon"], suffixes=("", "_before")
    )
    assert len(both) == 240
    assert np.allclose(both["change"], both["score"] - both["score_before"], atol=2e-6)
    above = table[table["unit"] != "grid"].merge(
        before[before["unit"] != "grid"], on=["unit", "code", "target", "horizon"], suffixes=("", "_before")
    )
    assert len(above) and np.allclose(
        above["change"], above["expected_count"] - above["expected_count_before"], atol=2e-6
    )
    with copied.database.begin() as connection:
        connection.exec_driver_sql(f"DELETE FROM snapshots WHERE id = '{earliest.snapshot}'")
    shutil.rmtree(copied.snapshots / earliest.snapshot)
    assert (
        rebuild(copied, earlier.snapshot, copied.path / "again") == newest(copied, earlier.as_of).manifest["files"]
    ), (  # type: ignore[union-attr]
        "a snapshot keeps the scores that it was compared with"
    )


def before_as_of(home: Home) -> str:
    row = newest(home)
    assert row is not None
    return str(row.as_of)


HEIGHTS = {"orange": 1, "red": 2}


def heights(home: Home, snapshot: str) -> dict[tuple[str, str], int]:
    """How high the grids of the two highest levels stand, at the horizon that people look at."""
    table = scores_frame(home, snapshot)
    rows = table[(table["unit"] == "grid") & table["level"].isin(list(HEIGHTS)) & (table["horizon"] == 4)]
    return {(row.code, row.target): HEIGHTS[row.level] for row in rows.itertuples()}


def forgotten(home: Home) -> None:
    """The home as if nothing had been published."""
    with home.database.begin() as connection:
        for table in ("alerts", "alert_steps", "alerts_held", "messages", "snapshots"):
            connection.exec_driver_sql(f"DELETE FROM {table}")


def rules_that_some_grid_rises_by(home: Home, first: date, second: date) -> Levels:
    """All grids are orange or red; red are those that come first, as many as let one of them come from further down."""
    tables = [scores_frame(home, publish(home, as_of, now=NOW).snapshot) for as_of in (first, second)]
    then, now = (
        table.query("unit == 'grid' and horizon == 4").set_index(["target", "code"])["rank"] for table in tables
    )
    risen = now[now < then.reindex(now.index)]
    assert len(risen), "within a week some grid overtakes another"
    grids = len(now) // now.index.get_level_values("target").nunique()
    return Levels(red=LevelRule(top=(risen.min() - 0.5) / grids, times=0), orange=LevelRule(top=1, times=0))


@pytest.mark.slow
def test_an_alert_is_raised_when_a_level_is_entered_and_never_twice(
    copied: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Orange to red is an entry, and told with the live notice; the same grids published again, by whatever inputs, are none."""
    teams = lambda home, places, _: default_teams(places, home.configuration.alerts.notices_a_week)  # noqa: E731
    monkeypatch.setattr("serving.publishing.alerting.teams_of", teams)
    latest, calendar = pd.Timestamp(before_as_of(copied)).date(), copied.configuration.calendar
    forgotten(copied)
    eager = rules_that_some_grid_rises_by(copied, calendar.shift(latest, -2), calendar.shift(latest, -1))
    forgotten(copied)
    rules = Alerts(rules=(Rule(on="level"),), notices_a_week=100, group_from=1000, quiet=None)
    changed = copied.configuration.model_copy(update={"levels": eager, "alerts": rules})
    home = Home(copied.path, changed, copied.settings)
    first_as_of = calendar.shift(latest, -2)
    now = datetime(first_as_of.year, first_as_of.month, first_as_of.day, 9, tzinfo=calendar.timezone)
    began = min(now, NOW)
    first = publish(home, first_as_of, now=began)
    was, rises = heights(home, first.snapshot), 0
    assert first.alerts == len(was), "all stand orange or red"
    for weeks in (1, 0):
        later = publish(home, calendar.shift(latest, -weeks), now=began + timedelta(weeks=2 - weeks))
        stands = heights(home, later.snapshot)
        assert later.alerts == 0, "of each there is a live notice"
        rises += sum(height == 2 and was.get(key) == 1 for key, height in stands.items())
        was = stands
    assert rises, "some went from orange to red"
    with home.database.connect() as connection:
        told = {(one.code, one.target): one.level for one in live_alerts(connection)}
        further = connection.exec_driver_sql("SELECT count(*) FROM alert_steps WHERE verb = 'raised_further'").scalar()
    assert further and all(told[key] == "red" for key, height in was.items() if height == 2)
    again = Home(home.path, home.configuration.model_copy(update={"city": "another name"}), home.settings)
    anew = publish(again, now=began + timedelta(weeks=2, hours=1))
    assert anew.snapshot != later.snapshot and anew.current
    assert heights(again, anew.snapshot) == was and anew.alerts == 0


def test_a_damaged_model_is_not_used(copied: Home) -> None:
    model = next(copied.artifacts.rglob("model.json"))
    model.write_text(model.read_text(encoding="utf-8").replace("horizon", "horizons", 1), encoding="utf-8")
    as_of = copied.configuration.calendar.shift(pd.Timestamp(before_as_of(copied)).date(), -2)
    with pytest.raises(ModelDamaged, match=r"model\.json"):
        publish(copied, as_of, now=NOW)


def test_the_noise_of_a_change_is_what_two_fits_differ_by_and_a_baseline_has_none(town: Town) -> None:
    """Of all pairs of the members, as many differ by no more as the interval says."""
    table = scores_frame(town.home, town.published.snapshot)
    city = read_city(town.home, now=NOW)
    for champion in champions(town.home):
        own = table.query("unit == 'grid' and target == @champion.target and horizon == @champion.horizon")
        forecaster = load_forecaster(town.home, champion.version)
        towns = table.query("unit == 'town' and target == @champion.target and horizon == @champion.horizon")
        if not isinstance(forecaster, Ensemble):
            assert own["change_noise"].isna().all() and towns["change_noise"].isna().all()
            continue
        matrix = build_features(city, [city.as_of], names=forecaster.names)
        task = make_task(city, champion.target, champion.horizon, matrix)
        members = resampled(forecaster, task.inputs, city.as_of)
        assert members is not None
        drawn = members.probability
        first, second = np.triu_indices(len(drawn), 1)
        noise = own.set_index("code")["change_noise"].reindex(list(city.geography.grid_ids)).to_numpy()
        within = (np.abs(drawn[first] - drawn[second]) <= noise).mean(axis=0)
        assert 0.75 < within.mean() < 0.87 and within.min() > 0.7
        # Above the grid it is that of the expected count, which is the sum of the parts.
        units = city.geography.units[Unit.TOWN]
        sums = np.stack([np.bincount(units.of_grid, one, len(units.codes)) for one in np.round(members.mean, 6)])
        told = towns.set_index("code")["change_noise"].reindex(list(units.codes)).to_numpy()
        assert np.allclose(told, difference_of_two(sums), atol=1e-6) and (told > 0).all()


def test_nothing_is_published_without_a_champion(home: Home) -> None:
    with pytest.raises(NoChampion, match="riskwarn train"):
        publish(home, now=NOW)


def test_levels_need_both_rank_and_size() -> None:
    rules = Levels()
    score = np.full(200, 0.01)
    score[:3] = (0.5, 0.4, 0.3)
    rank = np.arange(1, 201)
    found = levels(score, rank, rules)
    assert list(found[:4]) == [Level.RED.value, Level.RED.value, Level.ORANGE.value, Level.NONE.value]
    assert set(levels(np.full(200, 0.2), rank, rules)) == {Level.NONE.value}
    assert set(levels(np.zeros(200), rank, rules)) == {Level.NONE.value}
    assert set(levels(score, rank, rules, silent=True)) == {Level.UNKNOWN.value}
