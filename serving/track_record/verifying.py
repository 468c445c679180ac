"""Whether what was published, and the record of how it went, are as they were written: the chains are walked row by row."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from riskwarn.audit import Action
from riskwarn.audit.chain import Head
from riskwarn.audit.tables import AUDIT
from riskwarn.errors import RecordMissing, RecordTampered
from riskwarn.home import Home
from riskwarn.messages import Listed, Message
from serving.snapshots import published
from serving.snapshots.chain import bound, digest_of
from serving.track_record.rows import Judged, object_of, rows

SNAPSHOTS, RECORD = "snapshots", "track_record"


@dataclass(frozen=True)
class Verified:
    """How many rows were walked, and where the chains end: who notes these two texts elsewhere finds out any later change."""

    snapshots: int
    rows: int
    snapshots_chain: str | None
    record_chain: str | None


def verify(home: Home) -> Verified:
    """Walk both chains from their first row; raise RecordTampered at the first that is not as it was written, RecordMissing where rows
    that the audit names are not there: at the end of a table nothing else tells of them.

    Rows of snapshots from before there was a chain have none, and are passed over.
    """
    snapshots = sorted(published.listed(home), key=lambda row: row.sequence)
    judged = rows(home)
    chains = _walk_snapshots(snapshots)
    last = _walk_record(judged, chains)
    _walk_anchors(snapshots, judged)
    _hold_against_audit(home, snapshots, judged)
    return Verified(len(snapshots), len(judged), next(reversed(chains.values()), None), last)


def audit_anchors(home: Home) -> list[tuple[str, Head]]:
    """Where the audit ended as each snapshot was published, with the snapshot that says so."""
    said = [(row.id, row.manifest.get("audit")) for row in published.listed(home)]
    return [(f"snapshot {snapshot}", Head(**told)) for snapshot, told in said if told is not None]


def _walk_snapshots(snapshots: list[published.Row]) -> dict[str, str | None]:
    """Snapshot -> its chain."""
    chains: dict[str, str | None] = {}
    last: str | None = None
    for row in snapshots:
        if row.digest is not None:
            said = row.manifest.get("published_at")
            if digest_of(row.manifest) != row.digest:
                raise _broken(
                    SNAPSHOTS, row.sequence, row.id, Message("its content is not what its digest was made of")
                )
            if (said is not None and said != row.published_at.isoformat()) or row.manifest["inputs"][
                "as_of"
            ] != row.as_of.isoformat():
                raise _broken(SNAPSHOTS, row.sequence, row.id, Message("its dates are not those of its manifest"))
            if bound(last, row.digest) != row.chain:
                raise _broken(
                    SNAPSHOTS, row.sequence, row.id, Message("a row before it was changed, removed or put in")
                )
        elif last is not None:
            raise _broken(SNAPSHOTS, row.sequence, row.id, Message("it has no digest, and rows before it have"))
        last = row.chain
        chains[row.id] = row.chain
    return chains


def _walk_record(judged: list[Judged], chains: dict[str, str | None]) -> str | None:
    last: str | None = None
    for one in judged:
        what = f"{one.snapshot}, {one.target}, {one.horizon}"
        if digest_of(one.signed()) != one.digest:
            raise _broken(RECORD, one.sequence, what, Message("its content is not what its digest was made of"))
        if bound(last, one.digest) != one.chain:
            raise _broken(RECORD, one.sequence, what, Message("a row before it was changed, removed or put in"))
        if one.snapshot not in chains:
            raise _broken(RECORD, one.sequence, what, Message("the row of its snapshot is gone"))
        if chains[one.snapshot] != one.content["snapshot_chain"]:
            raise _broken(RECORD, one.sequence, what, Message("its snapshot is not the one that was judged"))
        last = one.chain
    return last


def _walk_anchors(snapshots: list[published.Row], judged: list[Judged]) -> None:
    """Each snapshot names the end of the record as it was published: rows cut off the end are found out by the next."""
    known = {one.chain for one in judged}
    for row in snapshots:
        anchor = row.manifest.get("record")
        if anchor is not None and anchor not in known:
            raise _broken(SNAPSHOTS, row.sequence, row.id, Message("the last row of the record that it names is gone"))


def _hold_against_audit(home: Home, snapshots: list[published.Row], judged: list[Judged]) -> None:
    """Each publication and judgement of which the audit still knows has its row. Withdrawn or swept snapshots keep theirs."""
    there = {
        (SNAPSHOTS, Action.SNAPSHOT_PUBLISHED): {row.id for row in snapshots},
        (RECORD, Action.FORECAST_JUDGED): {
            object_of(one.snapshot, one.target, one.horizon, one.chain) for one in judged
        },
    }
    with home.database.connect() as connection:
        for (table, action), known in there.items():
            named = select(AUDIT.c.object).where(AUDIT.c.action == action.value).order_by(AUDIT.c.sequence)
            missing = [one for one in connection.execute(named).scalars() if one not in known]
            if missing:
                # Of a row of the record its chain is no name.
                told = dict.fromkeys(tuple(one.split("/")[:3]) for one in missing)
                raise RecordMissing(table=table, missing=Listed(map(Listed, told), separator="; "))


def _broken(table: str, row: int, what: str, problem: Message) -> RecordTampered:
    return RecordTampered(table=table, row=row, what=what, problem=problem)
