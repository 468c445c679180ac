"""What says too much of a household is named of no grid: by what records are declared to be about, whatever a feature is called."""

from __future__ import annotations

import pytest

from features import Feature, catalogue
from features.families.declaration import Family
from features.transforms.amounts import Count, Holding
from features.transforms.categories import Category, OfCategory
from features.transforms.selections import Recorded
from riskwarn.configuration import Configuration
from riskwarn.contracts.topics import topics
from riskwarn.contracts.vocabulary import shipped
from riskwarn.disclosure.sensitive import SENSITIVE_CATEGORIES
from serving.scoring.reasons import groups_of, sensitive

CONFIGURATION = Configuration(city="示例市")


@pytest.fixture(scope="module")
def features() -> dict[str, Feature]:
    return {feature.name: feature for feature in catalogue(CONFIGURATION)}


def test_every_topic_declares_whether_it_is_sensitive() -> None:
    declared = {one["code"]: one["sensitive"] for one in shipped("topics")["topics"]}
    assert set(declared.values()) <= {"none", *SENSITIVE_CATEGORIES}
    assert {code: kind for code, kind in declared.items() if kind != "none"} == {
        "separation": "marriage_family",
        "domestic_violence": "marriage_family",
        "self_harm_risk": "self_harm",
        "medical": "medical",
    }


def test_every_sensitive_category_is_one_of_the_vocabulary() -> None:
    known = {word for words in shipped("categories").values() for word in words}
    assert {word for words in SENSITIVE_CATEGORIES.values() for word in words} <= known


@pytest.mark.parametrize(
    "name",
    [
        "disputes_told_separation_26", "hotline_told_separation_26", "disputes_told_domestic_violence_26_town",
        "disputes_told_self_harm_risk_26_town", "disputes_told_medical_26", "disputes_marriage_family_count_26",
        "disputes_marriage_family_decayed_26", "hotline_medical_open", "disputes_village_affairs_open", "petitions_unanswered",
    ],
)  # fmt: skip
def test_what_tells_of_it_alone_may_not_be_shown_of_a_grid(features: dict[str, Feature], name: str) -> None:
    assert sensitive(features[name])


def test_every_feature_of_a_sensitive_topic_or_category_is_sensitive_and_no_other(features: dict[str, Feature]) -> None:
    topical = {one.code: one.sensitive for one in topics()}
    told = {name: feature for name, feature in features.items() if "_told_" in name}
    assert len(told) == 50
    for name, feature in told.items():
        code = name.split("_told_")[1].removesuffix("_town").rsplit("_", 1)[0]
        assert sensitive(feature) == (topical[code] is not None or feature.source == "petitions"), name
    for name in ("disputes_open", "disputes_count_4", "disputes_neighbourhood_open", "disputes_told_boundary_26"):
        assert not sensitive(features[name])


def test_a_grid_is_told_of_its_topics_without_a_name_of_those(features: dict[str, Feature]) -> None:
    rows = [features[name] for name in ("disputes_told_separation_26", "disputes_told_boundary_26")]
    [group] = groups_of(rows, "conflict", CONFIGURATION, grids=True)
    assert group.members == (0, 1) and group.leading == (1,)
    [above] = groups_of(rows, "conflict", CONFIGURATION, grids=False)
    assert above.leading == (0, 1)


@pytest.mark.parametrize(("category", "kinds"), [
    ("family_dispute", ("marriage_family",)), ("domestic_violence", ("marriage_family",)), ("self_harm", ("self_harm",)),
    ("debt_dispute", ()),
])  # fmt: skip
def test_calls_to_the_police_within_a_family_are_sensitive_too(category: str, kinds: tuple[str, ...]) -> None:
    of = OfCategory(Recorded("police_calls"), Category("police_calls", category, 0))
    assert (
        Family("counts", "volume").declare("police_calls", "calls", Holding(of), "甲", "a").feature.sensitive == kinds
    )


def test_a_feature_of_ones_own_is_taken_by_what_it_counts_or_where_a_function_counts_by_its_name() -> None:
    family = Family("local", theme="local")
    divorces = OfCategory(Recorded("disputes"), Category("disputes", "marriage_family", 0))
    assert sensitive(family.declare("disputes", "mine", Count("disputes", 6), "甲", "one").feature) is False
    own = family.declare("disputes", "mine", Holding(divorces), "甲", "one")
    assert own.feature.sensitive == ("marriage_family",)
    plain = family.feature(
        "disputes", "my_separation", "乙", "two", lambda panel: panel.holding(panel.spans("disputes"))
    )
    assert plain.feature.sensitive == ("marriage_family",)
