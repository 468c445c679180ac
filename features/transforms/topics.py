"""Records that tell of a topic: one bit a topic is left of what people wrote."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.engine.spans import Spans
from features.panel.panel import Panel
from features.transforms.selections import Refined
from riskwarn.contracts.topics import Topic


@dataclass(frozen=True)
class TellingOf(Refined):
    """The rows that tell of a topic."""

    topic: Topic

    def spans(self, panel: Panel) -> Spans:
        """Those with its bit."""
        return self.rows.spans(panel).where(np.asarray((self.rows.records(panel)["topics"] & self.topic.mask) != 0))
