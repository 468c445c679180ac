"""What a snapshot weighs is what columns weigh, and what an answer does is the same in a city of ten times the size."""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from experiments.benchmarks.made_snapshot import made_content, publish_made
from riskwarn.home import Home, make_home
from riskwarn.settings import Settings
from riskwarn.words import Unit
from serving.api import answers
from serving.snapshots import published
from serving.snapshots.snapshot import Snapshot, load_snapshot
from tests.serving.conftest import Made

#: Bytes that a grid may weigh for each target and horizon: about fifteen numbers, six reasons, and its part of a name and a code.
A_ROW = 500


def city(folder: Path, grids: int, texts: int = 40) -> tuple[Home, str]:
    home = make_home(folder / f"{grids}-{texts}", Settings())
    return home, publish_made(home, made_content(grids, texts_told=texts), Made.as_of, Made.now)


def loaded(folder: Path, grids: int) -> Snapshot:
    home, snapshot = city(folder, grids)
    return load_snapshot(home, published.named(home, snapshot))


def weighed(home: Home, name: str) -> tuple[Snapshot, int]:
    """A snapshot that is held, and what it weighs."""
    row = published.named(home, name)
    load_snapshot(home, row)  # what is imported and cached for the first time is none of it
    tracemalloc.start()
    snapshot = load_snapshot(home, row)
    weight = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return snapshot, weight


def test_a_held_snapshot_weighs_what_its_columns_weigh(tmp_path: Path) -> None:
    snapshot, weight = weighed(*city(tmp_path, 3_000))
    rows = len(snapshot.places[Unit.GRID]) * len(snapshot.scores)
    assert weight < A_ROW * rows
    assert 0.75 * weight < snapshot.nbytes < 1.25 * weight, (
        "what older snapshots are counted by, where they are bounded"
    )


def test_a_large_city_tells_its_reasons_in_many_texts_which_weigh_little_more_than_their_letters(
    tmp_path: Path,
) -> None:
    few, less = weighed(*city(tmp_path, 1_000))
    many, more = weighed(*city(tmp_path, 1_000, texts=20_000))
    letters = sum(3 * len(one["zh"]) + len(one["en"]) for one in many.reasons.texts)
    assert more - less < 2 * letters
    assert 0.75 * (more - less) < many.nbytes - few.nbytes < 1.25 * (more - less)


def steps(work: Callable[[], Any]) -> int:
    """Lines of Python that some work runs."""
    found = [0]

    def count(_frame: Any, event: str, _told: Any) -> Any:
        found[0] += event == "line"
        return count

    work()  # indexes are made once
    sys.settrace(count)
    try:
        work()
    finally:
        sys.settrace(None)
    return found[0]


@pytest.mark.parametrize(
    ("what", "ask"),
    [
        ("portrait", lambda one: answers.portrait(one, Made.now, "G0000300")),
        ("explanation", lambda one: answers.explanation(one, Made.now, "G0000300", None, None)),
        ("inside a town", lambda one: answers.ranking(one, Made.now, answers.RankingQuery(parent="T0000002", limit=20))),
        ("no parent", lambda one: answers.ranking(one, Made.now, answers.RankingQuery(limit=20))),
        ("a level", lambda one: answers.ranking(one, Made.now, answers.RankingQuery(min_level="blue", limit=20))),
    ],
)  # fmt: skip
def test_an_answer_costs_the_same_in_a_city_of_ten_times_the_size(
    tmp_path: Path, what: str, ask: Callable[[Snapshot], Any]
) -> None:
    small, large = loaded(tmp_path, 400), loaded(tmp_path, 4_000)
    few = steps(lambda: ask(small))
    assert few > 20 and steps(lambda: ask(large)) < 1.3 * few, what
