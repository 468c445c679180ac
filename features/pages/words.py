"""What the words of declarations are called in Chinese and English. A word that a module brings of its own stands as it is."""

from __future__ import annotations

from features.windows import PERIOD_EN, PERIOD_ZH
from riskwarn.configuration import Configuration
from riskwarn.contracts import contract
from riskwarn.errors import UnknownSource
from riskwarn.periods import Period
from riskwarn.words import Quantity

Pair = tuple[str, str]

FAMILIES: dict[str, Pair] = {
    "counts": ("窗口计数", "counts and severity sums in windows"),
    "pace": ("增减与异常", "trend, burst and surprise"),
    "recency": ("距最近一次", "time since the latest"),
    "decayed": ("衰减累积", "fading counts"),
    "crossing": ("再发与跨来源", "repeats, and what follows across sources"),
    "residents": ("人口与人均", "residents, and counts per resident"),
    "neighbours": ("相邻网格", "next door"),
    "roll-ups": ("所在单元平均", "means of its community, town and district"),
    "position": ("与所在单元相比", "against the means of its units"),
    "near_repeat": ("近邻再发", "near repeats"),
    "found_by": ("发现方式", "how it was found"),
    "effort": ("巡查与登记", "patrolling and recording"),
    "backlog": ("未办结", "open backlog"),
    "closing": ("办结用时", "time to close"),
    "escalation": ("升级", "escalations"),
    "target_history": ("预测对象的历史", "a target's own history"),
    "memory": ("预测对象的长期记忆", "a target's whole memory"),
    "topics": ("文本主题", "topics of free text"),
    "breaks": ("登记口径变化", "breaks of recording"),
    "demand": ("待答复诉求", "unanswered demand"),
    "content": ("满意情况", "satisfaction"),
    "exposure": ("居住条件", "exposure"),
    "proxies": ("居民构成", "make-up of residents"),
    "interventions": ("服务介入", "past interventions"),
    "season": ("时节", "calendar"),
}

TRANSFORMS: dict[str, Pair] = {
    "sum": ("求和", "sum"),
    "mean": ("平均", "mean"),
    "share": ("占比", "share"),
    "ratio": ("比值", "ratio"),
    "log": ("对数", "log"),
    "log rate": ("发生率的对数", "log rate"),
    "logit": ("对数几率", "logit"),
    "log ratio": ("对数比", "log ratio"),
    "maximum": ("最大值", "maximum"),
    "quantile": ("分位数", "quantile"),
    "newest": ("最新值", "newest"),
    "whether": ("是否", "whether"),
    "days since": ("距今天数", "days since"),
    "of the date": ("由日期得出", "of the date"),
    "decayed sum": ("衰减求和", "decayed sum"),
    "mean of sum": ("求和后平均", "mean of sum"),
    "number of categories": ("类别个数", "number of categories"),
    "number of periods": ("期数", "number of periods"),
    "sum over categories": ("按类别求和", "sum over categories"),
    "sum over shared categories": ("按共有类别求和", "sum over shared categories"),
    "standardised difference": ("标准化差", "standardised difference"),
    "Poisson tail": ("泊松尾概率", "Poisson tail"),
    "negative binomial tail": ("负二项尾概率", "negative binomial tail"),
}

UNITS: dict[str, Pair] = {
    "": ("", ""),
    "records": ("件", "records"),
    "events": ("起", "events"),
    "records per 1,000": ("件/千人", "records per 1,000"),
    "people per 1,000": ("人/千人", "people per 1,000"),
    "severity points": ("级别分", "severity points"),
    "categories": ("类", "categories"),
    "decades": ("数量级", "decades"),
    "people": ("人", "people"),
    "people per km²": ("人/km²", "people per km²"),
    "households": ("户", "households"),
    "buildings": ("栋", "buildings"),
    "km²": ("km²", "km²"),
    "hours": ("小时", "hours"),
    "days": ("天", "days"),
    "weeks": ("周", "weeks"),
    "months": ("个月", "months"),
    "years": ("年", "years"),
}

QUANTITIES: dict[Quantity, Pair] = {
    Quantity.EXTENSIVE: ("可加量", "extensive"),
    Quantity.INTENSIVE: ("强度量", "intensive"),
    Quantity.STATIC: ("静态量", "static"),
}


def source_words(source: str, configuration: Configuration) -> Pair:
    """What a source is called: in English as commands name it. The calendar is a source of its own."""
    english = source.replace("_", " ")
    if source == "calendar":
        return ("日历", english)
    try:
        return (contract(source, configuration).zh, english)
    except UnknownSource:
        return (source, english)


def window_words(window: int | None, period: Period) -> Pair:
    """`26周` and `26 weeks`; nothing where a feature has no fixed window."""
    if window is None:
        return ("", "")
    words = PERIOD_EN[period]
    return (f"{window}{PERIOD_ZH[period]}", f"{window} {words.removesuffix('s') if window == 1 else words}")
