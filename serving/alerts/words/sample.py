"""Made-up notices, by which a city sees what its texts say."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from riskwarn.configuration import Configuration, usual_horizon
from riskwarn.errors import QueryInvalid
from riskwarn.messages import Listed, Message
from riskwarn.words import Unit
from serving.alerts.words.text import text_of
from serving.alerts.words.wording import GAP, known_services

_PLACES = ((Unit.GRID, "第12网格"), (Unit.COMMUNITY, "示例社区"), (Unit.TOWN, "示例街道"), (Unit.DISTRICT, "示例区"))
_REASONS = (
    ("未化解矛盾纠纷4–7件，最久12周至半年", "4–7 open disputes, the oldest 12 weeks to half a year"),
    ("未答复12345诉求约20件，其中超期3–5件", "about 20 unanswered hotline requests, 3–5 of them overdue"),
    ("近四周安全隐患6–10件，高于自身常年水平", "6–10 hazards in four weeks, above its own year"),
)


def samples(configuration: Configuration, service: str | None = None) -> list[dict[str, Any]]:
    """`{service, text}` of each service, or of the one that is named. Raises QueryInvalid."""
    known = known_services()
    if service is not None and service not in known:
        raise QueryInvalid(parameter="service", problem=Message("there are {known}", known=Listed(known)))
    return [
        {"service": one, "text": text_of(_notice(configuration, one), configuration)}
        for one in ((service,) if service is not None else known)
    ]


def _notice(configuration: Configuration, service: str) -> dict[str, Any]:
    gap = service == GAP
    places = _PLACES[3:] if gap else _PLACES
    reasons = [
        {"theme": "waiting", "direction": "raises", "services": [service], "zh": zh, "en": en} for zh, en in _REASONS
    ]
    return {
        "id": "wabcdefghijkl", "kind": "gap" if gap else "level", "target": next(iter(configuration.targets)),
        "horizon": usual_horizon(configuration.horizons), "unit": places[0][0].value, "code": "G0000012", "name": places[0][1],
        "above": [{"unit": unit.value, "code": "", "name": name} for unit, name in places[1:]], "members": [],
        "level": "unknown" if gap else "red", "status": "open", "service": None, "outcome": None,
        "stated": None if gap else {"n": 120, "precision": 0.14, "lower": 0.09, "upper": 0.21, "usual": 0.04},
        "due_at": datetime(2026, 3, 16, 2, tzinfo=UTC), "expires_at": datetime(2026, 3, 29, 16, tzinfo=UTC),
        "reasons": [{"source": "disputes", "zh": "disputes", "en": "disputes"}] if gap else reasons,
    }  # fmt: skip
