"""``riskwarn erase``: remove a load or a record for good, and prove it."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from riskwarn.cli.session import Session
from riskwarn.messages import Listed, Message

if TYPE_CHECKING:
    from riskwarn.home import Home
    from riskwarn.store.erasure import Erased, Foreseen


@click.command("erase")
@click.option("--because", required=True, help="Why, without naming anyone; kept with the erasure.")
@click.option("--load", type=int, help="Erase this load.")
@click.option(
    "--record", nargs=2, metavar="SOURCE ID", help="Erase this record, in all its versions (ID - reads it from stdin)."
)
@click.option("--yes", is_flag=True, help="Do not ask; scripts need it.")
@click.pass_obj
def command(session: Session, because: str, load: int | None, record: tuple[str, str] | None, yes: bool) -> None:
    """Remove a load or a record from every file and table of the home, and look through all of them for what is left.

    What would be removed is shown first. Where anything is found afterwards, the same command finishes the erasure.
    """
    from riskwarn.contracts.because import check_because
    from riskwarn.errors import ErasureNotProven
    from riskwarn.ingest.screening import record_digest
    from riskwarn.store.erasure import erase_load, erase_record, foresee_load, foresee_record
    from serving.snapshots.lost import not_replayable

    if (load is None) == (record is None):
        raise click.UsageError("Name either --load N or --record SOURCE ID.")
    home, now = session.home(), datetime.now(UTC)
    check_because(because)
    if load is not None:
        _ask(session, home, foresee_load(home, load), yes)
        done = erase_load(home, load, because=because, now=now, progress=session.progress)
    else:
        assert record is not None
        source, text = session.source(record[0]), record[1]
        text = sys.stdin.readline().strip() if text == "-" else text
        digest = record_digest(home, source, text)
        _ask(session, home, foresee_record(home, source, digest), yes)
        done = erase_record(home, source, digest, because=because, now=now, text=text, progress=session.progress)
    lost = not_replayable(home, done.loss)
    session.emit({**done.as_dict(), "not_replayable": lost}, _lines(done, lost))
    if done.proof.hits:
        raise ErasureNotProven(hits=Listed(done.proof.hits[:3]))


def _ask(session: Session, home: Home, foreseen: Foreseen, yes: bool) -> None:
    """Show what would be erased and ask; without a terminal --yes has to say it."""
    from serving.snapshots.lost import not_replayable

    if not foreseen.loads:
        return
    if not yes and not sys.stdin.isatty():
        raise click.UsageError("Erasing is for good and nobody can be asked here: add --yes.")
    if session.as_json and yes:
        return
    session.tell(
        "This erases {rows} stored version(s) and {quarantined} note(s) of refused rows of {source}, from load(s) {loads}{file}, for good.",
        rows=foreseen.rows,
        quarantined=foreseen.quarantined,
        source=foreseen.source,
        loads=Listed(foreseen.loads),
        file=f" ({foreseen.file_name})" if foreseen.file_name else "",
    )
    if lost := not_replayable(home, foreseen.loss):
        session.tell("No longer replayable afterwards: {snapshots}.", snapshots=Listed(lost))
    if not yes:
        click.confirm(session.said("Erase it?"), abort=True, err=True)


def _lines(done: Erased, lost: list[str]) -> list[str]:
    proof = done.proof
    lines: list[str] = [
        Message(
            "erased from {source}: {rows} stored version(s), {quarantined} note(s) of refused rows; the store is now at {version}",
            source=done.source, rows=done.rows, quarantined=done.quarantined, version=done.version,
        ),
        Message(
            "proof: {files} files ({bytes} bytes) and {rows} rows of the database looked through, hits {hits}",
            files=proof.files, bytes=proof.bytes, rows=proof.rows, hits=len(proof.hits),
        ),
    ]  # fmt: skip
    if proof.unread:
        unread = "could not be unpacked, and were only looked through as they lie: {files}"
        lines.append(Message(unread, files=Listed(proof.unread)))
    if lost:
        lines.append(Message("no longer replayable: {snapshots}", snapshots=Listed(lost)))
    if done.again:
        names = Listed(row.file_name for row in done.again)
        lines.append(Message("load these again, they held some of the same records: {files}", files=names))
    lines.append(
        "Ask the department to leave it out of its next export; backups and published copies are yours to clear."
    )
    return lines
