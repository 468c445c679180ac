"""What of a notice somebody may be told. This is the one place that leaves anything out of one, whichever way it is told: the API and its
pages, the stream and the feed, CAP, webhooks, robots and mail.

Somebody sees what lies inside by the tree of today, in which a unit may lie elsewhere than when it was told of. What was told under an earlier
rule of disclosure is told no more, and of a suspended target nothing that it was scored with.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from riskwarn.words import NOTICE_EN, NOTICE_ZH, Level, Unit
from serving.columns.reasons import told_of_a_part
from serving.delivery.levels import height
from serving.delivery.messages import Message
from serving.snapshots.cut import Inside

#: Where nothing lies.
NOWHERE = Inside(frozenset(), frozenset())

#: Where a notice keeps the terms of each of its grids: code -> what the notice would have, were it of that one alone.
PARTS = "terms"

#: What follows from the level or horizon of a notice.
TERMS = ("horizon", "acknowledge_by", "due_at", "expires_at")

#: Where a notice keeps what it says where something is left out of it.
BARE = "bare"

#: Where what is said of a notice keeps in which units it was told of last: [kind, code] of its own and of each above it.
TOLD_IN = "told_in"

#: What is said where it lies elsewhere today.
_ELSEWHERE = {
    "zh": "区划已调整，此处不再属于您的范围；您收到的这条提示到此为止，请勿再据此办理。",
    "en": "Boundaries were redrawn and this place is yours no more: what you were told of it is over; do not act on it.",
}

#: What is told of a notice of a place that lies elsewhere today: what it was, and nothing of what became of it.
_WHICH = ("id", "version", "kind", "target", "horizon", "unit", "code", "name", "raised_at")


@dataclass(frozen=True)
class Left:
    """What is left out of a notice.

    Parameters
    ----------
    part : the reason from which the city's mean would follow, and the exact figures of the whole city.
    reasons : all reasons, because an earlier rule told them, their unit or a grid among others is withheld, or it held something outside.
    figures : all that a target was scored with, because it is suspended, or its unit held something outside.
    members : codes of the grids among others that lie outside.
    elsewhere : all but which notice it was: it was told of as something inside, and lies elsewhere since.
    """

    part: bool = False
    reasons: bool = False
    figures: bool = False
    members: frozenset[str] = frozenset()
    elsewhere: bool = False

    @property
    def words(self) -> bool:
        """Whether the text says something that is left out: of the whole city it says no exact figure, and of the reasons never the last."""
        return self.reasons or self.figures or bool(self.members)


#: All that may be left out of what lies inside.
ALL = Left(part=True, reasons=True, figures=True)


@dataclass(frozen=True)
class View:
    """What somebody sees: what lies `inside` (None is the whole city), which targets are suspended, of which snapshots an earlier rule
    of disclosure told, which units, as they were `then` when a snapshot was published, lie inside today, whether any of some units is
    `withheld` today in a snapshot, and the units of the areas that were `granted`, all of which hold what he sees."""

    inside: Inside | None = None
    suspended: frozenset[str] = frozenset()
    older: Callable[[str], bool] = lambda _snapshot: False
    then: Callable[[str | None], Collection[tuple[str, str]]] = lambda _snapshot: ()
    withheld: Callable[[str, Collection[tuple[str, str]]], bool] = lambda _snapshot, _units: False
    granted: tuple[frozenset[tuple[str, str]], ...] = ()

    def holds(self, unit: str, code: str) -> bool:
        """Whether a unit lies inside today."""
        return self.inside is None or (unit, code) in self.inside.units

    def held(self, unit: str, code: str, snapshot: str | None) -> bool:
        """Whether a unit, as it was when a snapshot was published, lies inside today: what was kept of it then is told."""
        if unit == Unit.GRID.value:
            return self.holds(unit, code)
        return self.inside is None or (unit, code) in self.then(snapshot)

    def sees(self, unit: str, code: str, members: Iterable[Mapping[str, Any]], snapshot: str | None) -> bool:
        """Whether a notice of a snapshot lies inside: where it tells of some grids of its unit, the unit does and any of them, and else
        the unit as it was then."""
        grids = [one["code"] for one in members]
        if not grids:
            return self.held(unit, code, snapshot)
        return self.holds(unit, code) and any(self.holds(Unit.GRID.value, one) for one in grids)

    def outlived(self, notice: Mapping[str, Any]) -> bool:
        """Whether a notice is of a unit that lies inside, and told of what does not: of something outside that the unit held then, or of
        grids none of which lie in it any more."""
        unit, snapshot = (str(notice.get("unit")), str(notice.get("code"))), snapshot_of(notice)
        members = notice.get("members") or ()
        own = self.holds(*unit) or (bool(members) and self.held(*unit, snapshot))
        return own and not self.sees(*unit, members, snapshot)

    def elsewhere(self, notice: Mapping[str, Any]) -> bool:
        """Whether something said is the first since a notice went over: it was told of as something inside, and lies elsewhere today or
        nowhere. Whoever heard of it is told once that it is over."""
        if self.inside is None or not self.granted or not notice.get(TOLD_IN):
            return False
        told_in = frozenset((unit, code) for unit, code in notice[TOLD_IN])
        if any(told_in.isdisjoint(area) for area in self.granted):
            return False
        members, snapshot = notice.get("members") or (), snapshot_of(notice)
        own = self.sees(str(notice.get("unit")), str(notice.get("code")), members, snapshot)
        return not own and not self.outlived(notice)

    def level(self, level: str, members: Sequence[Mapping[str, Any]] = ()) -> str:
        """The level of a notice: where some of its grids lie outside, the highest of the others."""
        inside = [one["level"] for one in members if self.holds(Unit.GRID.value, one["code"])]
        return level if len(inside) == len(members) else max(inside, key=height, default=level)

    def left_out(self, notice: Mapping[str, Any]) -> Left:
        """What is left out of a notice, as `shown.as_dict` gives it; of a data gap no reason is, which names a source."""
        if self.elsewhere(notice):
            return Left(elsewhere=True)
        grids = () if self.inside is None else (one["code"] for one in notice.get("members") or ())
        outlived = self.outlived(notice)
        return Left(
            part=self.inside is not None,
            reasons=outlived or (notice.get("kind") != "gap" and self._tells_no_reason(notice)),
            figures=outlived or notice.get("target") in self.suspended,
            members=frozenset(code for code in grids if not self.holds(Unit.GRID.value, code)),
        )

    def _tells_no_reason(self, notice: Mapping[str, Any]) -> bool:
        snapshot, told = snapshot_of(notice), places_of(notice)
        return self.older(snapshot) or self.withheld(snapshot, told)

    def inside_of(self, message: Message) -> bool:
        """Whether a message is about something inside."""
        return self.sees(*message.unit, message.members, snapshot_of(message.body))

    def hears(self, message: Message) -> bool:
        """Whether a message is about something inside; that a notice of a unit that was another, or lay inside, is over is told, too,
        without anything that it told: who heard of it would wait for its end."""
        return self.inside_of(message) or self.ends(message)

    def ends(self, message: Message) -> bool:
        """Whether it is told of a message that something is over, and no more: that of a unit that was another is, or it lies elsewhere."""
        return self.elsewhere(message.body) or (message.kind == "Cancel" and self.outlived(message.body))

    def tells(self, message: Message) -> bool:
        """Whether a message is told: of a suspended target only that a notice is over."""
        served = message.kind == "Cancel" or message.target not in self.suspended
        return (served and self.inside_of(message)) or self.ends(message)


def snapshot_of(notice: Mapping[str, Any]) -> str:
    """The snapshot that the figures of a notice are of."""
    return str(notice.get("snapshot"))


def places_of(notice: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The unit of a notice, and the grids among others that it tells of."""
    grids = [(Unit.GRID.value, str(one["code"])) for one in notice.get("members") or ()]
    return [(str(notice.get("unit")), str(notice.get("code"))), *grids]


