"""Legal erasure: a load or a record is removed from every file and table, for good.

Undoing a load keeps it for older versions of the store; erasing does not. It happens in one transaction of the database,
like a load: files without what is erased are written first and nobody reads them; the transaction makes them the lake's,
empties the ledger and notes the erasure; then the old files are removed. Killed before the transaction, nothing has
happened, and the sweep of the next writer removes the new files; killed after it, the next writer removes the old ones.
Until the home has been looked through and nothing was found, the ledger calls the erasure unproven, and asking for the
same erasure again finishes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from sqlalchemy import Connection, delete, func, insert, select, update

from riskwarn.audit import Action, Entry, recorded
from riskwarn.contracts.because import check_because
from riskwarn.contracts.schema import schema_of
from riskwarn.errors import UnknownLoad, UnknownRecord
from riskwarn.files import named_by_content
from riskwarn.home import Home
from riskwarn.progress import Progress, silent
from riskwarn.store.garbage import finish_erasures
from riskwarn.store.ledger import LedgerRow, Loss, check_erased, ledger
from riskwarn.store.proof import Proof, Sought, prove
from riskwarn.store.tables import ERASURES, LAKE_FILES, LOADS, NOT_LOADED, QUARANTINE
from riskwarn.store.undo import leaning
from riskwarn.store.writing import writing

#: Columns with keyed digests of record ids.
_DIGESTS = ("record_id", "repeat_of", "linked_to")


@dataclass(frozen=True)
class Foreseen:
    """What an erasure would remove, to be shown before it happens."""

    source: str
    file_name: str  # of the load; empty for a record
    rows: int  # versions of records
    quarantined: int
    loads: tuple[int, ...]  # in whose files these stand
    loss: Loss  # what older versions of the store would lose by it


def foresee_load(home: Home, load: int) -> Foreseen:
    """What erasing a load would remove; raise UnknownLoad, LoadErased. Nothing, where it was erased and the proof is what is missing."""
    if _unproven(home, "load", load=load) is not None:
        return Foreseen("", "", 0, 0, (), Loss(0, 0))
    chosen = _standing(home, load)
    with home.database.connect() as connection:
        rows = connection.scalar(select(func.sum(LAKE_FILES.c.rows)).where(LAKE_FILES.c.load_id == load)) or 0
        counted = select(func.count()).select_from(QUARANTINE).where(QUARANTINE.c.load_id == load)
        refused = connection.scalar(counted) or 0
    return Foreseen(chosen.source, chosen.file_name, int(rows), int(refused), (load,), _foreseen_loss(home, load))


def foresee_record(home: Home, source: str, digest: int) -> Foreseen:
    """What erasing a record would remove; raise UnknownRecord. Nothing, where the proof of its erasure is missing."""
    found = {}
    if "record_id" in schema_of(source).names:
        for file in _files_of(home, source):
            lost, _ = _holds(home, file["path"], digest)
            if lost:
                found[int(file["load_id"])] = lost
    with home.database.connect() as connection:
        mine = (QUARANTINE.c.source == source) & (QUARANTINE.c.record == digest)
        refused = [int(one) for one in connection.scalars(select(QUARANTINE.c.load_id).where(mine))]
        touched = sorted({*found, *refused})
    if not touched and _unproven(home, "record", source=source) is None:
        raise UnknownRecord(source=source)
    loss = _foreseen_loss(home, touched[0]) if touched else Loss(0, 0)
    return Foreseen(source, "", sum(found.values()), len(refused), tuple(touched), loss)


@dataclass(frozen=True)
class Erased:
    """What an erasure removed, and the proof."""

    kind: str  # load or record
    source: str
    rows: int  # versions of records removed from the lake
    quarantined: int  # notes about refused rows that were removed
    files: int  # files of the lake that were rewritten or removed
    loss: Loss  # what older versions of the store lost by it
    version: int  # of the store
    again: tuple[LedgerRow, ...]  # later loads whose files held some of the same records
    proof: Proof

    def as_dict(self) -> dict[str, Any]:
        """The shape that ``riskwarn erase --json`` prints."""
        return {
            "kind": self.kind,
            "source": self.source,
            "rows": self.rows,
            "quarantined": self.quarantined,
            "files_rewritten": self.files,
            "version": self.version,
            "load_again": [{"source": row.source, "file": row.file_name} for row in self.again],
            "proof": self.proof.as_dict(),
        }


def erase_load(home: Home, load: int, *, because: str, now: datetime, progress: Progress = silent) -> Erased:
    """Remove a load: its file, its refused rows, the name and the checksum of what was loaded.

    Where it was erased, and the proof is missing, what was found then is looked for once more. Raises UnknownLoad (none
    of this number, or an undoing), LoadErased, RefusedWord, PersonalText, ReasonTooLong (`because`).
    """
    check_because(because)
    with writing(home, progress):
        unproven = _unproven(home, "load", load=load)
        if unproven is not None:
            finish_erasures(home)
            left = [name for name in unproven.account.get("left", []) if (home.path / name).is_file()]
            still = tuple(name for name in left if not name.endswith(".db"))
            _proven(home, unproven.load_id, still)
            return Erased(
                "load", unproven.source, 0, 0, 0, Loss(0, 0), unproven.load_id, (), Proof(len(left), 0, 0, still)
            )
        rows = ledger(home)
        chosen = _standing(home, load)
        with home.database.connect() as connection:
            files = connection.execute(select(LAKE_FILES).where(LAKE_FILES.c.load_id == load)).mappings().all()
        removed = sum(int(file["rows"]) for file in files)
        texts = [file["sha256"] for file in files]
        # The same file may have been loaded again: what tells of that load is no trace of this one.
        if not any(row.file_sha256 == chosen.file_sha256 for row in rows if row.load_id != load):
            texts.append(chosen.file_sha256)
        if len(chosen.file_name) >= 8 and not _stands_elsewhere(rows, chosen):
            texts.append(chosen.file_name)
        digests = _only_in(home, chosen.source, [file["path"] for file in files])
        again = tuple(leaning(rows, chosen)) if chosen.stands else ()
        with recorded(home) as change:
            connection = change.connection
            connection.execute(delete(LAKE_FILES).where(LAKE_FILES.c.load_id == load))
            refused = connection.execute(delete(QUARANTINE).where(QUARANTINE.c.load_id == load)).rowcount
            connection.execute(delete(NOT_LOADED).where(NOT_LOADED.c.load_id == load))
            account = {**chosen.account, "file": "", "notes": [], "dropped_columns": [], "unknown_words": {}}
            blank = {"file_name": "", "file_sha256": "", "account": account}
            connection.execute(update(LOADS).where(LOADS.c.load_id == load).values(**blank))
            version = _note(connection, "load", chosen.source, load, removed, because, now, undoes=load)
            change.append(Entry(Action.DATA_ERASED, f"{chosen.source}/{load}", note=because), at=now)
        finish_erasures(home)
        proof = prove(home, Sought(tuple(text.encode() for text in texts if text), digests), progress)
        _proven(home, version, proof.hits)
    return Erased("load", chosen.source, removed, refused, len(files), Loss(load, version), version, again, proof)


def erase_record(
    home: Home, source: str, digest: int, *, because: str, now: datetime, text: str = "", progress: Progress = silent
) -> Erased:
    """Remove a record: every version of it, links to it, and notes that rows of it were refused.

    Parameters
    ----------
    digest : the keyed digest of its id.
    text : the id itself, which is looked for too where it is long enough not to be found by chance.

    Raises UnknownRecord, RefusedWord, PersonalText, ReasonTooLong (`because`).
    """
    check_because(because)
    if "record_id" not in schema_of(source).names:
        raise UnknownRecord(source=source)
    with writing(home, progress):
        files = _files_of(home, source)
        with home.database.connect() as connection:
            mine = (QUARANTINE.c.source == source) & (QUARANTINE.c.record == digest)
            refused = [int(one) for one in connection.scalars(select(QUARANTINE.c.load_id).where(mine))]
        removed, touched, replaced = 0, list(refused), []
        for index, file in enumerate(files):
            progress("removing the record", index, len(files))
            lost, linked = _holds(home, file["path"], digest)
            if lost or linked:
                replaced.append((file, _without(home, file, digest, lost)))
                touched += [int(file["load_id"])] if lost else []
                removed += lost
        sought = Sought(_forms(digest, text), np.array([digest], dtype=np.int64))
        if not removed and not refused:
            unproven = _unproven(home, "record", source=source)
            if unproven is None:
                raise UnknownRecord(source=source)
            finish_erasures(home)
            proof = prove(home, sought, progress)
            _proven(home, unproven.load_id, proof.hits)
            return Erased("record", source, 0, 0, 0, Loss(0, 0), unproven.load_id, (), proof)
        with recorded(home) as change:
            connection = change.connection
            for file, instead in replaced:
                connection.execute(delete(LAKE_FILES).where(LAKE_FILES.c.path == file["path"]))
                if instead is not None:
                    connection.execute(insert(LAKE_FILES).values(**instead))
            connection.execute(delete(QUARANTINE).where(mine))
            first = min(touched)
            version = _note(connection, "record", source, first, removed, because, now)
            # Of whom is told nowhere.
            change.append(Entry(Action.DATA_ERASED, source, result="record", note=because), at=now)
        finish_erasures(home)
        proof = prove(home, sought, progress)
        _proven(home, version, proof.hits)
    return Erased("record", source, removed, len(refused), len(replaced), Loss(first, version), version, (), proof)


def _standing(home: Home, load: int) -> LedgerRow:
    """A load that was not erased, undone or not; raise UnknownLoad, LoadErased."""
    check_erased(home, load)
    chosen = next((row for row in ledger(home) if row.load_id == load), None)
    if chosen is None or chosen.undoes is not None or chosen.erases is not None:
        raise UnknownLoad(load=load)
    return chosen


def _files_of(home: Home, source: str) -> list[Any]:
    listed = select(LAKE_FILES).where(LAKE_FILES.c.source == source).order_by(LAKE_FILES.c.load_id)
    with home.database.connect() as connection:
        return list(connection.execute(listed).mappings().all())


def _stands_elsewhere(rows: list[LedgerRow], chosen: LedgerRow) -> bool:
    """Whether the name of a load's file is part of what another load, or a reason, says: finding it would prove nothing."""
    others = [f"{row.file_name} {row.because} {row.account}" for row in rows if row is not chosen]
    return any(chosen.file_name in text for text in others) or chosen.file_name in str(chosen.because)


