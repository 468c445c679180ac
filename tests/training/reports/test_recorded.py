"""What lies with a version of a trained city: its facts, page, card and drawings, and figures beside each baseline in its run."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from features import read_city
from features.panel.panel import encoded
from riskwarn.errors import ModelDamaged, NoChampion, ReportMissing, UnknownVersion
from riskwarn.home import Home, open_home
from riskwarn.periods import FOREVER
from riskwarn.settings import Settings
from tests.conftest import Town
from tests.training.reports.test_report_pages import read
from training.models.baselines import Rate
from training.registry.loading import load_texts
from training.registry.registration import register
from training.registry.runs import embedded
from training.registry.versions import run_of
from training.reports.charts import number
from training.reports.facts import FILE, read_facts
from training.reports.words import FIGURES
from training.routines.report import report_of_city, report_of_version
from training.routines.reporting import sources_of


def test_with_each_version_lie_its_facts_and_pages_made_of_them(town: Town) -> None:
    for one in town.trained:
        facts = read_facts(load_texts(town.home, one.version)[FILE])
        assert (facts.target, facts.horizon, facts.kind, facts.reason) == (
            one.target,
            one.horizon,
            one.kind,
            one.reason,
        )
        assert {who.name: who.metrics for who in facts.forecasters} == one.evaluation.metrics
        left = embedded(town.home, one.run_id)
        page = (left / "report.html").read_text(encoding="utf-8")
        assert page == report_of_version(town.home, one.version, language="zh").html
        text = read(page, "en")
        assert one.version in text and "champion" in text
        assert all(number(who.metrics[name]) in text for who in facts.forecasters for name in FIGURES)
        assert one.version in (left / "model-card.md").read_text(encoding="utf-8")
        assert {file.suffix for file in (left / "plots").iterdir()} == {".svg"}
        assert {"disputes", "incidents"} <= {source.name for source in facts.sources}
        assert all(one.records > 0 and one.first and one.newest for one in facts.sources)
        assert all(one.first <= one.newest <= facts.as_of for one in facts.sources if one.first and one.newest)
        assert bool(facts.columns) == (one.kind in ("model", "poisson_regression"))
        assert facts.learnt_origins > facts.learnt_origins // 2 > len(facts.origins) // 2
        assert facts.since is None and facts.events > 0


def test_what_it_was_trained_on_is_told_without_the_beliefs_which_lie_in_the_store(town: Town) -> None:
    city = read_city(town.home)
    facts = read_facts(load_texts(town.home, town.trained[0].version)[FILE])
    told = sources_of(replace(city, beliefs={}), encoded(city))
    assert told == facts.sources
    frame = city.beliefs["disputes"]
    held = frame["believed_to"] == FOREVER
    assert frame["record_id"].nunique() - frame.loc[held, "record_id"].nunique() > 0, "some are void"
    assert [one.name for one in told][-2:] == ["demographics", "interventions"], "which its features read, too"
    frame = frame[held]
    (disputes,) = (one for one in told if one.name == "disputes")
    days = frame["occurred_at"].dropna()
    assert (disputes.records, disputes.first, disputes.newest) == (
        frame["record_id"].nunique(),
        city.calendar.local_date(days.min().to_datetime64()),
        city.calendar.local_date(days.max().to_datetime64()),
    )


def test_what_became_known_after_the_as_of_it_was_not_trained_on(town: Town) -> None:
    day = date(2026, 1, 5)
    city = read_city(town.home, day)
    told = {one.name: one for one in sources_of(city, encoded(city))}
    instant = city.calendar.instant(day)
    for name, frame in city.beliefs.items():
        then = frame[
            (frame["known_at"] < instant) & (frame["believed_from"] < instant) & (frame["believed_to"] >= instant)
        ]
        days = then["occurred_at"].dropna()
        assert frame["record_id"].nunique() > then["record_id"].nunique() > 0
        assert told[name].records == then["record_id"].nunique()
        assert told[name].newest == city.calendar.local_date(days.max().to_datetime64()) < day
    assert all(one.newest is not None and one.newest < day for one in told.values())


def test_residents_and_services_are_counted_as_they_were_known(town: Town) -> None:
    city = read_city(town.home, date(2026, 1, 5))
    known = pd.to_datetime(["2025-05-01T16:00", "2025-12-01T16:00", "2026-02-01T16:00", None])
    rows = pd.DataFrame(
        {"grid": 0, "known_at": known, "valid_from": [date(2025, 5, 2), date(2025, 12, 2), date(2026, 2, 2), None]}
    )
    services = rows.assign(started_at=known - pd.Timedelta(days=1))
    few = replace(city, demographics=rows, interventions=services[:1])
    residents, given = sources_of(few, encoded(city))[-2:]
    assert (residents.name, residents.zh, residents.records, residents.first, residents.newest) == (
        "demographics", "人口与房屋", 3, date(2025, 5, 2), date(2025, 12, 2)
    )  # fmt: skip
    assert (given.name, given.records, given.first, given.newest) == (
        "interventions",
        1,
        date(2025, 5, 1),
        date(2025, 5, 1),
    )
    undated = replace(city, demographics=rows[3:], interventions=services[:0])
    told = {one.name: (one.records, one.first, one.newest) for one in sources_of(undated, encoded(city))}
    assert told["demographics"] == (1, None, None) and "interventions" not in told


def test_a_town_of_few_grids_or_events_is_nowhere_told(town: Town) -> None:
    facts = read_facts(load_texts(town.home, town.trained[1].version)[FILE])
    assert facts.towns and facts.outline
    for place in facts.towns:
        assert place.level is None or (place.grids >= 10 and (place.events or 0) >= 10)


def test_the_run_has_the_figures_beside_each_baseline_and_a_description(town: Town) -> None:
    one = town.trained[1]
    told = run_of(town.home, one.version).data
    for name, figures in one.evaluation.metrics.items():
        key = "log_loss" if name == one.kind else f"log_loss/{name}"
        assert told.metrics[key] == pytest.approx(figures["log_loss"])
    assert told.metrics["gain/climatology"] == pytest.approx(one.evaluation.gains["climatology"]["log_loss"].gain)
    assert told.tags["kind"] == "version" and told.tags["mlflow.runName"] == f"{one.version} {one.kind}"
    assert "| climatology" in told.tags["mlflow.note.content"]
    assert len(told.tags["mlflow.note.content"]) < 8000


def test_facts_that_were_changed_are_refused_and_a_version_without_says_so(town: Town, tmp_path: Path) -> None:
    shutil.copytree(town.home.path, tmp_path / "home")
    home = open_home(tmp_path / "home", Settings(threads=1))
    one = town.trained[0]
    file = embedded(home, one.run_id) / FILE
    file.write_text(file.read_text(encoding="utf-8").replace("0", "1", 1), encoding="utf-8")
    with pytest.raises(ModelDamaged, match=r"report\.json"):
        report_of_version(home, one.version, language="en")
    old, _ = register(home, "conflict", 1, Rate("climatology", 1, 0.1), {}, {})
    with pytest.raises(ReportMissing, match="riskwarn retrain"):
        report_of_version(home, old, language="en")
    with pytest.raises(UnknownVersion):
        report_of_version(home, "conflict-1-v99", language="en")


def test_without_a_name_it_is_the_first_champion_at_the_usual_horizon(town: Town, home: Home) -> None:
    assert report_of_version(town.home, None, language="en").of == "conflict-4-v1"
    with pytest.raises(NoChampion):
        report_of_version(home, None, language="en")


def test_the_page_of_the_data_is_of_every_source(town: Town) -> None:
    text = read(report_of_city(town.home, language="en").html, "en")
    for source in ("disputes", "petitions", "hotline", "grid reports", "hazards", "incidents"):
        assert source in text
    assert "grid id" in text and "Records by week in which they became known." in text
