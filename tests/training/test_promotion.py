"""Who becomes champion, and that a version is what it was."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

import features
from features import FeatureMatrix, read_city
from riskwarn.errors import (
    AsOfInvalid,
    HistoryTooShort,
    NoEvents,
    PromotionRefused,
    TargetSourceMissing,
    TargetWithoutEvents,
    TrainedForOther,
    UnknownTarget,
    UnknownVersion,
)
from riskwarn.files import sha256
from riskwarn.home import Home, open_home
from riskwarn.settings import Settings
from riskwarn.words import Severity
from serving.publishing.publish import publish
from tests.conftest import Town
from tests.worlds import NOW, dispute, load, with_grids, write_csv
from training import (
    backtest,
    champions,
    load_forecaster,
    make_task,
    of_several_families,
    promote,
    rollback,
    train,
    versions,
)
from training.audits.audit import from_json
from training.labels.task import learnable_origins
from training.registry.loading import load_kept, load_series, load_texts
from training.registry.runs import BACKTEST, EXPERIMENT, embedded
from training.registry.tracking import tracking
from training.registry.versions import Version, run_of, split
from training.reports.facts import FILE, read_facts
from training.routines.backtest import build_features
from training.routines.gains import compared
from training.routines.report import report_of_version


def test_a_family_scores_as_a_whole_where_it_beats_the_best_baseline_at_the_usual_horizon(town: Town) -> None:
    for target in ("conflict", "safety"):
        family = [one for one in town.trained if one.target == target]
        usual = next(one for one in family if one.horizon == 4).evaluation
        wins = usual.model_wins and not any(one.evaluation.decisive.loses for one in family)
        assert {one.kind for one in family} == {"model" if wins else usual.best_baseline}
        assert len({one.family for one in family}) == 1
        assert all(one.champion for one in family)
    assert {one.kind for one in town.trained if one.target == "conflict"} == {"model"}
    assert {"regression", "lightgbm"} <= set(town.trained[0].evaluation.metrics), "its parts are printed beside it"
    assert [champion.version for champion in champions(town.home)] == [one.version for one in town.trained]
    assert of_several_families(champions(town.home)) == {}


def test_with_a_version_lies_how_each_forecaster_did_at_each_judged_origin(town: Town) -> None:
    for one in town.trained:
        series = load_series(town.home, one.version)
        assert series is not None
        assert set(series.values) == set(one.evaluation.metrics)
        for name, values in one.evaluation.metrics.items():
            mean = np.nanmean(list(series.of(name, "log_loss").values()))
            assert mean == pytest.approx(values["log_loss"]), (one.version, name)
        kept = load_kept(town.home, one.version)
        assert (kept is not None) == (one.kind == "model"), "a baseline stands beside every version"
        if kept is not None:
            again = kept.judged_by(kept, kept.origins, kept.grid_ids)
            assert again.by_origin == pytest.approx(series.of("model", "log_loss"), abs=1e-6), "it can be judged again"
            assert series.labels == kept.digests()
    assert all(one.promoted_at is not None for one in versions(town.home))


def test_a_promotion_compares_as_the_training_did(town: Town) -> None:
    """Over communities, too: the wider of two intervals, in every bit."""
    known = versions_by_name(town.home)
    for one in town.trained:
        if one.kind == "model":
            [beside] = compared(town.home, known[one.version], None)
            assert (beside.other, beside.gain) == (one.evaluation.best_baseline, one.evaluation.decisive)


def test_what_is_loaded_forecasts_as_what_was_fitted_and_explains_itself(town: Town) -> None:
    city = read_city(town.home)
    matrix = build_features(city)
    for champion in champions(town.home):
        forecaster = load_forecaster(town.home, champion.version)
        inputs = make_task(city, champion.target, champion.horizon, matrix).inputs
        made = forecaster.predict(inputs, [city.as_of])
        assert made.probability.shape == (1, 60)
        assert ((made.probability >= 0) & (made.probability <= 1)).all()
        reasons = forecaster.explain(inputs, city.as_of)
        assert reasons.effects.shape == (60, len(reasons.features))
        # The effects move a usual probability, the same for all grids, to each grid's own.
        usual = made.probability[0] - reasons.effects.sum(axis=1)
        assert np.ptp(usual) < 1e-6, champion.version


def versions_by_name(home: Home) -> dict[str, Version]:
    return {one.version: one for one in versions(home)}


@pytest.fixture
def easy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every model beats the baseline that is to be beaten."""
    monkeypatch.setattr("training.routines.judging.best_baseline", lambda task, before: "zero")


