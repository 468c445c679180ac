"""An attacker who has the record beside the bands of every grid and week tells no one event from two."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any

import numpy as np
import pytest

from features import read_city
from features.panel.panel import encoded
from riskwarn.disclosure import Parts, week_of
from serving.snapshots import published
from serving.snapshots.files import read_scores
from serving.snapshots.withheld import withheld_now
from serving.track_record import judging, rows, shown
from serving.track_record.came import Past
from serving.track_record.record import _shown
from tests.conftest import Town
from tests.worlds import NOW
from training.labels.history import EventHistory

Rowed = Callable[[Past], dict[str, Any]]


@pytest.fixture(scope="module")
def judged_row(town: Town, tmp_path_factory: pytest.TempPathFactory) -> tuple[Past, Rowed]:
    """What is known of what came, and how a forecast of a month is judged by it, what of that enters figures, and its `row`."""
    home = town.home
    city = read_city(home)
    numbers = encoded(city)
    row = published.newest(home)
    assert row is not None
    content = read_scores(home.snapshots / row.id, row.manifest["files"])
    # It is judged as if it had been published two months before, in the middle of its first week.
    as_of = city.calendar.shift(city.as_of, -8)
    long_ago = replace(row, as_of=as_of, published_at=city.calendar.instant(as_of).item().astimezone())

    def of(past: Past) -> dict[str, Any]:
        made = judging.judged(city, long_ago, *content, past, "conflict", 4)
        assert made is not None
        content_told = shown.content_told(made)
        one = rows.Judged(1, row.id, "conflict", 4, as_of, NOW, content_told, "", "")
        return {**content_told, "row": _shown(one, True, withheld_now(home))}

    return Past.of(city, "conflict", numbers), of


def other_counts(past: Past, seed: int) -> Past:
    """The same grids and weeks with events, of which each that was told as one or two has either."""
    events, calendar = past.task.events, past.task.calendar
    edges = calendar.instants([calendar.shift(past.task.as_of, -ago) for ago in range(30, -1, -1)])
    cell = events.grid * 64 + np.searchsorted(edges, events.at, side="right")
    alone = np.bincount(cell)[cell] == 1
    counts = np.where(alone, np.random.default_rng(seed).integers(1, 3, len(cell)), events.count)
    return replace(past, task=replace(past.task, events=replace(events, count=counts.astype(float))))


def test_a_row_is_the_same_for_any_count_of_the_band_of_each_grid_and_week(judged_row: tuple[Past, Rowed]) -> None:
    past, of = judged_row
    told = of(past)
    assert told["events"] > 2 and told["levels"]["grid"]["poisson_deviance"] is not None
    # A baseline is a forecast, and made of the counts of all years as every score is.
    others = [of(other_counts(past, seed)) for seed in range(3)]
    assert all({**other, "baselines": None} == {**told, "baselines": None} for other in others)


def test_forecasts_of_a_week_are_judged_by_the_same_whole_weeks(town: Town) -> None:
    """The weeks after an as-of in mid-week begin on its own day: those of two nights together tell one event from two."""
    city = read_city(town.home)
    past, row = Past.of(city, "conflict", encoded(city)), published.newest(town.home)
    assert row is not None
    content, calendar = read_scores(town.home.snapshots / row.id, row.manifest["files"]), city.calendar
    tuesday = week_of(city.as_of) - timedelta(days=55)
    # All of them came out on the Monday with which their weeks begin.
    moment = calendar.instant(tuesday + timedelta(days=6)).item().replace(tzinfo=UTC)
    nights = [replace(row, as_of=tuesday + timedelta(days=day), published_at=moment) for day in range(7)]
    told = [judging.judged(city, night, *content, past, "conflict", 4) for night in nights]
    first, last = told[0], told[-1]
    assert first is not None and last is not None and first["events"] > 2
    shared = set(first) - {"late", "baselines"}
    assert all(
        one is not None and {name: one[name] for name in shared} == {name: first[name] for name in shared}
        for one in told
    )
    assert first["window_end"] == calendar.shift(nights[-1].as_of, 4).isoformat()
    # The night after is judged by the weeks that follow.
    after = judging.judged(city, replace(row, as_of=tuesday + timedelta(days=7)), *content, past, "conflict", 4)
    assert after is not None and after["window_end"] == calendar.shift(nights[-1].as_of, 5).isoformat()


def test_a_forecast_is_judged_when_its_whole_weeks_have_passed(town: Town) -> None:
    city = read_city(town.home)
    past = Past.of(city, "conflict", encoded(city))
    monday = next(
        city.as_of - timedelta(days=days)
        for days in range(200)
        if past.ripe(city.as_of - timedelta(days=days), 4) and (city.as_of - timedelta(days=days)).weekday() == 0
    )
    assert past.ripe(monday - timedelta(days=6), 4) and not past.ripe(monday + timedelta(days=1), 4)


def test_the_same_attack_finds_them_where_a_row_tells_what_came(
    judged_row: tuple[Past, Rowed], monkeypatch: pytest.MonkeyPatch
) -> None:
    past, of = judged_row
    monkeypatch.setattr(Parts, "of", classmethod(lambda cls, counts, _where: cls(counts, counts, counts)))
    told = of(past)
    others = [of(other_counts(past, seed)) for seed in range(3)]
    assert all(other["events"] != told["events"] for other in others)
    assert all(other["levels"]["grid"] != told["levels"]["grid"] for other in others)


def test_no_baseline_tells_the_total_that_it_is_made_of(judged_row: tuple[Past, Rowed]) -> None:
    """What the counts of one window make tells these, to three digits; and so does the sum of what is expected."""
    past, of = judged_row
    baselines = of(past)["baselines"]
    assert "climatology" in baselines and "last_value" not in baselines
    for levels in baselines.values():
        assert levels["grid"]["log_loss"] is not None
        for figures in levels.values():
            assert figures["expected"] is None and figures["calibration_level"] is None


def test_of_a_row_that_was_judged_by_exact_counts_nothing_is_shown_that_hangs_on_them(
    judged_row: tuple[Past, Rowed], monkeypatch: pytest.MonkeyPatch
) -> None:
    past, of = judged_row
    now = of(past)

    def older(content: dict[str, Any]) -> dict[str, Any]:
        levels = {unit: {**figures, "events": 9} for unit, figures in content["levels"].items()}
        before = {name: value for name, value in content.items() if name not in ("disclosure", "events")}
        return as_shown({**before, "levels": levels})

    as_shown = shown.content_told
    monkeypatch.setattr(shown, "content_told", older)
    told = of(past)
    grid = told["levels"]["grid"]
    assert told["events"] is None and told["events_before_publication"] is None
    assert told["capture_5_after_publication"] is None and told["misses"] == [] and told["false_alarms"] == []
    row = told["row"]["levels"]["grid"]
    assert {name for name, value in row.items() if value is not None} == {"units", "expected"}
    assert all(grid[name] is None for name in ("poisson_deviance", "calibration_level", "inside", "capture_5"))
    assert grid["log_loss"] == now["levels"]["grid"]["log_loss"] and grid["units"] == now["levels"]["grid"]["units"]


def test_baselines_of_the_past_are_the_same_from_the_few_columns_that_they_read(
    judged_row: tuple[Past, Rowed], monkeypatch: pytest.MonkeyPatch
) -> None:
    """All columns of every window, of each target, would be held beside the city: 66,000 grids times five years, seven times over."""
    past, _ = judged_row
    as_of = past.origins[-9]
    history = past.task.inputs.history
    history._cached.clear()
    few = {(name, horizon): told for horizon in (1, 4) for name, *told in past.baselines(as_of, horizon)}
    held = sum(one.nbytes for one in history._cached.values())
    assert len(few) == 16 and held < history.grids * history.columns
    monkeypatch.setattr(EventHistory, "only", lambda self, _columns: self)
    for horizon in (1, 4):
        for name, *told in past.baselines(as_of, horizon):
            assert np.allclose(few[name, horizon], told, rtol=1e-9, atol=0), name
    assert sum(one.nbytes for one in history._cached.values()) > 5 * 4 * history.grids * history.columns
