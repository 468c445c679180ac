"""Several files, each a load of its own: what became of each, and in one sentence which of them are in force."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from riskwarn.cli.faults import machine_error
from riskwarn.errors import DiskFull, RiskwarnError, SomeNotLoaded
from riskwarn.messages import Listed, Message

if TYPE_CHECKING:
    from riskwarn.ingest.loading.account import Account


@dataclass(frozen=True)
class Outcome:
    """The accounts of the files that were loaded, and the errors of those that were not."""

    files: tuple[Path, ...]
    accounts: dict[Path, Account]
    errors: dict[Path, RiskwarnError]

    @property
    def failed(self) -> bool:
        """Whether any file was not loaded."""
        return bool(self.errors)

    def error(self) -> RiskwarnError:
        """The error that the command ends with: the file's own where there was one file only."""
        if len(self.files) == 1:
            return next(iter(self.errors.values()))
        return SomeNotLoaded(loaded=_names(self.accounts), failed=_names(self.errors))

    def failures(self) -> list[dict[str, Any]]:
        """The shape of the errors in ``riskwarn ingest --json``."""
        return [
            {"file": str(file), "code": error.code, "message": error.message} for file, error in self.errors.items()
        ]


def load_each(files: Sequence[Path], load: Callable[[Path], Account]) -> Outcome:
    """Load files one by one; an error of the domain keeps one file out, and no other."""
    accounts: dict[Path, Account] = {}
    errors: dict[Path, RiskwarnError] = {}
    for file in dict.fromkeys(files):
        try:
            accounts[file] = load(file)
        except RiskwarnError as error:
            errors[file] = error
        except OSError as error:
            foreseen = machine_error(error, file)
            if foreseen is None or isinstance(foreseen, DiskFull):
                raise
            errors[file] = foreseen
    return Outcome(tuple(dict.fromkeys(files)), accounts, errors)


def _names(files: dict[Path, Any]) -> str:
    return Listed(files) if files else Message("none")
