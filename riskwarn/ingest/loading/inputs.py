"""Which files of those that are named, and of the folders among them, are looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from riskwarn.errors import FileMissing, FolderEmpty
from riskwarn.files import sha256
from riskwarn.messages import Message


@dataclass(frozen=True)
class Skipped:
    """A file, or a sheet of one, that is not loaded, and why."""

    file: str
    sheet: str | None
    reason: str

    def as_dict(self) -> dict[str, str | None]:
        """The shape that ``riskwarn load --json`` prints."""
        return {"file": self.file, "sheet": self.sheet, "reason": self.reason}


def check_paths(paths: Sequence[Path]) -> None:
    """Raise FileMissing where one is not there, FolderEmpty where one is a folder with nothing in it."""
    for path in paths:
        if not path.exists():
            raise FileMissing(file=path)
        if path.is_dir() and next(path.iterdir(), None) is None:
            raise FolderEmpty(folder=path)


def listed(paths: Sequence[Path]) -> tuple[list[Path], list[Skipped]]:
    """The files to look at, folders with one level of folders below them, and what is passed over; each by its name.

    Raises FileMissing, FolderEmpty.
    """
    check_paths(paths)
    files: list[Path] = []
    skipped: list[Skipped] = []
    for path in paths:
        files += files_below(path, skipped) if path.is_dir() else [path]
    seen: dict[str, Path] = {}
    kept = []
    for file in files:
        try:
            same = seen.setdefault(sha256(file), file)
        except OSError:
            kept.append(file)  # whoever opens it says why it cannot be read
            continue
        if same is file or file.suffix.lower() == ".sql":
            kept.append(file)
        elif same.resolve() != file.resolve():
            skipped.append(Skipped(file.name, None, Message("it is the same as {file}, byte for byte", file=same.name)))
    return kept, skipped


def files_below(folder: Path, skipped: list[Skipped], depth: int = 1) -> list[Path]:
    """The files of a folder and of the folders in it, by name; what is passed over is added to `skipped`."""
    files = []
    for path in sorted(folder.iterdir()):
        if path.name.startswith("~$"):
            skipped.append(Skipped(path.name, None, Message("it is Office's lock of an open file")))
        elif path.name.startswith("."):
            skipped.append(Skipped(path.name, None, Message("it is hidden")))
        elif path.is_symlink() and not path.resolve().is_relative_to(folder.resolve()):
            skipped.append(
                Skipped(path.name, None, Message("it is a link that leads out of the folder: name what it leads to"))
            )
        elif path.is_symlink() and path.is_dir():
            skipped.append(Skipped(path.name, None, Message("it is a link to a folder")))
        elif path.is_dir() and depth == 0:
            skipped.append(
                Skipped(path.name, None, Message("it is a folder in a folder of the folder: name it by itself"))
            )
        elif path.is_dir():
            files += files_below(path, skipped, depth - 1)
        elif path.suffix.lower() == ".sql":
            skipped.append(Skipped(path.name, None, Message("it is a query: name it by itself")))
        elif path.is_file():
            files.append(path)
        else:
            skipped.append(Skipped(path.name, None, Message("it is no file: a broken link, or a device")))
    return files
