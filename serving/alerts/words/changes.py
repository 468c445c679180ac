"""What a notice is and what has changed since somebody was told last, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from riskwarn.alert_rules import HEIGHTS
from riskwarn.words import Level
from serving.alerts.life import Rule, Status, Verb
from serving.alerts.words.names import level_name, outcome_name, status_name
from serving.alerts.words.wording import Wording


@dataclass(frozen=True)
class Step:
    """What was done with a notice, or befell it, and how it stood after that: as it was kept, whatever came later."""

    verb: str
    status: str
    level: str
    service: str | None = None
    outcome: str | None = None
    alone: bool = False  # it went up where nobody is above
    again: bool = False  # it was given to the team that had it


@dataclass(frozen=True)
class Since:
    """What happened since the last message: the steps in their order, and the level that was told then."""

    steps: tuple[Step, ...] = ()
    level: str | None = None
    ended: bool = False  # whether it is told what became of it, some time after its end


@dataclass(frozen=True)
class Changes:
    """What an update tells."""

    state: str  # what the notice is, with what was found where it is closed
    steps: tuple[str, ...] = ()  # what happened, the last last
    lead: str = ""  # what leads: the state, and of one that goes on what happened last


#: By what a notice came to where it stands, and what says so.
_SAYS: Mapping[str, str] = {
    Status.CLOSED: Verb.CLOSE, Status.EXPIRED: Rule.EXPIRED, Status.WITHDRAWN: Rule.WITHDRAWN, Status.RETURNED: Verb.RETURN,
    Status.REFERRED: Verb.REFER,
}  # fmt: skip

#: Where nobody has to do with it any more.
_ENDS = (Status.CLOSED, Status.EXPIRED, Status.WITHDRAWN)

#: What goes to the unit above, and how it is said where there is no team.
UPWARDS: Mapping[str, str] = {
    Rule.ESCALATED: "escalated_to_nobody",
    Rule.OVERDUE: "overdue_to_nobody",
    Verb.REFER: "refer_to_nobody",
    Verb.RETURN: "return_to_nobody",
}

#: What happened that is no news to who is told of something else.
_UNSAID = (Rule.RAISED, Rule.UPHELD, Rule.PAUSED, Rule.RESUMED, Verb.NOTE, Verb.CONTEST, Verb.ACKNOWLEDGE, Verb.START)


def changes(told: Mapping[str, Any], since: Since, wording: Wording) -> Changes | None:
    """What a notice is, and what happened since; None of one that is new, or goes on as it did."""
    status = told["status"]
    over = status in _ENDS
    if not over and not since.steps:
        return None
    if over:
        last = Step(_SAYS[status], status, told["level"], told.get("service"), told.get("outcome"))
        state = _said(last, None, wording)
    else:
        state = status_name(status, wording)
    steps = () if since.ended else tuple(said for said, _ in groupby(_steps(since, wording)))
    if over or not steps:
        return Changes(state, steps, state)
    said = [one for one in since.steps if one.verb not in _UNSAID]
    known = said[-1].verb == _SAYS.get(status)  # what happened last says where it stands
    return Changes(state, steps, steps[-1] if known else wording.part("stands").format(state=state, change=steps[-1]))


def _steps(since: Since, wording: Wording) -> Iterator[str]:
    """What is said of each step, by how it stood before and after it."""
    level = since.level
    for step in since.steps:
        if step.verb not in _UNSAID:
            yield _said(step, level, wording)
        level = step.level


def _said(step: Step, before: str | None, wording: Wording) -> str:
    rose = 0 if before is None else HEIGHTS[Level(step.level)] - HEIGHTS[Level(before)]
    if before is not None and (
        (step.verb == Rule.RAISED_FURTHER and rose > 0) or (step.verb == Rule.LOWERED and rose < 0)
    ):
        form = str(wording.part("changes", "level" if rose > 0 else "lower"))
        return form.format(before=level_name(before, wording), after=level_name(step.level, wording))
    if step.verb == Verb.CLOSE:
        return _found(step, wording)
    if step.alone:
        return str(wording.part("changes", UPWARDS[step.verb]))
    return str(wording.part("changes", "assign_again" if step.again else step.verb))


def _found(step: Step, wording: Wording) -> str:
    outcome = outcome_name(step.outcome or "unknown", wording)
    said = str(wording.part("changes", "close")).format(outcome=outcome)
    done = wording.part("changes", "done")
    return said if step.service is None else said + done.format(service=wording.help(step.service))
