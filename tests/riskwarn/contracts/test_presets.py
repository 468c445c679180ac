"""Presets of usual departments: each is complete, reads its own headings, and is the ground for one's own keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskwarn.contracts import declared, required
from riskwarn.contracts.vocabulary import category_words, field_words
from riskwarn.declarations import read_yaml
from riskwarn.errors import ConfigurationInvalid, PrivateColumn
from riskwarn.home import Home
from riskwarn.ingest.columns import match, require
from riskwarn.mapping import Mapping, chosen_mapping, preset_content
from riskwarn.words import PRESETS
from tests.worlds import dispute, load, with_grids, write_csv


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_names_fields_and_words_that_exist(name: str) -> None:
    content = preset_content(name)
    contract, mapping = declared(content["source"]), Mapping.model_validate({"preset": name})
    assert contract.events and content["zh"] and content["en"]
    assert mapping.provider and mapping.purpose and mapping.retention
    for field in (*mapping.headings, *mapping.words, *mapping.always):
        assert contract.field(field).exported
    for field, words in mapping.words.items():
        vocabulary = contract.field(field).vocabulary
        known = field_words(vocabulary) if vocabulary else category_words(contract.source)
        assert set(words.values()) <= set(known)
    for field, word in mapping.always.items():
        assert field == "category" and word in category_words(contract.source)


@pytest.mark.parametrize("name", PRESETS)
def test_a_file_with_the_headings_of_a_preset_needs_nothing_else(name: str) -> None:
    mapping = Mapping.model_validate({"preset": name})
    headings = ["社区名称", *(words[0] for words in mapping.headings.values())]
    found = match(headings, "events", mapping, "d.csv")
    assert set(mapping.headings) <= set(found.positions)
    for fields in required("events", mapping):
        require(found, fields, headings, "events", "d.csv")


def test_the_first_heading_of_a_list_that_the_file_has_is_taken_and_the_other_is_named() -> None:
    mapping = Mapping(headings={"occurred_at": ("调解日期", "发生时间")})
    found = match(["编号", "发生时间", "调解日期"], "events", mapping, "d.csv")
    assert found.positions["occurred_at"] == 2 and found.dropped == ("发生时间",)


def test_own_keys_are_laid_over_the_preset(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(
        "preset: mediation\nprovider: 江北区司法局\nwords: {outcome: {调成了: settled}}\ncolumns: {category: 案别}\n",
        encoding="utf-8",
    )
    own = read_yaml(path, Mapping)
    assert own.provider == "江北区司法局" and own.retention == "5 years" and own.codes == "mediation"
    assert own.words["outcome"]["调成了"] == "settled" and own.words["outcome"]["成功"] == "settled"
    assert own.columns == {"category": "案别"}
    over = chosen_mapping(Mapping(), path, "dispute")
    assert over.preset == "dispute" and over.provider == "江北区司法局" and over.codes is None
    assert chosen_mapping(own, None, None) is own


def test_a_retention_is_a_number_of_days_months_or_years(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text("provider: 司法局\nretention: forever\n", encoding="utf-8")
    with pytest.raises(ConfigurationInvalid, match="line 2: retention"):
        read_yaml(path, Mapping)
    told = Mapping(provider="司法局", purpose="调解", retention="24 months").told
    assert told == "provider: 司法局; purpose: 调解; kept for: 24 months"


def test_a_list_of_headings_cannot_name_a_personal_column() -> None:
    with pytest.raises(PrivateColumn):
        match(["编号", "姓名"], "events", Mapping(headings={"category": ("姓名",)}), "d.csv")


def test_an_id_may_be_made_of_several_columns_that_are_fields_as_well() -> None:
    mapping = Mapping(identity=("start_dt", "经度"), columns={"occurred_at": "start_dt"})
    found = match(["start_dt", "经度", "纬度"], "events", mapping, "t.csv")
    assert found.positions == {
        "occurred_at": 0, "identity_1": 0, "identity_2": 1, "longitude": 1, "latitude": 2,
    }  # fmt: skip
    assert ("record_id",) not in required("events", mapping)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("columns:\n  occured_at: 发案日\n", 2, "the nearest is occurred_at"),
        ("words:\n  outcome:\n    调好了: setled\n", 3, "the nearest is settled"),
        ("words: {category: {吵架: neighborhood}}\n", 1, "the nearest is neighbourhood"),
        ("provider: 司法局\nalways: {severity: 很大}\n", 2, "no word of severity"),
    ],
)
def test_a_slip_in_a_mapping_is_told_with_its_line(home: Home, tmp_path: Path, text: str, line: int, says: str) -> None:
    with_grids(home, tmp_path)
    mapping = tmp_path / "m.yaml"
    mapping.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationInvalid, match=says) as caught:
        load(home, "disputes", write_csv(tmp_path / "d.csv", [dispute(1)]), mapping=mapping)
    assert f"line {line}" in str(caught.value)


def test_a_category_of_ones_own_may_be_the_end_of_a_translation(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    mapping = tmp_path / "m.yaml"
    mapping.write_text("words: {category: {邻里: 街坊, 物业: resettlement}}\n", encoding="utf-8")
    rows = [dispute(1), dispute(2, 纠纷类型="物业")]
    assert load(home, "disputes", write_csv(tmp_path / "d.csv", rows), mapping=mapping).accepted == 2
