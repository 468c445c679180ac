"""Gaps travel with the scores, over real connections: what did not come is named, and never shown as low risk."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from features import Feature
from riskwarn.configuration import Levels
from riskwarn.errors import NoSnapshot, NotReplayable
from riskwarn.health import Gap
from riskwarn.home import Home, open_home
from riskwarn.settings import Settings
from riskwarn.store import Store
from riskwarn.store.erasure import erase_record
from riskwarn.store.ledger import losses
from riskwarn.words import Level, Quantity
from serving.scoring.gaps import DataGaps, SourceGap, relied_on
from serving.scoring.levels import levels
from serving.snapshots.lost import lost, not_replayable
from serving.snapshots.published import newest
from serving.snapshots.replay import rebuild
from tests.conftest import Town
from tests.serving.conftest import DISTRICT, running
from tests.worlds import NOW
from training import Reasons


def test_a_silent_district_is_unknown_and_the_others_are_not(silenced: Home) -> None:
    with running(silenced, lambda: NOW) as address, httpx.Client(base_url=address) as api:

        def items(query: str) -> list[dict[str, Any]]:
            found: list[dict[str, Any]] = api.get(f"/v1/scores?limit=1000&{query}").json()["items"]
            return found

        inside = items(f"target=conflict&parent={DISTRICT}")
        assert inside and {item["level"] for item in inside} == {"unknown"}
        assert all("disputes" in item["data_gap"] for item in inside)
        codes = {item["code"] for item in inside}
        outside = [item for item in items("target=conflict") if item["code"] not in codes]
        assert outside and all(item["level"] != "unknown" and item["data_gap"] == [] for item in outside)
        safety = items(f"target=safety&parent={DISTRICT}")
        assert {item["level"] for item in safety} != {"unknown"}, "safety does not rest on disputes"
        assert all("disputes" in item["data_gap"] for item in safety), "but what is missing is named"
        for unit in ("community", "town", "district"):
            part = {DISTRICT}
            if unit != "district":
                part |= {item["code"] for item in items(f"unit={unit}&parent={DISTRICT}")}
            for item in items(f"unit={unit}"):
                assert ("disputes" in item["data_gap"]) == (item["code"] in part)
        assert items("unit=city")[0]["data_gap"] == ["disputes"]
        portrait = api.get(f"/v1/grids/{inside[0]['code']}").json()
        assert all("disputes" in row["data_gap"] for row in portrait["scores"])


def test_the_health_of_the_sources_is_answered_from_the_snapshot(silenced: Home) -> None:
    row = newest(silenced)
    assert row is not None
    with running(silenced, lambda: NOW) as address, httpx.Client(base_url=address) as api:
        answer = api.get("/v1/health/sources")
        assert answer.status_code == 200
        told = answer.json()
        assert told["snapshot"]["id"] == row.id
        sources = {item["source"]: item for item in told["items"]}
        assert set(sources) == {"disputes", "petitions", "hotline", "grid_reports", "hazards", "incidents"}
        disputes = sources["disputes"]
        assert disputes["verdict"] == "gap"
        assert [one["gap"] for one in disputes["districts"] if one["code"] == DISTRICT] == ["silent"]
        finding = next(one for one in disputes["findings"] if one["code"] == "silent")
        assert finding["district"] == DISTRICT and "没有数据" in finding["zh"] and "is quiet for" in finding["en"]
        one = api.get("/v1/health/sources?source=incidents").json()
        assert [item["source"] for item in one["items"]] == ["incidents"]
        again = api.get("/v1/health/sources", headers={"If-None-Match": answer.headers["etag"]})
        assert again.status_code == 304
        for path, status in (("?source=tweets", 404), ("?sauce=disputes", 422)):
            refusal = api.get(f"/v1/health/sources{path}")
            assert refusal.status_code == status
            assert refusal.headers["content-type"] == "application/problem+json"


def test_a_snapshot_is_rebuilt_although_its_loads_were_undone_since(silenced: Home, town: Town, tmp_path: Path) -> None:
    """The first snapshot was made with a register that the second no longer has; its files were not swept."""
    was = newest(town.home)
    assert was is not None
    assert rebuild(silenced, was.id, tmp_path) == was.manifest["files"]
    with pytest.raises(NoSnapshot):
        rebuild(silenced, "2020-01-06-abcdefabcdef", tmp_path)


def test_what_was_made_with_an_erased_record_is_not_rebuilt(silenced: Home, tmp_path: Path) -> None:
    """The ledger says so; the manifests stay as they were published."""
    shutil.copytree(silenced.path, tmp_path / "home")
    home = open_home(tmp_path / "home", Settings())
    before = newest(home)
    record = int(Store(home).versions("incidents", ["record_id"])["record_id"].iloc[0])
    done = erase_record(home, "incidents", record, because="a decision", now=NOW)
    assert newest(home) == before is not None
    assert before.id in not_replayable(home, done.loss)
    with pytest.raises(NotReplayable, match="erased"):
        rebuild(home, before.id, tmp_path)
    with running(home, lambda: NOW) as address:
        told = httpx.get(f"{address}/v1/snapshots").json()["items"]
    assert [item["not_replayable"] for item in told] == [True] * len(told)
    assert lost({"inputs": {"store_version": done.version}}, losses(home)) is False, "what is made from now on"


def test_a_sound_city_has_no_gaps(town: Town) -> None:
    row = newest(town.home)
    assert row is not None and row.manifest["gaps"] == []


def test_a_short_source_hides_no_alarm_and_shows_no_calm() -> None:
    score = np.full(200, 0.01)
    score[:3] = (0.5, 0.4, 0.3)
    short = np.zeros(200, dtype=bool)
    short[[0, 100]] = True
    found = levels(score, np.arange(1, 201), Levels(), False, short)
    assert list(found[[0, 100, 101]]) == [Level.RED.value, Level.UNKNOWN.value, Level.NONE.value]


def test_a_forecast_rests_on_its_own_source_and_on_what_moves_it() -> None:
    def feature(source: str) -> Feature:
        return Feature(f"{source}_x", "counts", source, "", "", Quantity.EXTENSIVE)

    effects = np.array([[0.3, -0.1, 0.01], [-0.3, 0.1, 0.01]])
    reasons = Reasons((feature("hazards"), feature("hotline"), feature("calendar")), effects)
    assert relied_on(reasons, "incidents") == {"incidents", "hazards", "hotline"}
    assert relied_on(Reasons((), np.zeros((2, 0))), "incidents") == {"incidents"}


def test_gaps_are_the_same_after_the_manifest() -> None:
    gaps = DataGaps((SourceGap("disputes", Gap.SILENT, None), SourceGap("hotline", Gap.SHORT, "Q1")))
    assert DataGaps.from_list(gaps.as_list()) == gaps
    assert (gaps.sources("Q1"), gaps.sources("Q2"), gaps.sources(None)) == (
        ["disputes", "hotline"],
        ["disputes"],
        ["disputes", "hotline"],
    )
