"""Commands as somebody gives them who loads files into a home."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from riskwarn.cli import riskwarn as cli
from riskwarn.errors import RiskwarnError
from riskwarn.home import open_home
from riskwarn.settings import Settings
from riskwarn.store import Store

#: What only a person can say of the tables that are handed over.
ANSWERS = ("--district", "江北区", "--coordinates", "gcj02")


def run(home: Path, *arguments: object, code: int = 0, stdin: str | None = None) -> Result:
    done = CliRunner().invoke(cli, ["--home", str(home), *map(str, arguments)], input=stdin)
    assert done.exit_code == code, done.output + repr(done.exception)
    return done


def told(home: Path, *arguments: object, code: int = 0) -> Any:
    return json.loads(run(home, "--json", *arguments, code=code).stdout)


def run_error(home: Path, *arguments: object) -> RiskwarnError:
    error = CliRunner().invoke(cli, ["--home", str(home), *map(str, arguments)]).exception
    assert isinstance(error, RiskwarnError), error
    return error


def stored(home: Path) -> dict[str, int]:
    return Store(open_home(home, Settings())).sources()
