"""The drawings as files of their own, for those who look at a run in MLflow."""

from __future__ import annotations

from training.reports import charts
from training.reports.facts import ReportFacts

#: Metrics that are drawn over time.
OVER_TIME = ("log_loss", "capture_5")


def plots(facts: ReportFacts) -> dict[str, str]:
    """Name of the file -> SVG, in English."""
    return {
        "plots/gains.svg": charts.gains(facts, alone=True),
        "plots/reliability.svg": charts.reliability(facts, alone=True),
        "plots/capture.svg": charts.capture(facts, alone=True),
        **{f"plots/{name}.svg": charts.over_time(facts, name, alone=True) for name in OVER_TIME},
    }
