"""The home is its owner's alone, may be called anything, and may lie where nothing can be written."""

from __future__ import annotations

import errno
import stat
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from riskwarn.cli.faults import fault_of, machine_error
from riskwarn.errors import DatabaseUnusable, DiskFull, PlaceRefused
from riskwarn.home import make_home
from riskwarn.settings import Settings
from tests.riskwarn.cli.calling import Caller
from tests.worlds import dispute, grid_rows, write_csv
from training.models.baselines import Rate
from training.registry.loading import load_forecaster
from training.registry.registration import register
from training.registry.versions import set_alias, versions

STRANGE = "城 市?a#b%20c"


def test_everything_in_a_home_is_private(city: Caller) -> None:
    write_csv(city.folder / "d.csv", [dispute(number) for number in range(4)])
    city("ingest", "disputes", "d.csv")
    home = city.folder / "riskwarn-home"
    open_to_others = [path for path in (home, *home.rglob("*")) if stat.S_IMODE(path.stat().st_mode) & 0o077]
    assert not open_to_others


def test_init_makes_an_open_home_private(call: Caller) -> None:
    call("init")
    home = call.folder / "riskwarn-home"
    home.chmod(0o755)
    call("init")
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_a_home_may_be_called_anything(call: Caller) -> None:
    """Marks of URLs in its name lead to no other file, in the database nor in the registry of models."""
    home = call.folder / STRANGE
    call("--home", home, "init")
    call("--home", home, "ingest", "grids", write_csv(call.folder / "grids.csv", grid_rows()))
    opened = make_home(home, Settings())
    version, _ = register(
        opened, "conflict", 4, Rate("climatology", 4, 0.1), {"kind": "climatology"}, {"log_loss": 0.5}
    )
    set_alias(opened, version, "champion")
    assert [(one.version, one.alias, one.metrics) for one in versions(opened)] == [
        ("conflict-4-v1", "champion", {"log_loss": 0.5})
    ]
    assert load_forecaster(opened, version).name == "climatology"
    assert {path.name for path in call.folder.iterdir()} == {STRANGE, "grids.csv"}
    assert {"riskwarn.db", "mlflow.db"} <= {path.name for path in home.iterdir()}


@pytest.mark.parametrize(
    ("number", "said"),
    [(errno.EACCES, "no permission"), (errno.EROFS, "only be read"), (errno.ENOENT, "no such file or folder")],
)
def test_a_place_that_refuses_is_named_with_the_reason(number: int, said: str) -> None:
    error = machine_error(OSError(number, "x", "/srv/riskwarn.yaml"), Path("home"))
    assert isinstance(error, PlaceRefused)
    assert str(error).startswith("/srv/riskwarn.yaml: ") and said in str(error)


def test_a_full_disk_is_one_error_wherever_it_shows() -> None:
    home = Path("/srv/home")
    assert isinstance(machine_error(OSError(errno.ENOSPC, "x"), home), DiskFull)
    import sqlite3

    def told(text: str) -> object:
        return machine_error(OperationalError("", {}, sqlite3.OperationalError(text)), home)

    assert isinstance(told("database or disk is full"), DiskFull)
    assert isinstance(told("no such table: x"), DatabaseUnusable)


def test_a_fault_of_the_program_repeats_no_cell() -> None:
    fault = fault_of(ValueError("王小明"), Path("home"))
    assert fault.code == "unforeseen" and "王小明" not in fault.message + fault.steps
