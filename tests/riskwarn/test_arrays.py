"""Memory of arrays that are gone goes back to the system."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

#: Arrays too small to be mapped by themselves, and one above them that keeps the heap from shrinking by itself.
PROGRAM = """
import numpy as np
from riskwarn.arrays import give_back

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096 >> 20

gone = [np.ones(8_000) for _ in range(4_000)]
above = np.ones(8_000)
before = resident()
del gone
kept = resident()
give_back()
print(before, kept, resident())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs the C library of GNU")
def test_what_is_left_behind_in_the_heap_is_handed_back() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True
    )
    before, kept, after = map(int, done.stdout.split())
    assert kept > before - 50, "the library kept it"
    assert after < before - 200, "256 MB were in use"
