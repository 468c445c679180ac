"""How sound the data are: how each source reports, and what was refused, in words for the clerk.

The door: `examine` with `districts_in_force` and `usual_as_of`, `SourceHealth`, `Verdict`, `Gap`; `arrivals_of` for
the embargo of training; `prospects` of the targets. Each is imported when it is asked for: whoever loads a file asks for the
prospects alone, and waits for nothing that examines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from riskwarn.health.delays import Arrivals
    from riskwarn.health.examining import arrivals_of, districts_in_force, examine, usual_as_of
    from riskwarn.health.learnable import prospects
    from riskwarn.health.prospect import Prospect
    from riskwarn.health.reports import SourceHealth, Verdict
    from riskwarn.words import Gap

__all__ = [
    "Arrivals",
    "Gap",
    "Prospect",
    "SourceHealth",
    "Verdict",
    "arrivals_of",
    "districts_in_force",
    "examine",
    "prospects",
    "usual_as_of",
]

#: Name -> the module that it comes from.
_FROM = {
    "Arrivals": "riskwarn.health.delays",
    "Gap": "riskwarn.words",
    "Prospect": "riskwarn.health.prospect",
    "SourceHealth": "riskwarn.health.reports",
    "Verdict": "riskwarn.health.reports",
    "arrivals_of": "riskwarn.health.examining",
    "districts_in_force": "riskwarn.health.examining",
    "examine": "riskwarn.health.examining",
    "prospects": "riskwarn.health.learnable",
    "usual_as_of": "riskwarn.health.examining",
}


def __getattr__(name: str) -> Any:
    if name not in _FROM:
        raise AttributeError(name)
    from importlib import import_module

    return getattr(import_module(_FROM[name]), name)
