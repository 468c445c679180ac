"""riskwarn.yaml: a wrong key or value is one sentence with its line; refused words are refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from riskwarn.configuration import Configuration
from riskwarn.contracts import contract
from riskwarn.contracts.checking import check_mapping
from riskwarn.declarations import read_yaml
from riskwarn.errors import ConfigurationInvalid, HomeMissing, HomeNotEmpty, RefusedWord
from riskwarn.home import make_home, open_home
from riskwarn.mapping import Mapping, chosen_mapping
from riskwarn.messages import translated
from riskwarn.settings import Settings
from riskwarn.words import Role


def written(folder: Path, text: str) -> Path:
    path = folder / "riskwarn.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("city: A\nperriod: week\n", 2, "no such setting"),
        ("city: A\nperiod: fortnight\n", 2, "period"),
        ("timezone: Mars/Olympus\n", 1, "time zone"),
        ("horizons: [4, 1]\n", 1, "rising"),
        ("targets:\n  harm:\n    source: nowhere\n    date: occurred_at\n", 1, "nowhere"),
        ("city: [unclosed\n", 2, "YAML"),
        ("levels:\n  red: {top: 3, times: 4}\n", 2, "levels.red.top"),
        ("sources:\n  school: {role: [case, worrying]}\n", 2, "'escalating', 'repeating'"),
    ],
)
def test_a_fault_names_its_line(tmp_path: Path, text: str, line: int, says: str) -> None:
    with pytest.raises(ConfigurationInvalid) as caught:
        read_yaml(written(tmp_path, text), Configuration)
    assert f"line {line}" in str(caught.value)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("alerts: {working: {off: [2026-02-30]}}", "YAML: '2026-02-30' is no date that there is"),
        ("alerts: {working: {off: [2026-13-01]}}", "YAML: '2026-13-01' is no date that there is"),
        ("earliest_date: 2026-02-28T25:00:00", "YAML: '2026-02-28T25:00:00' is no date that there is"),
        ("min_residents: !!int x", "YAML: 'x' is no number that there is"),
        ("min_residents: !!float x", "YAML: 'x' is no number that there is"),
        ("min_residents: 0x_", "YAML: '0x_' is no number that there is"),
        ("min_residents: !!bool x", "YAML: 'x' is no yes or no that there is"),
        ("min_residents: !!timestamp x", "YAML: 'x' is no date that there is"),
        ("alerts: {rules: [{on: level}, {on: jump, targets: [petitions]}]}",
         "alerts.rules.1.targets: there is no target 'petitions'; there are conflict, safety"),
        ("alerts: {rules: [{on: level, horizon: 99}]}", "alerts.rules.0.horizon: no such horizon is forecast; there are 1, 4, 12"),
        ("alerts: {rules: [{on: gap, unit: grid}]}", "alerts.rules.0.unit: gaps are of districts: leave unit out"),
        ("alerts: {rules: [{on: gap, unit: city}]}", "alerts.rules.0.unit: gaps are of districts: leave unit out"),
        ("alerts: {rules: [{on: level, unit: town}]}", "alerts.rules.0.unit: only grids have a level: leave unit out"),
        ("alerts: {rules: [{on: jump, times: .inf}]}", "alerts.rules.0.times: input should be a finite number"),
        ("alerts: {rules: [{on: vanish}]}", "alerts.rules.0.on: it takes one of 'level', 'jump', 'lasting', 'gap'"),
        ("alerts: {rules: [{on: gap}, {on: level, targets: []}]}",
         "alerts.rules.1.targets: it names none, and the rule raises nothing: name one, or leave it out for all"),
        ("alerts: {rules: [{on: level, kinds: []}]}",
         "alerts.rules.0.kinds: it names none, and the rule raises nothing: name one, or leave it out for all"),
        ("alerts: {rules: [{on: gap, kinds: []}]}",
         "alerts.rules.0.kinds: it names none, and the rule raises nothing: name one, or leave it out for all"),
        ("targets: {x: {source: disputes, date: occurred_at, categories: []}}",
         "targets.x.categories: it names none, and no event is one: name one, or leave it out for all"),
        ("alerts: {group_from: 10, group_most: 5}", "alerts.group_most: a group has group_from grids at least, and so many are named"),
        ("alerts: {rules: [{on: level}, {on: gap}, {on: level}]}", "alerts.rules.2: the same rule stands here twice: leave one out"),
        ("alerts: {quiet: {start: '07:30'}}", "alerts.quiet.end: hours that end when they start are none: write quiet: null"),
        ("alerts: {working: {off: [2026-01-01], worked: [2026-01-01]}}", "alerts.working.worked: a day is off or worked, and not both"),
        ("alerts: {quiet: {start: 21:00}}", "alerts.quiet.start: it takes a time such as '07:30', in quotation marks"),
        ("alerts: {notices_a_week: true}", "alerts.notices_a_week: it takes a number, and neither true nor false"),
        ("alerts: {acknowledge_hours: {green: 3}}", "alerts.acknowledge_hours.green: it takes one of 'red', 'orange', 'yellow', 'blue'"),
        ("delivery: {networks: [10.0.0.0/8, 127.0.0.0/8]}",
         "delivery.networks.1: nobody is told there: loopback and link-local addresses are refused whatever is named"),
        ("delivery: {networks: [0.0.0.0/0]}", "delivery.networks.0: that is every address: name the networks in which your receivers stand"),
        ("delivery: {networks: ['::/0']}", "delivery.networks.0: that is every address: name the networks in which your receivers stand"),
        ("delivery: {networks: [10.20.0.1/16]}", "delivery.networks.0: it takes a network such as 10.20.0.0/16, whose last bits are zeros"),
    ],
)  # fmt: skip
def test_what_cannot_be_made_of_a_value_and_what_never_works_is_one_sentence_with_its_line(
    tmp_path: Path, text: str, says: str
) -> None:
    with pytest.raises(ConfigurationInvalid) as caught:
        read_yaml(written(tmp_path, f"city: A\n{text}\n"), Configuration)
    assert str(caught.value) == f"riskwarn.yaml, line 2: {says}."
    said = translated(caught.value.message, "zh")
    assert said.startswith("riskwarn.yaml") and not re.search("[a-z]{2,} [a-z]{2,}|不是有效的[a-z]", said), said


def test_a_file_that_has_no_end_or_another_encoding_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationInvalid, match="line 1: YAML: it is nested without end, or too deep"):
        read_yaml(written(tmp_path, "sources: &all [*all]\n"), Configuration)
    (tmp_path / "riskwarn.yaml").write_bytes("period: week\ncity: 江北\n".encode("gb18030"))
    with pytest.raises(ConfigurationInvalid, match="line 2: YAML: it is not written in UTF-8; save it so"):
        read_yaml(tmp_path / "riskwarn.yaml", Configuration)


def test_rules_that_fit_are_taken(tmp_path: Path) -> None:
    text = "alerts: {rules: [{on: gap}, {on: gap, unit: district}, {on: level, targets: [conflict], horizon: 4}], group_from: 99}\n"
    assert len(read_yaml(written(tmp_path, text), Configuration).alerts.rules) == 3


@pytest.mark.parametrize(
    "text",
    [
        "targets:\n  harm: {source: disputes, date: occurred_at, zh: 越级访预测}\n",
        "sources:\n  calls: {categories: [群体性事件]}\n  disputes: {}\ntargets:\n  harm: {source: disputes, date: occurred_at}\n",
        "sources:\n  disputes:\n    mapping: {columns: {category: 涉稳类别}}\ntargets:\n  harm: {source: disputes, date: occurred_at}\n",
    ],
)
def test_refused_words_stand_nowhere(tmp_path: Path, text: str) -> None:
    with pytest.raises(RefusedWord):
        make_home(tmp_path / "home", Settings(), written(tmp_path, text))


def test_a_home_is_made_once(tmp_path: Path) -> None:
    first = make_home(tmp_path / "home", Settings())
    assert make_home(tmp_path / "home", Settings()).id_key == first.id_key
    with pytest.raises(HomeMissing, match="run riskwarn init"):
        open_home(tmp_path / "elsewhere", Settings())
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").touch()
    with pytest.raises(HomeNotEmpty, match=r"letter\.txt"):
        make_home(tmp_path / "full", Settings())


def test_comments_do_not_change_the_fingerprint(tmp_path: Path) -> None:
    bare = read_yaml(written(tmp_path, "city: A\nperiod: day\n"), Configuration).fingerprint()
    told = read_yaml(written(tmp_path, "# said\nperiod: day\ncity: A\n"), Configuration).fingerprint()
    other = read_yaml(written(tmp_path, "city: B\nperiod: day\n"), Configuration).fingerprint()
    assert bare == told != other


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("sources:\n  school:\n    fields: [closed_on]\n", 3, "'closed_on' is no field of an event source; the nearest is closed_at"),
        ("sources:\n  school:\n    role: escalating\n    fields: [closed_at]\n", 3, "escalating needs the field escalated_at"),
        ("sources:\n  school:\n    role: [demand]\n    fields: [severity]\n", 3, "demand needs the field answered_at or closed_at"),
        ("sources:\n  disputes:\n    role: demand\n", 3, "what disputes is stands in its contract"),
        ("sources:\n  grids:\n    zh: 格子\n", 3, "what grids is stands in its contract"),
        ("sources:\n  letters:\n    zh: 区信访件\n", 2, "petitions are loaded as the source petitions"),
        ("sources:\n  county_petitions: {}\n", 2, "petitions are loaded as the source petitions"),
        ("sources:\n  letters: {categories: [来信来访]}\n", 2, "petitions are loaded as the source petitions"),
        ("sources:\n  letters:\n    mapping: {preset: petition}\n", 2, "petitions are loaded as the source petitions"),
        ("sources:\n  petitions2: {}\n", 2, "petitions are loaded as the source petitions"),
        ("sources:\n  qu_xin_fang: {}\n", 2, "petitions are loaded as the source petitions"),
        ("sources:\n  letters:\n    zh: 群众来访台账\n", 2, "petitions are loaded as the source petitions"),
        ("sources:\n  letters:\n    zh: 領導接訪\n", 2, "petitions are loaded as the source petitions"),
        ("sources:\n  letters: {categories: [噪音, 群众来信]}\n", 2, "petitions are loaded as the source petitions"),
        ("sources:\n  letters: {zh: 初信初访}\n", 2, "petitions are loaded as the source petitions"),
        ("sources:\n  letters: {zh: 人民來信登記}\n", 2, "petitions are loaded as the source petitions"),
        ("sources:\n  letters: {zh: 群众接待}\n", 2, "petitions are loaded as the source petitions"),
        ("sources:\n  letters: {zh: 领导接待日}\n", 2, "petitions are loaded as the source petitions"),
        ("sources:\n  letters: {zh: 縣長接待日}\n", 2, "petitions are loaded as the source petitions"),
        ("sources:\n  lai_fang: {zh: 名单}\n", 2, "petitions are loaded as the source petitions"),
        ("sources:\n  jifang: {}\n", 2, "petitions are loaded as the source petitions"),
        ("sources:\n  chu_xin_chu_fang: {}\n", 2, "petitions are loaded as the source petitions"),
        ("sources:\n  desk: {en: visits to the complaints office}\n", 2, "petitions are loaded as the source petitions"),
        ("sources:\n  desk: {en: Letters and Visits}\n", 2, "petitions are loaded as the source petitions"),
        ("sources:\n  complaint_office: {}\n", 2, "petitions are loaded as the source petitions"),
        ("sources:\n  desk: {zh: 走访诉求}\n", 2, "petitions are loaded as the source petitions"),
        ("sources:\n  desk: {zh: 到镇反映}\n", 2, "petitions are loaded as the source petitions"),
        ("sources:\n  desk: {zh: 初访}\n", 2, "petitions are loaded as the source petitions"),
        ("sources:\n  desk: {zh: 區重訪件}\n", 2, "petitions are loaded as the source petitions"),
        ("sources:\n  desk: {zh: 个访}\n", 2, "petitions are loaded as the source petitions"),
        ("sources:\n  xf: {}\n", 2, "petitions are loaded as the source petitions"),
        ("sources:\n  lf_dj: {}\n", 2, "petitions are loaded as the source petitions"),
        ("sources:\n  desk: {categories: [来访]}\n", 2, "petitions are loaded as the source petitions"),
        ("sources:\n  desk: {categories: [来访, 来信, 来电]}\n", 2, "petitions are loaded as the source petitions"),
    ],
)  # fmt: skip
def test_a_source_of_ones_own_is_declared_to_be_what_it_can_be(tmp_path: Path, text: str, line: int, says: str) -> None:
    with pytest.raises(ConfigurationInvalid) as caught:
        make_home(tmp_path / "home", Settings(), written(tmp_path, text))
    assert f"line {line}" in str(caught.value) and says in str(caught.value)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("  unrest: {source: petitions, date: occurred_at}\n", "petitions"),
        ("  unrest: {source: petitions, outcomes: [violence]}\n", "petitions"),
        ("  visits: {source: hotline, date: occurred_at, categories: [来信来访]}\n", "来信来访"),
        ("  visits: {source: disputes, date: occurred_at, categories: [邻里, 群众来访]}\n", "群众来访"),
        ("  xin_fang: {source: disputes, date: occurred_at}\n", "xinfang"),
        ("  unrest: {source: disputes, date: occurred_at, zh: 初信初访}\n", "初信初访"),
        ("  visits: {source: hotline, date: occurred_at, en: Xin-Fang}\n", "xinfang"),
        ("  unrest: {source: grid_reports, date: occurred_at, zh: 游 行 示威}\n", "游行"),
        ("  lawsuits: {source: disputes, date: occurred_at}\n", "lawsuit"),
        ("  noise: {source: marches, date: occurred_at}\nsources:\n  marches: {zh: 集会上报}\n", "集会"),
    ],
)
def test_no_target_foretells_what_people_do_by_right(tmp_path: Path, text: str, word: str) -> None:
    with pytest.raises(ConfigurationInvalid) as caught:
        make_home(tmp_path / "home", Settings(), written(tmp_path, "targets:\n" + text))
    assert "line 2" in str(caught.value) and f"{word} is a right, and no target" in str(caught.value)
    assert not (tmp_path / "home" / "riskwarn.db").exists()


@pytest.mark.parametrize(
    ("mapping", "word"),
    [
        ("words: {outcome: {转信访: violence}}", "信访"),
        ("words: {outcome: {引导信访: injury}}", "信访"),
        ("words: {outcome: {向法院起诉: police_intervention}}", "起诉"),
        ("words: {escalation: {已上访: violence}}", "上访"),
        ("words: {outcome: {转群众来访: violence}}", "群众来访"),
        ("words: {outcome: {zhuan_xinfang: violence}}", "xinfang"),
        ("columns: {escalated_at: 信访时间}", "信访"),
        ("headings: {escalated_at: [升级时间, 上访日期]}", "上访"),
    ],
)
def test_no_mapping_counts_a_right_as_harm(tmp_path: Path, mapping: str, word: str) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(mapping + "\n", encoding="utf-8")
    with pytest.raises(ConfigurationInvalid, match=f"{word} is a right, and no harm"):
        check_mapping(contract("disputes", Configuration()), chosen_mapping(Mapping(), file, None), file)


@pytest.mark.parametrize(
    "mapping",
    ["words: {outcome: {引导信访: referred, 发生打架后起诉: violence}}", "columns: {closed_at: 信访办结时间}"],
)
def test_an_orderly_end_and_a_fight_before_it_are_mapped(tmp_path: Path, mapping: str) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(mapping + "\n", encoding="utf-8")
    check_mapping(contract("disputes", Configuration()), chosen_mapping(Mapping(), file, None), file)


@pytest.mark.parametrize(
    "text",
    [
        "sources: {visits: {zh: 校园访客登记}}\n",
        "sources: {legal_aid: {zh: 法律援助窗口, categories: [来电咨询, 上门服务]}}\n",
        "sources: {new_flats: {zh: 新房交付, en: new housing}}\n",
        "sources: {home_visits: {zh: 网格走访, en: visits of grid workers}, desk: {zh: 便民接待窗口, en: complaints of noise}}\n",
        "sources: {petitions: {}, calls: {zh: 市民热线补录}}\n",
        "sources: {xf: {zh: 消防检查}, desk: {categories: [来访, 来电]}, doors: {zh: 每个访客登记}}\n",
        "targets: {noise: {source: hotline, date: occurred_at, categories: [噪音]}}\n",
    ],
)
def test_what_is_no_petition_is_declared_as_ever(tmp_path: Path, text: str) -> None:
    make_home(tmp_path / "home", Settings(), written(tmp_path, text))


def test_a_source_of_ones_own_has_the_roles_of_its_fields() -> None:
    own = {
        "school": {"fields": ["closed_at", "text"], "role": "repeating", "zh": "校园上报"},
        "trees": {"role": "demand", "fields": ["closed_at"]},
        "lifts": {"role": ["patrol", "case"], "en": "broken lifts"},
        "rats": {},
    }
    known = Configuration.model_validate({"sources": own})
    found = {name: contract(name, known) for name in own}
    assert found["school"].roles == {Role.CASE, Role.TEXT, Role.REPEATING}
    assert found["trees"].roles == {Role.DEMAND, Role.CASE}
    assert found["lifts"].roles == {Role.PATROL, Role.CASE} and not found["rats"].roles
    assert (found["school"].zh, found["school"].en, found["lifts"].en) == ("校园上报", "school", "broken lifts")
    assert {"discovered_by", "closed_at"} <= set(found["lifts"].usual)
    assert found["rats"].usual == contract("rats", Configuration.model_validate({"sources": {"rats": {}}})).usual


@pytest.mark.parametrize("key", ["off", "on", '"off"', "'on'"])
def test_off_and_on_are_keys_without_quotation_marks(tmp_path: Path, key: str) -> None:
    held = read_yaml(written(tmp_path, f"features: {{{key}: [neighbours]}}\n"), Configuration)
    assert getattr(held.features, key.strip("\"'")) == ("neighbours",)


@pytest.mark.parametrize(("said", "meant"), [("false", False), ("no", False), ("off", False), ("True", True)])
def test_what_is_true_or_false_may_still_be_said_in_any_word(tmp_path: Path, said: str, meant: bool) -> None:
    assert read_yaml(written(tmp_path, f"features: {{observer: {said}}}\n"), Configuration).features.observer is meant