def _unproven(home: Home, kind: str, *, load: int | None = None, source: str | None = None) -> LedgerRow | None:
    """The newest erasure of a load, or of a record of a source, after which the home is not known to hold nothing of it."""
    with home.database.connect() as connection:
        chosen = select(ERASURES.c.id).where(ERASURES.c.kind == kind)
        chosen = chosen.where(ERASURES.c.load_id == load if load is not None else ERASURES.c.source == source)
        erasures = set(connection.scalars(chosen))
    rows = [row for row in ledger(home) if row.erases in erasures and row.account.get("proven") is False]
    return rows[-1] if rows else None


def _proven(home: Home, version: int, hits: tuple[str, ...]) -> None:
    """Note in the ledger what the proof of an erasure found."""
    account = {"proven": False, "left": list(hits)} if hits else {}
    with home.database.begin() as connection:
        connection.execute(update(LOADS).where(LOADS.c.load_id == version).values(account=account))


def _foreseen_loss(home: Home, first: int) -> Loss:
    return Loss(first, ledger(home)[-1].load_id + 1)


def _note(
    connection: Connection,
    kind: str,
    source: str,
    load: int,
    rows: int,
    because: str,
    now: datetime,
    undoes: int | None = None,
) -> int:
    """Note the erasure, and make it a new version of the store."""
    entry = insert(ERASURES).values(
        kind=kind, source=source, load_id=load, rows=rows, because=because, erased_at=now, finished=False
    )
    erasure = int(connection.execute(entry).inserted_primary_key[0])  # type: ignore[index]
    moment = {"loaded_at": now, "exported_at": now}
    row = insert(LOADS).values(
        source=source,
        file_name="",
        file_sha256="",
        account={"proven": False},
        undoes=undoes,
        erases=erasure,
        because=because,
        **moment,
    )
    return int(connection.execute(row).inserted_primary_key[0])  # type: ignore[index]


