"""The core of a target: which columns it has, for the shipped targets, for one's own, and with petitions and modules."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features import build_features, catalogue
from features.catalogue.core import MOST, core, petition_columns
from features.testing import made_up_city
from riskwarn.configuration import Configuration
from riskwarn.errors import UnknownTarget
from riskwarn.periods import Period

OWN = {
    "sources": {"lifts": {"role": ["case"], "categories": ["stuck", "noise"]}},
    "targets": {
        "stuck": {"source": "lifts", "date": "occurred_at", "categories": ["stuck"]},
        "conflict": {"source": "disputes", "outcomes": ["injury"]},
    },
}

MODULE = """
from features.families.declaration import Family
from features.transforms.amounts import Count, Within
from features.transforms.selections import Recent

LOCAL, DEMAND = Family("local", theme="local"), Family("demand", theme="waiting")


def features(subject):
    if subject.source == "disputes":
        yield LOCAL.declare("disputes", "disputes_count_6", Count("disputes", 6), "近6周", "disputes in 6 weeks")
    if subject.source == "petitions":
        new = Within(Recent("petitions", 6), 6)
        yield DEMAND.declare("petitions", "petitions_unanswered_anew", new, "新", "new petitions")
"""


@pytest.mark.parametrize("period", Period)
def test_a_core_has_forty_to_a_hundred_columns_of_the_catalogue(period: Period) -> None:
    configuration = Configuration(period=period)
    names = [feature.name for feature in catalogue(configuration)]
    for target in configuration.targets:
        chosen = core(configuration, target)
        assert 40 <= len(chosen) <= MOST
        assert list(chosen) == [name for name in names if name in set(chosen)]
        assert {f"{target}_rate_20_grid", f"{target}_rate_100_near", "petitions_unanswered", "season_sin"} <= {*chosen}


def test_the_shipped_targets_lean_on_their_own_precursors() -> None:
    conflict, safety = (set(core(Configuration(), target)) for target in ("conflict", "safety"))
    assert {"disputes_open_major_over_63", "disputes_wage_arrears_open", "disputes_escalated_decayed_26"} <= conflict
    assert {"hazards_gas_decayed_26", "hazards_gas_open", "grid_reports_fire_safety_decayed_26"} <= safety
    assert not any(name.startswith(("share_migrant", "rentals")) for name in conflict | safety)


def test_a_target_in_a_source_of_ones_own_has_a_core_without_columns_of_local_words() -> None:
    configuration = Configuration.model_validate(OWN)
    chosen = core(configuration, "stuck")
    assert 40 <= len(chosen) <= MOST
    assert {"stuck_rate_20_grid", "stuck_events_decayed_1", "lifts_open_general_0_to_14", "lifts_open"} <= {*chosen}
    assert "lifts_noise_open" not in chosen
    with pytest.raises(UnknownTarget, match="'lift'"):
        core(configuration, "lift")


def test_what_a_module_adds_belongs_to_every_core_but_for_petitions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "core_features.py").write_text(MODULE, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "core_features", raising=False)
    configuration = Configuration.model_validate({"features": {"modules": ["core_features"], "off": ["season"]}})
    for target in configuration.targets:
        chosen = core(configuration, target)
        assert "disputes_count_6" in chosen
        assert "petitions_unanswered_anew" not in chosen
        assert not any(name.startswith("season_") for name in chosen)


def test_one_more_unanswered_petition_lowers_no_column_of_petitions_and_touches_no_other() -> None:
    city = made_up_city(3)
    columns = petition_columns(city.configuration)
    assert columns == tuple(
        f"petitions_{part}" for part in ("unanswered", "overdue", "days_overdue", "days_unanswered")
    )
    held = city.beliefs["petitions"]
    begun = pd.Timestamp(city.calendar.instant(city.calendar.shift(city.as_of, -10))) + pd.Timedelta(hours=9)
    more = held.iloc[[0]].copy()
    for name in held:
        if str(name).endswith(("_at", "_known")) or name in ("outcome", "kind", "satisfaction"):
            more[name] = None if more[name].dtype == object else pd.NaT
    more["known_at"] = more["occurred_at"] = more["believed_from"] = begun
    more["due_at"] = begun + pd.Timedelta(days=20)
    more = more.assign(record_id=10**6, grid=4, above=-1, count=1, believed_to=held["believed_to"].max())
    grown = pd.concat([held, more.astype(held.dtypes.to_dict())], ignore_index=True)
    after = replace(city, beliefs={**city.beliefs, "petitions": grown})
    for target in city.configuration.targets:
        names = core(city.configuration, target)
        assert {name for name in names if name.startswith("petitions_")} == set(columns)
        one, other = (build_features(each, [city.as_of], names=names) for each in (city, after))
        for name, left, right in zip(names, one.values[:, 0], other.values[:, 0], strict=True):
            changed = right - left
            if name in columns:
                assert changed[4] > 0, name
                changed = np.delete(changed, 4)
            assert not np.nan_to_num(changed).any(), name