@pytest.mark.slow
@pytest.mark.usefixtures("easy")
def test_a_later_version_is_a_challenger_until_it_is_promoted(town: Town, tmp_path: Path) -> None:
    shutil.copytree(town.home.path, tmp_path / "copy")
    home = open_home(tmp_path / "copy", Settings(threads=1))
    trained, skipped = train(home, target="conflict", horizon=4)
    assert not skipped
    assert (trained[0].version, trained[0].champion) == ("conflict-4-v2", False)
    assert trained[0].reason.startswith("challenger of conflict-4-v1")
    told = run_of(home, "conflict-4-v2").data
    assert told.tags["champion_then"] == "conflict-4-v1"
    assert told.metrics["log_loss/champion"] == pytest.approx(
        versions_by_name(home)["conflict-4-v1"].metrics["log_loss"]
    )
    page = report_of_version(home, "conflict-4-v2", language="en").html
    assert "Beside conflict-4-v1, the champion when this version was made." in page
    assert read_facts(load_texts(home, "conflict-4-v2")[FILE]).since is not None
    done = promote(home, "conflict-4-v2", "a trial")
    assert told.metrics["gain_over_champion"] == pytest.approx(
        next(one for one in done["compared"] if one["other"] == "conflict-4-v1")["gain"]
    )
    assert (done["replaced"], done["name"], done["family"]) == ("conflict-4-v1", "conflict-4", ["conflict-4-v2"])
    beside = next(one for one in done["compared"] if one["other"] == "conflict-4-v1")
    assert beside["lower"] < 0 < beside["upper"], "the same city: one span of four weeks in place of two spans"
    assert beside["effective"] == trained[0].evaluation.n_origins / 4
    assert champions(home)[1].version == "conflict-4-v2"
    assert list(of_several_families(champions(home))) == ["conflict"]
    assert rollback(home, "conflict")["champions"] == [one.version for one in town.trained if one.target == "conflict"]
    promote(home, "conflict-4-v2", "a trial")
    with pytest.raises(PromotionRefused, match="already"):
        promote(home, "conflict-4-v2")
    # The same inputs give the same model: only its number differs.
    city = read_city(home)
    train(home, target="conflict", horizon=4, city=city)
    one, other = (load_forecaster(home, f"conflict-4-v{number}") for number in (2, 3))
    assert one.name == other.name == "model"
    inputs = make_task(city, "conflict", 4, features.build_features(city, [city.as_of])).inputs
    assert np.array_equal(
        one.predict(inputs, [city.as_of]).probability, other.predict(inputs, [city.as_of]).probability
    )


@pytest.mark.parametrize("version", ["conflict-4-v99", "nothing-1-v1", "conflict", "../../etc-1-v1", "conflict-4-v1'"])
def test_an_unknown_version_is_named(town: Town, version: str) -> None:
    with pytest.raises(UnknownVersion):
        promote(town.home, version)


def test_versions_are_read_as_they_are_written() -> None:
    assert split("conflict-12-v7") == ("conflict-12", "7")


@pytest.mark.parametrize(
    ("start", "end", "told"),
    [
        (date(2035, 1, 1), None, "^2035-01-01 cannot be an as-of: no origin"),
        (None, date(1999, 1, 1), "^1999-01-01 cannot"),
        (date(2026, 3, 31), date(2026, 4, 2), "^2026-03-31 … 2026-04-02 cannot"),
    ],
)
def test_a_backtest_without_a_ripe_origin_is_refused_before_features_are_built(
    town: Town, monkeypatch: pytest.MonkeyPatch, start: date | None, end: date | None, told: str
) -> None:
    monkeypatch.setattr("training.routines.backtest.features_for", lambda *given: pytest.fail("features were built"))
    with pytest.raises(AsOfInvalid, match=told):
        backtest(town.home, target="conflict", horizon=4, start=start, end=end, city=read_city(town.home))


