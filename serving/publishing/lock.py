"""The lock of publications: who publishes, withdraws or sweeps does so alone."""

from __future__ import annotations

from contextlib import AbstractContextManager

from riskwarn.home import Home
from riskwarn.progress import Progress
from riskwarn.store.writing import one_at_a_time


def publications_alone(home: Home, progress: Progress) -> AbstractContextManager[None]:
    """Hold it; says so where another has to be waited for."""
    return one_at_a_time(home.snapshots, progress, "waiting for another scoring to end")
