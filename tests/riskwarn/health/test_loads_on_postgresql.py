"""The ledger, undoing, refused rows and data health with the operational database in PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskwarn.health import districts_in_force, examine, usual_as_of
from riskwarn.home import Home
from riskwarn.ingest import retry
from riskwarn.store import Store, ledger, undo
from riskwarn.store.repairs import counts
from tests.riskwarn.test_postgresql import home
from tests.worlds import NOW, dispute, load, with_grids, write_csv

__all__ = ["home"]

pytestmark = pytest.mark.server


def test_loads_are_undone_and_refused_rows_settled(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    rows = [dispute(1), dispute(2, 发生时间="去年冬天"), dispute(3, 纠纷编号="")]
    load(home, "disputes", write_csv(tmp_path / "d.csv", rows))
    assert counts(home, "disputes") == {"open": 2, "not_loaded": 0, "repaired": 0}
    done = retry(home, "disputes", write_csv(tmp_path / "d.csv", [dispute(1), dispute(2), dispute(3)]), now=NOW)
    assert (done.before, done.repaired, done.after) == (2, 2, 0)
    assert undo(home, 3, because="twice", now=NOW).loads == (3,)
    assert counts(home, "disputes")["open"] == 2
    assert [row.undone_by for row in ledger(home, "disputes")] == [None, 4, None]
    assert (len(Store(home).versions("disputes")), len(Store(home, 3).versions("disputes"))) == (1, 3)
    as_of = usual_as_of(home)
    (found,) = examine(home, as_of, districts_in_force(home, as_of))
    assert (found.source, found.records, found.refused) == ("disputes", 1, 2)
