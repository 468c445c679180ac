"""Texts of notices that a city edits: checked when they are read, one clear sentence each."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskwarn.errors import ConfigurationInvalid, PersonalText, RefusedWord, RiskwarnError
from riskwarn.home import make_home, open_home
from riskwarn.settings import Settings

HEAD = "alerts: {texts: {head: {zh: [%s]}}}"
LINE = "alerts: {texts: {services: {visit: {look: {zh: ['%s']}}}}}"


def opened(folder: Path, text: str) -> None:
    file = folder / "riskwarn.yaml"
    file.write_text(text, encoding="utf-8")
    make_home(folder / "home", Settings(), file)


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        (LINE % "看看{who}", ConfigurationInvalid, "there is no placeholder 'who' here; there are place, target, help, by, desk"),
        (LINE % "看看{place", ConfigurationInvalid, "a brace is opened and never closed"),
        (LINE % "看看{place!r}", ConfigurationInvalid, "is no placeholder"),
        (LINE % ("长" * 61), ConfigurationInvalid, "it has 61 characters, and at most 60 are shown"),
        (LINE % "", ConfigurationInvalid, "it is empty"),
        (LINE % "约谈当事人", RefusedWord, "约谈"),
        (LINE % "劝·返", RefusedWord, "劝返"),
        (LINE % "对重点人员走访", RefusedWord, "重点人员"),
        (LINE % "请致电13800138000", PersonalText, "phone number"),
        (HEAD % "'建议{help}'", ConfigurationInvalid, "its first part, and no other, has the placeholder place, once"),
        (HEAD % "'{place}', '{place}'", ConfigurationInvalid, "its first part, and no other, has the placeholder place, once"),
        (HEAD % "'{place}{frequency}'", ConfigurationInvalid, "frequency stands in a later part"),
        (HEAD % f"'{{place}}{'长' * 40}{{help}}'", ConfigurationInvalid, "its first part may have 66 characters, and a phone shows 62"),
        (HEAD % "'{place}：{change}'", ConfigurationInvalid, "there is no placeholder 'change' here"),
        ("alerts: {texts: {services: {mediaton: {help: {zh: 调解}}}}}", ConfigurationInvalid, "there is no such service; the nearest is mediation"),
        ("alerts: {texts: {services: {visit: {help: {zh: 一二三四五六七八九十一}}}}}", ConfigurationInvalid, "it has 11 characters, and at most 10"),
        ("alerts: {texts: {heads: {}}}", ConfigurationInvalid, "there is no such setting"),
        ("alerts: {texts: {desk: {zh: 网格员张伟 13800138000}}}", PersonalText, "name"),
        ("alerts: {texts: {services: {visit: {desk: {zh: 综治中心李主任}}}}}", PersonalText, "name"),
        ("alerts: {texts: {desk: {en: Mr Li of the town office}}}", PersonalText, "name"),
        ("alerts: {texts: {desk: {zh: 由李娜负责}}}", PersonalText, "name"),
        ("alerts: {texts: {services: {wage_claim: {look: {zh: [请联系王建国]}}}}}", PersonalText, "name"),
        ("alerts: {texts: {services: {wage_claim: {look: {en: ['ask Peter Brown']}}}}}", PersonalText, "name"),
        ("alerts: {texts: {services: {wage_claim: {look: {en: [detain the ringleaders]}}}}}", RefusedWord, "detain"),
        ("alerts: {texts: {contest: {zh: 请告知张伟}}}", PersonalText, "name"),
        ("alerts: {texts: {contest: {zh: '找{place}'}}}", ConfigurationInvalid, "there are desk, by"),
    ],
)  # fmt: skip
def test_a_text_that_is_wrong_is_refused_in_a_sentence(
    tmp_path: Path, text: str, error: type[RiskwarnError], said: str
) -> None:
    with pytest.raises(error) as raised:
        opened(tmp_path, text)
    assert said in raised.value.message and "riskwarn.yaml" in raised.value.message


def test_what_is_right_is_read_and_changes_no_forecast(tmp_path: Path) -> None:
    opened(tmp_path, "city: 示例市")
    before = open_home(tmp_path / "home", Settings()).configuration
    text = """
alerts:
  texts:
    desk: {zh: 区综治中心值班室 023-61234567}
    head: {zh: ["{place}（{level}）：{help}", "，{by}前", "。{frequency}"]}
    contest: {zh: "告知{desk}"}
    services: {gap: {look: {zh: [看接口, "问{desk}"]}}, visit: {desk: {en: the town's office}}}
"""
    (tmp_path / "home" / "riskwarn.yaml").write_text(text, encoding="utf-8")
    after = open_home(tmp_path / "home", Settings()).configuration
    assert after.fingerprint() == before.fingerprint()
    assert after.alerts.texts.services["gap"].look.zh == ("看接口", "问{desk}")
