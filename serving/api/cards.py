"""What is served of how a version did in its back-test: figures in steps, as those of the track record are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from riskwarn.disclosure import about
from riskwarn.disclosure.steps import LEAST_OF_GROUP, in_steps, step_of

EVENTS = "n_events"

#: Of these each event is its share; gains are differences of the first.
_LOSSES = ("log_loss", "poisson_deviance", "brier", "crps")
_GAIN = "gain"
#: Figures over a part of the grids, in which there are fewer events than are told.
_PARTS = ("_hard", "_new")


def card_told(card: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A card without what two of them, a week apart, would tell of single events."""
    return None if card is None else {**card, "metrics": _metrics(card.get("metrics", {}))}


def _metrics(metrics: Mapping[str, float]) -> dict[str, float]:
    events = metrics.get(EVENTS)
    if events is None or events < LEAST_OF_GROUP:
        return {}
    found: dict[str, float] = {EVENTS: float(about(int(events)))}
    for name, value in metrics.items():
        if name == EVENTS or name.endswith(_PARTS):
            continue
        loss = (
            metrics.get("log_loss", 1.0)
            if name.startswith(_GAIN)
            else value
            if name in _LOSSES
            else max(1.0, abs(value))
        )
        told = in_steps(value, step_of(abs(loss), int(events)))
        if told is not None:
            found[name] = told
    return found
