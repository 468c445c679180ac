"""Columns keep what they are given, and a parent is a slice of its parts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskwarn.errors import SnapshotDamaged
from riskwarn.words import Unit
from serving.columns.places import DOWNWARDS, LevelOfPlaces, Places
from serving.columns.reasons import AllReasons, Reasons
from serving.columns.scores import LEVELS, Scores
from serving.snapshots.files import FILES, Content, read_files, write_files


def made_up_places(draw: st.DrawFn) -> Places:
    levels = {}
    above = 0
    for unit in DOWNWARDS:
        parts = [draw(st.integers(1, 3)) for _ in range(above)] if above else [1]
        parents = np.repeat(np.arange(above), parts).astype(np.int32) if above else np.array([-1], dtype=np.int32)
        size = len(parents)
        residents = np.array([draw(st.sampled_from([np.nan, 0.0, 299.0, 5000.0])) for _ in range(size)])
        codes = tuple(f"{unit.value}/{row} 码" for row in range(size))
        levels[unit] = LevelOfPlaces(codes, tuple(f"名{code}" for code in codes), parents, residents, residents < 300)
        above = size
    return Places(levels)


def made_up_scores(draw: st.DrawFn, size: int) -> Scores:
    random = np.random.default_rng(draw(st.integers(0, 99)))
    real = lambda: np.where(random.random(size) < 0.2, np.nan, np.round(random.random(size), 6))  # noqa: E731
    whole = lambda: random.integers(-1, 9, size).astype(np.int32)  # noqa: E731
    level = lambda: random.integers(-1, len(LEVELS), size).astype(np.int8)  # noqa: E731
    rank = (1 + random.permutation(size)).astype(np.int32)
    given = {"rank": rank, "level": level(), "known": level()}
    names = [name for name in Scores.__dataclass_fields__ if name not in given]
    whole_names = {"lower", "upper", "rank_lower", "rank_upper", "previous_rank"}
    return Scores(**given, **{name: whole() if name in whole_names else real() for name in names})


@st.composite
def contents(draw: st.DrawFn) -> Content:
    places = made_up_places(draw)
    blocks = [("conflict", 1), ("conflict", 4), ("safety", 4)]
    scores = {block: {unit: made_up_scores(draw, len(places[unit])) for unit in DOWNWARDS} for block in blocks}
    texts = tuple(
        {
            "feature": name,
            "theme": "t",
            "source": "",
            "zh": "甲",
            "en": name,
            "direction": "raises",
            "services": services,
        }
        for name, services in (("a", []), ("b", ["answer", "visit"]))
    )
    reasons = {}
    for block in blocks[: draw(st.integers(0, 3))]:
        counts = [draw(st.integers(0, 2)) for _ in places[Unit.GRID].codes]
        starts = np.cumsum([0, *counts]).astype(np.int32)
        number = np.arange(starts[-1], dtype=np.int32) % 2
        if len(number):
            reasons[block] = Reasons(starts, number, number * 1000 - 7)
    above = {(block, Unit.TOWN): Reasons(*one) for block, one in _reasons_of_towns(places, list(reasons))}
    return Content(places, scores, AllReasons(texts, reasons, above), ({"source": "disputes", "gap": None},))


def _reasons_of_towns(
    places: Places, blocks: list[tuple[str, int]]
) -> Iterator[tuple[tuple[str, int], list[np.ndarray]]]:
    """One for each town."""
    size = len(places[Unit.TOWN])
    for block in blocks:
        yield block, [np.arange(size + first, dtype=np.int32) % most for first, most in ((1, 99), (0, 2), (0, 99))]


def equal(one: object, other: object) -> bool:
    return all(
        np.array_equal(getattr(one, name), getattr(other, name), equal_nan=getattr(one, name).dtype.kind == "f")
        for name in one.__dataclass_fields__  # type: ignore[attr-defined]
    )


@pytest.mark.slow
@given(content=contents())
def test_files_keep_every_number(content: Content, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("kept")
    sums = write_files(folder, "s", content)
    assert tuple(sums) == FILES
    again = read_files(folder / "s", sums)
    assert again.health == content.health and [*again.reasons.texts] == [*content.reasons.texts]
    for unit in DOWNWARDS:
        was, now = content.places[unit], again.places[unit]
        assert (was.codes, was.names) == (now.codes, now.names)
        assert np.array_equal(was.parents, now.parents) and np.array_equal(was.suppressed, now.suppressed)
        assert np.array_equal(was.residents, now.residents, equal_nan=True)
    assert list(again.scores) == list(content.scores)
    for block, by_unit in content.scores.items():
        assert all(equal(by_unit[unit], again.scores[block][unit]) for unit in DOWNWARDS)
        for grid in range(len(content.places[Unit.GRID])):
            assert again.reasons.of(block, grid) == content.reasons.of(block, grid)
        for town in range(len(content.places[Unit.TOWN])):
            assert again.reasons.of(block, town, unit=Unit.TOWN) == content.reasons.of(block, town, unit=Unit.TOWN)
    assert write_files(folder, "t", again) == sums, "the same numbers give the same bytes"


@given(content=contents())
def test_a_unit_is_a_slice_of_every_level_below(content: Content) -> None:
    places = content.places
    for place, upper in enumerate(DOWNWARDS):
        for lower in DOWNWARDS[place + 1 :]:
            for row in range(len(places[upper])):
                inside = range(len(places[lower]))[places.within(upper, row, lower)]
                told = [one for one in range(len(places[lower])) if dict(places.above(lower, one))[upper] == row]
                assert list(inside) == told
                scores = content.scores["safety", 4][lower]
                ranked = scores.ranked(places.within(upper, row, lower)).tolist()
                assert sorted(ranked) == told and np.all(np.diff(scores.rank[ranked]) > 0)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("harm", ["gone", "changed", "cut"])
def test_a_damaged_file_is_not_read(tmp_path: Path, name: str, harm: str) -> None:
    content = _small()
    sums = write_files(tmp_path, "s", content)
    file = tmp_path / "s" / name
    body = file.read_bytes()
    if harm == "gone":
        file.unlink()
    else:
        file.write_bytes(body[:-1] if harm == "cut" else body[:-1] + bytes([body[-1] ^ 1]))
    with pytest.raises(SnapshotDamaged, match=name.replace(".", r"\.")):
        read_files(tmp_path / "s", sums)


def _small() -> Content:
    levels, scores = {}, {}
    for unit in DOWNWARDS:
        parents = np.array([-1 if unit is Unit.CITY else 0], dtype=np.int32)
        levels[unit] = LevelOfPlaces((unit.value,), (unit.value,), parents, np.array([np.nan]), np.zeros(1, dtype=bool))
        zero, none = np.zeros(1, dtype=np.int32), np.full(1, np.nan)
        whole = dict.fromkeys(("lower", "upper", "rank", "rank_lower", "rank_upper", "previous_rank"), zero)
        level = {name: zero.astype(np.int8) for name in ("level", "known")}
        rest = [name for name in Scores.__dataclass_fields__ if name not in whole and name not in level]
        scores[unit] = Scores(**whole, **level, **dict.fromkeys(rest, none))
    return Content(Places(levels), {("conflict", 4): scores}, AllReasons((), {}), ())
