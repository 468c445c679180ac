"""What a run was made with: libraries, lock file, commit, the learner's settings."""

from __future__ import annotations

import platform
import re
import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from riskwarn.files import sha256
from training.models.ensemble import Ensemble
from training.models.forecast import Forecaster

LIBRARIES = ("riskwarn", "lightgbm", "numpy", "scipy", "scikit-learn", "pandas", "mlflow")

#: The learner's settings that are chosen here; LightGBM writes some hundred into its text.
LEARNER = (
    "objective", "learning_rate", "num_leaves", "min_data_in_leaf", "min_sum_hessian_in_leaf", "feature_fraction", "lambda_l2",
    "max_bin", "deterministic", "force_col_wise", "seed", "num_iterations",
)  # fmt: skip

#: Where the code lies; a checkout has `.git` and the lock file here.
ROOT = Path(__file__).parents[2]


@cache
def environment() -> dict[str, str]:
    """Versions of Python and libraries, and the SHA-256 of `requirements.lock` where it is there."""
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    lock = ROOT / "requirements.lock"
    return {**found, "requirements_lock": sha256(lock)} if lock.is_file() else found


@cache
def commit() -> str | None:
    """The commit of the checkout that the code lies in, `-dirty` where something was changed since; None elsewhere."""
    if not (ROOT / ".git").exists():
        return None
    try:
        told = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"],
            cwd=ROOT, capture_output=True, text=True, timeout=10, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    return told.stdout.strip() or None


def learner(forecaster: Forecaster) -> dict[str, str]:
    """The settings of the trees, as LightGBM itself tells them: of those on the regression's margin, and of LightGBM alone."""
    if not isinstance(forecaster, Ensemble):
        return {}
    found = {"n_features": str(len(forecaster.names))}
    for span in forecaster.spans:
        for part, trees in (("trees", span.trees), ("alone", span.alone.trees if span.alone is not None else None)):
            if trees is not None:
                told = dict(re.findall(r"^\[(\w+): (.*)\]$", trees.model_to_string(num_iteration=1), re.MULTILINE))
                found |= {f"{part}.{name}": told[name] for name in LEARNER if name in told}
    return found


def made_with(forecaster: Forecaster) -> dict[str, str]:
    """The learner's settings and the versions of libraries, by the names under which a run notes them."""
    return {**learner(forecaster), **{f"version.{name}": one for name, one in environment().items()}}