@pytest.mark.slow
def test_a_backtest_has_a_row_for_every_grid_and_origin(town: Town) -> None:
    import pandas as pd

    city = read_city(town.home)
    done = backtest(
        town.home, target="conflict", horizon=4, start=date(2026, 3, 30), refit_every=30, city=city, audit=True
    )
    assert done.origins[0] == date(2026, 3, 30)
    table = pd.read_parquet(done.predictions)
    assert len(table) == 60 * len(done.origins)
    named = {
        "grid_id", "as_of", "target", "horizon", "probability", "expected_count", "lower", "upper", "rank", "observed",
        "rank_lower", "rank_upper",
    }  # fmt: skip
    baselines = (
        "zero", "climatology", "last_value", "all_history", "rate_12", "near_repeat", "shrunk_history", "conflictology",
        "poisson_regression",
    )  # fmt: skip
    named |= {f"baseline_{name}" for name in baselines} | {f"baseline_{name}_count" for name in baselines}
    named |= {f"part_{name}{what}" for name in ("regression", "lightgbm") for what in ("", "_count")}
    assert set(table.columns) == named
    own = table.groupby("as_of")["probability"].rank(ascending=False, method="average").round(6)
    assert ((table["rank_lower"] <= own + 1) & (own <= table["rank_upper"] + 1)).all(), "up to ties of six digits"
    # Ranks as they are published: by six digits, ties by the code of the grid.
    ordered = table.assign(score=-table["probability"].round(6)).sort_values(["as_of", "score", "grid_id"])
    assert (ordered["rank"] == ordered.groupby("as_of").cumcount() + 1).all()
    assert ((table["lower"] <= table["upper"]) & (table["lower"] >= 0)).all() and (table["upper"] > 0).any()
    assert ((table["lower"] >= 1) <= (table["probability"] >= 0.9)).all(), "one or more in nine of ten cases"
    # The newest ripe origin ends the test by default; labels are those of the store.
    assert table["observed"].notna().all()
    windows = table.groupby("as_of")["observed"].sum()
    judged = make_task(city, "conflict", 4, FeatureMatrix.bare(tuple(learnable_origins(city)), city.geography.grid_ids))
    assert done.evaluation.n_events == judged.distinct_events(sorted(windows.index), city.as_of)
    assert windows.max() < done.evaluation.n_events < windows.sum(), "an event that several windows hold counts once"
    assert set(done.evaluation.metrics) == {"model", "regression", "lightgbm", *baselines}
    told = _run(town.home, done.run_id)
    assert (told.info.status, told.data.tags["kind"], told.data.params["refit_every"]) == ("FINISHED", BACKTEST, "30")
    assert told.data.params["predictions_sha256"] == sha256(done.predictions)
    assert (town.home.path / told.data.params["predictions"]) == done.predictions
    for name in (*baselines, "regression", "lightgbm"):
        wanted = done.evaluation.metrics[name]["log_loss"]
        assert told.data.metrics[f"log_loss/{name}"] == pytest.approx(wanted), name
    left = embedded(town.home, done.run_id)
    assert read_facts((left / FILE).read_text(encoding="utf-8")).of == "backtest"
    audits = {one.name: one for one in done.audits}
    assert (
        {from_json(file.read_text(encoding="utf-8")).name for file in (left / "audits").iterdir()}
        == set(audits)
        >= {"groups", "interventions", "drift", "versions", "sources", "observers"}
    )
    observing = audits["observers"]
    assert observing.facts["in_model"] == 0 and cast(int, observing.facts["columns"]) > 10
    assert {"effort", "found_by"} <= {row["family"] for row in observing.rows} and observing.facts["gain"] is not None
    assert (left / "report.html").is_file() and (left / "plots" / "reliability.svg").is_file()
    with tracking(town.home) as client:
        steps = client.get_metric_history(done.run_id, "by_origin_log_loss/model")
    assert [one.step for one in steps] == list(range(len(done.origins)))
    assert np.mean([one.value for one in steps]) == pytest.approx(done.evaluation.metrics["model"]["log_loss"])
    longer = backtest(
        town.home, target="conflict", horizon=4, start=date(2026, 5, 18), end=city.as_of, refit_every=30, city=city
    )
    late = pd.read_parquet(longer.predictions)
    assert late[late["as_of"] == city.as_of]["observed"].isna().all(), "not ripe"
    before = {one.info.run_id for one in _runs(town.home)}
    with pytest.raises(AsOfInvalid):
        backtest(town.home, target="conflict", horizon=4, start=date(2035, 1, 1), city=city)
    assert [one.info.status for one in _runs(town.home) if one.info.run_id not in before] == ["FAILED"]


