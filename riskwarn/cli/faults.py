"""What went wrong, as a code and one sentence: errors of the domain, wrong usage, the machine, and faults of the program."""

from __future__ import annotations

import errno
import re
import traceback
from dataclasses import dataclass
from pathlib import Path

import click

from riskwarn.errors import DatabaseUnusable, DiskFull, PlaceRefused, RiskwarnError
from riskwarn.files import FULL_DISK
from riskwarn.messages import Message, translated

_DENIED = "you have no permission here; ask for it, or name another place"
_PROBLEMS = {
    errno.EACCES: _DENIED,
    errno.EPERM: _DENIED,
    errno.EROFS: "it lies on a disk that can only be read; name another place",
    errno.ENOENT: "there is no such file or folder; check the path",
    errno.EISDIR: "this is a folder, and a file is needed",
    errno.ENOTDIR: "a part of this path is a file, and a folder is needed",
    errno.ENAMETOOLONG: "this name is too long; choose a shorter one",
    errno.ELOOP: "its links lead in a circle",
    errno.EMFILE: "too many files are open; raise the limit (ulimit -n)",
}


@dataclass(frozen=True)
class Fault:
    """What is told of an error: a stable code, a sentence, the exit code, and the steps to it where it is unforeseen."""

    code: str
    message: str
    exit_code: int = 1
    steps: str = ""

    def as_dict(self, language: str) -> dict[str, str]:
        """The shape that --json prints on stderr."""
        return {"code": self.code, "message": translated(self.message, language)}


def fault_of(error: BaseException, home: Path) -> Fault:
    """The fault that an error is. Its own text is not repeated where it may quote a record."""
    if isinstance(error, RiskwarnError):
        return Fault(error.code, error.message)
    if isinstance(error, click.exceptions.Abort):
        return Fault("stopped", "stopped.", 130)
    if isinstance(error, click.ClickException):
        return Fault("usage", error.format_message(), error.exit_code)
    foreseen = machine_error(error, home)
    if foreseen is not None:
        return Fault(foreseen.code, foreseen.message)
    message = Message(
        "a fault of the program ({kind}; its message is left out, for it may quote a record). Please report it.",
        kind=type(error).__name__,
    )
    return Fault("unforeseen", message, steps="".join(traceback.format_tb(error.__traceback__)))


def machine_error(error: BaseException, home: Path) -> RiskwarnError | None:
    """The error of the domain that one of the operating system or of the database stands for; None for any other."""
    if isinstance(error, OSError):
        path = error.filename if error.filename not in (None, "") else home
        if error.errno in FULL_DISK:
            return DiskFull(path=path)
        known = _PROBLEMS.get(error.errno or 0)
        problem = known or Message("the system says: {said}", said=error.strerror or type(error).__name__)
        return PlaceRefused(path=path, problem=problem)
    if type(error).__module__ == "sqlalchemy.exc" and hasattr(error, "orig"):
        return _database_error(error, home)
    return None


def _database_error(error: BaseException, home: Path) -> RiskwarnError:
    """What the room of the database did not foresee; its words are told without the values that stood in them."""
    said = (str(getattr(error, "orig", "")).strip() or type(error).__name__).splitlines()[0]
    if "disk is full" in said:
        return DiskFull(path=home.resolve() / "riskwarn.db")
    if type(error).__name__ in ("DataError", "IntegrityError", "StatementError"):
        said = re.sub(r"\"[^\"]*\"|'[^']*'|\(.*\)", "…", said)
    return DatabaseUnusable(database=home.resolve() / "riskwarn.db", problem=said)
