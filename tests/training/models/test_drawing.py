"""The logarithm that draws heavy tails in."""

from __future__ import annotations

import numpy as np

from training.models.design import Scale, drawn_in


def test_heavy_tails_are_drawn_in_to_the_last_place_but_one() -> None:
    draw = np.random.default_rng(1)
    values = np.concatenate(
        [np.arange(-3000, 3000), 10.0 ** draw.uniform(-30, 30, 20_000), -(10.0 ** draw.uniform(-9, 9, 20_000))]
    ).astype(np.float32)
    found = np.empty_like(values)
    drawn_in(values, Scale(), out=found)
    exact = np.copysign(np.log1p(np.abs(values.astype(np.float64))), values)
    assert (np.abs(found - exact) <= np.spacing(np.abs(exact).astype(np.float32))).all()
    assert (found[values == 0] == 0).all()
    # Rising numbers never fall: what is ordered stays ordered.
    assert (np.diff(found[:6000]) > 0).all()


def test_what_is_unknown_counts_as_what_it_is_said_to_be() -> None:
    values = np.array([[1.0, np.nan], [np.nan, -2.0]], dtype=np.float32)
    found = np.empty_like(values)
    drawn_in(values, Scale(missing=3650.0), out=found)
    np.testing.assert_allclose(found, [[np.log(2), np.log(3651)], [np.log(3651), -np.log(3)]], rtol=1e-6)
