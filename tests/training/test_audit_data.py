"""Before training: what leaks in a whole city is found where it is planted, and a sound city gives no finding."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from importlib import invalidate_caches
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features import City, read_city
from riskwarn.home import Home
from tests.conftest import Town
from tests.worlds import NOW
from training.audits.leakage import Leak
from training.labels.targets import target_events
from training.routines.audit_data import audit_data

AHEAD = """
import numpy as np

from features.families.declaration import Family
from features.transforms.amounts import Count

LOCAL = Family("local", theme="local")
FOUR = Count("incidents", 4)


def ahead(panel):
    return np.concatenate([FOUR.compute(panel)[4:], FOUR.compute(panel)[-4:]])


def features(subject):
    if subject.source == "incidents":
        yield LOCAL.declare("incidents", "incidents_count_7", Count("incidents", 7), "近7周", "in the last 7 weeks")
        yield LOCAL.feature("incidents", "incidents_ahead", "此后4周", "of the coming 4 weeks", ahead, window=4)
"""


@pytest.fixture(scope="module")
def city(town: Town) -> City:
    return read_city(town.home, now=NOW)


@pytest.fixture
def looks_ahead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    (tmp_path / "my_ahead.py").write_text(AHEAD, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    invalidate_caches()
    yield "my_ahead"
    sys.modules.pop("my_ahead", None)


def found(home: Home, city: City, target: str = "safety") -> list[Leak]:
    return list(audit_data(home, target=target, city=city, now=NOW).findings)


def test_a_sound_city_gives_no_finding(town: Town, city: City) -> None:
    audited = audit_data(town.home, city=city, now=NOW)
    assert audited.findings == ()
    assert audited.targets == ("conflict", "safety") and audited.columns > 100 and audited.own == ()


def test_a_feed_of_a_target_that_has_ended_is_told_as_everywhere_else(town: Town, city: City) -> None:
    late = read_city(town.home, as_of=city.as_of + timedelta(days=210), now=NOW + timedelta(days=240))
    told = {one.subject: one for one in audit_data(town.home, city=late, now=NOW).findings if one.check == "absent"}
    assert set(told) == {"disputes", "incidents"}
    assert (
        "its feed has ended, and “conflict that escalates” is learnt and judged only by what came before"
        in told["disputes"].sentence
    )
    assert told["disputes"].figure > told["disputes"].limit == 26


def test_labels_that_are_shifted_behind_their_records_are_found(town: Town, city: City) -> None:
    incidents = city.beliefs["incidents"].assign(occurred_at=lambda one: one["occurred_at"] + pd.Timedelta(weeks=3))
    shifted = replace(city, beliefs={**city.beliefs, "incidents": incidents})
    assert {("time_travel", "safety"), ("time_travel", "incidents")} <= {
        (one.check, one.subject) for one in found(town.home, shifted)
    }


def test_a_source_that_was_poisoned_with_the_future_is_found(town: Town, city: City) -> None:
    """Hazards that somebody wrote down because of an incident, dated to three weeks before it."""
    events = target_events(city, "safety")
    hazards = city.beliefs["hazards"]
    poison = hazards.iloc[np.arange(len(events.at)) % len(hazards)].copy()
    poison["record_id"] = np.arange(len(poison)) + 10**15
    poison["grid"] = events.grid
    for name in ("occurred_at", "known_at", "believed_from"):
        poison[name] = (events.at - np.timedelta64(21, "D")).astype("datetime64[us]")
    poison["believed_to"], poison["closed_at"] = hazards["believed_to"].max(), pd.NaT
    poisoned = pd.concat([hazards, poison]).sort_values("known_at", kind="stable", ignore_index=True)
    leaks = found(town.home, replace(city, beliefs={**city.beliefs, "hazards": poisoned}))
    assert {one.check for one in leaks} == {"too_good"}
    assert all(one.subject.startswith("hazards") for one in leaks)


def test_a_feature_of_ones_own_that_looks_ahead_is_found_twice(town: Town, city: City, looks_ahead: str) -> None:
    configuration = city.configuration
    own = configuration.model_copy(
        update={"features": configuration.features.model_copy(update={"modules": (looks_ahead,)})}
    )
    leaks = found(town.home, replace(city, configuration=own))
    assert {(one.check, one.subject) for one in leaks} == {
        ("too_good", "incidents_ahead"),
        ("changed_past", "incidents_ahead"),
    }, "the sound one beside it is not"


def test_a_field_of_the_targets_own_records_that_is_written_because_of_the_outcome_is_found(
    town: Town, city: City
) -> None:
    disputes = city.beliefs["disputes"]
    became = disputes["record_id"].isin(disputes["record_id"][disputes["escalated_at"].notna()])
    told = disputes.assign(severity=disputes["severity"].where(~became, "extraordinary"))
    leaks = found(town.home, replace(city, beliefs={**city.beliefs, "disputes": told}), "conflict")
    assert ("own_record", "disputes.severity") in {(one.check, one.subject) for one in leaks}


def test_a_source_whose_dates_lie_half_a_year_before_their_reports_is_found(town: Town, city: City) -> None:
    incidents = city.beliefs["incidents"].assign(occurred_at=lambda one: one["occurred_at"] - pd.Timedelta(days=182))
    late = replace(city, beliefs={**city.beliefs, "incidents": incidents})
    assert {("registered_late", "incidents")} == {(one.check, one.subject) for one in found(town.home, late)}
