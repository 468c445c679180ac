"""What forecasters, metrics, audits and their columns are called in Chinese and English. An own name stands as it is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from riskwarn.messages import Listed, Message, Named
from training.models.baselines.reasons import OWN_PAST
from training.models.baselines.regression import PoissonRegression
from training.reports.drawing import Pair
from training.reports.facts import Leaning

FORECASTERS: dict[str, Pair] = {
    "model": ("模型", "model"),
    "regression": ("仅回归", "regression alone"),
    "lightgbm": ("仅 LightGBM", "LightGBM alone"),
    "zero": ("恒为零", "zero"),
    "climatology": ("全市均值", "climatology"),
    "last_value": ("上期值", "last value"),
    "all_history": ("全部历史", "all history"),
    "shrunk_history": ("收缩历史", "shrunk history"),
    "rate_12": ("近 12 期", "last 12 periods"),
    "conflictology": ("近 12 窗分布", "conflictology"),
    "near_repeat": ("近邻再发", "near repeat"),
    "poisson_regression": ("九项回归", "nine-term regression"),
}

#: Names that no word of a sentence is.
_NAMED = re.compile(rf"\b(?:{'|'.join(name for name in FORECASTERS if '_' in name)})\b")

METRICS: dict[str, Pair] = {
    "log_loss": ("对数损失", "log loss"),
    "average_precision": ("平均精度", "average precision"),
    "capture_1": ("前 1% 捕获", "capture 1%"),
    "capture_5": ("前 5% 捕获", "capture 5%"),
    "capture_10": ("前 10% 捕获", "capture 10%"),
    "precision_5": ("前 5% 命中", "precision 5%"),
    "poisson_deviance": ("泊松偏差", "Poisson deviance"),
    "brier_skill": ("Brier 技巧", "Brier skill"),
    "calibration": ("校准误差", "calibration"),
    "calibration_level": ("水平", "level"),
    "calibration_slope": ("斜率", "slope"),
    "coverage": ("区间覆盖", "coverage"),
    "pit_inside": ("中间八成的占比", "share in the middle eight tenths"),
    "lead_time": ("提前期数", "lead time"),
}

PARAMETERS: dict[str, Pair] = {
    "store_version": ("数据版本", "store version"),
    "configuration": ("配置", "configuration"),
    "catalogue": ("特征目录", "catalogue"),
    "version.requirements_lock": ("锁文件摘要", "digest of the lock file"),
    "commit": ("代码提交", "commit"),
    "trees.seed": ("随机种子", "seed"),
    "n_features": ("特征数", "columns"),
}

#: The figures of the page's table, in their order.
FIGURES = (
    "log_loss", "capture_1", "capture_5", "capture_10", "average_precision", "poisson_deviance", "calibration_level",
    "calibration_slope",
)  # fmt: skip

#: Audit -> its title. Those that a run has not are named as well.
AUDITS: dict[str, Pair] = {
    "groups": ("对谁失灵", "Whom it fails"),
    "interventions": ("有无介入", "With and without interventions"),
    "observers": ("观测者特征", "Observer features"),
    "sources": ("各来源的价值", "What each source is worth"),
    "drift": ("受评期内的变化", "Drift over the judged origins"),
    "versions": ("当时与今日的记录", "By the record of then and of today"),
    "not_counted": ("不计入的记录", "What does not count"),
}

#: Words of the headings and cells of audits.
COLUMNS: dict[str, Pair] = {
    "by": ("按", "by"),
    "group": ("分组", "group"),
    "groups": ("分组数", "groups"),
    "grids": ("网格", "grids"),
    "events": ("事件（各窗口）", "events (in windows)"),
    "calibration_level": ("水平", "level"),
    "level": ("水平", "level"),
    "selected": ("入选占比", "on the list"),
    "missed": ("漏报占比", "missed"),
    "withheld": ("不显示的组", "groups kept back"),
    "budget": ("名单占比", "list"),
    "population": ("常住人口", "residents"),
    "share_over_65": ("65 岁以上占比", "share over 65"),
    "share_under_15": ("15 岁以下占比", "share under 15"),
    "housing_age": ("房屋年限", "age of housing"),
    "share_migrant": ("流动人口占比", "share of migrants"),
    "rentals_per_household": ("户均出租房", "rentals per household"),
    "alone_over_65": ("独居老人占比", "share over 65 alone"),
    "q1": ("最低四分之一", "lowest quarter"),
    "q2": ("第二个四分之一", "second quarter"),
    "q3": ("第三个四分之一", "third quarter"),
    "q4": ("最高四分之一", "highest quarter"),
    "basic": ("基础网格", "basic"),
    "micro": ("微网格", "micro"),
    "special": ("专属网格", "special"),
    "source": ("来源", "source"),
    "feature": ("特征", "feature"),
    "family": ("族", "family"),
    "kind": ("类型", "kind"),
    "word": ("用词", "word"),
    "other_words": ("其他用词", "other words"),
    "records": ("记录", "records"),
    "share": ("占比", "share"),
    "unknown": ("未知", "unknown"),
    "unknown_share": ("未知占比", "share unknown"),
    "other": ("其他", "other"),
    "most": ("警告界限", "warned of from"),
    "warning": ("警告", "warning"),
    "metric": ("指标", "metric"),
    "model": ("模型", "model"),
    "forecaster": ("依据", "forecaster"),
    "regression": ("仅回归", "regression alone"),
    "log_loss": ("对数损失", "log loss"),
    "gain": ("增益", "gain"),
    "difference": ("差", "difference"),
    "lower": ("下限", "lower"),
    "upper": ("上限", "upper"),
    "with": ("含", "with"),
    "without": ("不含", "without"),
    "log_loss_with": ("含其对数损失", "log loss with"),
    "log_loss_without": ("不含其对数损失", "log loss without"),
    "columns": ("特征数", "columns"),
    "in_model": ("模型所用", "in the model"),
    "fitted": ("拟合于", "fitted"),
    "origins": ("起点数", "origins"),
    "best": ("最有价值", "worth most"),
    "harmful": ("有害", "harmful"),
    "windows": ("窗口数", "windows"),
    "treated_windows": ("有介入的窗口", "windows with a service"),
    "treated_share": ("有介入占比", "share with a service"),
    "treated_share_of_events": ("其中的事件占比", "share of events in them"),
    "treated_calibration_level": ("其中的水平", "level in them"),
    "unit": ("单元", "unit"),
    "city": ("全市", "city"),
    "district": ("区县", "district"),
    "origin": ("起点", "origin"),
    "drift_since": ("现用模型训练以来的变化", "Drift since the champion was trained"),
    "version": ("版本", "version"),
    "evidence": ("证据（历时最高）", "evidence (at its highest)"),
    "highest_at": ("最高时的起点", "highest at"),
    "evidence_last": ("最近的证据", "evidence at last"),
    "evidence_city": ("证据中来自全市的部分", "of the evidence from the city as a whole"),
    "evidence_districts": ("证据中来自各区的部分", "of the evidence from the districts"),
    "all": ("合计", "together"),
    "limit": ("界限", "limit"),
    "moved": ("是否变化", "has it moved"),
    "strongest": ("证据最强", "strongest in"),
    "strongest_evidence": ("证据中来自该处的部分", "of the evidence from there"),
    "since": ("变化始于", "since"),
    "first": ("最早", "first"),
    "last": ("最晚", "last"),
    "last_fit": ("此后为训练之后", "after the training from"),
    "came_later": ("后来补报占比", "came later"),
    "withdrawn": ("后来撤回占比", "withdrawn later"),
    "log_loss_then": ("当时的对数损失", "log loss then"),
    "log_loss_now": ("今日的对数损失", "log loss today"),
    "log_loss_change": ("对数损失之差", "change of log loss"),
    "level_then": ("当时的水平", "level then"),
    "level_now": ("今日的水平", "level today"),
}

#: How a column begins that is told of several divisions, and what it is.
DIVIDED: dict[str, Pair] = {
    "missed_difference_": ("漏报最大差 · ", "most difference in missed, by "),
    "level_quotient_": ("水平最大比 · ", "most quotient of levels, by "),
}


def forecaster(name: str) -> Pair:
    """What a forecaster is called."""
    return FORECASTERS.get(name, (name, name))


def reads(kind: str, columns: Sequence[Leaning]) -> str:
    """What a baseline is made of, in one sentence: `columns` are those that move what it says."""
    if kind != PoissonRegression.name:
        return Message("This baseline reads nothing but the target's own past.")
    if not columns:
        return Message("This baseline is a Poisson regression, and what its terms weigh is not known.")
    others = [Named(one.en, one.zh) for one in columns if one.family != OWN_PAST]
    if not others:
        return Message("This baseline is a Poisson regression on the target's own past and the season alone.")
    return Message(
        "This baseline is a Poisson regression: beside the target's own past and the season it also reads {columns}.",
        columns=Listed(others),
    )


def metric(name: str) -> Pair:
    """What a metric is called."""
    return METRICS.get(name, (name, name.replace("_", " ")))


def column(name: str) -> Pair:
    """What a heading or a cell of an audit is called."""
    for begin, (zh, en) in DIVIDED.items():
        if name.startswith(begin):
            by = column(name.removeprefix(begin))
            return (f"{zh}{by[0]}", f"{en}{by[1]}")
    return COLUMNS.get(name, (name, name.replace("_", " ")))


def parameter(name: str) -> Pair:
    """What a parameter is called."""
    return PARAMETERS.get(name, (name, name))


def of_forecasters(text: str, language: int) -> str:
    """A sentence with forecasters called as everywhere else on the page: 0 Chinese, 1 English."""
    return _NAMED.sub(lambda found: FORECASTERS[found[0]][language], text)
