"""A notice as the API, the command line and the messages give it."""

from __future__ import annotations

from typing import Any

from serving.alerts.alert import Alert
from serving.delivery.view import TERMS

_PLAIN = (
    "id", "version", "kind", "target", "horizon", "unit", "code", "name", "level", "status", "score", "expected_count",
    "snapshot", "team_id", "service", "outcome", "escalations", "paused", "stated",
)  # fmt: skip
_INSTANTS = ("raised_at", "acknowledge_by", "due_at", "expires_at", "acknowledged_at", "ended_at")


_MEMBER = ("code", "name", "level", "score")


def terms_of(alert: Alert) -> dict[str, dict[str, Any]]:
    """Code -> the terms that a notice would have, were it of one of its grids alone; of each that they are kept of."""
    return {one["code"]: {name: one[name] for name in TERMS if name in one} for one in alert.members}


def as_dict(alert: Alert) -> dict[str, Any]:
    """`{id, version, …}`; instants in RFC 3339."""
    instants = {name: getattr(alert, name) for name in _INSTANTS}
    return {
        **{name: getattr(alert, name) for name in _PLAIN},
        **{name: None if at is None else at.isoformat() for name, at in instants.items()},
        # What was promised before it was kept what is usual says nothing of that.
        "stated": None if alert.stated is None else {**alert.stated, "usual": alert.stated.get("usual")},
        "above": [{"unit": unit, "code": code, "name": name} for unit, code, name in alert.units[1:]],
        "members": [{name: one[name] for name in _MEMBER} for one in alert.members],
        "co_teams": list(alert.co_teams),
        "reasons": [dict(one) for one in alert.reasons],
    }
