"""`riskwarn train`: what is asked for is done or refused."""

from __future__ import annotations

import pytest

from tests.riskwarn.cli.calling import Caller
from training.evaluation.comparison import Evaluation
from training.routines.train import Trained


@pytest.mark.parametrize("option", ["--trials", "--seconds"])
def test_the_budget_of_a_search_is_refused_where_nothing_is_searched_for(call: Caller, option: str) -> None:
    call("init")
    told = call("train", option, "3", code=2).err
    assert f"{option} is for a search: give --tune as well." in told


def test_the_figures_beside_what_scores_are_those_of_what_scores(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    figures = {
        "model": {"log_loss": 0.2482, "average_precision": 0.2905, "capture_5": 0.1826},
        "poisson_regression": {"log_loss": 0.2443, "average_precision": 0.2961, "capture_5": 0.2096},
    }
    intervals: dict[str, dict[str, tuple[float, float] | None]] = {name: {} for name in figures}
    judged = Evaluation(figures, intervals, {}, {}, 9, 52, 13.0, "poisson_regression")  # type: ignore[arg-type]
    made = [
        Trained("conflict", 4, f"conflict-4-v{number}", "family", number == 1, kind, judged, "run", "because")
        for number, kind in enumerate(("poisson_regression", "model"), 1)
    ]
    monkeypatch.setattr("training.train", lambda *_args, **_named: (made, []))
    call("init")
    lines = call("train").out.splitlines()
    [first], [second] = ([line for line in lines if line.lstrip().startswith(f"conflict-4-v{one} ")] for one in (1, 2))
    assert all(told in first for told in ("poisson_regression", "0.2443", "0.2961", "0.2096")) and "0.2482" not in first
    assert all(told in second for told in ("model", "0.2482", "0.2905", "0.1826", "poisson_regression 0.2443"))
