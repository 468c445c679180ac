"""Free text: known by the name of its field, kept as it came until its topics are read."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from riskwarn.ingest.values.cells import each


def is_free_text(field: str) -> bool:
    """Whether a field is free text: several columns of a sheet may be (text, text_2, …)."""
    return field == "text" or field.startswith("text_")


def free_text(cells: pa.Array) -> pa.Array:
    """Free text as it came, null where nothing stands in it: it is read once for topics, and need not be put in order."""
    if pa.types.is_dictionary(cells.type):
        return each(cells, lambda text: text if text.strip() else None)
    blank = pc.equal(pc.binary_length(pc.ascii_trim_whitespace(cells)), 0)
    return pc.if_else(blank, pa.scalar(None, pa.string()), cells)
