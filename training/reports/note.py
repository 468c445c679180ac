"""What MLflow shows first of a run: who was judged on what, as a table in Markdown."""

from __future__ import annotations

from training.reports.charts import interval, number
from training.reports.facts import ReportFacts
from training.reports.words import FIGURES, forecaster, metric

#: The tag that MLflow shows as the description of a run.
NOTE = "mlflow.note.content"


def note(facts: ReportFacts, version: str) -> str:
    """The description of a run."""
    title = f"Back-test of {version}" if facts.of == "backtest" else version
    lines = [
        f"**{title}**: {facts.target_en}, {facts.horizon} {facts.period}s ahead, as of {facts.as_of}. What it serves is "
        f"{forecaster(facts.kind)[1]}: {facts.reason}.",
        "",
        f"Judged on {len(facts.origins)} origins, {facts.origins[0]} to {facts.origins[-1]} ({facts.effective_origins:.2g} whose "
        f"windows do not overlap), {facts.judged_events:,} events, {facts.grids:,} grids. `report.html` has the rest: where and for "
        "whom it errs, what it leans on.",
        "",
        "| forecaster | gain of the model over it | " + " | ".join(metric(name)[1] for name in FIGURES) + " |",
        "|---|---|" + "---|" * len(FIGURES),
    ]
    for one in facts.forecasters:
        gain = one.gains.get("log_loss")
        gained = interval(gain.gain, gain.lower, gain.upper) if gain is not None else ""
        named = forecaster(one.name)[1]
        named = (
            f"**{named}**"
            if one.name == facts.kind
            else f"{named} (to beat)"
            if one.name == facts.best_baseline
            else named
        )
        lines.append(f"| {named} | {gained} | " + " | ".join(number(one.metrics.get(name)) for name in FIGURES) + " |")
    if facts.since is not None:
        gain = facts.since.gain
        told = interval(gain.gain, gain.lower, gain.upper) if gain is not None else "not comparable"
        changed = "; ".join(f"{name}: {then} → {now}" for name, (then, now) in facts.since.changed.items())
        lines += [
            "",
            f"Since the champion {facts.since.version}: gain in log loss {told}. Changed: {changed or 'nothing'}.",
        ]
    return "\n".join(lines)
