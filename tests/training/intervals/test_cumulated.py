"""What lies below a count and up to it, summed term by term: what the library says."""

from __future__ import annotations

import numpy as np
import pytest

from training.intervals.counts import CountDistribution


@pytest.mark.parametrize("dispersion", [0.0, 2e-4, 0.3, 8.0])
def test_what_lies_beside_a_count_is_what_the_library_says(dispersion: float) -> None:
    mean, seen = (
        one.ravel()
        for one in np.meshgrid([0.0, 1e-7, 0.02, 1.5, 29.9, 31.0, 900.0], [0.0, 1.0, 2.0, 7.0, 60.0, 250.0, 1000.0])
    )
    made = CountDistribution(mean, np.full_like(mean, dispersion))
    below, up_to = made.beside(seen)
    some = seen > 0
    assert up_to[some] == pytest.approx(made.cdf(seen)[some], abs=1e-12)
    assert below[some] == pytest.approx(made.cdf(seen - 1)[some], abs=1e-12)
    assert np.array_equal(below[~some], np.zeros((~some).sum()))
    assert np.array_equal(up_to[~some], 1 - made.probability[~some])
    assert ((below <= up_to) & (up_to <= 1)).all()
