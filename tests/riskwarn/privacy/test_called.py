"""Somebody by whatever trade or kin: what share of made names is found, and what is found in sentences that name nobody."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from riskwarn.contracts.because import check_note, somebody_in
from riskwarn.contracts.called import calls_somebody, stands_by_trade
from riskwarn.errors import PersonalText

ROOT = Path(__file__).parents[3]

NAMING = (
    "物业经理吴涛", "问物业经理吴涛", "老板娘何翠花", "社区医生韩梅处理", "保洁员张桂兰打扫", "刘奶奶摔倒", "王大爷家漏水", "小李子家", "徐大姐说", "张老太", "老张家漏水",
    "网格员小刘已上门", "陈叔已答应", "高奶奶家停水", "水电工（赵德柱）", "包工头：孙大勇", "维修师傅郑国平没来", "二房东 李桂花", "李总要求改期", "欧阳婆婆跌倒", "阿王已搬走",
    "女儿周晓燕在外地", "幼儿园老师林秀珍说", "外卖员马建军受伤", "杨幺妹家", "小黄反映路灯坏了",
)  # fmt: skip

PLAIN = (
    "没人管大爷", "邻居大妈来电", "旁边大叔说", "工程师傅已到", "施工人员高空作业", "社区医生已上门", "请保洁员清扫", "经理和业主见面", "负责人何时到场",
    "主张强烈", "业主张贴告示", "老年人向阳活动室", "孩子高中毕业", "工人和老板协商", "任何大爷大妈都可参加", "老人家的水管", "小区老王府街", "老路灯已换",
    "小石块滑落", "公司经理表示配合", "超市老板已签字", "小方桌已搬走", "客户方已确认", "维修工程已完", "门卫大爷已登记", "住户金额有误", "当事人和解", "本周奶奶庙开放",
    "长江路口", "陈婆岭小区停电", "王爷庙社区路灯", "小李子树倒伏", "老杨树枯死", "曾经理清边界", "外公外婆接送", "大小姐妹楼", "学生安全出行", "医生建议住院",
)  # fmt: skip

TRADES = (
    "物业经理", "保洁员", "老板娘", "社区医生", "水电工", "快递员", "外卖员", "包工头", "维修师", "养老院护士", "幼儿园园长", "理发师", "环卫工人", "小卖部店主", "租客",
    "车间主管", "菜贩", "塔吊司机", "门店会计", "装修师", "电梯维保员", "房屋中介", "旅店老板", "挖机手", "代课教练", "大女儿", "儿媳妇", "前夫的妻子", "楼上邻居朋友", "合租同学",
)  # fmt: skip
FAMILIES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段"
GIVEN = (
    "伟", "芳", "秀英", "敏", "静", "建国", "桂兰", "志强", "丽华", "国平", "小红", "德柱", "翠花", "晓燕", "玉珍", "海涛", "文轩", "子涵", "浩然", "欣怡", "春梅", "永强", "丽", "磊",
    "雪", "刚", "凤英", "俊杰", "明", "涛",
)  # fmt: skip
KIN = (
    "奶奶",
    "大爷",
    "大妈",
    "大姐",
    "大叔",
    "婆婆",
    "老太",
    "老汉",
    "二婶",
    "三叔",
    "大嫂",
    "幺妹",
    "老爷子",
    "阿姨",
    "师傅",
    "老板",
    "医生",
    "叔",
    "婶",
    "哥",
    "姐",
    "姨",
)
BY_TRADE = (
    "{}{}",
    "找{}{}核实",
    "{}{}没在家",
    "由{}{}负责整改",
    "{}{}说下周修好",
    "已与{}{}谈过",
    "{}：{}，已联系",
    "楼下{}{}家漏水",
)
BY_KIN = ("{}{}摔倒了", "{}{}家漏水", "已上门看望{}{}", "{}{}说不用了", "帮{}{}修灯", "三楼的{}{}已搬走")


def made(seed: int, frames: tuple[str, ...], *parts: tuple[str, ...] | str) -> list[str]:
    """A thousand sentences."""
    chance = random.Random(seed)
    found = []
    for _ in range(1_000):
        first, *others = (chance.choice(part) for part in parts)
        found.append(chance.choice(frames).format(first, "".join(others)))
    return found


#: Trades, kin and given names that the rules were not made by; the endings of words for people were completed by the first.
OTHER_TRADES = (
    "电梯工程师", "教务主任", "小区门卫", "代驾", "育儿嫂", "搬运工", "钢筋工", "果农", "收银员", "导游", "骑手", "主播", "房产顾问", "街舞老师", "足疗技师", "棋牌室老板", "工地监理",
    "网店客服", "乡村兽医", "药剂师", "殡仪馆员工", "洗车工", "二叔", "继母", "前妻", "室友", "种植户", "摊贩", "裁缝", "泥瓦匠",
)  # fmt: skip
OTHER_GIVEN = (
    "建平", "秀兰", "文静", "立新", "少华", "佳琪", "宇航", "淑芬", "长江", "爱民", "晓峰", "振宇", "凤霞", "思远", "燕", "鹏", "超", "波", "琴", "兰", "勇", "军", "平", "斌", "霞", "娟",
    "洋", "亮", "宁", "辉",
)  # fmt: skip
OTHER_KIN = (
    "姥姥", "大伯", "大娘", "二哥", "三姐", "小妹", "姑妈", "婶子", "老头", "老太太", "太太", "护士", "律师", "教授", "老师", "先生", "某", "嫂", "伯", "姑", "同志", "警官",
)  # fmt: skip
BY_OTHER_TRADE = (
    "{}{}反映楼道灯坏了", "{}{}今天不在", "请{}{}带路", "向{}{}了解情况", "据{}{}讲", "{}{}一家", "和{}{}商量好了", "{}{}摔伤", "叫{}{}来开门", "{}{}答应清理杂物",
)  # fmt: skip
BY_OTHER_KIN = ("{}{}今天不在", "请{}{}带路", "据{}{}讲", "和{}{}商量好了", "{}{}的孩子", "给{}{}打过电话")

#: How many of a thousand are found. Lists of trades and of kin alone found 349, 424, 69 and 413.
FOUND = {
    "trades": (made(1, BY_TRADE, TRADES, FAMILIES, GIVEN), 991),
    "kin": (made(2, BY_KIN, FAMILIES, KIN), 987),
    "other trades": (made(3, BY_OTHER_TRADE, OTHER_TRADES, FAMILIES, OTHER_GIVEN), 943),
    "other kin": (made(4, BY_OTHER_KIN, FAMILIES, OTHER_KIN), 985),
}


@pytest.mark.parametrize("what", FOUND)
def test_so_many_of_a_thousand_made_names_are_found(what: str) -> None:
    said, found = FOUND[what]
    assert sum(somebody_in(one) is not None for one in said) == found


@pytest.mark.parametrize("said", NAMING)
def test_whoever_is_called_so_is_refused(said: str) -> None:
    with pytest.raises(PersonalText):
        check_note(said, "note")


@pytest.mark.parametrize("said", PLAIN)
def test_who_is_no_person_passes(said: str) -> None:
    check_note(said, "note")


def written() -> Iterator[str]:
    """The Chinese sentences of the documentation and of all that riskwarn says."""
    files = [*ROOT.glob("docs/*.md"), ROOT / "README.md", *ROOT.glob("serving/console/src/**/*.ts*")]
    texts = [file.read_text(encoding="utf-8") for file in files]
    for catalogue in ROOT.glob("riskwarn/locale/**/*.po"):
        texts.append("\n".join(re.findall(r'"(.*)"', catalogue.read_text(encoding="utf-8"))))
    parts = {part.strip() for text in texts for part in re.split(r"[。；\n|]+", text)}
    return (part for part in sorted(parts) if re.search(r"[㐀-鿿]{2}", part))


def test_what_riskwarn_itself_says_names_nobody_but_its_examples() -> None:
    sentences = list(written())
    found = [one for one in sentences if stands_by_trade(one) or calls_somebody(one)]
    assert len(sentences) > 4_000
    examples = [one for one in found if not re.search("王建国|麻秋生|老王|王女士|李志强|吴涛", one)]
    assert examples == []


def test_no_word_behind_a_trade_is_a_name() -> None:
    """Of the words of every shipped list hardly one is taken for a name where it stands behind a word for people."""
    from riskwarn.contracts.personal import vocabulary, words

    known = sorted(word for word in vocabulary() | words() if re.fullmatch(r"[㐀-鿿]{2,4}", word))
    frames = "物业经理{}", "找保洁员{}", "老人{}", "住户{}已修好"
    said = [frame.format(word) for frame, word in product(frames, known)]
    found = [one for one in said if stands_by_trade(one)]
    assert (len(said) > 6_000, found) == (True, [])
