"""Every theme of every source has words that a clerk of a town can recount, in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from features import Feature, catalogue
from features.catalogue.plain import plain_numbers
from riskwarn.configuration import Configuration
from riskwarn.contracts.vocabulary import field_words
from riskwarn.periods import Period
from serving.scoring.reasons import groups_of, sensitive
from serving.scoring.sentences import LANGUAGES, Theme, of_all, sentences, services_of, theme_of
from training.models.baselines.rates import MEANING
from training.models.baselines.reasons import term

#: How a number enters the model, which nobody who reads a reason should have to know.
TRANSFORMS = re.compile(
    r"对数|正弦|余弦|衰减|半衰|收缩|几率|核密度|加权|logarithm|\blog\b|logit|sine|cosine|decay|kernel|fading|shrunk|half-life|weighted|surprise|burst"
)

OWN = {
    "sensors": {"fields": ["closed_at", "escalated_at"], "zh": "传感器告警", "en": "sensor alarms"},
    "letters": {"role": ["demand"], "zh": "来函", "en": "letters"},
    "rounds": {"role": ["patrol", "repeating", "text"], "zh": "巡检", "en": "rounds"},
    "tallies": {},
}
BASELINES = (*MEANING, "shrunk_history", "conflictology", "season_sin", "season_cos")


def configuration(period: Period = Period.WEEK) -> Configuration:
    names = ("disputes", "petitions", "hotline", "grid_reports", "hazards", "police_calls", "incidents")
    shipped: dict[str, dict[str, object]] = {name: {} for name in names}
    return Configuration.model_validate(
        {"period": period, "sources": {**shipped, **OWN}, "features": {"on": ["proxies"]}}
    )


def every_feature(declared: Configuration) -> list[Feature]:
    own = [
        Feature("mine", "local", "disputes", "我的特征", "my feature", catalogue(declared)[0].quantity, theme="local")
    ]
    return [*catalogue(declared), *own, *(term(name, "conflict", "", "") for name in BASELINES)]


def every_theme(declared: Configuration) -> Iterator[tuple[bool, Theme]]:
    for grids in (True, False):
        for target in ("conflict", "safety"):
            for group in groups_of(every_feature(declared), target, declared, grids):
                yield grids, group.theme


@pytest.mark.parametrize("period", Period)
def test_every_theme_of_every_source_has_words_and_numbers(period: Period) -> None:
    declared = configuration(period)
    there = {row.feature.name for row in plain_numbers(declared)}
    told = list(every_theme(declared))
    assert len({(theme.name, theme.source) for _, theme in told}) > 40
    for _, theme in told:
        assert theme.statements
        for one in theme.statements:
            for words in (one.words, *(other for other in (one.zero, one.never) if other)):
                for language in LANGUAGES:
                    said = words[language]
                    assert said and set(re.findall(r"\{(\w+)\}", said)) <= {"value", "second"}, (theme.name, said)
                    assert theme.name == "mine" or not TRANSFORMS.search(said), said
                    assert ("{second}" not in said or one.second) and ("{value}" not in said or one.number), said
        # The first statement, which is said where nothing stands apart, has its numbers.
        first = theme.statements[0]
        for number in (first.number, first.second):
            if number is not None:
                assert theme.names[number].removesuffix("_community") in there, (theme.name, theme.source, number)


def test_nothing_else_in_the_list_names_a_transform() -> None:
    assert not TRANSFORMS.search(str(sentences()))


def test_services_are_those_of_the_vocabulary_and_petitions_ask_for_an_answer() -> None:
    known, declared = set(field_words("service").values()), configuration()
    for _, theme in every_theme(declared):
        found = services_of(theme, "")
        assert set(found) <= known and (found or theme.name in ("city", "residents")), (theme.name, theme.source)
        assert theme.source != "petitions" or found == ("answer",)
    waiting = theme_of(("waiting", "disputes"), "conflict", declared)
    assert services_of(waiting, "disputes_wage_arrears_open")[0] == "wage_claim"
    assert services_of(of_all("rest"), "rest") == ()


def test_petitions_are_told_of_units_alone_and_only_as_what_waits() -> None:
    declared = configuration()
    of_grids, of_units = (
        [theme for grids, theme in every_theme(declared) if grids is which and theme.source == "petitions"]
        for which in (True, False)
    )
    assert not of_grids
    assert {theme.name for theme in of_units} <= {"waiting", "recording"}
    assert {one.number for theme in of_units for one in theme.statements} <= {"unanswered", None}


def test_sensitive_categories_are_told_with_their_source_and_never_lead() -> None:
    declared = configuration()
    features = every_feature(declared)
    groups = groups_of(features, "conflict", declared, grids=True)
    members = {features[index].name for group in groups for index in group.members}
    leading = {features[index].name for group in groups for index in group.leading}
    assert "disputes_marriage_family_open" in members - leading
    assert not any(sensitive(one) for one in features if one.name in leading)


def test_the_season_and_the_level_of_the_city_are_one() -> None:
    declared = configuration()
    features = every_feature(declared)
    groups = groups_of(features, "conflict", declared, grids=True)
    [city] = [group for group in groups if group.theme.name == "city"]
    names = {features[index].name for index in city.members}
    assert names > {one.name for one in features if one.source == "calendar"}
    assert {"baseline_season_sin", "baseline_climatology"} <= names
    assert city.theme.statements[0].words == {"zh": "时令与全市总体水平", "en": "season and level of the city"}
