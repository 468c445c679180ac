"""Events of targets and escalations, as they stand among the encoded records under names of their own."""

from __future__ import annotations

from dataclasses import dataclass

from features.encoding.records import Records
from features.encoding.target_events import escalations_name, events_name
from features.engine.spans import Spans
from features.panel.panel import Panel
from features.transforms.selections import Rows
from riskwarn.store.targets import EventRule


@dataclass(frozen=True)
class Escalated(Rows):
    """Escalated records of a source, counted when the escalation became known, until they prove to have been referred."""

    source: str

    vocabularies = ("outcome",)

    def spans(self, panel: Panel) -> Spans:
        """The escalated ones."""
        return panel.spans(escalations_name(self.source))

    def records(self, panel: Panel) -> Records:
        """The escalations."""
        return panel.records(escalations_name(self.source))


@dataclass(frozen=True)
class EventsOf(Rows):
    """Events of a target, counted when they could be told, until the record proves to have been referred."""

    target: str
    rule: EventRule  # what makes a record an event: another rule gives other numbers

    unit = "events"
    vocabularies = ("outcome",)

    def spans(self, panel: Panel) -> Spans:
        """The events."""
        return panel.spans(events_name(self.target))

    def records(self, panel: Panel) -> Records:
        """The events."""
        return panel.records(events_name(self.target))
