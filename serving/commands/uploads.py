"""Files that a page hands over: kept for an hour in a folder of the home, tried, loaded, and removed.

An upload is a folder: `files/` with what was handed over, `state.json` with what it is and how it stands, `said.txt` with what the
command says while it works. One works at a time, and holds the lock meanwhile: that is the operating system's, so that it ends with its
process, however that ends. What a command has answered is kept in the language of who asked for it.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from riskwarn.errors import UnknownUpload, UploadBusy, UploadInvalid, UploadNotReady
from riskwarn.files import write_text
from riskwarn.home import Home
from riskwarn.messages import Listed, Message
from serving.commands.command import steps_told

FOLDER, FILES, STATE, SAID, LOCK = ".uploads", "files", "state.json", "said.txt", ".lock"

#: What is taken: files of one upload, their bytes together, uploads of one person and of all.
MOST_FILES, MOST_BYTES, MOST_OWN, MOST_ALL = 12, 256 * 2**20, 3, 12

#: For so long an upload is kept after it was last touched.
KEPT = timedelta(hours=1)

#: How the name of a table ends. A query (.sql) is none: it would be asked of a database.
ENDINGS = (
    ".csv",
    ".txt",
    ".tsv",
    ".xlsx",
    ".xlsm",
    ".xls",
    ".xlsb",
    ".ods",
    ".et",
    ".jsonl",
    ".ndjson",
    ".parquet",
    ".htm",
    ".html",
    ".xml",
)

_NAME = re.compile(r"[^/\\\x00-\x1f\x7f\u2028\u2029]{1,120}")
_ID = re.compile(r"up[0-9a-p]{12}")
#: An id stands in a note of the audit, where eleven digits would be somebody's number.
_LETTERS = str.maketrans("0123456789", "ghijklmnop")

#: How an upload stands; what is at work is `trying` or `loading`.
RECEIVING, RECEIVED, TRYING, TRIED, LOADING, LOADED = "receiving", "received", "trying", "tried", "loading", "loaded"
AT_WORK = {TRYING: RECEIVED, LOADING: LOADED}


@dataclass(frozen=True)
class Upload:
    """One upload as its state has it. `options` are those of the last trial, `result` what it or the load answered."""

    id: str
    owner: str
    made_at: str
    files: tuple[tuple[str, int], ...]  # (name, bytes)
    stage: str = RECEIVING
    options: dict[str, Any] = field(default_factory=dict)
    language: str = "en"  # in which the result is told
    result: dict[str, Any] | None = None
    problem: dict[str, str] | None = None
    acts_for: str | None = None  # who loads it, as the audit names that one

    def as_dict(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)


def folder_of(home: Home, upload: str) -> Path:
    """Where an upload lies."""
    return home.path / FOLDER / upload


def begin(home: Home, owner: str, files: Sequence[tuple[str, int]], *, now: datetime) -> Upload:
    """Make room for files of these names and sizes. Raises UploadInvalid."""
    _check(files)
    root = home.path / FOLDER
    root.mkdir(mode=0o700, exist_ok=True)
    sweep(home, now)
    kept = list(_kept(home))
    own = [one for one in kept if one.owner == owner]
    if len(own) >= MOST_OWN or len(kept) >= MOST_ALL:
        raise UploadInvalid(problem=Message("too many uploads wait already; remove one, or come again in an hour"))
    made = Upload(
        f"up{os.urandom(6).hex().translate(_LETTERS)}",
        owner,
        now.isoformat(),
        tuple((name, size) for name, size in files),
    )
    place = folder_of(home, made.id)
    place.mkdir(mode=0o700)
    (place / FILES).mkdir(mode=0o700)
    for name, _ in files:
        (place / FILES / name).touch(mode=0o600, exist_ok=False)
    keep(place, made)
    return made


def _check(files: Sequence[tuple[str, int]]) -> None:
    names = [name for name, _ in files]
    if not 1 <= len(files) <= MOST_FILES:
        raise UploadInvalid(problem=Message("1 to {most} files at a time", most=MOST_FILES))
    if len({name.casefold() for name in names}) < len(names):
        raise UploadInvalid(problem=Message("two of them have the same name"))
    for name in names:
        if not _NAME.fullmatch(name) or name.startswith((".", "-", "~")) or len(name.encode()) > 240:
            raise UploadInvalid(problem=Message("one has a name that no file of a table has; give it a plain one"))
        if not name.lower().removesuffix(".gz").removesuffix(".zip").endswith(ENDINGS):
            raise UploadInvalid(problem=Message("the name of a table ends in one of {known}", known=Listed(ENDINGS)))
    if any(size < 1 for _, size in files):
        raise UploadInvalid(problem=Message("one of them is empty"))
    if sum(size for _, size in files) > MOST_BYTES:
        most = MOST_BYTES // 2**20
        raise UploadInvalid(
            problem=Message("together they have more than {most} MB: load them by riskwarn load", most=most)
        )


def receive(home: Home, upload: Upload, number: int, at: int, part: bytes) -> Upload:
    """Take the part of a file that begins at a byte; a part that came before comes again without harm. Raises UploadNotReady."""
    if upload.stage != RECEIVING or not 0 <= number < len(upload.files):
        raise UploadNotReady(needed=Message("nothing more of it is expected"))
    place = folder_of(home, upload.id)
    name, size = upload.files[number]
    path = place / FILES / name
    have = path.stat().st_size
    if at > have or at + len(part) > size or not part:
        raise UploadNotReady(needed=Message("the next part begins at byte {at}", at=have))
    with path.open("r+b") as file:
        file.seek(at)
        file.write(part)
    os.utime(place)  # an upload that comes slowly is not one that nobody touches
    whole = all((place / FILES / one).stat().st_size == expected for one, expected in upload.files)
    return keep(place, replace(upload, stage=RECEIVED)) if whole else upload


def find(home: Home, upload: str, owner: str) -> Upload:
    """An upload of one's own, as it stands now. Raises UnknownUpload."""
    found = read(folder_of(home, upload)) if _ID.fullmatch(upload) else None
    if found is None or found.owner != owner:
        raise UnknownUpload(id=upload[:20])
    return found


