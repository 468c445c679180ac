"""A made-up notice as it is told, whose words a test looks at."""

from __future__ import annotations

from typing import Any

ABOVE = [
    {"unit": "community", "code": "C0000000", "name": "幸福社区"},
    {"unit": "town", "code": "T0000000", "name": "青山街道"},
    {"unit": "district", "code": "D0000000", "name": "江北区"},
    {"unit": "city", "code": "X", "name": "示例市"},
]


def why(
    zh: str, theme: str = "waiting", direction: str = "raises", services: tuple[str, ...] = ("mediation",)
) -> dict[str, Any]:
    """A reason."""
    return {"theme": theme, "source": "disputes", "zh": zh, "en": f"en {zh}", "direction": direction, "services": list(services), "effect": 0.1}  # fmt: skip


def told(**given: Any) -> dict[str, Any]:
    """A notice about a grid that entered red, of a level of which something is promised."""
    return {
        "id": "wabcdefghijkl", "kind": "level", "name": "第12网格", "code": "G0000012", "unit": "grid", "above": ABOVE, "members": [],
        "level": "red", "target": "conflict", "horizon": 4, "score": 0.14, "status": "open", "service": None, "outcome": None,
        "stated": {"n": 86, "precision": 0.14, "lower": 0.085, "upper": 0.221, "usual": 0.04},
        "due_at": "2026-03-16T10:00:00+08:00", "expires_at": "2026-03-30T00:00:00+08:00",
        "reasons": [why("未化解矛盾纠纷4–7件"), why("诉求约20件"), why("隐患6–10件")], **given,
    }  # fmt: skip
