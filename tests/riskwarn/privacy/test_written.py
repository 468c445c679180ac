"""A number of a person is refused in what somebody writes, however it is written; what is none passes."""

from __future__ import annotations

import pytest

from riskwarn.contracts.because import check_because, check_note
from riskwarn.contracts.written import personal_written
from riskwarn.errors import PersonalText, RefusedWord
from serving.access.operators import check_person

PHONES = (
    "138\u200b0013\u200b8000", "138\u20600013\u00ad8000", "1\ufe0f38 0013 8000", "138.0013.8000", "138/0013/8000", "13 800 138 000",
    "138 0 0 1 3 8 0 0 0", "138 - 0013 - 8000", "138\u20130013\u20138000", "138_0013_8000", "138·0013·8000", "138:0013:8000",
    "138\u30000013\u30008000", "138\n0013\n8000", "１３８．００１３．８０００", "١٣٨٠٠١٣٨٠٠٠", "①③⑧⓪⓪①③⑧⓪⓪⓪",
    "一三八〇〇一三八〇〇〇", "一三八 〇〇一三 八〇〇〇", "幺三八零零幺三八零零零", "壹叁捌零零壹叁捌零零零", "一三八00138000", "+86 138.0013.8000",
    "023.68681234", "023/68681234",
)  # fmt: skip

OTHERS = (
    "110101/19900307/387X", "1101 0119 9003 0738 7X", "一一〇一〇一一九九〇〇三〇七三八七X", "6222.0212.3456.7894",
)  # fmt: skip

#: With a mistake in it, or a part of it: what it is called, or how it is made, says what it is.
CALLED = (
    "身份证号500101199003071234", "身份证 500101199003071234", "身份证号码：5001011990030712", "公民身份号码500101199003071230", "证件号: E12345678",
    "500101199003071234", "110101 19900307 3871", "手机号1380013800", "电话：6868 1234", "银行卡号 6222021234567890", "ID card 500101900307123",
)  # fmt: skip

#: How somebody is reached by a messenger.
ACCOUNTS = (
    "微信号 zhang_wei88", "微信：zhangwei1988", "加微信 zw-198803", "QQ 123456789", "QQ号：12345678", "ＱＱ１２３４５６７８９", "WeChat: zhang_wei88",
)  # fmt: skip

PLAIN = (
    "关注微信公众号 jiangbei_zzzx", "微信小程序 zhiliao2026 已上线", "QQ群 123456789 通知", "微信群已通知", "扫微信码",
    "2026-11-26 14:30-15:30", "from 2026/11/01 to 2026/11/30", "2026.11.26, row 1380", "10.20.0.0/16 and 192.168.100.10", "version 1.38.0.13",
    "1,380,013,800 rows", "rows 130, 250, 300, 41", "load 1380013", "500112001002", "WG0504144", "weeks 13-18 of 2026",
    "二〇二六年十一月二十六日", "第三季度，一二线城市", "三四五六月的月报", "the monthly file", "每周 3 次，共 14 天", "https://risk.example:8443/a/1",
    "sha256 5f3a", "conflict-4-v7", "1:25000 map, sheet 12-34", "渝01民初1234号", "拨打电话12345或12348", "the phone line 12345", "按账号管理办法", "证件过期3个月", "202611260001430015", "流水号 500101202603071234567", "工单500101202603010003",
)  # fmt: skip


@pytest.mark.parametrize("text", [*PHONES, *OTHERS, *CALLED, *ACCOUNTS])
def test_a_number_of_a_person_is_refused_however_it_is_written(text: str) -> None:
    for said in (text, f"asked by {text}, moved", f"应{text}要求"):
        with pytest.raises(PersonalText) as refused:
            check_because(said)
        assert text not in str(refused.value)
    with pytest.raises(PersonalText):
        check_person(f"clerk {text}")


@pytest.mark.parametrize("text", PLAIN)
def test_ordinary_numbers_and_codes_pass(text: str) -> None:
    assert personal_written(text) is None
    check_because(f"rerun for {text}")


def test_a_name_is_not_hidden_by_what_no_line_shows() -> None:
    for text in ("张\u200b三要求", "张三\u2060的申请"):
        with pytest.raises(PersonalText):
            check_because(text)


@pytest.mark.parametrize(
    "note", ["已列入黑名单", "住户是精神病人", "刑满释放人员", "吸毒人员家中", "有前 科", "社区矫正对象家"]
)
def test_no_note_puts_anybody_down_as_something(note: str) -> None:
    with pytest.raises(RefusedWord):
        check_note(note, "note")


@pytest.mark.parametrize(
    "note", ["请心理服务人员参与", "前期已科普", "需要救助帮扶", "名单已核对，黑臭水体", "目前科室已联系"]
)
def test_what_a_place_needs_passes(note: str) -> None:
    check_note(note, "note")
