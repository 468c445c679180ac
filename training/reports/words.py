"""What forecasters, metrics, audits and their columns are called in Chinese and English. An own name stands as it is."""

from __future__ import annotations

from training.reports.drawing import Pair

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

METRICS: dict[str, Pair] = {
    "log_loss": ("对数损失", "log loss"),
    "average_precision": ("平均精度", "average precision"),
    "capture_1": ("前 1% 捕获", "capture 1%"),
    "capture_5": ("前 5% 捕获", "capture 5%"),
    "capture_10": ("前 10% 捕获", "capture 10%"),
    "precision_5": ("前 5% 命中", "precision 5%"),
    "poisson_deviance": ("泊松偏差", "Poisson deviance"),
    "brier_skill": ("Brier 技巧", "Brier skill"),
    "calibration_level": ("水平", "level"),
    "calibration_slope": ("斜率", "slope"),
    "coverage": ("区间覆盖", "coverage"),
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
    "drift": ("训练以来的变化", "Drift since training"),
    "not_counted": ("不计入的记录", "What does not count"),
}

#: Words of the headings and cells of audits.
COLUMNS: dict[str, Pair] = {
    "by": ("按", "by"),
    "group": ("分组", "group"),
    "grids": ("网格", "grids"),
    "events": ("事件", "events"),
    "calibration_level": ("水平", "level"),
    "level": ("水平", "level"),
    "selected": ("入选占比", "on the list"),
    "missed": ("漏报占比", "missed"),
    "source": ("来源", "source"),
    "feature": ("特征", "feature"),
    "family": ("族", "family"),
    "word": ("用词", "word"),
    "records": ("记录", "records"),
    "share": ("占比", "share"),
    "log_loss": ("对数损失", "log loss"),
    "gain": ("增益", "gain"),
    "lower": ("下限", "lower"),
    "upper": ("上限", "upper"),
    "with": ("含", "with"),
    "without": ("不含", "without"),
    "district": ("区县", "district"),
    "kind": ("类型", "kind"),
    "unknown": ("未知", "unknown"),
    "metric": ("指标", "metric"),
    "model": ("模型", "model"),
    "budget": ("名单占比", "list"),
}


def forecaster(name: str) -> Pair:
    """What a forecaster is called."""
    return FORECASTERS.get(name, (name, name))


def metric(name: str) -> Pair:
    """What a metric is called."""
    return METRICS.get(name, (name, name.replace("_", " ")))


def column(name: str) -> Pair:
    """What a heading or a cell of an audit is called."""
    return COLUMNS.get(name, (name, name.replace("_", " ")))


def parameter(name: str) -> Pair:
    """What a parameter is called."""
    return PARAMETERS.get(name, (name, name))