def less(message: Message, left: Left) -> Message:
    """A message as it is told."""
    body = cut(message.body, left)
    if left.elsewhere:
        over = replace(message, kind="Cancel", level=str(body["level"]), team_id=None, expires_at=None, body=body)
        return replace(over, units=(message.unit[1],))
    # What became of a notice has no end.
    ends = message.expires_at if message.expires_at is None or not left.members else instant_of(body.get("expires_at"))
    return replace(message, body=body, level=str(body.get("level", message.level)), expires_at=ends)


def cut(notice: Mapping[str, Any], left: Left) -> dict[str, Any]:
    """A notice without what is left out of it, and of its texts the one that says nothing of that."""
    if left.elsewhere:
        return _over(notice)
    told = {**notice, **_members(notice, left), **_figures(notice, left)}
    if "reasons" in told:
        told["reasons"] = _reasons(notice, left)
    if left.words and "text" in told:
        # What was said of its level was said of that of all its grids: whether it is told would say how high those stood that lie outside.
        told["text"] = _named(told) if left.members else unsaid(told)
    for kept in (BARE, PARTS, TOLD_IN):
        told.pop(kept, None)
    return told


def _over(notice: Mapping[str, Any]) -> dict[str, Any]:
    """A notice of a place that lies elsewhere: that it is over, whatever became of it there."""
    kept = {name: value for name, value in notice.items() if name not in (BARE, PARTS, TOLD_IN)}
    nothing: dict[str, Any] = {name: [] if isinstance(value, (list, tuple)) else None for name, value in kept.items()}
    over = {"status": "withdrawn", "level": Level.UNKNOWN.value, "escalations": 0, "paused": False}
    told = {**nothing, **{name: notice[name] for name in _WHICH if name in notice}, **over}
    if "text" in notice:
        told["text"] = {lang: {**said, "body": _ELSEWHERE[lang]} for lang, said in _named(notice).items()}
    return told


