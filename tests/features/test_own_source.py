"""A source that the configuration alone declares gets every family that it allows, with the numbers that a shipped one gets."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from features import build_features, catalogue, read_city
from features.testing import made_up_city
from riskwarn.configuration import Configuration
from riskwarn.contracts.vocabulary import categories_of
from riskwarn.home import make_home
from riskwarn.settings import Settings
from tests.worlds import load, with_grids, write_csv


def declaring(**declared: object) -> Configuration:
    return Configuration.model_validate({"sources": {"school_reports": declared}})


def families(configuration: Configuration, source: str = "school_reports") -> set[str]:
    return {feature.family for feature in catalogue(configuration) if feature.source == source}


@pytest.mark.parametrize(
    ("declared", "more"),
    [
        ({}, set()),
        ({"fields": ["closed_at"]}, {"backlog", "closing"}),
        ({"fields": ["escalated_at"]}, {"escalation", "near_repeat"}),
        ({"fields": ["answered_at"]}, {"demand", "content"}),
        ({"fields": ["discovered_by"]}, {"found_by", "effort"}),
        ({"fields": ["text"]}, {"topics"}),
        ({"role": "repeating"}, {"near_repeat"}),
        ({"role": ["case", "escalating"]}, {"backlog", "closing", "escalation", "near_repeat"}),
        ({"fields": ["closed_at", "escalated_at"]}, {"backlog", "closing", "escalation", "near_repeat"}),
        ({"fields": ["severity"]}, set()),
    ],
)
def test_a_source_gets_the_families_that_it_declares(declared: dict[str, object], more: set[str]) -> None:
    assert families(declaring(**declared)) == families(declaring()) | more


def test_nothing_of_the_other_sources_depends_on_it() -> None:
    names = [feature.name for feature in catalogue(Configuration())]
    own = declaring(fields=["closed_at", "escalated_at"])
    assert [feature.name for feature in catalogue(own) if feature.source != "school_reports"] == names


#: Sources of one's own, each declared like a shipped one.
LIKE: dict[str, dict[str, object]] = {
    "disputes": {"fields": ["closed_at", "escalated_at", "discovered_by", "text"], "role": "repeating"},
    "hotline": {"fields": ["answered_at", "closed_at", "text"]},
}


def test_what_is_declared_like_a_shipped_source_has_its_numbers() -> None:
    """The same records under a name of one's own give the same cells, feature by feature."""
    own = {f"own_{like}": {**said, "categories": list(categories_of(like))} for like, said in LIKE.items()}
    configuration = Configuration.model_validate({"sources": own, "features": {"off": ["neighbours", "roll-ups"]}})
    city = made_up_city(11, grids=6, periods=20, configuration=configuration)
    city = replace(city, beliefs=city.beliefs | {f"own_{like}": city.beliefs[like] for like in LIKE})
    matrix = build_features(city, [city.as_of])
    cells = dict(zip(matrix.names, matrix.values, strict=True))
    missing, compared = set(), 0
    for feature in matrix.features:
        name = f"own_{feature.name}"
        # The events of a target are those of its own source.
        if feature.source not in LIKE or feature.family in ("breaks", "memory") or "_events_" in feature.name:
            continue
        if name not in cells:
            missing.add((feature.source, feature.family))
            continue
        assert np.array_equal(cells[feature.name], cells[name], equal_nan=True), name
        compared += 1
    # The crossings of pairs of sources are the shipped ones' own.
    assert missing == {(like, "crossing") for like in LIKE}
    assert compared == sum(one.source in own and one.family != "breaks" for one in matrix.features) > 250


def test_its_export_loads_under_the_usual_headings(tmp_path: Path) -> None:
    declared = tmp_path / "declared.yaml"
    declared.write_text(
        "sources:\n  school_reports:\n    zh: 校园上报\n    categories: [bullying]\n    fields: [closed_at, escalated_at]\n",
        encoding="utf-8",
    )
    home = with_grids(make_home(tmp_path / "home", Settings(), declared), tmp_path)
    rows = [
        {"编号": "X1", "网格编码": "G0", "发生时间": "2026-03-02 09:00", "类别": "bullying", "升级时间": "", "办结时间": ""},
        {"编号": "X2", "网格编码": "G0", "发生时间": "2026-03-03 09:00", "类别": "bullying", "升级时间": "2026-03-05 08:00", "办结时间": ""},
        {"编号": "X3", "网格编码": "G1", "发生时间": "2026-03-04 09:00", "类别": "bullying", "升级时间": "", "办结时间": "2026-03-06 10:00"},
    ]  # fmt: skip
    account = load(home, "school_reports", write_csv(tmp_path / "school.csv", rows))
    assert (account.accepted, account.dropped_columns) == (3, ())
    city = read_city(home, date(2026, 3, 9))
    matrix = build_features(city, [city.as_of])
    cells = {name: matrix.values[index, 0].tolist() for index, name in enumerate(matrix.names)}
    assert cells["school_reports_open"] == [2, 0, 0, 0]
    assert cells["school_reports_escalated_4"] == [1, 0, 0, 0]
    assert cells["school_reports_days_to_close_4"][1] == 2
    named = next(feature for feature in matrix.features if feature.name == "school_reports_open")
    assert named.zh == "未办结校园上报数"
