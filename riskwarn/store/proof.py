"""Proof that something is gone: every byte of a home is looked through, also inside what is compressed."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Connection, MetaData, inspect, select, text

from riskwarn.home import Home
from riskwarn.progress import Progress, silent

#: Bytes of a file that are looked at together.
CHUNK = 1 << 24


@dataclass(frozen=True)
class Sought:
    """What must not be found: texts as bytes, and keyed digests of record ids."""

    texts: tuple[bytes, ...] = ()
    digests: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def found_in(self, content: bytes) -> bool:
        """Whether any of it stands in these bytes, digests in any alignment, in either order of bytes."""
        if any(text in content for text in self.texts):
            return True
        known = np.sort(self.digests)
        for start in range(min(8, max(0, len(content) - 7))) if len(known) else ():
            count = (len(content) - start) // 8
            for order in ("<i8", ">i8"):
                numbers = np.frombuffer(content, dtype=order, count=count, offset=start).astype(np.int64)
                if _any_in(numbers, known):
                    return True
        return False


@dataclass(frozen=True)
class Proof:
    """How much was looked through, and in which files anything was found (none, if it is gone)."""

    files: int
    bytes: int  # as they lie on the disk
    rows: int  # of the database's tables
    hits: tuple[str, ...]
    unread: tuple[str, ...] = ()  # damaged: looked through as they lie, but they could not be unpacked

    def as_dict(self) -> dict[str, object]:
        """The shape that is printed."""
        return {
            "files": self.files,
            "bytes": self.bytes,
            "rows": self.rows,
            "hits": list(self.hits),
            "unread": list(self.unread),
        }


def prove(home: Home, sought: Sought, progress: Progress = silent) -> Proof:
    """Look for `sought` in every file under the home, in decoded Parquet and gzip too, and in every row of the database."""
    files = [path for path in sorted(home.path.rglob("*")) if path.is_file() and not path.is_symlink()]
    hits, unread, total = [], [], 0
    for index, path in enumerate(files):
        progress("looking through the home", index, len(files))
        total += path.stat().st_size
        name = str(path.relative_to(home.path))
        try:
            if any(sought.found_in(content) for content in _contents(path)):
                hits.append(name)
        except (pa.ArrowException, gzip.BadGzipFile, EOFError, zlib.error):
            unread.append(name)
    rows, told = _database(home, sought)
    progress("looking through the home", len(files), len(files))
    return Proof(len(files), total, rows, (*hits, *told), tuple(unread))


def _contents(path: Path) -> Iterator[bytes]:
    """The bytes of a file as they lie, then as they read once they are unpacked."""
    with path.open("rb") as stream:
        yield from _overlapping(iter(lambda: stream.read(CHUNK), b""))
    if path.suffix == ".gz":
        with gzip.open(path) as unpacked:
            yield from _overlapping(iter(lambda: unpacked.read(CHUNK), b""))
    if path.suffix == ".parquet":
        # Page by page values are encoded; read, a column's values lie one after another.
        file = pq.ParquetFile(path)
        for group in range(file.num_row_groups):
            for column in file.read_row_group(group).columns:
                for chunk in column.chunks:
                    plain = chunk.dictionary_decode() if pa.types.is_dictionary(chunk.type) else chunk
                    yield from (buffer.to_pybytes() for buffer in plain.buffers()[1:] if buffer is not None)


def _overlapping(parts: Iterator[bytes], overlap: int = 512) -> Iterator[bytes]:
    """Parts with the end of the one before, so that nothing hides on a seam."""
    tail = b""
    for part in parts:
        yield tail + part
        tail = part[-overlap:]


def _database(home: Home, sought: Sought) -> tuple[int, list[str]]:
    """Rows looked through, and the tables in which something was found; a server's tables lie in no file of the home.

    The database itself says which tables it holds, so that none is forgotten whose room is not imported.
    """
    rows, hits = 0, []
    digests = {int(digest) for digest in sought.digests}
    with home.database.connect() as connection:
        held = MetaData()
        held.reflect(connection, only=_readable(connection))
        for table in held.sorted_tables:
            found = False
            for row in connection.execution_options(yield_per=10_000).execute(select(table)):
                rows += 1
                found = found or any(
                    value in digests
                    if isinstance(value, int)
                    else any(text in str(value).encode() for text in sought.texts)
                    for value in row
                    if value is not None
                )
            if found:
                hits.append(f"table {table.name}")
    return rows, hits


def _readable(connection: Connection) -> list[str]:
    """All tables; of a server those that we may read: another program may share the database."""
    names = inspect(connection).get_table_names()
    if connection.dialect.name != "postgresql":
        return names
    may = text("SELECT has_table_privilege(quote_ident(:name), 'SELECT')")
    return [name for name in names if connection.scalar(may, {"name": name})]


def _any_in(numbers: npt.NDArray[np.int64], known: npt.NDArray[np.int64]) -> bool:
    if len(known) == 1:
        return bool((numbers == known[0]).any())
    place = np.minimum(np.searchsorted(known, numbers), len(known) - 1)
    return bool((known[place] == numbers).any())
