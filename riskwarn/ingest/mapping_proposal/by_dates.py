"""What the dates of a column are of, where no contract knows its heading: the event's only where nothing speaks against it.

A date of another thing that is taken for the event's makes every record look new, or known before it happened. So a heading that
speaks of an end, a deadline or a paper is never the event's; where the registration is known, that dates the event unless a heading
speaks of what happened; and what is taken by its dates alone is shown as a guess.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

import numpy as np

from riskwarn.arrays import Flags
from riskwarn.contracts.compositions import moments_meant
from riskwarn.ingest.heading_words import plain_heading
from riskwarn.ingest.mapping_proposal.profile import Column
from riskwarn.ingest.mapping_proposal.recognised import Recognised
from riskwarn.ingest.redaction import kept_heading
from riskwarn.ingest.values.cells import strings
from riskwarn.ingest.values.dates import instants
from riskwarn.messages import Listed, Message
from riskwarn.periods import Instants

#: Fields of what comes after an event, and those of them that end it.
_ENDS = ("closed_at", "answered_at")
_AFTER = frozenset({*_ENDS, "due_at", "updated_at", "ended_at", "assigned_at", "escalated_at", "reopened_at", "other"})
#: So great a share of the rows with both dates has to have them in their order.
_IN_ORDER = 0.9
#: A registration by the day may stand before an event by the hour.
_DAY = np.timedelta64(timedelta(days=1))
_ANY_ZONE = ZoneInfo("UTC")


def by_dates(found: Recognised) -> None:
    """Take columns of dates for the event's time and for what ended it, as far as their headings and their order allow; tell of the others."""
    dates = sorted(
        (one for one in found.free() if one.holds in ("date and time", "date") and one.first),
        key=lambda one: (one.empty > 0.5, one.first),
    )
    registered = next((name for name in ("known_at", "accepted_at") if name in found.fields), None)
    if "occurred_at" not in found.fields and not found.period:
        _of_the_event(found, dates, registered)
    for name in _ENDS:
        _of_its_end(found, name, [one for one in dates if one.position not in found.taken])
    for column in dates:
        if column.position not in found.taken:
            said = "{heading} holds dates, and nothing says surely of what: it is not read; name it under columns: where it is needed"
            found.notes.append(Message(said, heading=kept_heading(column.heading)))


def _of_the_event(found: Recognised, dates: Sequence[Column], registered: str | None) -> None:
    """Take the date of the event: the earliest that could be it, else that of the registration."""
    able = [one for one in dates if _could_begin(found, one)]
    if registered is not None:
        able = [one for one in able if "occurred_at" in moments_meant(plain_heading(one.heading))]
    if able:
        first, others = able[0], able[1:]
        why = Message("by values: the only dates that could be the event's, which is assumed")
        if others:
            later = Listed(kept_heading(one.heading) for one in others)
            why = Message("by values: the earliest dates, which is assumed; {headings} are later", headings=later)
        found.take(first, "occurred_at", why, False)
    elif registered is not None:
        column = next(one for one in found.seen.columns if one.position == found.fields[registered])
        del found.fields[registered]
        why = Message("the only date of the event: its acceptance")
        if registered == "known_at":
            why = Message("the only date of the event: its registration")
        found.take(column, "occurred_at", why, False)


def _could_begin(found: Recognised, column: Column) -> bool:
    """Whether a column may date the event: by its heading, and in nearly all rows no later than what came after it."""
    if moments_meant(plain_heading(column.heading)) & _AFTER:
        return False
    after = [found.fields[name] for name in _ENDS if name in found.fields]
    return all(_in_order(found, column.position, position) for position in after)


def _of_its_end(found: Recognised, name: str, dates: Sequence[Column]) -> None:
    """Take the one column whose heading speaks of how a matter ended (办结答复时间), where it lies after its beginning."""
    if name in found.fields or "occurred_at" not in found.fields:
        return
    speaking = [
        one for one in dates if name in (meant := moments_meant(plain_heading(one.heading))) and meant <= set(_ENDS)
    ]
    if len(speaking) == 1 and _in_order(found, found.fields["occurred_at"], speaking[0].position):
        found.take(speaking[0], name, "by its heading, which speaks of it, and its dates, which are later", False)


def _in_order(found: Recognised, first: int, second: int) -> bool:
    """Whether the dates of one column stand no later than those of another, in nearly all rows that have both."""
    begin, end = (_moments(found, position) for position in (first, second))
    both: Flags = ~np.isnat(begin) & ~np.isnat(end)
    return not both.any() or bool((begin[both] <= end[both] + _DAY).mean() >= _IN_ORDER)


def _moments(found: Recognised, position: int) -> Instants:
    return instants(strings(found.seen.cells[position]), _ANY_ZONE)[0]
