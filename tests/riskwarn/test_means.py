"""Intervals of means over origins: the same wherever they are worked out, also where there is no scipy."""

from __future__ import annotations

import subprocess
import sys

from scipy.special import stdtrit

from riskwarn.means import LEVEL, QUANTILES, cosines, t_quantile

SHOWN = """
import sys
import numpy as np
from riskwarn.means import over_origins
for count in (3, 30, 1040):
    found = over_origins(np.cos(np.arange(float(count))), 1)
    assert found.lower < found.mean < found.upper, count
print([name for name in sys.modules if name.startswith("scipy")])
"""


def test_what_shows_an_interval_imports_no_scipy() -> None:
    done = subprocess.run([sys.executable, "-c", SHOWN], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr


def test_quantiles_are_those_of_scipy_in_every_bit() -> None:
    assert [t_quantile(freedom) for freedom in range(1, 80)] == [
        float(stdtrit(freedom, (1 + LEVEL) / 2)) for freedom in range(1, 80)
    ]


def test_twenty_years_of_weeks_have_fewer_cosines_than_are_kept() -> None:
    assert cosines(1040, 1) < len(QUANTILES)
