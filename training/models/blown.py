"""Whether a fit blew up: far worse than who knows nothing but the city's mean."""

from __future__ import annotations

import math

from riskwarn.messages import Message

#: Who knows nothing but the city's mean.
BASE = "climatology"

#: So many times the log loss of the city's mean.
FAR = 1.5


def what_blew_up(name: str, horizon: int, loss: float | None, base: float | None) -> str | None:
    """What is told of a fit whose log loss is far above that of the city's mean, or no number, and what to do; None where it is not, or
    where one of the two is not known."""
    if loss is None or base is None or not math.isfinite(base) or loss <= FAR * base:
        return None
    return Message(
        "the fit of {name} blew up at horizon {horizon}: its log loss is {loss}, and that of the city's mean {base}; look for a column "
        "that jumped (riskwarn audit-data), leave it out in riskwarn.yaml (features: off), and train again",
        name=name, horizon=horizon, loss=f"{loss:.4g}", base=f"{base:.4g}",
    )  # fmt: skip
