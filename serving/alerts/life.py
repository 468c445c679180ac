"""The life of a notice as one table: where it may stand, and what may be done with it there."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from riskwarn.contracts.vocabulary import field_words

#: What is done for a place, as `interventions` name it.
SERVICES = tuple(dict.fromkeys(field_words("service").values()))


class Status(StrEnum):
    """Where a notice stands."""

    OPEN = "open"  # nobody has seen it
    ACKNOWLEDGED = "acknowledged"  # its team knows of it
    IN_PROGRESS = "in_progress"  # somebody is at it
    RETURNED = "returned"  # 退回: its team says that it is not theirs; the unit above is to give it to another
    REFERRED = "referred"  # 上报: the unit above is to deal with it
    CLOSED = "closed"  # with an outcome
    EXPIRED = "expired"  # its window has passed
    WITHDRAWN = "withdrawn"  # what raised it holds no longer


class Verb(StrEnum):
    """What somebody does with a notice."""

    ACKNOWLEDGE = "acknowledge"
    START = "start"
    ASSIGN = "assign"
    NOTE = "note"
    EXTEND = "extend"
    RETURN = "return"
    REFER = "refer"
    CO_HANDLE = "co_handle"
    CONTEST = "contest"
    CLOSE = "close"
    REOPEN = "reopen"


class Rule(StrEnum):
    """What befalls a notice by a rule."""

    RAISED = "raised"
    RAISED_FURTHER = "raised_further"  # a higher level, or another grid of the town
    LOWERED = "lowered"  # a snapshot was withdrawn that told of more
    REDRAWN = "redrawn"  # a reform took grids out of its unit
    MOVED = "moved"  # a reform gave its unit to another
    UPHELD = "upheld"  # the snapshot that raised it was withdrawn, and another tells of it
    REMINDED = "reminded"
    ESCALATED = "escalated"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    PAUSED = "paused"  # 挂起: the state stays, the deadline rests
    RESUMED = "resumed"
    OVERDUE = "overdue"  # 超期, as the tickets say


class Outcome(StrEnum):
    """What was found."""

    REAL = "real"  # 属实
    FALSE = "false"  # 不属实
    PREVENTED = "prevented"  # 已化解: it was about to happen
    UNKNOWN = "unknown"


_S, _V = Status, Verb

#: What may be done always, as long as somebody has to do with it.
_ANYWHERE = (Verb.NOTE, Verb.EXTEND, Verb.CO_HANDLE, Verb.CONTEST)

#: State -> verb -> the state after it. What is not here is answered with 409.
LIFE: Mapping[Status, Mapping[Verb, Status]] = {
    _S.OPEN: {
        **dict.fromkeys(_ANYWHERE, _S.OPEN), _V.ACKNOWLEDGE: _S.ACKNOWLEDGED, _V.START: _S.IN_PROGRESS, _V.ASSIGN: _S.OPEN,
        _V.RETURN: _S.RETURNED, _V.REFER: _S.REFERRED, _V.CLOSE: _S.CLOSED,
    },
    _S.ACKNOWLEDGED: {
        **dict.fromkeys(_ANYWHERE, _S.ACKNOWLEDGED), _V.START: _S.IN_PROGRESS, _V.ASSIGN: _S.OPEN,
        _V.RETURN: _S.RETURNED, _V.REFER: _S.REFERRED, _V.CLOSE: _S.CLOSED,
    },
    _S.IN_PROGRESS: {
        **dict.fromkeys(_ANYWHERE, _S.IN_PROGRESS), _V.ASSIGN: _S.OPEN,
        _V.RETURN: _S.RETURNED, _V.REFER: _S.REFERRED, _V.CLOSE: _S.CLOSED,
    },
    _S.RETURNED: {
        **dict.fromkeys(_ANYWHERE, _S.RETURNED), _V.ACKNOWLEDGE: _S.ACKNOWLEDGED, _V.START: _S.IN_PROGRESS, _V.ASSIGN: _S.OPEN,
        _V.REFER: _S.REFERRED, _V.CLOSE: _S.CLOSED,
    },
    _S.REFERRED: {
        **dict.fromkeys(_ANYWHERE, _S.REFERRED), _V.ACKNOWLEDGE: _S.ACKNOWLEDGED, _V.START: _S.IN_PROGRESS, _V.ASSIGN: _S.OPEN,
        _V.RETURN: _S.RETURNED, _V.CLOSE: _S.CLOSED,
    },
    _S.CLOSED: {_V.NOTE: _S.CLOSED, _V.CONTEST: _S.CLOSED, _V.REOPEN: _S.OPEN},
    _S.EXPIRED: {_V.NOTE: _S.EXPIRED, _V.CONTEST: _S.EXPIRED, _V.CLOSE: _S.CLOSED},
    _S.WITHDRAWN: {},
}  # fmt: skip

#: Where somebody has to do with it still.
LIVE = (Status.OPEN, Status.ACKNOWLEDGED, Status.IN_PROGRESS, Status.RETURNED, Status.REFERRED)

#: Where whoever it is with is asked to say that he knows of it.
ASKED = (Status.OPEN, Status.RETURNED, Status.REFERRED)

#: By what a team gives a notice up: the unit above is asked.
GIVEN_UP = (Verb.RETURN, Verb.REFER)

#: Verbs after which others have to do something, or nothing any more: they are told.
TOLD = (Verb.ASSIGN, Verb.CO_HANDLE, Verb.RETURN, Verb.REFER, Verb.REOPEN, Verb.CLOSE)

#: Verbs that change where a notice stands: somebody has it in hand then, whether its ticket rests or not.
MOVES = (Verb.ACKNOWLEDGE, Verb.START, Verb.ASSIGN, Verb.RETURN, Verb.REFER, Verb.CLOSE, Verb.REOPEN)

#: By which way a step came that a ticket took.
BY_TICKET = "tickets"

#: What a verb needs said.
NEEDS: Mapping[Verb, str] = {
    Verb.NOTE: "note", Verb.RETURN: "note", Verb.CONTEST: "note", Verb.CLOSE: "outcome", Verb.ASSIGN: "team_id",
    Verb.CO_HANDLE: "team_id", Verb.REOPEN: "note",
}  # fmt: skip

#: What may be said with each on a page, in this order; what it needs is among it.
TAKES: Mapping[Verb, tuple[str, ...]] = {
    Verb.START: ("service", "note"), Verb.CLOSE: ("outcome", "service", "note"), Verb.NOTE: ("note",), Verb.RETURN: ("note",),
    Verb.REFER: ("note",), Verb.ASSIGN: ("team_id", "note"), Verb.CO_HANDLE: ("team_id", "note"), Verb.CONTEST: ("note",),
    Verb.REOPEN: ("note",), Verb.EXTEND: ("note",),
}  # fmt: skip
