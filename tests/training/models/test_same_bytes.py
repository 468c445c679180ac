"""The same inputs give the same files, however many threads the process, its BLAS and OpenMP have."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.orders import ROOT


@pytest.mark.slow
def test_models_fitted_on_one_thread_and_on_two_are_equal_in_every_byte(tmp_path: Path) -> None:
    made = []
    for threads in ("1", "2"):
        folder = tmp_path / threads
        folder.mkdir()
        governed = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
        subprocess.run(
            [sys.executable, str(Path(__file__).with_name("fitted.py")), str(folder), threads], cwd=ROOT, check=True,
            env={**os.environ, "PYTHONPATH": str(ROOT), **dict.fromkeys(governed, threads)},
        )  # fmt: skip
        made.append({str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*") if one.is_file()})
    assert {"1/model.json", "4/model.json"} <= set(made[0]) and any(name.endswith(".txt") for name in made[0])
    assert made[0] == made[1]
