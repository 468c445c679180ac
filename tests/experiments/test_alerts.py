"""What the notices promise, held against what came: by hand, and on two small cities."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from experiments.alerts.figures import Figures, Level, levels
from experiments.alerts.run import shortfalls
from serving.alerts.replaying import Told

ROOT = Path(__file__).parents[2]


def told(level: str, came: float, stated: tuple[float, float, float] | None) -> Told:
    return Told(0, "w", "conflict", 4, "G", level, came, stated)


def test_a_promise_is_held_against_what_came_after_it_alone() -> None:
    before = [told("red", 0.0, None)] * 50
    after = [told("red", float(number < 24), (0.5, 0.25, 0.75)) for number in range(40)]
    few = [told("orange", 1.0, (0.5, 0.4, 0.6))] * 29 + [told("orange", float("nan"), (0.5, 0.4, 0.6))] * 9
    (red,) = levels([*before, *after, *few])
    assert red == Level("red", 40, 0.6, 0.5, 0.25, 0.75, 90, 24 / 90) and red.kept
    assert not levels([*after, *[told("red", 1.0, (0.5, 0.25, 0.75))] * 60])[0].kept


def figures(**changes: object) -> Figures:
    caught = {"feed": 30.0, "last month's count": 20.0, "oldest backlog": 20.0}
    level = Level("red", 40, 0.6, 0.5, 0.25, 0.75, 90, 0.5)
    own = {
        "caught": caught,
        "caught_weekly": caught,
        "over_budget": 0,
        "again": 0.049,
        "levels": (level,) * 20,
        **changes,
    }
    return Figures(seed=1, weeks=52, notices=40, grids=60, most=3, events=200, held={}, **own)  # type: ignore[arg-type]


def test_what_falls_short_is_named() -> None:
    assert shortfalls([figures()]) == []
    missed = Level("red", 40, 0.8, 0.5, 0.25, 0.75, 90, 0.5)
    assert shortfalls([figures(levels=(*figures().levels[:19], missed))]) == []
    found = shortfalls(
        [
            figures(
                over_budget=1, again=0.05, levels=(*figures().levels[:18], missed, missed),
                caught_weekly={"feed": 29.0, "last month's count": 20.0, "oldest backlog": 20.0},
            )
        ]
    )  # fmt: skip
    assert [line.partition(" ")[0] for line in found] == ["seed", "2", "only", "seed"]
    assert "1.45 x last month's count at the load of each week, 1.5 promised" in found[2]


@pytest.mark.slow
def test_two_small_cities_are_within_their_budgets_and_told_more_than_by_habit(tmp_path: Path) -> None:
    command = [
        sys.executable, "experiments/alerts/run.py", tmp_path / "cache", "--seeds", "2", "--grids", "120", "--weeks", "150",
        "--origins", "78", "--refit-every", "39", "--json", tmp_path / "told.json",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    found = json.loads((tmp_path / "told.json").read_text(encoding="utf-8"))
    assert [one["seed"] for one in found] == [1, 2]
    for one in found:
        assert one["over_budget"] == 0 and one["most"] <= 3 and one["again"] < 0.05 and one["notices"] >= 50
    for load in ("caught", "caught_weekly"):
        feed, counts, backlog = (
            sum(one[load][name] for one in found) for name in ("feed", "last month's count", "oldest backlog")
        )
        assert feed > counts and feed >= 1.15 * backlog
