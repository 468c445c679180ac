"""A picture of a replay: how many notices went out each week."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any


def plot_weeks(file: Path, told: Mapping[str, Any]) -> None:
    """Draw the notices of each week, and what they would have caught, as :func:`serving.alerts.replaying.replayed` gives it."""
    from matplotlib.figure import Figure

    weeks = told["notices_by_week"]
    figure = Figure(figsize=(9, 3), layout="constrained")
    axes = figure.subplots()
    axes.bar(range(len(weeks)), list(weeks.values()), color="#b5532a", width=0.9)
    step = max(1, len(weeks) // 12)
    axes.set_xticks(range(0, len(weeks), step), list(weeks)[::step], rotation=45, ha="right", fontsize=7)
    axes.set_ylabel("notices a week")
    share = "-" if told["capture"] is None else f"{told['capture']:.0%}"
    axes.set_title(
        f"{told['notices']} notices, at most {told['load']['most']} a team and week; {share} of events caught",
        fontsize=9,
    )
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(file)
