"""`riskwarn audit-data`: a table and sentences, and an exit code only where it is asked for."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.riskwarn.cli.calling import Caller
from training.audits.leakage import CHECKS, Leak, changed_past
from training.routines.audit_data import DataAudit


@pytest.fixture
def audited(call: Caller, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the audit finds, to be filled by a test; the targets that were asked for."""
    told: dict[str, Any] = {"found": (), "asked": []}

    def audit_data(home: object, *, target: str | None, **_: object) -> DataAudit:
        told["asked"].append(target)
        return DataAudit(date(2026, 6, 29), ("safety",), ("incidents",), 100, ("mine",), told["found"])

    monkeypatch.setattr("training.routines.audit_data.audit_data", audit_data)
    call("init")
    return told


def test_what_was_found_is_a_table_with_a_sentence_each_and_no_error(call: Caller, audited: dict[str, Any]) -> None:
    audited["found"] = (changed_past("mine", 0.5),)
    shown = call("audit-data", "--target", "safety").out
    assert "looks ahead" in shown and "mine changes in 50.0 % of grids and dates" in shown
    assert "A finding is no error" in shown and audited["asked"] == ["safety"]
    chinese = call("--lang", "zh", "audit-data").out
    assert "看到未来" in chinese and "mine 在 50.0% 的网格和日期上发生变化" in chinese and "looks" not in chinese
    [finding] = call("audit-data", "--json").document["findings"]
    assert finding["check"] == "changed_past" and finding["subject"] == "mine" and finding["figure"] == 0.5


def test_strict_ends_with_one_where_anything_was_found_and_says_it_all_the_same(
    call: Caller, audited: dict[str, Any]
) -> None:
    assert "nothing found in 100 columns and 1 sources" in call("audit-data", "--strict").out
    audited["found"] = tuple(Leak(check, "x", 1.0, 0.5, f"{check} is said") for check in CHECKS)
    found = call("audit-data", "--strict", code=1).out
    assert all(f"{check} is said" in found for check in CHECKS)
    assert len(call("audit-data", "--strict", "--json", code=1).document["findings"]) == len(CHECKS)