def _holds(home: Home, path: str, digest: int) -> tuple[int, int]:
    """Rows of a file that are of the record, and rows that only link to it."""
    file = pq.ParquetFile(home.lake / path)
    names = [name for name in _DIGESTS if name in file.schema_arrow.names]
    lost = linked = 0
    for part in file.iter_batches(columns=names):
        hits = {name: _equal(part[name], digest) for name in names}
        lost += int(hits["record_id"].sum())
        linked += int((np.logical_or.reduce(list(hits.values())) & ~hits["record_id"]).sum())
    return lost, linked


def _without(home: Home, file: Any, digest: int, lost: int) -> dict[str, Any] | None:
    """Write a file of the lake anew without the record; its row of the manifest, None where nothing is left."""
    if lost == file["rows"]:
        return None
    old = pq.ParquetFile(home.lake / file["path"])
    schema, first = old.schema_arrow, old.metadata.row_group(0)
    columns = [first.column(place) for place in range(first.num_columns)]
    packing = {one.path_in_schema: one.compression.replace("UNCOMPRESSED", "NONE") for one in columns}
    texts = [field.name for field in schema if pa.types.is_string(field.type)]
    with (
        named_by_content(home.lake / file["source"], ".parquet") as temporary,
        pq.ParquetWriter(temporary.path, schema, compression=packing, use_dictionary=texts) as writer,
    ):
        for group in range(old.num_row_groups):
            table = old.read_row_group(group)
            for name in (name for name in _DIGESTS[1:] if name in schema.names):
                link = pa.array(_equal(table[name].combine_chunks(), digest))
                cleared = pc.if_else(link, pa.scalar(None, table[name].type), table[name])
                table = table.set_column(table.column_names.index(name), schema.field(name), cleared)
            kept = table.filter(pa.array(~_equal(table["record_id"].combine_chunks(), digest)))
            if len(kept):
                writer.write_table(kept)
    path = f"{file['source']}/{temporary.digest}.parquet"
    return {**file, "path": path, "sha256": temporary.digest, "rows": int(file["rows"]) - lost}


