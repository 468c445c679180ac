"""What there is to learn a target from, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from riskwarn.errors import RiskwarnError
from riskwarn.health.unknown_outcomes import UnknownOutcomes
from riskwarn.messages import Listed, Message

#: A larger share of records whose word nobody knows is a warning.
MOST_UNKNOWN = 0.02

#: A feed without a record for so long has ended.
ENDED_DAYS = 182


@dataclass(frozen=True)
class Prospect:
    """What there is to learn a target from."""

    target: str
    source: str
    records: int
    events: int  # that lie in a grid
    other: int  # records of the category `other`, which do not count towards a target that names no categories
    unknown: int  # records of a word that no vocabulary knows, which do not either
    obstacle: RiskwarnError | None  # why it cannot be learnt yet, in one sentence
    words: tuple[str, ...] = ()  # the commonest of the unknown words that may be shown
    newest: date | None = None  # local date of the newest record of the source
    borne: tuple[int, ...] = ()  # by how many records each of these words
    outcomes: UnknownOutcomes | None = None  # of a target that is told by outcomes
    interrupted: tuple[str, ...] = ()  # that its feed began late or paused, each in one sentence
    called: str = ""  # the target by its name, as sentences have it

    @property
    def uncounted(self) -> str | None:
        """How many records do not count because of their category, in one sentence; a warning where they are many."""
        if not self.other and not self.unknown:
            return None
        told = {
            "unknown": f"{self.unknown:,}",
            "records": f"{self.records:,}",
            "source": self.source,
            "share": f"{100 * self.unknown / self.records:.1f}",
            "other": f"{self.other:,}",
            "target": self.called or self.target,
        }
        if not self.words:
            return Message(
                "{unknown} of {records} {source} ({share} %) bear a word of category that nobody knows and {other} are other: "
                "they do not count towards “{target}”; translate them in the mapping (words: category)", **told,
            )  # fmt: skip
        told["words"] = Listed(self.words)
        if self.unknown > MOST_UNKNOWN * self.records:
            return Message(
                "Warning: {unknown} of {records} {source} ({share} %) bear a word of category that nobody knows ({words}) and "
                "{other} are other: they do not count towards “{target}”; translate them in the mapping (words: category)", **told,
            )  # fmt: skip
        return Message(
            "{unknown} of {records} {source} ({share} %) bear a word of category that nobody knows ({words}) and {other} are "
            "other: they do not count towards “{target}”; translate them in the mapping (words: category)", **told,
        )  # fmt: skip

    def ended(self, as_of: date) -> str | None:
        """That the source has had no record for half a year, in one sentence."""
        if self.newest is None or as_of - self.newest < timedelta(days=ENDED_DAYS):
            return None
        return Message(
            "{source} has no record known after {newest}, {days} days before {as_of}: its feed has ended, and “{target}” is learnt "
            "and judged only by what came before", source=self.source, newest=self.newest, days=(as_of - self.newest).days,
            as_of=as_of, target=self.called or self.target,
        )  # fmt: skip

    @property
    def notes(self) -> list[str]:
        """All that is to be told of it."""
        obstacle = [] if self.obstacle is None else [self.obstacle.message]
        ended = None if self.outcomes is None else self.outcomes.said(self.called or self.target)
        return [*filter(None, [self.uncounted]), *obstacle, *self.interrupted, *filter(None, [ended])]

    def said(self, as_of: date) -> list[str]:
        """The notes, and whether the feed had ended at an as-of."""
        return [*self.notes, *filter(None, [self.ended(as_of)])]

    def as_dict(self) -> dict[str, Any]:
        """The shape of ``riskwarn health --json``."""
        return {
            "target": self.target,
            "source": self.source,
            "learnable": self.obstacle is None,
            "records": self.records,
            "events": self.events,
            "code": None if self.obstacle is None else self.obstacle.code,
            "notes": self.notes,
        }