def instant_of(text: Any) -> datetime | None:
    """An instant as a notice tells it."""
    return None if text is None else datetime.fromisoformat(text)


def bare(notice: Mapping[str, Any]) -> dict[str, Any]:
    """A notice without anything that may be left out of it: of what it is made, what is said where something is."""
    return cut(notice, ALL)


def _figures(told: Mapping[str, Any], left: Left) -> dict[str, Any]:
    names = {"stated"} if left.part or left.figures else set()
    if left.figures or left.members:
        # Of several grids they are those of the highest, which may be one that lies outside.
        names |= {"score", "expected_count"}
    return dict.fromkeys(names & told.keys())


def _members(told: Mapping[str, Any], left: Left) -> dict[str, Any]:
    """The grids that are told of, the highest of their levels, and the terms of that."""
    members = [dict(one) for one in told.get("members") or () if one["code"] not in left.members]
    part: dict[str, Any] = {}
    if left.members:
        # Where none is left it is not known how high anything stands.
        part = {
            "members": members,
            "level": max((one["level"] for one in members), key=height, default=Level.UNKNOWN.value),
            **_terms(told, members),
        }
    return {**part, "members": []} if left.figures and "members" in told else part


def _terms(told: Mapping[str, Any], members: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The terms of some grids: the first of those that they have, and the window of the highest; None where none were kept."""
    kept = told.get(PARTS) or {}
    own = [kept.get(one["code"], {}) for one in sorted(members, key=lambda one: -height(one["level"]))]
    soonest = {name: [one[name] for one in own if one.get(name) is not None] for name in ("acknowledge_by", "due_at")}
    found = {name: min(each, key=instant_of, default=None) for name, each in soonest.items()}  # type: ignore[arg-type]
    highest = own[0] if own else {}
    found |= {"expires_at": highest.get("expires_at"), "horizon": highest.get("horizon", told.get("horizon"))}
    return {name: value for name, value in found.items() if name in told}


def _reasons(told: Mapping[str, Any], left: Left) -> list[dict[str, Any]]:
    reasons = list(told["reasons"] or ())
    if told.get("kind") == "gap":
        return reasons
    # Of several grids they are those of the first: whether they are told would say whether that is one that lies outside.
    if left.reasons or left.figures or left.members:
        return []
    return told_of_a_part(reasons) if left.part else reasons


def unsaid(told: Mapping[str, Any]) -> dict[str, Any]:
    """What a notice says of nothing that may be left out."""
    kept = told.get(BARE)
    return kept if isinstance(kept, dict) else _named(told)


def _named(told: Mapping[str, Any]) -> dict[str, Any]:
    """What is said where nothing else was kept: what it is about, and what it must not be used for."""
    name = str(told.get("name") or told.get("code") or "")
    return {"zh": {"head": name, "instruction": NOTICE_ZH}, "en": {"head": name, "instruction": NOTICE_EN}}
