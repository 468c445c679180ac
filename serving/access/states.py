"""Whether a key is in force, and why not: one rule for the list of keys, for who grants, and for the gate."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from serving.access.rows import Key, Operator


class State(StrEnum):
    """How a grant stands."""

    IN_FORCE = "in force"
    WAITING = "waits for confirmation"
    REVOKED = "revoked"
    ENDED = "ended"
    IDLE = "disabled: not used for too long"


def state_of(row: Operator, now: datetime, confirm: bool) -> State:
    """How an operator stands; `confirm` says whether what nobody confirmed counts."""
    if row.revoked_at is not None:
        return State.REVOKED
    if row.ends_at <= now:
        return State.ENDED
    return State.WAITING if confirm and row.confirmed_by is None else State.IN_FORCE


def state_of_key(
    row: Key,
    operator: Operator | None,
    now: datetime,
    confirm: bool,
    idle: timedelta,
    last_used: datetime | None = None,
) -> State:
    """How a key stands; one of an operator stands no better than the operator."""
    if row.revoked_at is not None:
        return State.REVOKED
    if row.ends_at <= now:
        return State.ENDED
    moments = [one for one in (row.created_at, row.last_used_at, last_used) if one is not None]
    if max(moments) + idle <= now:
        return State.IDLE
    if row.operator is not None:
        if operator is None:
            return State.REVOKED
        own = state_of(operator, now, confirm)
        if own is not State.IN_FORCE:
            return own
    return State.WAITING if confirm and row.confirmed_by is None else State.IN_FORCE
