"""``riskwarn erase``: remove a load or a record for good, and prove it."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import click

from riskwarn.cli.session import Session


@click.command("erase")
@click.option("--because", required=True, help="Why, without naming anyone; kept with the erasure.")
@click.option("--load", type=int, help="Erase this load.")
@click.option(
    "--record", nargs=2, metavar="SOURCE ID", help="Erase this record, in all its versions (ID - reads it from stdin)."
)
@click.pass_obj
def command(session: Session, because: str, load: int | None, record: tuple[str, str] | None) -> None:
    """Remove a load or a record from every file and table of the home, and look through all of them for what is left."""
    from riskwarn.errors import ErasureNotProven
    from riskwarn.ingest.screening import record_digest
    from riskwarn.store.erasure import erase_load, erase_record
    from riskwarn.store.undo import MOST_WORDS
    from serving.replay import not_replayable

    if (load is None) == (record is None):
        raise click.UsageError("Name either --load N or --record SOURCE ID.")
    if len(because) > MOST_WORDS:
        raise click.UsageError(f"--because takes at most {MOST_WORDS} characters.")
    home, now = session.home(), datetime.now(UTC)
    if load is not None:
        done = erase_load(home, load, because=because, now=now, progress=session.progress)
    else:
        assert record is not None
        source, text = record
        text = sys.stdin.readline().strip() if text == "-" else text
        digest = record_digest(home, source, text)
        done = erase_record(home, source, digest, because=because, now=now, text=text, progress=session.progress)
    proof = done.proof
    lost = not_replayable(home, done.loss)
    lines = [
        f"erased from {done.source}: {done.rows} stored version(s), {done.quarantined} note(s) of refused rows; "
        f"the store is now at {done.version}",
        f"proof: {proof.files} files ({proof.bytes} bytes) and {proof.rows} rows of the database looked through, "
        f"hits {len(proof.hits)}",
    ]
    if proof.unread:
        lines.append(f"could not be unpacked, and were only looked through as they lie: {', '.join(proof.unread)}")
    if lost:
        lines.append(f"no longer replayable: {', '.join(lost)}")
    if done.again:
        lines.append(
            f"load these again, they held some of the same records: {', '.join(row.file_name for row in done.again)}"
        )
    lines.append(
        "Ask the department to leave it out of its next export; backups and published copies are yours to clear."
    )
    session.emit({**done.as_dict(), "not_replayable": lost}, lines)
    if proof.hits:
        raise ErasureNotProven(hits=", ".join(proof.hits[:3]))
