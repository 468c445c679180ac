"""What mediators write of a place passes; what names somebody does not."""

from __future__ import annotations

import pytest

from riskwarn.contracts.because import check_because
from riskwarn.errors import PersonalText

ORDINARY = (
    "双方和好，已握手言和", "双方和好", "已上门走访，情况属实", "双方达成协议，当场兑现", "已联系房东和租户，约定周五面谈",
    "经调解，双方同意各让一步", "和谐相处，无新矛盾", "水管已修好，楼上楼下和解", "因噪音引起，已约定晚十点后关音响", "物业和业委会已签字确认",
    "已转司法所，由法律援助中心跟进", "欠薪已全部发放，工人满意", "施工方承诺月底前付清余款", "请街道应急办和消防站一起查看", "隐患已整改，复查合格",
    "家属情绪稳定，已安排心理疏导", "该户已搬离，矛盾不再存在", "多次上门无人，改为电话联系", "无法联系当事人，下周再访", "与村委会一同查看现场",
    "边界重新丈量，双方无异议", "停车位按先到先停，已张贴告示", "宠物噪音问题已劝导，暂无反复", "和上次一样，老问题没有解决", "方便时再约双方见面",
    "安排周三下午面对面调解", "高空抛物已装摄像头", "金额不大，当场付清", "马上处理，今天完成", "任务已分给第三网格",
    "石阶松动，已报市政维修", "白天无人在家，晚上再去", "黄土堆放占道，已清运", "水电费分摊方案已公示", "应急灯损坏，已更换",
    "严重漏水，已通知物业", "全部诉求已答复，群众满意", "经常争吵，邻居反映属实", "常年积水，需要排水改造", "单元门禁坏了，已报修",
    "路面塌陷，已设围挡", "向双方讲明法律规定", "成都路口堵车引发争执，已疏导", "温和劝说后双方离开", "于周二完成复核",
    "国庆期间再次巡查", "解释清楚后不再争执", "时间改到下周", "和气收场，没有后续", "广场舞音量已调低，双方和睦",
    "严格按规定办理", "平安社区已核实", "由网格员每周回访一次", "为避免再次发生，已加装护栏", "与实际不符，请更正",
    "老人跌倒已送医，家属已到", "因孩子上学问题，家庭关系紧张", "给租户和房东各一份协议", "安全员已到场", "误报，实为施工声响",
)  # fmt: skip

NAMING = (
    "张三和好了", "李建国与王秀英和好", "已联系谭永碧，约定周五面谈", "应李小红申请", "张伟的要求已满足", "由欧阳慕晗调处完毕",
    "王秀英说不用了", "当事人陈建军反映属实", "居民刘桂英来电", "业主周国强投诉噪音", "与赵志刚一同查看现场", "向登科要求再访",
    "村民冉启荣撤诉", "张先生已搬离", "李女士说再约", "王某某已付清", "杨大妈不同意", "给吴秀兰的答复", "孙丽华一家已搬走",
    "因何志强投诉", "经马建华同意", "黄志明，已签字", "住户徐桂兰要求重新丈量", "群众高永强反映", "和林秀珍面谈", "郭师傅答应修好",
    "为罗春梅申请救助", "据郑国平称", "向宋玉珍解释", "钟离听雨认为不公", "Mr Zhang agreed", "由秦开碧签收",
)  # fmt: skip


@pytest.mark.parametrize("said", ORDINARY)
def test_what_names_nobody_is_kept(said: str) -> None:
    check_because(said)


@pytest.mark.parametrize("said", NAMING)
def test_what_names_somebody_is_refused(said: str) -> None:
    with pytest.raises(PersonalText):
        check_because(said)


@pytest.mark.parametrize(
    "said",
    [
        "从明天起不再占道", "于周二的会上说明", "房东家的水管已修", "本周师傅上门", "班主任老师已谈话", "高中生的家长来电", "安静了，不再投诉", "经常的争吵已减少",
        "全家和睦", "单元的门禁已修", "明天的会改期", "盖章等手续已办", "危房已腾空", "通常的做法", "那家的狗已拴好",
    ],
)  # fmt: skip
def test_a_word_of_every_day_is_no_name_where_a_name_could_stand(said: str) -> None:
    check_because(said)


@pytest.mark.parametrize(
    "said", ["经周建华同意", "向陈志明说明", "周师傅已上门", "任老师来电", "安志宁的申请", "高明亮反映"]
)
def test_a_name_is_one_beside_such_words(said: str) -> None:
    with pytest.raises(PersonalText):
        check_because(said)