def own(home: Home, owner: str) -> list[Upload]:
    """The uploads of one person, the newest first."""
    return sorted((one for one in _kept(home) if one.owner == owner), key=lambda one: one.made_at, reverse=True)


def stands(home: Home, upload: Upload) -> Upload:
    """The same, where what works at it has died meanwhile: then it stands as before, and says so."""
    if upload.stage not in AT_WORK or busy(home):
        return upload
    again = read(folder_of(home, upload.id)) or upload  # it may have ended between the two looks
    if again.stage not in AT_WORK:
        return again
    problem = {"code": "ended", "message": ENDED}
    return replace(again, stage=AT_WORK[again.stage], problem=problem)


ENDED = Message(
    "It ended without an answer, as after a restart. Look at the list of loads, and hand the files over again."
)


def remove(home: Home, upload: Upload) -> None:
    """Remove an upload with its files. Raises UploadBusy where it is at work."""
    if stands(home, upload).stage in AT_WORK:
        raise UploadBusy()
    shutil.rmtree(folder_of(home, upload.id), ignore_errors=True)


def sweep(home: Home, now: datetime) -> None:
    """Remove what nobody has touched for an hour, and what cannot be read; not while anything is at work."""
    root = home.path / FOLDER
    if not root.is_dir():
        return
    old = (now - KEPT).timestamp()
    for place in root.iterdir():
        if place.is_dir() and place.stat().st_mtime < old:
            found = read(place)
            if found is None or found.stage not in AT_WORK or not busy(home):
                shutil.rmtree(place, ignore_errors=True)


def said_of(home: Home, upload: Upload) -> list[str]:
    """The steps that the command has told of itself."""
    try:
        return steps_told((folder_of(home, upload.id) / SAID).read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return []


def received(home: Home, upload: Upload) -> int:
    """Bytes that have come."""
    place = folder_of(home, upload.id) / FILES
    return sum(path.stat().st_size for name, _ in upload.files if (path := place / name).is_file())


def busy(home: Home) -> bool:
    """Whether any upload is at work."""
    try:
        with alone(home):
            return False
    except UploadBusy:
        return True


@contextmanager
def alone(home: Home) -> Iterator[int]:
    """The descriptor of the lock, held; a process that inherits it goes on holding it. Raises UploadBusy."""
    root = home.path / FOLDER
    root.mkdir(mode=0o700, exist_ok=True)
    handle = os.open(root / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UploadBusy() from error
        yield handle
    finally:
        os.close(handle)


def keep(place: Path, upload: Upload) -> Upload:
    """Write down how an upload stands."""
    write_text(place / STATE, json.dumps(upload.as_dict(), ensure_ascii=False))
    os.utime(place)
    return upload


def _kept(home: Home) -> Iterator[Upload]:
    root = home.path / FOLDER
    for place in sorted(root.iterdir()) if root.is_dir() else ():
        if place.is_dir() and (found := read(place)) is not None:
            yield found


def read(place: Path) -> Upload | None:
    """The upload of a folder; None where it says nothing that can be read."""
    try:
        told = json.loads((place / STATE).read_text(encoding="utf-8"))
        return Upload(**{**told, "files": tuple((str(name), int(size)) for name, size in told["files"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None
