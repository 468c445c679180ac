"""What MLflow shows first of a run: who was judged on what, as a table in Markdown."""

from __future__ import annotations

from training.reports.charts import interval, number
from training.reports.facts import ReportFacts, Since
from training.reports.words import FIGURES, forecaster, metric

#: The tag that MLflow shows as the description of a run.
NOTE = "mlflow.note.content"

#: Parameters that are named of those that changed.
NAMED = 12


def note(facts: ReportFacts, version: str, alias: str | None) -> str:
    """The description of a run: only a champion serves anything."""
    serves = "What it serves is" if alias == "champion" else "What it would serve, if it were champion, is"
    title = f"Back-test of {version}" if facts.of == "backtest" else version
    lines = [
        f"**{title}**: {facts.target_en}, {facts.horizon} {facts.period}s ahead, as of {facts.as_of}. {serves} "
        f"{forecaster(facts.kind)[1]}: {facts.reason}.",
        "",
        f"Judged on {len(facts.origins)} origins, {facts.origins[0]} to {facts.origins[-1]} ({facts.effective_origins:.2g} whose "
        f"windows do not overlap), {facts.judged_events:,} events, {facts.grids:,} grids. `report.html` has the rest: where and for "
        "whom it errs, what it leans on.",
        "",
        figures_table(facts),
    ]
    if facts.since is not None:
        gained, changed = gain_words(facts.since), changed_words(facts.since)
        lines += ["", f"Since the champion {facts.since.version}: gain in log loss {gained}. Changed: {changed}."]
    return "\n".join(lines)


def figures_table(facts: ReportFacts) -> str:
    """Every forecaster with its figures and the gain of the model over it, in Markdown."""
    lines = [
        "| forecaster | gain of the model over it | " + " | ".join(metric(name)[1] for name in FIGURES) + " |",
        "|---|---|" + "---|" * len(FIGURES),
    ]
    for one in facts.forecasters:
        gain = one.gains.get("log_loss")
        gained = interval(gain.gain, gain.lower, gain.upper) if gain is not None else ""
        named = forecaster(one.name)[1]
        if one.name == facts.kind:
            named = f"**{named}**"
        elif one.name == facts.best_baseline:
            named = f"{named} (to beat)"
        lines.append(f"| {named} | {gained} | " + " | ".join(number(one.metrics.get(name)) for name in FIGURES) + " |")
    return "\n".join(lines)


def gain_words(since: Since) -> str:
    """The gain over the champion that stood."""
    gain = since.gain
    return interval(gain.gain, gain.lower, gain.upper) if gain is not None else "not comparable"


def changed_words(since: Since) -> str:
    """What is other since the champion that stood, as far as there is room."""
    told = [f"{name}: {_short(then)} → {_short(now)}" for name, (then, now) in since.changed.items()]
    more = f"; and {len(told) - NAMED} more" if len(told) > NAMED else ""
    return "; ".join(told[:NAMED]) + more or "nothing"


def _short(value: str | None) -> str:
    return "none" if value is None else value if len(value) <= 24 else f"{value[:12]}…"
