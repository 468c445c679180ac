"""The model card (Mitchell et al. 2019) of a version: what it is for, what it must not be used for, how good it is, its limits."""

from __future__ import annotations

from riskwarn.disclosure import count_shown
from riskwarn.words import NOTICE_EN, NOTICE_ZH
from training.reports.charts import interval
from training.reports.facts import ReportFacts
from training.reports.note import figures_table
from training.reports.words import forecaster, reads

_FOR = """It says of every grid of the city how likely it is that at least one event of its target comes in the window, so that mediators,
counsellors and inspectors go where help does most good. A person decides; every notice can be contested.

它给出每个网格在窗口期内至少发生一起该类事件的概率，供调解、疏导、排查力量优先安排到最需要帮助的地方。由人决定；每条提示都可以提出异议。"""

_NOT_FOR = """It never scores, ranks or profiles a person, and holds no data of one. Petitions are a right: no target is a petition, and
a petition that waits for an answer may only raise the need for service, never change its kind. It is no ground for registering,
summoning, turning back or controlling anybody, for punishment or for appraisal, and no yardstick between districts.

它从不对任何个人评分、排序或画像，也不含个人数据。信访是公民的权利：任何预测对象都不是信访；未获答复的诉求只会提高服务优先级。不得据此登记、约谈、劝返、稳控任何人，不得作为处罚、考核依据，不得用于区县之间的评比。"""

_LIMITS = """It learns from what departments recorded: where little is recorded it sees little. What discovery, patrols and past
interventions change is marked but not removed. Intervals are of the judged origins, whose windows overlap. It scores only the target,
period and sources that it was trained for.

它只能从各部门已有的登记中学习：登记少的地方，它看到的也少。发现方式、巡查和以往介入的影响已标出，但并未消除。区间来自窗口相互重叠的评估起点。它只对训练时所声明的对象、周期和来源评分。"""


_TERMS = "\n\nIts terms, and by how much each moves the logarithm of the expected count on the mean · 各项对预期次数对数的平均影响:\n\n"


def model_card(facts: ReportFacts, *, version: str, alias: str | None) -> str:
    """The card as Markdown, in English and Chinese."""
    from skops.card import Card

    card = Card(None, model_diagram=False, template=None)
    scoring = facts.scoring
    made = (
        "LightGBM from the margin of a Poisson regression."
        if facts.kind == "model"
        else reads(facts.kind, facts.columns)
    )
    terms = [] if facts.kind == "model" else [f"- {one.en} (`{one.name}`): {one.weight:.4f}" for one in facts.columns]
    card.add(
        **{
            f"{version}": f"{facts.city}: {facts.target_en} ({facts.target_zh}), {facts.horizon} {facts.period}s ahead, as of "
            f"{facts.as_of}{f'; {alias}' if alias else ''}. {forecaster(facts.kind)[1]}: {made} {facts.reason}."
            + (_TERMS + "\n".join(terms) if terms else ""),
            f"{version}/Intended use · 用途": _FOR,
            f"{version}/What it must not be used for · 不得用于": f"{_NOT_FOR}\n\n{NOTICE_EN}\n\n{NOTICE_ZH}",
            f"{version}/Training data · 训练数据": f"{facts.grids:,} grids, {facts.events:,} events known at the as-of, "
            f"{facts.learnt_origins:,} origins. Store version {facts.parameters.get('store_version', '—')}, configuration "
            f"{facts.parameters.get('configuration', '—')}, catalogue {facts.parameters.get('catalogue', '—')}, lock file "
            f"{facts.parameters.get('version.requirements_lock', '—')}, commit {facts.parameters.get('commit', '—')}."
            + "".join(
                f"\n- {one.en} ({one.zh}): {count_shown(one.records)} records"
                + (f", {one.first} to {one.newest}" if one.first else "")
                for one in facts.sources
            ),
            f"{version}/Figures · 指标": f"On {len(facts.origins)} origins, {facts.origins[0]} to {facts.origins[-1]}, "
            f"{facts.judged_events:,} events; 95 % intervals. The baseline to beat is {forecaster(facts.best_baseline)[1]}.",
        }
    )
    card.add(**{f"{version}/Figures · 指标/Beside each baseline · 与各对照": figures_table(facts)})
    card.add(**{f"{version}/Limits · 局限": _LIMITS + "".join(f"\n\n- {note}" for note in facts.notes)})
    level = scoring.metrics.get("calibration_level")
    card.add(
        **{
            f"{version}/Limits · 局限/Level · 水平": "Events over expected counts: "
            f"{interval(level, *(scoring.intervals.get('calibration_level') or (None, None)))}; 1 is right."
        }
    )
    return str(card.render())
