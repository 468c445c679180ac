"""What a notice says: by exact words, whatever its place is called, and of numbers nothing that is not told elsewhere."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from riskwarn.alert_texts import HEAD_MOST, MARKS_MOST, PLACE_LEAST, width
from riskwarn.configuration import Configuration
from riskwarn.contracts.vocabulary import field_words
from riskwarn.refused import refuse_in
from riskwarn.words import DECIDED_EN, DECIDED_ZH, NOTICE_EN, NOTICE_STEPS, NOTICE_ZH
from serving.alerts.life import LIFE, Rule, Status, Verb
from serving.alerts.words import head_of, text_of
from serving.alerts.words.changes import UPWARDS, Since, Step
from serving.alerts.words.heads import shortened
from serving.alerts.words.sample import samples
from serving.alerts.words.wording import known_services, shipped, version_of
from tests.serving.alerts.told import ABOVE, told, why

CITY = Configuration()

#: Names as cities have them, and as they never should.
NAMES = some.one_of(
    some.text(max_size=200),
    some.text(alphabet="青山街道幸福社区第网格0123456789 ", max_size=200),
    some.text(alphabet="abcdefgh é\n\u2028\x00", max_size=300),
    some.text(alphabet="𠮷𡈽👨‍👩‍👧", max_size=120),
)


def test_a_notice_in_chinese() -> None:
    said = text_of(told(), CITY)["zh"]
    assert said["head"] == "幸福社区第12网格：建议上门调解，最迟3月16日。类似网格100个里约14个四周内出事，平时4个"
    assert said["body"].splitlines() == [
        "江北区 青山街道 幸福社区 第12网格：矛盾升级，关注等级“优先”，时段四周（到3月29日）。本期进入该等级。",
        "看什么：",
        "1. 未化解的纠纷哪些超过四周，各卡在哪一步。",
        "2. 双方近两周谈过没有，谁合适再约一次。",
        "3. 涉法、涉薪、心理方面是否需要一并请人帮助。",
        "主要原因：",
        "· 未化解矛盾纠纷4–7件",
        "· 诉求约20件",
        "· 隐患6–10件",
        "以往如何：类似网格100个里约14个四周内出事，平时4个（据此前约100个“优先”网格，95%区间8–22个）。",
        "办理期限：3月16日。",
        "请找：本级综治中心。",
    ]
    assert said["instruction"].splitlines()[1:] == [NOTICE_ZH, DECIDED_ZH]
    assert said["contact"] == "本级综治中心" and said["link"] is None


def test_a_notice_in_english() -> None:
    said = text_of(told(), CITY)["en"]
    assert (
        said["head"]
        == "第12网格, 幸福社区: mediation by 16 March. Of 100 such grids about 14 have trouble within 4 weeks, usually 4"
    )
    lines = said["body"].splitlines()
    assert lines[0].startswith(
        "第12网格, 幸福社区, 青山街道, 江北区: conflict that escalates, attention level priority, looking 4 weeks"
    )
    assert lines[-2:] == ["To be closed by 16 March.", "Ask: your governance centre."]
    assert said["instruction"].splitlines()[1:] == [NOTICE_EN, DECIDED_EN]


@pytest.mark.parametrize(
    ("stated", "zh"),
    [
        (None, ""),
        ({"n": 40, "precision": 0.004, "lower": 0, "upper": 0.09, "usual": 0.001}, "。类似网格100个里不到1个四周内出事，平时不到1个"),
        ({"n": 40, "precision": 0.5, "lower": 0.35, "upper": 0.65}, "。类似网格100个里约50个四周内出事"),
        ({"n": 40, "precision": 1.0, "lower": 0.9, "upper": 1.0, "usual": None}, "。类似网格100个里约100个四周内出事"),
    ],
)  # fmt: skip
def test_of_a_hundred_as_many_as_were_promised_and_else_nothing(stated: Any, zh: str) -> None:
    said = text_of(told(stated=stated), CITY)["zh"]
    assert said["head"] == "幸福社区第12网格：建议上门调解，最迟3月16日" + zh
    assert ("以往如何" in said["body"]) == (stated is not None)


def test_a_window_is_told_in_its_period() -> None:
    months = Configuration(period="month", horizons=(1, 12))  # type: ignore[arg-type]
    one = text_of(told(horizon=1), months)
    assert "一个月内" in one["zh"]["head"] and "within a month" in one["en"]["head"]
    assert "12个月内" in text_of(told(horizon=12), months)["zh"]["head"]
    assert "两周内" in text_of(told(horizon=2), CITY)["zh"]["head"]


def test_a_deadline_at_midnight_is_the_day_before() -> None:
    assert "最迟3月29日" in text_of(told(due_at="2026-03-29T16:00:00+00:00"), CITY)["zh"]["head"]
    assert "最迟" not in text_of(told(due_at=None), CITY)["zh"]["head"]


def test_reasons_are_those_that_raise_it_and_that_are_told_of_a_part_of_the_city() -> None:
    low, rest = why("隐患少", direction="lowers"), why("其他因素合计", theme="rest", services=())
    said = text_of(told(reasons=[rest, low, why("诉求约20件", services=("answer",))]), CITY)["zh"]
    assert "· 诉求约20件" in said["body"] and "其他因素" not in said["body"] and "隐患少" not in said["body"]
    assert "建议限期答复" in said["head"]
    assert "主要原因" not in text_of(told(reasons=[]), CITY)["zh"]["body"]
    assert "建议了解情况" in text_of(told(reasons=[]), CITY)["zh"]["head"]
    # The last of all would tell the city's mean where there are fewer than three.
    assert "主要原因" not in text_of(told(reasons=[why("只有一条")]), CITY)["zh"]["body"]


def test_what_is_being_done_is_the_help_that_is_named() -> None:
    assert "建议心理疏导" in text_of(told(service="counselling"), CITY)["zh"]["head"]


def test_a_notice_of_a_town_names_its_grids() -> None:
    members = [{"code": f"G{row}", "name": f"第{row}网格", "level": "orange", "score": 0.1} for row in range(3)]
    town = told(unit="town", name="青山街道", code="T0000000", above=ABOVE[2:], members=members, score=None)
    said = text_of(town, CITY)
    assert said["zh"]["head"].startswith("青山街道3个网格：建议上门调解")
    assert "网格：第0网格（重点）、第1网格（重点）、第2网格（重点）" in said["zh"]["body"]
    assert "主要原因（第0网格）：" in said["zh"]["body"], "whose they are"
    assert said["en"]["head"].startswith("3 grids of 青山街道: mediation")


def test_a_place_that_bears_the_name_of_its_community_is_told_once() -> None:
    said = text_of(told(name="幸福社区第12网格"), CITY)["zh"]
    assert said["head"].startswith("幸福社区第12网格：") and said["body"].startswith(
        "江北区 青山街道 幸福社区第12网格："
    )


def test_a_data_gap_is_no_low_risk() -> None:
    gap = told(
        kind="gap", unit="district", name="江北区", code="D0000000", above=ABOVE[3:], level="unknown", score=None, stated=None,
        reasons=[{"source": "disputes", "zh": "disputes", "en": "disputes"}],
    )  # fmt: skip
    said = text_of(gap, CITY)
    assert said["zh"]["head"] == "江北区：数据未按时报送，等级未知，不等于低风险；请核对接口，最迟3月16日"
    assert "矛盾纠纷未按时报送" in said["zh"]["body"] and "主要原因" not in said["zh"]["body"]
    assert "disputes did not arrive" in said["en"]["body"]


def since(before: str, *verbs: str, status: str = "open", alone: bool = False) -> Since:
    """Some steps of a notice that is red; what goes up may do so where nobody is above."""
    return Since(tuple(Step(verb, status, "red", alone=alone and verb in UPWARDS) for verb in verbs), before)


@pytest.mark.parametrize(
    ("verbs", "before", "zh"),
    [
        (["raised_further"], "orange", "由“重点”升为“优先”"),
        (["raised_further"], "red", "所涉网格有增加"),
        (["reminded"], "red", "尚未签收，再次提醒"),
        (["escalated"], "red", "逾期，已告知上一级"),
        (["note", "acknowledge", "assign"], "red", "已转其他队伍办理"),
        (["reopen"], "red", "重新打开"),
    ],
)
def test_an_update_says_what_it_is_and_what_changed(verbs: list[str], before: str, zh: str) -> None:
    said = text_of(told(), CITY, since(before, *verbs))["zh"]
    assert said["head"] == f"幸福社区第12网格：待签收；{zh}；建议上门调解，最迟3月16日"
    assert said["body"].splitlines()[:2] == ["现状：待签收。", f"变化：{zh}。"]


@pytest.mark.parametrize(
    ("status", "verb", "zh"),
    [("referred", "refer", "已上报上一级"), ("returned", "return", "已被退回，请上一级重新分派")],
)
def test_what_says_where_it_stands_is_said_once_in_the_head(status: str, verb: str, zh: str) -> None:
    said = text_of(told(status=status), CITY, since("red", verb, status=status))["zh"]
    assert said["head"] == f"幸福社区第12网格：{zh}；建议上门调解，最迟3月16日"
    further = text_of(told(status=status), CITY, since("red", verb, "escalated", status=status, alone=True))
    assert further["zh"]["body"].splitlines()[1].endswith("；逾期，上面没有别的队伍，请中心处理。")
    assert "no team is above" in further["en"]["body"].splitlines()[1].split("; ")[0]


def test_several_changes_are_all_told_and_the_last_leads() -> None:
    said = text_of(told(), CITY, since("red", "extend", "return", "assign"))["zh"]
    assert said["body"].splitlines()[1] == "变化：已延期；已被退回，请上一级重新分派；已转其他队伍办理。"
    assert said["head"].startswith("幸福社区第12网格：待签收；已转其他队伍办理")


def test_what_is_over_asks_nobody_to_do_anything() -> None:
    closed = told(status="closed", outcome="prevented", service="mediation")
    assert text_of(closed, CITY)["zh"]["head"] == "幸福社区第12网格：已办结，结果：已化解（上门调解）"
    gone = text_of(told(status="withdrawn"), CITY, since("red", "withdrawn", status="withdrawn"))["zh"]
    assert gone["head"] == "幸福社区第12网格：提示已撤销，请勿再据此办理"
    assert "看什么" not in gone["body"] and "主要原因" not in gone["body"] and NOTICE_ZH in gone["instruction"]
    ended = text_of(closed, CITY, Since(ended=True))
    assert ended["zh"]["head"] == "幸福社区第12网格：已办结，结果：已化解（上门调解）"
    assert ended["zh"]["body"].splitlines()[-1] == "无需办理，仅告知结果。"
    late = text_of(told(status="expired"), CITY, Since(ended=True))
    assert late["zh"]["head"] == "幸福社区第12网格：时段已过，未见办理反馈"


def test_every_verb_rule_state_and_service_has_its_words() -> None:
    texts = shipped()
    assert set(texts["steps"]) == set(NOTICE_STEPS) == {*map(str, Verb), *map(str, Rule)}
    assert set(texts["statuses"]) == {*map(str, LIFE)}
    assert set(known_services()) == {*field_words("service").values(), "gap"}
    for verb in (*Verb, *Rule):
        for status in Status:
            text_of(told(status=status.value), CITY, since("orange", verb.value, status=status.value))
    refuse_in({name: texts[name] for name in ("head", "body", "services", "changes", "page")}, "texts.yaml")


def test_the_link_is_that_of_the_page_where_its_address_is_declared() -> None:
    declared = Configuration(sign_in={"address": "https://risk.example.gov.cn/apps/riskwarn"})  # type: ignore[arg-type]
    said = text_of(told(), declared)
    assert said["zh"]["link"] == "https://risk.example.gov.cn/apps/riskwarn/alerts/wabcdefghijkl"
    assert said["en"]["link"] == "https://risk.example.gov.cn/apps/riskwarn/alerts/wabcdefghijkl?lang=en"


def test_the_short_form_is_the_head_of_the_long_one() -> None:
    short, long = head_of(told(), CITY), text_of(told(), CITY)
    assert short == {"version": "3", "zh": {"head": long["zh"]["head"]}, "en": {"head": long["en"]["head"]}}


@given(
    name=NAMES,
    community=NAMES,
    members=some.integers(0, 8),
    status=some.sampled_from(list(Status)),
    ended=some.booleans(),
)
def test_a_head_is_never_longer_than_a_phone_shows_and_never_without_its_place(
    name: str, community: str, members: int, status: Status, ended: bool
) -> None:
    above = [{"unit": "community", "code": "C", "name": community}]
    grids = [{"code": "G", "name": name, "level": "red", "score": 0.1}] * members
    one = told(name=name, above=above, members=grids, status=status.value, service="counselling")
    longest = since("orange", "return", "raised_further", status=status.value, alone=True)
    for happened in (Since(), longest, Since(ended=ended)):
        said = text_of(one, CITY, happened)
        for language, most in HEAD_MOST.items():
            head = said[language]["head"]
            assert width(head) <= most - MARKS_MOST[language] and len(head.splitlines()) == 1 and head.isprintable()
            begins = "".join(character if character.isprintable() else " " for character in name).split()[:1] or [
                "G0000012"
            ]
            assert begins[0][:1] in head, "the place is in it"


@given(
    name=some.lists(some.text("abcdefghijklmnop", min_size=1, max_size=12), min_size=1, max_size=40),
    room=some.integers(14, 60),
)
def test_words_are_not_cut(name: list[str], room: int) -> None:
    short = shortened(" ".join(name), room)
    assert len(short) <= room and set(short.removesuffix("…").split()) <= set(name)


def test_a_word_that_is_too_long_is_cut_all_the_same() -> None:
    assert shortened("x" * 50, 10) == "x" * 9 + "…" and shortened("第123456789012网格", 8) == "第…"
    assert shortened("𠮷" * 20, 9) == "𠮷" * 4 + "…"


def test_the_version_changes_with_any_text_of_a_city() -> None:
    own = [
        Configuration(alerts={"texts": {"services": {"visit": {"help": {"zh": word}}}}})  # type: ignore[arg-type]
        for word in ("入户看看", "上门看看")
    ]
    versions = [version_of(one) for one in (CITY, *own)]
    assert versions[0] == "3" and len(set(versions)) == 3 and all(one.startswith("3-") for one in versions[1:])
    assert text_of(told(service="visit"), own[0])["version"] == versions[1]
    assert "建议入户看看" in text_of(told(service="visit"), own[0])["zh"]["head"]
    assert ": a visit by" in text_of(told(service="visit"), own[0])["en"]["head"], "what is not given stays"


def test_every_service_can_be_seen_before_it_is_told() -> None:
    found = samples(CITY)
    assert [one["service"] for one in found] == list(known_services())
    assert all(width(one["text"][language]["head"]) <= HEAD_MOST[language] for one in found for language in HEAD_MOST)
    assert all(PLACE_LEAST[language] >= 16 for language in PLACE_LEAST)
