"""The whole chain: a city that has only part of the sources, the demonstration, and real public data."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from riskwarn.errors import TargetSourceMissing
from riskwarn.home import Home
from riskwarn.words import Level
from serving.publishing.publish import publish
from serving.snapshots.frames import scores_frame
from tests.conftest import Town
from tests.riskwarn.test_cli import riskwarn, told
from tests.worlds import NOW, load
from training import train


def test_a_city_with_only_grids_and_incidents_gets_its_safety_ranking(town: Town, home: Home) -> None:
    load(home, "grids", town.exports / "网格.csv")
    load(home, "incidents", town.exports / "事故.csv")
    trained, skipped = train(home, horizon=4)
    assert [one.target for one in trained] == ["safety"]
    assert [one.target for one in skipped] == ["conflict"]
    assert skipped[0].reason == (
        "Target 'conflict' needs the source 'disputes', and no record of it is loaded: run riskwarn ingest disputes FILE."
    )
    with pytest.raises(TargetSourceMissing):
        train(home, target="conflict")
    published = publish(home, now=NOW)
    assert published.grids == 60
    table = scores_frame(home, published.snapshot)
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
def test_the_demonstration_ends_in_a_ranking(tmp_path: Path) -> None:
    shown = told("demo", "--no-serve", "--grids", "80", "--weeks", "110", cwd=tmp_path)
    assert len(shown["top"]) == 10
    assert [row["rank"] for row in shown["top"]] == list(range(1, 11))
    assert {"model", "climatology", "poisson_regression"} <= set(shown["backtest"]["metrics"])
    assert Path(shown["home"]).is_dir() and shown["address"].startswith("http://127.0.0.1:")
    # A second run replaces its own folder, and never one that holds something else.
    other = tmp_path / "elsewhere"
    (other / "riskwarn-demo").mkdir(parents=True)
    (other / "riskwarn-demo" / "diary.txt").touch()
    refused = riskwarn("demo", "--no-serve", cwd=other)
    assert refused.returncode == 1 and (other / "riskwarn-demo" / "diary.txt").exists()
    refused = riskwarn("--home", "elsewhere", "demo", "--no-serve", cwd=other)
    assert refused.returncode == 2 and "takes no --home" in refused.stderr
    assert json.dumps(shown)
