"""Whether a fit blew up: far worse than who knows nothing but the city's mean."""

from __future__ import annotations

import math

from riskwarn.messages import Message

#: Who knows nothing but the city's mean.
BASE = "climatology"

#: So many times the log loss of the city's mean.
FAR = 1.5


def blew_up(loss: float | None, base: float | None) -> bool:
    """Whether a log loss is far above that of the city's mean, or no number; nothing is said where there is none of the mean."""
    if loss is None or base is None or not math.isfinite(base):
        return False
    return not loss <= FAR * base


def what_blew_up(name: str, horizon: int, loss: float, base: float) -> str:
    """What is told of a fit that blew up, and what to do."""
    return Message(
        "the fit of {name} blew up at horizon {horizon}: its log loss is {loss}, and that of the city's mean {base}; look for a column "
        "that jumped (riskwarn audit-data), leave it out in riskwarn.yaml (features: off), and train again",
        name=name, horizon=horizon, loss=f"{loss:.4g}", base=f"{base:.4g}",
    )  # fmt: skip