def _runs(home: Home) -> list[Any]:
    with tracking(home) as client:
        experiment = client.get_experiment_by_name(EXPERIMENT)
        assert experiment is not None
        return list(client.search_runs([experiment.experiment_id]))


def _run(home: Home, run_id: str) -> Any:
    return next(one for one in _runs(home) if one.info.run_id == run_id)


@pytest.mark.slow
@pytest.mark.usefixtures("easy")
def test_a_champion_that_was_trained_for_something_else_neither_scores_nor_returns_and_is_retrained(
    town: Town, tmp_path: Path
) -> None:
    """Where the declaration of the target changed: `train` says so, `retrain` puts a new version in its place."""
    shutil.copytree(town.home.path, tmp_path / "copy")
    whole = open_home(tmp_path / "copy", Settings(threads=1))
    narrower = whole.configuration.targets["conflict"].model_copy(update={"min_severity": Severity.LARGER})
    targets = {**whole.configuration.targets, "conflict": narrower}
    home = Home(whole.path, whole.configuration.model_copy(update={"targets": targets}), whole.settings)
    with pytest.raises(
        TrainedForOther, match=r"conflict-\d-v1 was trained for .*targets\.conflict\.severities.*riskwarn retrain"
    ):
        publish(home, now=NOW)
    city = read_city(home)
    matrix = build_features(city)
    beside, _ = train(home, target="conflict", horizon=4, city=city, matrix=matrix)
    assert not beside[0].champion and "riskwarn retrain" in beside[0].reason
    instead, _ = train(home, target="conflict", horizon=4, city=city, matrix=matrix, renew=True)
    assert instead[0].champion
    assert "takes the place of conflict-4-v1" in instead[0].reason
    with pytest.raises(TrainedForOther, match=r"conflict-\d-v1"):
        promote(home, "conflict-4-v1")
    # Declared as before, the old version may return; the one that it replaces forecasts another target, and is no rival.
    done = promote(whole, "conflict-4-v1", "as before")
    assert done["replaced"] == "conflict-4-v3"
    assert "conflict-4-v3" not in {one["other"] for one in done["compared"]}


def test_what_cannot_be_trained_is_one_sentence(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    rows = [
        dispute(number, 发生时间=f"202{year}-0{month}-10 09:00:00", 登记时间=f"202{year}-0{month}-10 10:00:00")
        for number, (year, month) in enumerate((year, month) for year in (3, 4, 5) for month in range(1, 10))
    ]
    load(home, "disputes", write_csv(tmp_path / "d.csv", rows))
    with pytest.raises(NoEvents, match="none of 27 disputes has escalated_at or one of the outcomes"):
        train(home, target="conflict", horizon=1)
    with pytest.raises(TargetSourceMissing, match="riskwarn ingest incidents"):
        train(home, target="safety")
    with pytest.raises(UnknownTarget, match="declared are conflict, safety"):
        train(home, target="petitioning")
    with pytest.raises(UnknownTarget, match="1, 4, 12"):
        train(home, horizon=3)
    events = [row | {"升级时间": row["登记时间"], "更新时间": row["登记时间"]} for row in rows]
    load(home, "disputes", write_csv(tmp_path / "e.csv", events))
    with pytest.raises(HistoryTooShort, match="load more history"):
        train(home, target="conflict", as_of=date(2023, 3, 1))
    with pytest.raises(TargetWithoutEvents, match="has 5 mature events before 2024-03-04"):
        train(home, target="conflict", horizon=1, as_of=date(2024, 7, 1))
