"""An upload is tried or loaded by the command line: in a process that goes on, and says how it ended, where the server is started anew."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path, PurePath
from typing import Any

from riskwarn.audit import LOCAL, Action, Caller, Entry, acting_for, record
from riskwarn.errors import UploadNotReady
from riskwarn.home import Home
from riskwarn.messages import Message
from serving.commands.command import behind, called, environment, fault_told, json_of, words_of
from serving.commands.uploads import (
    FILES,
    LOADED,
    LOADING,
    RECEIVED,
    SAID,
    TRIED,
    TRYING,
    Upload,
    alone,
    find,
    folder_of,
    keep,
    read,
)


def try_out(home: Home, upload: Upload, options: Mapping[str, Any], language: str = "en") -> Upload:
    """Begin `riskwarn load --dry-run` of an upload, told in a language. Raises UploadBusy, UploadNotReady."""
    asked = replace(upload, options=dict(options), language=language)
    return _start(home, asked, (RECEIVED, TRIED), TRYING, NOT_WHOLE)


def load(home: Home, upload: Upload, by: Caller = LOCAL, language: str = "en") -> Upload:
    """Begin the load of what was tried, with the same answers, for who asks. Raises UploadBusy, UploadNotReady."""
    acts_for = f"{by.actor} {by.origin} {by.purpose or '-'} {upload.id}"
    return _start(home, replace(upload, language=language, acts_for=acts_for), (TRIED,), LOADING, NOT_TRIED)


NOT_WHOLE = Message("its files have not come whole yet, or it was loaded already")
NOT_TRIED = Message("it is tried first, and what would come of it is looked at")


def _start(home: Home, asked: Upload, stages: tuple[str, ...], stage: str, needed: Message) -> Upload:
    with alone(home) as lock:
        now = find(home, asked.id, asked.owner)  # nobody else changes it any more
        if now.stage not in (*stages, stage):
            raise UploadNotReady(needed=needed)
        place = folder_of(home, now.id)
        if stage == LOADING:
            loaded(home, asked, "begun")
        begun = keep(place, replace(asked, stage=stage, problem=None, result=None))
        (place / SAID).unlink(missing_ok=True)
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "serving.commands.carrying", str(home.path), str(place), str(lock)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=environment(), pass_fds=(lock,), start_new_session=True,
        )  # fmt: skip
        behind(process.pid)
        return begun


def loaded(home: Home, upload: Upload, result: str) -> None:
    """Write down how the load of an upload stands: `begun` and, once the command has ended, `done` or `failed`."""
    caller, _ = acting_for(upload.acts_for)
    record(home, Entry(Action.UPLOAD_LOADED, upload.id, caller, result), at=datetime.now(UTC))


def words(upload: Upload, zone: Any) -> list[str]:
    """The words of the command that an upload is tried or loaded by."""
    options = upload.options
    found = words_of(
        district=options.get("district"),
        coordinates=options.get("coordinates"),
        exported_at=_taken(options.get("exported_on"), zone),
        column=[f"{name}={heading}" for name, heading in (options.get("columns") or {}).items()],
    )
    found += ["--dry-run"] if upload.stage == TRYING else ["--yes"]
    found += ["--force"] if options.get("force") else []
    return ["load", *found, "--", *(name for name, _ in upload.files)]


def _for(upload: Upload) -> dict[str, str]:
    return {**environment(), "RISKWARN_ACTS_FOR": upload.acts_for or ""}


def _taken(day: str | None, zone: Any) -> str | None:
    """The moment that a day of export means: its end, or now where that is still to come."""
    if not day:
        return None
    end = datetime.combine(date.fromisoformat(day) + timedelta(days=1), time())
    now = datetime.now(zone).replace(tzinfo=None, microsecond=0)
    return min(end, now).isoformat()


def carried_out(home_path: Path, place: Path, upload: Upload, zone: Any, lock: int) -> Upload:
    """Run the command of an upload to its end; gives how it stands then. The command holds the lock too, and alone where this process dies."""
    with (place / SAID).open("w", encoding="utf-8") as said:
        done = subprocess.run(
            called(home_path, upload.language, *words(upload, zone)),
            cwd=place / FILES, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said, text=True, check=False,
            encoding="utf-8", env=_for(upload), pass_fds=(lock,),
        )  # fmt: skip
    result = json_of(done.stdout)
    fault = None if result is not None else fault_told((place / SAID).read_text(encoding="utf-8", errors="replace"))
    problem = None if result is not None else fault or {"code": "ended", "message": str(NO_ANSWER)}
    if upload.stage == TRYING:
        return replace(upload, stage=RECEIVED if result is None else TRIED, result=result, problem=problem)
    # What is loaded, and what could not be, is told; the files are needed no more.
    if result is not None:
        shutil.rmtree(place / FILES, ignore_errors=True)
    return replace(upload, stage=TRIED if result is None else LOADED, result=_short(result), problem=problem)


NO_ANSWER = Message("The command gave no answer. Try again; if it stays so, tell whoever runs the server.")


def _short(result: dict[str, Any] | None) -> dict[str, Any] | None:
    """Without where in the home a mapping lies."""
    if result is None:
        return None
    accounts = [{**one, "mapping": one.get("mapping") and PurePath(one["mapping"]).name} for one in result["accounts"]]
    return {**result, "accounts": accounts}


def main(home_path: Path, place: Path, lock: int) -> None:
    """Carry out what the state of an upload says; the lock came with this process, and goes as soon as it says how it ended."""
    from riskwarn.home import open_home
    from riskwarn.settings import Settings

    upload = read(place)
    if upload is not None:
        home = open_home(home_path, Settings.from_environment(os.environ))
        ended = carried_out(home_path, place, upload, home.configuration.calendar.timezone, lock)
        try:
            if upload.stage == LOADING:
                whole = ended.result is not None and not (ended.result["failed"] or ended.result["missing"])
                loaded(home, upload, "done" if whole else "failed")
        finally:
            keep(place, ended)
    os.close(lock)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
