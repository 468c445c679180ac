"""Rows of the tables that are not event sources: the newest version of each holds, whichever of its cells was corrected."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from features import read_city
from riskwarn.home import Home
from tests.worlds import dispute, load, with_grids, write_csv


def service(number: int, **changes: Any) -> dict[str, Any]:
    return {"编号": f"F{number}", "网格编码": "G0", "开始时间": "2026-03-02 09:00", "措施": "走访", **changes}


def test_a_service_that_is_corrected_is_one_service(home: Home, tmp_path: Path) -> None:
    """By its number, though the correction names another day, grid or kind; without numbers by these."""
    with_grids(home, tmp_path)
    load(home, "disputes", write_csv(tmp_path / "d.csv", [dispute(1)]))
    load(home, "interventions", write_csv(tmp_path / "a.csv", [service(1), service(2)]))
    corrected = [service(1, 网格编码="G1", 开始时间="2026-03-04 09:00", 措施="调解")]
    assert load(home, "interventions", write_csv(tmp_path / "b.csv", corrected)).corrected == 1
    nameless = [service(0, 编号=""), service(0, 编号="", 开始时间="2026-03-03 09:00"), service(0, 编号="")]
    assert load(home, "interventions", write_csv(tmp_path / "c.csv", nameless)).accepted == 2
    rows = read_city(home, date(2026, 4, 1)).interventions
    found = sorted(zip(rows["grid"], rows["kind"], rows["started_at"].dt.day, strict=True))
    # Midnight of Shanghai is not that of UTC, but nine in the morning is of the same day.
    assert found == [(0, "visit", 2), (0, "visit", 2), (0, "visit", 3), (1, "mediation", 4)]
