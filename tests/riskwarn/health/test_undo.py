"""Taking a load back: the store then equals one in which it never happened, and an older version still reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features import build_features, read_city
from riskwarn.errors import LoadNotUndone, PersonalText, RefusedWord, UnknownLoad
from riskwarn.home import Home, make_home
from riskwarn.settings import Settings
from riskwarn.store import Store, ledger, undo
from tests.worlds import NOW, dispute, load, with_grids, write_csv

AS_OF = date(2026, 6, 1)


def believed(home: Home, version: int | None = None) -> pd.DataFrame:
    """Every belief about disputes, in an order of its own, without ids: each home has a key of its own for them."""
    frame = read_city(home, AS_OF, version=version).beliefs["disputes"].drop(columns="record_id")
    return frame.sort_values(list(frame.columns)).reset_index(drop=True)


def assert_same_store(one: Home, other: Home) -> None:
    pd.testing.assert_frame_equal(believed(one), believed(other))
    built = [build_features(read_city(home, AS_OF), [AS_OF]).values for home in (one, other)]
    assert np.array_equal(built[0], built[1], equal_nan=True)


@dataclass(frozen=True)
class Export:
    """One file of a department: which disputes it carries, and what it says of each."""

    rows: tuple[tuple[int, int], ...]  # number of the dispute, which of its contents

    def write(self, folder: Path, index: int) -> Path:
        contents = ({"纠纷类型": "邻里"}, {"纠纷类型": "物业"}, {"纠纷类型": "邻里", "化解时间": "2026-04-20"})
        rows = [dispute(number, **contents[content]) for number, content in self.rows]
        return write_csv(folder / f"{index}.csv", rows)

    def taken(self, index: int) -> datetime:
        return datetime(2026, 4, 1, tzinfo=UTC) + timedelta(days=index)


exports = st.lists(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 2)), min_size=1, max_size=7, unique=True).map(
        lambda rows: Export(tuple(rows))
    ),
    min_size=2,
    max_size=5,
)


def loaded(folder: Path, files: Sequence[tuple[int, Export]]) -> Home:
    """A home with these exports, and one dispute that is in none of them."""
    folder.mkdir()
    home = with_grids(make_home(folder / "home", Settings()), folder)
    load(
        home, "disputes", write_csv(folder / "first.csv", [dispute(99)]), exported_at=datetime(2026, 3, 30, tzinfo=UTC)
    )
    for index, export in files:
        load(home, "disputes", export.write(folder, index), exported_at=export.taken(index))
    return home


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(files=exports, chosen=st.integers(0, 4))
@pytest.mark.slow
def test_after_undo_the_store_is_one_where_the_load_never_happened(
    tmp_path_factory: pytest.TempPathFactory, files: list[Export], chosen: int
) -> None:
    folder = tmp_path_factory.mktemp("world")
    chosen %= len(files)
    numbered = list(enumerate(files))
    home = loaded(folder / "undone", numbered)
    before = believed(home)
    version = Store(home).version()
    names = {f"{index}.csv": (index, export) for index, export in numbered}
    done = undo(home, chosen + 3, with_later=True, now=NOW)
    pd.testing.assert_frame_equal(believed(home, version), before)
    for row in done.again:
        index, export = names[row.file_name]
        load(home, "disputes", folder / "undone" / row.file_name, exported_at=export.taken(index))
    never = loaded(folder / "never", [pair for pair in numbered if pair[0] != chosen])
    assert_same_store(home, never)
    back = load(home, "disputes", folder / "undone" / f"{chosen}.csv", exported_at=files[chosen].taken(chosen))
    assert back.quarantined == 0
    assert set(Store(home).versions("disputes")["record_id"]) == set(
        Store(home, version).versions("disputes")["record_id"]
    )


@pytest.fixture
def two(home: Home, tmp_path: Path) -> tuple[Home, Path]:
    """March, and a full export of April that carries March's dispute again (loads 2 and 3)."""
    with_grids(home, tmp_path)
    load(home, "disputes", write_csv(tmp_path / "march.csv", [dispute(1)]))
    april = write_csv(tmp_path / "april.csv", [dispute(1), dispute(2)])
    load(home, "disputes", april)
    return home, april


