"""Audits lie with the runs of versions, and what drift recommends is said where somebody reads it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from riskwarn.home import Home
from riskwarn.store import Store
from riskwarn.words import Unit
from tests.conftest import Town
from tests.training.tasks import made_task
from tests.worlds import NOW, dispute, load, with_grids, write_csv
from training import versions
from training.audits.audit import Audit, from_json
from training.audits.drift import LIMIT
from training.evaluation.outcomes import outcomes_of
from training.evaluation.rolling import Fold, RollingForecasts
from training.intervals.counts import CountDistribution
from training.models.baselines import Rate
from training.models.forecast import Forecast
from training.registry.loading import load_texts
from training.registry.registration import register
from training.registry.versions import set_alias
from training.routines.auditing import DRIFT, SINCE, drift_since, recommendations

EVERYWHERE = {"groups", "interventions", "not_counted", "drift", "versions"}


def test_a_version_holds_its_audits_and_at_the_usual_horizon_what_it_leans_on(town: Town) -> None:
    found = {}
    for one in town.trained:
        texts = load_texts(town.home, one.version, "audits/")
        found[one.target, one.horizon] = {audit.name: audit for audit in map(from_json, texts.values())}
    assert {name: set(audits) for name, audits in found.items()} == {
        ("conflict", 1): EVERYWHERE,
        ("conflict", 4): EVERYWHERE | {"sources", "observers"},
        ("safety", 1): EVERYWHERE,
        ("safety", 4): EVERYWHERE | {"sources", "observers"},
    }
    conflict = found["conflict", 4]
    assert {"disputes", "calendar"} <= {row["source"] for row in conflict["sources"].rows}
    assert conflict["not_counted"].facts["source"] == "disputes"
    assert {row["by"] for row in conflict["groups"].rows} >= {"district", "population", "share_over_65"}
    shown = [row for row in conflict["groups"].rows if not row["withheld"]]
    assert shown and all(cast(int, row["grids"]) >= 10 for row in shown)
    assert conflict["versions"].facts["origins"] == len(conflict["versions"].rows)
    told = {one.version: one.metrics for one in versions(town.home)}
    for one in town.trained:
        assert told[one.version]["drift"] == pytest.approx(found[one.target, one.horizon]["drift"].facts["evidence"])


@dataclass(frozen=True)
class Constant:
    """Forecasts one rate everywhere."""

    rate: float
    name: str = "model"
    names: tuple[str, ...] = ("a",)
    horizon: int = 1

    def predict(self, inputs: Any, origins: Any) -> Forecast:
        return Forecast(CountDistribution.poisson(np.full((len(origins), inputs.grids), self.rate)))


def test_a_world_that_moved_since_the_training_of_the_champion_is_found() -> None:
    rng = np.random.default_rng(1)
    rate = np.full((60, 80), 0.3)
    rate[40:] *= 1.8
    task = made_task({"a": np.zeros((61, 80))}, rng.poisson(rate).astype(float))
    one = np.zeros(80, dtype=np.int64)
    units = {level: SimpleNamespace(of_grid=one, codes=("D",)) for level in (Unit.COMMUNITY, Unit.TOWN, Unit.DISTRICT)}
    task = replace(task, geography=cast(Any, SimpleNamespace(born={}, units=units, kinds=())))
    origins, trained = task.origins[8:60], task.origins[40]
    champion, refitted = Constant(0.3), Constant(0.54)
    folds = (Fold(origins[:32], {"model": champion}), Fold(origins[32:], {"model": refitted}))
    forecasts = RollingForecasts(task.inputs, folds)
    came = outcomes_of(task, origins, task.as_of)
    found = drift_since(task, forecasts, origins, came, "safety-1-v1", champion, trained)  # type: ignore[arg-type]
    assert found is not None and found.name == SINCE and found.facts["moved"] == 1
    assert found.facts["version"] == "safety-1-v1" and found.facts["last_fit"] == trained.isoformat()
    assert abs((date.fromisoformat(str(found.facts["since"])) - trained).days) <= 28
    late = task.origins[56]
    assert drift_since(task, forecasts, origins, came, "safety-1-v1", champion, late) is None, "trained too lately"  # type: ignore[arg-type]
    assert drift_since(task, forecasts, origins, came, "safety-1-v1", replace(champion, horizon=4), trained) is None  # type: ignore[arg-type]
    strange = replace(champion, names=("b",))
    assert drift_since(task, forecasts, origins, came, "safety-1-v1", strange, trained) is None  # type: ignore[arg-type]


def evidence_of(name: str, evidence: float, **facts: Any) -> Audit:
    told = {"evidence": evidence, "moved": int(evidence > LIMIT), "since": "2026-03-02", "more": 1, "strongest": "city"}
    return Audit(name, {**told, **facts}, ())


def registered(home: Home, target: str, *audits: Audit, as_of: str | None = None) -> str:
    metrics = {one.name: float(cast(float, one.facts["evidence"])) for one in audits}
    parameters = {} if as_of is None else {"as_of": as_of}
    files = {one.path: one.as_json() for one in audits}
    version, _ = register(home, target, 4, Rate("climatology", 4, 0.1), parameters, metrics, files=files)
    return version


def test_drift_is_said_of_champions_and_of_what_the_newest_training_found_of_them(home: Home) -> None:
    still = registered(home, "conflict", evidence_of(DRIFT, 3.0))
    moved = registered(home, "safety", evidence_of(DRIFT, 500.0))
    assert recommendations(home, versions(home)) == [], "neither scores yet"
    set_alias(home, still, "champion")
    set_alias(home, moved, "champion")
    [said] = recommendations(home, versions(home))
    assert said.startswith("“safety incident” has come more often than safety-4-v1 forecast since about 2026-03-02")
    registered(home, "safety", evidence_of(DRIFT, 5000.0), evidence_of(SINCE, 9000.0, version=moved, more=0))
    [said] = recommendations(home, versions(home))
    assert said.startswith("“safety incident” has come less often than safety-4-v1") and "9,000" in said
    registered(home, "safety", evidence_of(DRIFT, 1.0))
    [said] = recommendations(home, versions(home))
    assert "evidence 500" in said, "the newest training found nothing since, the champion's own stays"


def test_to_train_anew_is_advised_only_where_something_newer_is_known(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    load(home, "disputes", write_csv(tmp_path / "disputes.csv", [dispute(number) for number in range(28)]))
    assert home.configuration.calendar.midnight_after(Store(home).newest_known_at()) == date(2026, 3, 29)  # type: ignore[arg-type]
    first = registered(home, "safety", evidence_of(DRIFT, 500.0), as_of="2026-03-29")
    set_alias(home, first, "champion")
    [said] = recommendations(home, versions(home))
    assert said.endswith(
        f"look what has changed; {first} was trained of all that is known: retrain when newer records are loaded"
    )
    later = registered(
        home, "safety", evidence_of(DRIFT, 500.0), evidence_of(SINCE, 900.0, version=first), as_of="2026-03-29"
    )
    [said] = recommendations(home, versions(home))
    assert said.endswith(f"then compare {later}, which was trained of all that is known, and promote the better")
    newer = [
        dispute(40 + day, 发生时间=f"2026-04-{day:02d} 09:00:00", 登记时间=f"2026-04-{day:02d} 10:00:00")
        for day in range(1, 9)
    ]
    load(home, "disputes", write_csv(tmp_path / "newer.csv", newer), exported_at=NOW, force=True)
    [said] = recommendations(home, versions(home))
    assert said.endswith("look what has changed; then riskwarn retrain and compare")
