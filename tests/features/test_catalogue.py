"""The catalogue: what is in it, what can be left out or added, and what a changed definition invalidates."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from features import FeatureMatrix, build_features, catalogue
from features.catalogue import version
from features.catalogue.catalogue import declared
from features.catalogue.version import catalogue_version, changed, feature_versions
from features.families.spatial import NotExtensive, against_units, around
from features.testing import check_laws, made_up_city
from riskwarn.configuration import Configuration
from riskwarn.contracts.sources import EVENT_SOURCES
from riskwarn.errors import FeatureModuleInvalid, FeatureNameTaken, UnknownTarget
from riskwarn.periods import Period
from riskwarn.words import Quantity

LOCAL = """
from features.families.declaration import Family
from features.families.counts import count

LOCAL = Family("local", theme="local")


def features(subject):
    if subject.source == "disputes":
        yield LOCAL.feature(
            "disputes", "disputes_count_6", "近6周矛盾纠纷数", "disputes in the last 6 weeks",
            lambda panel: count(panel, "disputes", 6), window=6,
        )
"""


def chosen(**features: object) -> Configuration:
    return Configuration.model_validate({"features": features})


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "my_features.py").write_text(LOCAL, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "my_features", raising=False)
    return "my_features"


def test_every_feature_says_what_it_is() -> None:
    for period in Period:
        for feature in catalogue(Configuration(period=period)):
            assert feature.family and feature.theme and feature.transform, feature.name
            assert feature.zh != feature.en and feature.source, feature.name


def test_features_of_the_shipped_sources_keep_their_names_and_their_order() -> None:
    """Models, tables and reasons name them. A new one is added to the list; none is renamed or moved."""
    listed = (Path(__file__).parent / "data" / "catalogue.txt").read_text(encoding="utf-8").split()
    assert [feature.name for feature in catalogue(Configuration())] == listed


def test_no_two_features_have_one_name() -> None:
    clash = {"school": {"categories": ["bus_stop"]}, "school_bus": {"categories": ["stop"]}}
    with pytest.raises(FeatureNameTaken, match=r"school_bus_stop_count_26, one of school and one of school_bus"):
        catalogue(Configuration.model_validate({"sources": clash}))


def test_only_amounts_are_rolled_up() -> None:
    rows = {row.feature.name: row for row in declared(Configuration())}
    for name in ("disputes_recency", "season_sin", "disputes_count_4_near"):
        assert rows[name].feature.quantity is not Quantity.EXTENSIVE
        for roll_up in (around, against_units):
            with pytest.raises(NotExtensive, match=name):
                list(roll_up(rows[name]))


def test_petitions_enter_as_demand_only() -> None:
    for feature in catalogue(Configuration()):
        if feature.source == "petitions":
            assert feature.family in {"demand", "neighbours", "roll-ups", "position"}, feature.name
            assert any(word in feature.name for word in ("unanswered", "overdue", "reopened")), feature.name


def test_nothing_varies_with_the_number_of_petitioners() -> None:
    """One aggregated row of forty petitions is forty; but nobody's crowd is a number that features could read."""
    city = made_up_city(5)
    assert not {"people", "petitioners"} & set(city.beliefs["petitions"])
    built = build_features(city, [city.as_of])
    crowd = city.beliefs["petitions"].assign(people="100+")
    again = build_features(
        city.__class__(**{**city.__dict__, "beliefs": {**city.beliefs, "petitions": crowd}}), [city.as_of]
    )
    assert np.array_equal(built.values, again.values, equal_nan=True)


def test_families_and_observer_features_can_be_left_out() -> None:
    every = catalogue(Configuration())
    assert "proxies" not in {feature.family for feature in every}
    assert "proxies" in {feature.family for feature in catalogue(chosen(on=["proxies"]))}
    assert "backlog" not in {feature.family for feature in catalogue(chosen(off=["backlog"]))}
    assert any(feature.observer for feature in every)
    assert not any(feature.observer for feature in catalogue(chosen(observer=False)))
    with pytest.raises(UnknownTarget, match="family of features"):
        catalogue(chosen(off=["moods"]))


def test_a_feature_of_ones_own_is_a_feature_like_any_other(module: str) -> None:
    configuration = chosen(modules=[module])
    own = [feature for feature in catalogue(configuration) if feature.family == "local"]
    assert [feature.name for feature in own] == ["disputes_count_6"]
    city = made_up_city(4, configuration=configuration)
    check_laws(city)
    matrix = build_features(city, [city.as_of])
    four, six, eight = (column(matrix, f"disputes_count_{window}") for window in (4, 6, 8))
    assert (four <= six).all() and (six <= eight).all() and six.any()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "no function features"),
        ("import nowhere_to_be_found", "cannot be imported"),
        ("def features(subject):\n    yield 1", "not a declared feature"),
        (LOCAL.replace('"disputes"', '"petitions"'), "demand only"),
        (LOCAL.replace("count_6", "count_8"), "a feature disputes_count_8 already"),
        (LOCAL + LOCAL.split("\n\n\n")[1].partition("\n")[2], "a feature disputes_count_6 already"),
    ],
)
def test_a_module_that_cannot_be_used_says_why(module: str, tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "my_features.py").write_text(text, encoding="utf-8")
    with pytest.raises(FeatureModuleInvalid, match=problem):
        catalogue(chosen(modules=[module]))


def test_a_changed_definition_invalidates_what_depends_on_it_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    configuration = Configuration()
    before, whole = feature_versions(configuration), catalogue_version(configuration)
    assert changed(configuration, before) == ()
    source = version._source
    monkeypatch.setattr(
        version, "_source", lambda name: source(name) + ("# another" if name == "features.families.anomaly" else "")
    )
    families = {feature.name: feature.family for feature in catalogue(configuration)}
    assert {families[name] for name in changed(configuration, before)} == {"pace"}
    assert catalogue_version(configuration) != whole


def test_what_a_contract_says_is_part_of_a_definition(monkeypatch: pytest.MonkeyPatch) -> None:
    before = feature_versions(Configuration())
    hotline = replace(EVENT_SOURCES["hotline"], answer_days=15)
    monkeypatch.setitem(EVENT_SOURCES, "hotline", hotline)
    of = {feature.name: feature.source for feature in catalogue(Configuration())}
    assert {of[name] for name in changed(Configuration(), before)} == {"hotline"}


def test_a_matrix_names_what_it_was_made_from() -> None:
    city = made_up_city(6)
    told = build_features(city, [city.as_of]).provenance
    assert told is not None
    assert (told.as_of, told.store_version) == (city.as_of, city.store_version)
    assert told.configuration == city.configuration.fingerprint()
    assert told.catalogue == catalogue_version(city.configuration)


def column(matrix: FeatureMatrix, name: str) -> np.ndarray:
    return matrix.values[matrix.names.index(name), 0]
