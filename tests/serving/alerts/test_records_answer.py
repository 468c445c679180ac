"""A dispute that is closed, a hazard that is repaired: the register says so, and the notice closes with it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from serving.alerts.records import close_answered
from tests.serving.alerts.city import City, grid

ROWS = {grid(number): number for number in range(36)}
FOREVER = np.datetime64("2262-01-01", "us")
RAISED, LATER = np.datetime64("2026-03-01T16:00", "us"), np.datetime64("2026-03-08T16:00", "us")


def case(number: int, closed: str | None, known: str = "2026-02-01", **more: Any) -> dict[str, Any]:
    at = pd.Timestamp(closed) if closed else pd.NaT
    return {
        "grid": number, "believed_from": np.datetime64(known, "us"), "believed_to": FOREVER, "closed_at": at, "closed_at_known": at,
        "answered_at": pd.NaT, "answered_at_known": pd.NaT, **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("cases", "closes"),
    [
        ([case(0, "2026-03-04")], True),
        ([case(0, None, answered_at=pd.Timestamp("2026-03-05"), answered_at_known=pd.Timestamp("2026-03-05"))], True),
        ([case(0, "2026-03-04"), case(0, None)], False),
        ([case(0, "2026-03-04"), case(0, None, known="2026-03-03")], True),  # what came later is another matter
        ([case(0, "2026-03-10")], False),
        ([case(0, "2026-02-20")], False),  # nothing was open: something else was meant
        ([case(1, "2026-03-04")], False),
        ([], False),
    ],
)
def test_a_notice_closes_where_all_that_was_open_has_ended(
    tmp_path: Path, cases: list[dict[str, Any]], closes: bool
) -> None:
    city = City(tmp_path)
    city.publish({0: "red"})
    (alert,) = city.alerts()
    columns = list(case(0, None))
    beliefs = {"disputes": pd.DataFrame(cases, columns=columns)}
    done = close_answered(city.home, beliefs, ROWS, LATER, now=city.now + timedelta(days=7))
    assert done == int(closes)
    after = city.alert(alert.id)
    assert (after.status, after.outcome) == (("closed", "unknown") if closes else ("open", None))
    assert close_answered(city.home, beliefs, ROWS, LATER, now=city.now + timedelta(days=7)) == 0
