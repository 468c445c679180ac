"""What a capture may tell of a row: never whether one event or two came in the first units, in the others, or in a ring between."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskwarn.disclosure import few
from serving.track_record.shown import CAPTURES, figures_shown

UNITS = 1000


def told(events: int, *caught: int) -> dict[str, float | None]:
    values = {name: count / events for name, count in zip(CAPTURES, caught, strict=True)}
    shown = figures_shown({"units": UNITS, **values}, events)
    return {name: shown[name] for name in CAPTURES}


@pytest.mark.parametrize(
    ("events", "caught", "shown"),
    [
        (7, (0, 2, 4), ("capture_1", "capture_10")),  # two of seven came in the first twentieth
        (7, (0, 3, 6), ("capture_1", "capture_5")),  # one came in all the others
        (20, (4, 5, 9), ("capture_1", "capture_10")),  # one came in the ring
        (20, (4, 8, 12), ("capture_1", "capture_5", "capture_10")),
    ],
)
def test_what_would_tell_of_one_or_two_is_left_out(
    events: int, caught: tuple[int, ...], shown: tuple[str, ...]
) -> None:
    assert tuple(name for name, value in told(events, *caught).items() if value is not None) == shown


@given(st.integers(3, 60).flatmap(lambda events: st.tuples(st.just(events), *[st.integers(0, events)] * 3)))
def test_nothing_follows_from_what_is_shown(drawn: tuple[int, int, int, int]) -> None:
    events, *caught = drawn[0], *sorted(drawn[1:])
    counts = [round(value * events) for value in told(events, *caught).values() if value is not None]
    steps = [0, *counts, events]
    assert not any(few(wider - narrower) for narrower, wider in pairwise(steps) if wider)
