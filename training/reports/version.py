"""The page of one version: what it was trained on, how good it is beside each baseline, where and for whom it errs."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from features.pages.words import FAMILIES
from riskwarn.disclosure import count_shown
from riskwarn.words import NOTICE_EN, NOTICE_ZH
from training.audits.audit import Audit
from training.reports import charts, maps
from training.reports.audits import shown_audits
from training.reports.drawing import Pair
from training.reports.facts import ReportFacts
from training.reports.pages import both, rendered
from training.reports.words import FIGURES, forecaster, parameter, reads

#: Parameters that stand in the table of what it was trained on; the others lie folded below.
_FIRST = (
    "store_version", "configuration", "catalogue", "version.requirements_lock", "commit", "trees.seed", "n_features",
)  # fmt: skip

PERIODS: dict[str, Pair] = {"day": ("天", "days"), "week": ("周", "weeks"), "month": ("个月", "months")}


def version_page(
    facts: ReportFacts,
    *,
    version: str,
    alias: str | None,
    audits: Mapping[str, Audit],
    language: str = "zh",
) -> str:
    """The page of a version, or of a back-test, with the audits that its run has."""
    best = facts.of_name(facts.best_baseline)
    content = {
        "facts": facts,
        "version": version,
        "alias": alias,
        "target": (facts.target_zh, facts.target_en),
        "periods": _periods(facts.period, facts.horizon),
        "scoring": facts.scoring,
        "best": best,
        "kind_words": forecaster(facts.kind),
        "records": lambda number: shown if isinstance(shown := count_shown(number), str) else f"{shown:,}",
        "reads": reads(facts.kind, facts.columns),
        "best_words": forecaster(facts.best_baseline),
        "figures": FIGURES,
        "first": {name: facts.parameters[name] for name in _FIRST if name in facts.parameters},
        "others": {name: value for name, value in sorted(facts.parameters.items()) if name not in _FIRST},
        "drawn": _drawn(facts),
        "towns": sorted(
            (one for one in facts.towns if one.level is not None), key=lambda one: -abs((one.level or 1) - 1)
        ),
        "shade": maps.shade,
        "audits": shown_audits(audits, facts.districts),
        "svg": Markup,
        "notice": (NOTICE_ZH, NOTICE_EN),
        "parameter": lambda name: both(parameter(name)),
        "role": lambda one: charts.role_of(facts, one),
    }
    return rendered("version.html", language, content)


def _drawn(facts: ReportFacts) -> dict[str, Markup | None]:
    families = [(FAMILIES.get(name, (name, name)), weight) for name, weight in facts.families]
    columns = [((one.zh, one.en), one.weight) for one in facts.columns]
    drawn = {
        "gains": charts.gains(facts),
        "reliability": charts.reliability(facts),
        "capture": charts.capture(facts),
        "log_loss": charts.over_time(facts, "log_loss"),
        "capture_5": charts.over_time(facts, "capture_5"),
        "map": maps.errors_map(facts),
        "families": charts.bars(families, ("各族特征的分量", "Weight of each family"), named=270) if families else None,
        "columns": charts.bars(columns, ("各特征的分量", "Weight of each column"), named=440) if columns else None,
    }
    return {name: Markup(one) if one is not None else None for name, one in drawn.items()}


def _periods(period: str, number: int) -> Pair:
    """What so many periods are called after their number."""
    zh, en = PERIODS.get(period, (period, period))
    return zh, en.removesuffix("s") if number == 1 else en
