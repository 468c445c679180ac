"""``riskwarn verify``: whether what a home keeps is as it was written: records, snapshots, the track record, models, the audit, secrets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from riskwarn.cli.session import Session, table
from riskwarn.messages import Message

if TYPE_CHECKING:
    from riskwarn.home import Home
    from riskwarn.progress import Progress

COLUMNS = ("part", "checked", "problem")


class Found(NamedTuple):
    """How many were looked at, what is wrong, and why nothing was looked at where there is something."""

    checked: int
    problems: list[str]
    unchecked: str | None = None


@click.command("verify")
@click.pass_context
def command(context: click.Context) -> None:
    """Read everything that the home keeps and say what is not as it was written; exit 1 where anything is not."""
    session: Session = context.obj
    told = looked_through(session.home(), session.progress, {**KEPT, SECRETS: _secrets})
    rows = [
        {"part": one["part"], "checked": one["checked"], "problem": problem}
        for one in told
        for problem in one["problems"] or [one["unchecked"] or Message("none")]
    ]
    broken = any(one["problems"] for one in told)
    if broken:
        following = "Something is not as it was written: see above."
    elif any(one["unchecked"] for one in told):
        following = "What was looked at is as it was written; not all was: see above."
    else:
        following = "All is as it was written."
    session.emit([{**one, "part": str(one["part"])} for one in told], [*table(rows, COLUMNS), following])
    context.exit(1 if broken else 0)


def looked_through(home: Home, progress: Progress, parts: Mapping[Message, Check]) -> list[dict[str, Any]]:
    """`{part, checked, problems, unchecked}` of each part; `unchecked` says why nothing of it was looked at, else null."""
    told = []
    for part, check in parts.items():
        told.append({"part": part, **check(home, progress)._asdict()})
    return told


def _records(home: Home, progress: Progress) -> Found:
    from riskwarn.store.verifying import damaged_files

    files, damaged = damaged_files(home, progress)
    said = "the file {file} of the lake is missing, or not as it was written; load its export again or put it back from a backup"
    return Found(files, [Message(said, file=file) for file in damaged])


def _snapshots(home: Home, progress: Progress) -> Found:
    """Those whose files are still kept."""
    from riskwarn.errors import SnapshotDamaged
    from serving.snapshots import published
    from serving.snapshots.files import verify

    swept = published.of_fate(home, published.SWEPT)
    kept = [row for row in published.listed(home) if row.id not in swept]
    problems: list[str] = []
    for count, row in enumerate(kept):
        progress("reading the snapshots", count, len(kept))
        try:
            verify(home.snapshots / row.id, row.manifest["files"])
        except SnapshotDamaged as error:
            problems.append(error.message)
    return Found(len(kept), problems)


def _record(home: Home, _progress: Progress) -> Found:
    from riskwarn.errors import RecordTampered
    from serving.track_record.verifying import verify

    try:
        found = verify(home)
    except RecordTampered as error:
        return Found(0, [error.message])
    return Found(found.snapshots + found.rows, [])


def _models(home: Home, progress: Progress) -> Found:
    if home.settings.tracking_uri is None and not (home.path / "mlflow.db").exists():
        return Found(0, [])
    from riskwarn.errors import ModelDamaged, UnknownVersion
    from training import versions
    from training.registry.loading import verify_files

    every = versions(home)
    problems: list[str] = []
    for count, one in enumerate(every):
        progress("reading the models", count, len(every))
        try:
            verify_files(home, one.version)
        except (ModelDamaged, UnknownVersion) as error:
            problems.append(error.message)
    return Found(len(every), problems)


def _audit(home: Home, progress: Progress) -> Found:
    from riskwarn.audit.verifying import verify
    from serving.track_record.verifying import audit_anchors

    progress("walking the audit")
    found = verify(home, audit_anchors(home))
    return Found(found.rows, [found.error.message] if found.error is not None else [])


def _secrets(home: Home, _progress: Progress) -> Found:
    """Whether they open; those of a home of which no key file is named are not looked at."""
    from riskwarn.errors import RiskwarnError
    from riskwarn.secrets import listed
    from riskwarn.secrets.keeping import closed

    kept = listed(home)
    if not kept:
        return Found(0, [])
    if home.settings.secrets_key is None:
        why = Message("{count} were not looked at: RISKWARN_SECRETS_KEY names no key file", count=len(kept))
        return Found(0, [], why)
    try:
        return Found(len(kept), [one.message for one in closed(home)])
    except RiskwarnError as error:
        return Found(len(kept), [error.message])


Check = Callable[["Home", "Progress"], Found]

#: What a home keeps that opens without any key; and what does not.
KEPT: dict[Message, Check] = {
    Message("records"): _records,
    Message("snapshots"): _snapshots,
    Message("track record"): _record,
    Message("models"): _models,
    Message("audit"): _audit,
}
SECRETS = Message("secrets")