def test_a_row_that_a_later_load_carried_too_is_not_lost(two: tuple[Home, Path]) -> None:
    """April stored nothing of dispute 1, because March had it: taking March back alone would lose what April says."""
    home, april = two
    with pytest.raises(LoadNotUndone, match=r"load 3 \(april.csv\) leans on it .*--with-later"):
        undo(home, 2, now=NOW)
    assert len(Store(home).versions("disputes")) == 2, "a refusal changes nothing"
    done = undo(home, 2, with_later=True, now=NOW)
    assert [row.file_name for row in done.again] == ["april.csv"]
    assert Store(home).versions("disputes").empty
    assert load(home, "disputes", april).accepted == 2


def test_the_newest_load_is_taken_back_alone(two: tuple[Home, Path]) -> None:
    home, april = two
    done = undo(home, 3, because="wrong month", now=NOW)
    assert (done.loads, done.again, Store(home).version()) == ((3,), (), 4)
    assert len(Store(home).versions("disputes")) == 1
    assert len(Store(home, 3).versions("disputes")) == 2
    assert Store(home, 3).version() == 3
    assert ledger(home)[-1].because == "wrong month"
    again = load(home, "disputes", april)
    assert (again.accepted, again.duplicates) == (1, 1)
    assert len(Store(home).versions("disputes")) == 2


def test_loads_that_share_no_record_do_not_lean_on_each_other(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    load(home, "disputes", write_csv(tmp_path / "a.csv", [dispute(1)]))
    load(home, "disputes", write_csv(tmp_path / "b.csv", [dispute(2), dispute(2)]))
    assert undo(home, 2, now=NOW).again == ()
    assert len(Store(home).versions("disputes")) == 1


def test_whatever_was_placed_by_a_table_of_grids_leans_on_it(two: tuple[Home, Path]) -> None:
    home, _ = two
    with pytest.raises(LoadNotUndone, match=r"loads 2 \(march.csv\), 3 \(april.csv\)"):
        undo(home, 1, now=NOW)
    assert undo(home, 1, with_later=True, now=NOW).loads == (1, 2, 3)
    assert Store(home).sources() == {}


def test_refusals_are_one_sentence(two: tuple[Home, Path]) -> None:
    home, _ = two
    undo(home, 3, now=NOW)
    for number, told in ((3, "4 undid it already"), (4, "itself the undoing of load 3")):
        with pytest.raises(LoadNotUndone, match=told):
            undo(home, number, now=NOW)
    with pytest.raises(UnknownLoad, match="There is no load 9"):
        undo(home, 9, now=NOW)
    with pytest.raises(RefusedWord):
        undo(home, 2, because="涉稳", now=NOW)
    with pytest.raises(PersonalText):
        undo(home, 2, because="致电13912345678", now=NOW)


def test_quarantine_of_a_load_goes_with_it(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    load(home, "disputes", write_csv(tmp_path / "a.csv", [dispute(1), dispute(2, 发生时间="去年冬天")]))
    assert len(Store(home).quarantined()) == 1
    undo(home, 2, now=NOW)
    assert Store(home).quarantined() == []
    assert len(Store(home, 2).quarantined()) == 1


@pytest.mark.slow
def test_the_command_line_lists_and_undoes(two: tuple[Home, Path]) -> None:
    from tests.riskwarn.test_cli import refused, riskwarn, told

    home, _ = two
    assert "--with-later" in refused("--home", home.path, "loads", "undo", 2, cwd=home.path)
    done: dict[str, Any] = told("--home", home.path, "loads", "undo", 3, "--because", "twice", cwd=home.path)
    assert done == {"undone": [3], "version": 4, "load_again": []}
    rows = told("--home", home.path, "loads", "list", cwd=home.path)
    assert [row["state"] for row in rows] == ["in force", "in force", "undone by 4", "undoes 3"]
    assert rows[1]["loaded_at"] == NOW.isoformat() and rows[1]["loaded_at"].endswith("+00:00")
    assert rows[1]["exported_at"].endswith("+08:00"), "by the clock of the city"
    assert "april.csv" in riskwarn("--home", home.path, "loads", "list", "--source", "disputes", cwd=home.path).stdout
