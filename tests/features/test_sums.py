"""The engine's loops against the definitions that they stand for, cell by cell."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from features.engine.compiling import Kernel
from features.engine.spans import Spans
from features.engine.sums import (
    Flow,
    Frame,
    active_periods,
    days_since,
    decayed,
    holding,
    log_ratio,
    ratio,
    summed_ages,
)
from features.panel.panel import panel
from features.testing import made_up_city
from features.transforms.amounts import Count
from features.transforms.surprise import MeansOfTowns, Surprise, SurpriseAmongPeers
from features.windows import SHORT_AND_LONG
from riskwarn.periods import Period
from riskwarn.words import Unit

CELLS, COLUMNS = 3, 12


@st.composite
def spans(draw: st.DrawFn) -> Spans:
    """Spans of three cells around a panel of twelve columns: late, short, withdrawn at once, or never seen."""
    rows = draw(
        st.lists(
            st.tuples(
                st.integers(0, CELLS - 1), st.integers(-1, COLUMNS + 2), st.integers(0, 3), st.integers(-2, COLUMNS + 5)
            ),
            max_size=25,
        )
    )
    grid, known, late, stop = (np.array([row[at] for row in rows], dtype=np.int32) for at in range(4))
    weight = np.array(draw(st.lists(st.integers(-3, 2**33), min_size=len(rows), max_size=len(rows))), dtype=np.int64)
    return Spans(grid, known, known + 1 + late, stop, 7 * known - late, weight)


def seen(spans: Spans, column: int) -> npt.NDArray[np.bool_]:
    return (spans.start <= column) & (column <= spans.stop)


@settings(max_examples=150)
@given(spans=spans(), begin=st.integers(0, COLUMNS - 1), data=st.data())
def test_loops_do_what_they_are_defined_to_do(spans: Spans, begin: int, data: st.DataObject) -> None:
    """Whether one column is shown or many, from wherever they begin."""
    frame = Frame(begin, data.draw(st.integers(1, COLUMNS - begin)), CELLS)
    longest = data.draw(st.integers(1, 10))
    window = data.draw(st.integers(1, longest))
    before = data.draw(st.integers(0, window))
    days = 7 * np.arange(begin, frame.end, dtype=np.int64)
    flow = Flow(frame, spans, longest)
    whole = holding(frame, spans)
    lately, between = flow.within(window), flow.within(window, before)
    active, ages = active_periods(frame, spans, window), summed_ages(frame, spans, days)
    since, fading = days_since(frame, spans, days), decayed(frame, spans, 2.0)
    for column in range(frame.columns):
        for cell in range(CELLS):
            there = seen(spans, begin + column) & (spans.grid == cell)
            age = begin + column - spans.known
            assert whole[column, cell] == spans.weight[there].sum()
            assert lately[column, cell] == spans.weight[there & (age <= window)].sum()
            assert between[column, cell] == spans.weight[there & (age <= window) & (age > before)].sum()
            assert active[column, cell] == len(np.unique(spans.known[there & (age <= window) & (spans.known >= 0)]))
            assert ages[column, cell] == (spans.weight * (days[column] - spans.day))[there].sum()
            assert fading[column, cell] == pytest.approx(
                (spans.weight * 0.5 ** ((age - 1) / 2.0))[there].sum(), abs=1e-12 * max(1, np.abs(spans.weight).sum())
            )
            last = days[column] - spans.day[there].max(initial=-(2**30))
            assert np.isnan(since[column, cell]) if not there.any() else since[column, cell] == last


def test_a_logarithm_is_the_same_looked_up_or_not() -> None:
    above, below = np.array([[0, 3, 70_000]], dtype=np.int32), np.array([[5, 0, 1]], dtype=np.int32)
    wanted = np.log1p(above) - np.log1p(0.5 * below)
    assert log_ratio(above[:, :2], below[:, :2], 0.5) == pytest.approx(wanted[:, :2], rel=1e-6)
    assert log_ratio(above, below, 0.5) == pytest.approx(wanted)
    assert np.isnan(ratio(above[:, :1], above[:, :1])).all()


class FarAboveUsual(Surprise):
    """So large a mean that the series converges slowly."""

    scale = 30.0


def test_surprise_is_the_tail_of_the_distribution_it_names() -> None:
    city = panel(made_up_city(3, records=400))
    short, _ = SHORT_AND_LONG[Period.WEEK]
    lately, year = Count("disputes", short).compute(city), Count("disputes", 52).compute(city)
    town = MeansOfTowns("disputes", 52).on(city)[:, city.partition.levels[Unit.TOWN].of_core]
    some = lately > 0
    assert some.any()
    for kind in (Surprise, SurpriseAmongPeers, FarAboveUsual):
        surprise = kind("disputes", short, 52)
        mean = np.maximum((surprise.past * (year - lately) + town) * surprise.scale, 1e-6)
        poisson, peers = stats.poisson.logsf(lately - 1, mean), stats.nbinom.logsf(lately - 1, 2, 2 / (2 + mean))
        tail = peers if kind is SurpriseAmongPeers else poisson
        wanted = np.where(some, np.clip(-tail / np.log(10), 0, 12), 0)
        assert surprise.compute(city) == pytest.approx(wanted, rel=1e-5, abs=1e-6)


def test_a_loop_that_cannot_be_kept_is_compiled_all_the_same() -> None:
    """As on a machine where nothing can be written: code without a file has no place of its own either."""
    from numba import int64

    names: dict[str, object] = {}
    exec("def twice(number):\n    return 2 * number\n", names)
    assert Kernel(names["twice"], [int64(int64)])(21) == 42  # type: ignore[arg-type]
