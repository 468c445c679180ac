"""How sound the data are: how each source reports, and what was refused, in words for the clerk.

The door: `examine` with `districts_in_force` and `usual_as_of`, `SourceHealth`, `Verdict`, `Gap`; `arrivals_of` for
the embargo of training; `prospects` of the targets.
"""

from riskwarn.health.delays import Arrivals
from riskwarn.health.examining import arrivals_of, districts_in_force, examine, usual_as_of
from riskwarn.health.learnable import Prospect, prospects
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