def _equal(column: pa.Array, digest: int) -> np.ndarray[Any, np.dtype[np.bool_]]:
    hits = pc.fill_null(pc.equal(column, pa.scalar(digest, pa.int64())), False)
    return np.asarray(hits.to_numpy(zero_copy_only=False), dtype=bool)


def _only_in(home: Home, source: str, paths: list[str]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Digests of records that only these files of a source hold."""

    def held(chosen: list[str]) -> np.ndarray[Any, np.dtype[np.int64]]:
        names = [name for name in _DIGESTS if name in schema_of(source).names]
        tables = [pq.read_table(home.lake / path, columns=names) for path in chosen] if names else []
        parts = [table[name].drop_null().to_numpy() for table in tables for name in names]
        return np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *parts]))

    with home.database.connect() as connection:
        listed = list(connection.scalars(select(LAKE_FILES.c.path).where(LAKE_FILES.c.source == source)))
        noted = select(QUARANTINE.c.record).where(QUARANTINE.c.source == source, QUARANTINE.c.record.is_not(None))
        others = noted.where(
            QUARANTINE.c.load_id.not_in(select(LAKE_FILES.c.load_id).where(LAKE_FILES.c.path.in_(paths)))
        )
        refused = np.array(list(connection.scalars(others)), dtype=np.int64)
    mine = held(paths)
    return mine[~np.isin(mine, held([path for path in listed if path not in paths])) & ~np.isin(mine, refused)]


def _forms(digest: int, text: str) -> tuple[bytes, ...]:
    """A digest as texts would have it, and the id in the encodings of exports."""
    forms = [str(digest).encode(), f"{digest & (1 << 64) - 1:016x}".encode()]
    if len(text) >= 12:
        forms += [text.encode(encoding) for encoding in ("utf-8", "gb18030", "utf-16-le", "utf-16-be")]
    return tuple(forms)
