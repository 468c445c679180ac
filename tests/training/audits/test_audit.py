"""An audit is written and read back as it was, and nothing else is taken for one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from training.audits.audit import Audit, from_dict, from_json, value

MADE = Audit(
    "groups", {"budget": 0.05, "withheld": 2, "worst": "老城", "spread": None}, ({"group": "a", "level": 1.0},)
)


def test_an_audit_is_read_back_as_it_was_written() -> None:
    assert MADE.path == "audits/groups.json"
    assert from_json(MADE.as_json()) == MADE


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"name": "a/b"}, "small letters"),
        ({"facts": []}, "no names and values"),
        ({"facts": {"a": True}}, "bool"),
        ({"facts": {"a": float("nan")}}, "None"),
        ({"facts": {"a": np.float64(1)}}, "float64"),
        ({"facts": {"a": {"b": 1}}}, "dict"),
        ({"rows": {}}, "no list"),
        ({"rows": [{"a": 1}, {"b": 1}]}, "columns"),
        ({"more": 1}, "no others"),
    ],
)
def test_nothing_else_is_taken_for_an_audit(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        from_dict({**MADE.as_dict(), **changes})


def test_what_is_no_number_is_nothing() -> None:
    assert value(float("nan")) is None and value(float("inf")) is None and value(1.5) == 1.5
    with pytest.raises(ValueError, match="NaN"):
        from_json('{"name": "a", "facts": {"b": NaN}, "rows": []}')
