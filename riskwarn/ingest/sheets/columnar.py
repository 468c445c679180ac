"""Parquet files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from riskwarn.errors import FileEmpty, FileUnreadable
from riskwarn.ingest.sheets.packing import in_memory
from riskwarn.ingest.sheets.rows import BATCH, Rows, Sheet, cell_text, no_rows


class ParquetSheet(Sheet):
    """A Parquet file; its rows are counted from 1, for it has no row of headings."""

    def __init__(self, path: Path) -> None:
        self._name = path.name
        try:
            self._file = pq.ParquetFile(in_memory(path))
            self.headings: Sequence[str] = self._file.schema_arrow.names
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            raise FileUnreadable(file=path.name, problem="it is not a Parquet file, or it is damaged") from error

    def batches(self, positions: Sequence[int]) -> Iterator[Rows]:
        """Read the columns at these positions."""
        if self._file.metadata.num_rows == 0:
            raise FileEmpty(file=self._name)
        number = 1
        for batch in self._batches([self.headings[position] for position in positions]):
            cells = {position: _text(batch.column(self.headings[position])) for position in positions}
            yield Rows(cells, np.arange(number, number + len(batch), dtype=np.int64), no_rows())
            number += len(batch)

    def _batches(self, columns: list[str]) -> Iterator[pa.RecordBatch]:
        try:
            for batch in self._file.iter_batches(BATCH, columns=columns):
                # Nothing in the format vouches for texts: one changed byte is no longer UTF-8.
                batch.validate(full=True)
                yield batch
        except (pa.ArrowException, OSError) as error:
            raise FileUnreadable(file=self._name, problem="it is damaged; export it again") from error


def _text(column: pa.Array) -> pa.Array:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return pa.DictionaryArray.from_arrays(column.indices.cast(pa.int32()), _text(column.dictionary))
    if pa.types.is_string(kind):
        return column
    if pa.types.is_timestamp(kind):
        return column.cast(pa.timestamp("us", "UTC" if kind.tz is not None else None), safe=False).cast(pa.string())
    if pa.types.is_nested(kind):
        return pa.nulls(len(column), pa.string())
    if pa.types.is_floating(kind) or pa.types.is_boolean(kind) or pa.types.is_decimal(kind):
        # A whole number that became a float (a column with gaps does) is a whole number again.
        return pa.array([None if value is None else _plain(value) for value in column.to_pylist()], pa.string())
    return column.cast(pa.string())


def _plain(value: object) -> str | None:
    if isinstance(value, float) and np.isnan(value):
        return None
    return cell_text(value)
