"""Numbers of people are kept as bands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskwarn.contracts.bands import BANDS, band_of


@given(st.integers(1, 9_999_999))
def test_every_number_has_one_band(number: int) -> None:
    fitting = [band.code for band in BANDS if number >= band.least and (band.most is None or number <= band.most)]
    assert fitting == [band_of(str(number))] == [band_of(f"{number}人")]


@pytest.mark.parametrize(
    ("text", "band"),
    [
        ("2", "1-2"),
        ("3-5人", "3-5"),
        ("10余人", "6-10"),
        ("1,200", "31+"),
        ("31人以上", "31+"),
        ("4.0", "3-5"),
        ("0", None),
        ("若干", None),
        ("王小明等3人", None),
        ("-4", None),
    ],
)
def test_as_departments_write_it(text: str, band: str | None) -> None:
    assert band_of(text) == band
