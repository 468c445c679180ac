"""The inbox: what is new is loaded once, what cannot be is named and left, and nothing in the folder is touched."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from riskwarn.errors import HomeBusy, InboxMissing
from riskwarn.home import Home
from riskwarn.ingest.loading.inbox import Inbox, inbox_of, load_new
from riskwarn.store import ledger, undo
from riskwarn.store.writing import routine
from tests.worlds import NOW, dispute, grid_rows, load, write_csv


def grids() -> list[dict[str, Any]]:
    """Grids without coordinates, of which nobody would say in which system they are."""
    return [{key: row[key] for key in row if key not in ("经度", "纬度")} for row in grid_rows()]


@pytest.fixture
def inbox(home: Home) -> Path:
    """The home's own inbox, with grids and a month of disputes."""
    folder = inbox_of(home)
    write_csv(folder / "网格.csv", grids())
    write_csv(folder / "纠纷.csv", [dispute(number) for number in range(1, 21)])
    return folder


def taken(home: Home, folder: Path) -> Inbox:
    """What comes of loading what is new in a folder."""
    return load_new(home, folder, now=NOW)


def loads(home: Home) -> list[str]:
    """The sources of the ledger, in their order."""
    return [row.source for row in ledger(home)]


def test_files_are_loaded_once_grids_first_and_stay(home: Home, inbox: Path) -> None:
    found = taken(home, inbox)
    assert [one.account.source for one in found.done] == ["grids", "disputes"] and not found.failed
    again = taken(home, inbox)
    assert (again.known, again.done) == (2, ())
    assert loads(home) == ["grids", "disputes"]
    assert {path.name for path in inbox.iterdir()} == {"网格.csv", "纠纷.csv"}


def test_what_is_new_is_known_by_its_content(home: Home, inbox: Path) -> None:
    """Not by its name, its date or its place: a file that was loaded by hand, copied or renamed is known."""
    load(home, "grids", inbox / "网格.csv")
    assert [one.account.source for one in taken(home, inbox).done] == ["disputes"]
    (inbox / "四月").mkdir()
    shutil.copy(inbox / "纠纷.csv", inbox / "四月" / "又一份.csv")
    (inbox / "纠纷.csv").unlink()
    assert taken(home, inbox).done == ()
    write_csv(inbox / "四月" / "又一份.csv", [dispute(number) for number in range(1, 31)])
    [one] = taken(home, inbox).done
    assert (one.account.accepted, one.account.duplicates) == (10, 20)


def test_a_load_that_was_taken_back_does_not_return_by_night(home: Home, inbox: Path) -> None:
    taken(home, inbox)
    [row] = ledger(home, "disputes")
    undo(home, row.load_id, now=NOW)
    (home.path / "inbox.json").unlink()
    assert taken(home, inbox).done == ()


def test_what_the_database_does_not_know_is_new_whatever_was_noted(home: Home, inbox: Path) -> None:
    taken(home, inbox)
    home.database.dispose()
    (home.path / "riskwarn.db").unlink()
    shutil.rmtree(home.lake)
    fresh = Home(home.path, home.configuration, home.settings)
    assert [one.account.source for one in taken(fresh, inbox).done] == ["grids", "disputes"]


def test_what_cannot_be_loaded_is_named_and_left_until_it_can(home: Home, inbox: Path) -> None:
    """A table of grids without a district, a copy that is not whole and a file that is no table hinder nothing else."""
    rows = [{**row, "网格编码": f"N{index}"} for index, row in enumerate(grids())]
    write_csv(inbox / "新网格.csv", [{key: row[key] for key in row if key != "区县"} for row in rows])
    (inbox / "纠纷五月.csv.part").write_bytes(b"\xff")
    (inbox / "说明.txt").write_text("请查收", encoding="utf-8")
    for _ in range(2):
        found = taken(home, inbox)
        [failed] = found.failed
        assert (failed.file, failed.source, failed.error.code) == ("新网格.csv", "grids", "table_unsettled")
        assert {one.file for one in found.skipped} == {"纠纷五月.csv.part", "说明.txt"}
    assert loads(home) == ["grids", "disputes"]
    write_csv(inbox / "新网格.csv", rows)
    found = taken(home, inbox)
    assert [one.account.accepted for one in found.done] == [4] and not found.failed


def test_a_workbook_of_which_one_sheet_was_loaded_goes_on_with_the_other(home: Home, inbox: Path) -> None:
    """As after a run that was killed between two tables of one file."""
    book = Workbook()
    book.remove(book.active)
    for title, rows in (("网格", grids()), ("纠纷", [dispute(number) for number in range(1, 21)])):
        sheet = book.create_sheet(title)
        for row in (list(rows[0]), *(list(one.values()) for one in rows)):
            sheet.append(row)
    for file in inbox.iterdir():
        file.unlink()
    book.save(inbox / "四月.xlsx")
    load(home, "grids", inbox / "四月.xlsx", sheet="网格")
    [one] = taken(home, inbox).done
    assert (one.account.source, one.account.accepted) == ("disputes", 20)
    assert taken(home, inbox).done == ()


def test_a_declared_inbox_lies_in_the_home_or_anywhere_and_has_to_be_there(home: Home, tmp_path: Path) -> None:
    """Its place changes no number, so that it is no part of what numbers are made from."""
    elsewhere = home.configuration.model_copy(update={"inbox": "in/coming"})
    assert elsewhere.fingerprint() == home.configuration.fingerprint()
    moved = Home(home.path, elsewhere, home.settings)
    with pytest.raises(InboxMissing):
        inbox_of(moved)
    (home.path / "in" / "coming").mkdir(parents=True)
    assert inbox_of(moved) == home.path / "in" / "coming"
    assert inbox_of(moved, tmp_path) == tmp_path
    assert taken(home, inbox_of(home)) == Inbox(home.path / "inbox", 0, (), (), ())


def test_an_update_is_alone_and_others_are_not(home: Home) -> None:
    """Who comes second is told and does not wait; trainings and scorings go beside each other."""
    with routine(home), routine(home), pytest.raises(HomeBusy), routine(home, alone=True):
        pass
    with routine(home, alone=True), pytest.raises(HomeBusy), routine(home):
        pass
    with routine(home, alone=True):
        pass
