"""What has changed since somebody was told last, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from riskwarn.alert_rules import HEIGHTS
from riskwarn.words import Level
from serving.alerts.life import Rule, Status, Verb
from serving.alerts.words.names import level_name, outcome_name
from serving.alerts.words.wording import Wording


@dataclass(frozen=True)
class Since:
    """What happened since the last message: the verbs in their order, and the level that was told then."""

    verbs: tuple[str, ...] = ()
    level: str | None = None
    ended: bool = False  # whether it is told what became of it, some time after its end


#: By what a notice came to where nobody has to do with it any more.
_ENDS = {Status.CLOSED: Verb.CLOSE, Status.EXPIRED: Rule.EXPIRED, Status.WITHDRAWN: Rule.WITHDRAWN}

#: What goes to the unit above, and how it is said where there is no team.
UPWARDS: Mapping[str, str] = {
    Rule.ESCALATED: "escalated_to_nobody",
    Rule.OVERDUE: "overdue_to_nobody",
    Verb.REFER: "refer_to_nobody",
}

#: What happened that is no news to who is told of something else.
_UNSAID = (Rule.RAISED, Rule.UPHELD, Rule.PAUSED, Rule.RESUMED, Verb.NOTE, Verb.CONTEST, Verb.ACKNOWLEDGE, Verb.START)


def changes(told: Mapping[str, Any], since: Since, wording: Wording) -> tuple[str, ...]:
    """What changed, the last last, and how it ended; nothing of a notice that is new."""
    if (since.ended or not since.verbs) and told["status"] in _ENDS:
        return (_change(_ENDS[told["status"]], told, since, wording),)
    said = [_change(verb, told, since, wording) for verb in since.verbs if verb not in _UNSAID]
    return tuple(dict.fromkeys(said))


def _change(verb: str, told: Mapping[str, Any], since: Since, wording: Wording) -> str:
    rose = None if since.level is None else HEIGHTS[Level(told["level"])] - HEIGHTS[Level(since.level)]
    if rose and since.level is not None and ((verb == Rule.RAISED_FURTHER) if rose > 0 else (verb == Rule.LOWERED)):
        form = str(wording.part("changes", "level" if rose > 0 else "lower"))
        return form.format(before=level_name(since.level, wording), after=level_name(told["level"], wording))
    if verb == Verb.CLOSE:
        return _found(told, wording)
    return str(wording.part("changes", verb))


def _found(told: Mapping[str, Any], wording: Wording) -> str:
    outcome = outcome_name(told.get("outcome") or "unknown", wording)
    said = str(wording.part("changes", "close")).format(outcome=outcome)
    service = told.get("service")
    return said if service is None else said + wording.part("changes", "done").format(service=wording.help(service))
