"""The privacy gate beyond headings: columns and cells that look personal by their values.

Headings are judged in :mod:`riskwarn.ingest.columns`: what is personal by its heading, and what no contract knows, is
never read. Here stand the rules for what is read all the same because a mapping or a heading claims that it may be.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from riskwarn.arrays import Flags
from riskwarn.contracts import declared
from riskwarn.contracts.bands import band_of, least_of
from riskwarn.contracts.because import somebody_in
from riskwarn.contracts.personal import (
    LOOKED_AT,
    are_codes,
    personal_class,
    personal_column,
    personal_inside,
)
from riskwarn.contracts.persons import may_name_somebody, serves_somebody
from riskwarn.contracts.unit_names import names_person, stems, without_persons
from riskwarn.contracts.written import personal_written
from riskwarn.errors import PrivateColumn
from riskwarn.home import Home
from riskwarn.ingest.columns import Columns, field_of_several
from riskwarn.ingest.privacy.free_text import is_free_text
from riskwarn.ingest.privacy.topics import united_topics
from riskwarn.ingest.reading import Reading
from riskwarn.ingest.values.cells import coded, digests, each, flags, plain_ids, strings, trimmed
from riskwarn.messages import Message
from riskwarn.refused import refused_word

#: Of these fields nothing but a digest, a topic or a place is kept, whatever stands in them.
NEVER_STORED = ("text", "address", "place", "path")
#: Codes of places in the tables; everything else that they store as text is a name or a remark.
_CODES = ("grid_id", "community", "town", "district", "from_grid_id", "to_grid_id", "unit")
#: Ids of teams and notices: who writes them down is no register of places, and any of them may bear a name.
_WRITTEN = ("team_id", "alert_id")
_HAN = re.compile(r"[㐀-鿿]")
_REMARKS = ("reason", "basis", "kind", "source")
_NAMES = ("name", "community_name", "town_name", "district_name", "grid_name", *_REMARKS)
_UNITS = ("name", "community_name", "town_name", "district_name", "grid_name")
_NUMBERS = ("resident id", "phone number", "bank card", "number plate", "e-mail address")
#: What counts the people behind a petition, or tells that there are several.
_COUNTING_PEOPLE = ("people", "injured", "killed", "is_joint")


def refuse_personal_columns(cells: Mapping[str, pa.Array], headings: Mapping[str, str], where: str) -> None:
    """Raise PrivateColumn where the values of a mapped column are personal, whatever the mapping calls it.

    `cells` and `headings` by field: those columns that only a mapping claims, because no contract knows their heading.
    """
    for field, heading in headings.items():
        if field.endswith(("_at", "_from", "_to")) or field.startswith("period_") or field in NEVER_STORED:
            continue
        found = personal_column(*_counted(cells[field]))
        if found is not None:
            at = Message("{where}, {key}", where=where, key=f"columns.{field}")
            raise PrivateColumn(where=at, column=heading, what=Message("{what}, by its values", what=found))


def gate(readings: Iterator[Reading], claimed: Mapping[str, str], file: str) -> Iterator[Reading]:
    """The same batches; raise PrivateColumn where a column that only a mapping claims holds personal values."""
    for reading in readings:
        refuse_personal_columns(reading.cells, claimed, Message("the mapping of {file}", file=file))
        yield reading


def screened(reading: Reading) -> Reading:
    """A table without what looks personal: such codes are faults, such names and remarks are read as empty.

    Tables of places keep their texts as they stand; event sources keep codes of vocabularies only.
    """
    cells = dict(reading.cells)
    for name in (name for name in (*_CODES, "neighbours") if name in cells):
        texts, _ = _counted(cells[name], None)
        told = {text: text.split(";") if name == "neighbours" else [text] for text in texts}
        parts = [part.strip() for several in told.values() for part in several]
        strange = set() if are_codes(parts) else {part for part in parts if personal_class(part) in _NUMBERS}
        # A right check digit and a birthday at once do not happen to a code.
        strange |= {part for part in parts if len(part) == 18 and personal_class(part) == "resident id"}
        # In words a code may hold what it is not as a whole: 网格员张伟 13800138000.
        worded = (part for part in parts if _HAN.search(part))
        strange |= {part for part in worded if personal_written(part) in _NUMBERS or _is_called_after(part, name)}
        hidden = {text for text, several in told.items() if strange & {part.strip() for part in several}}
        if hidden:
            reading.faults.add(_is_in(cells[name], hidden), "personal_value", name, "personal")
    for name in (name for name in _WRITTEN if name in cells):
        texts, _ = _counted(cells[name], None)
        hidden = {text for text in texts if somebody_in(text) is not None or names_person(text)}
        if hidden:
            reading.faults.add(_is_in(cells[name], hidden), "personal_value", name, "personal")
    for name in (name for name in _NAMES if name in cells):
        texts, _ = _counted(cells[name], None)
        hidden = {text for text in texts if personal_inside(text) is not None}
        if name in _REMARKS:
            hidden |= {text for text in texts if refused_word(text) is not None or _tells_of_somebody(text)}
        cells[name] = _emptied(reading, name, cells[name], hidden)
    return replace(reading, cells=_units_without_persons(reading, cells))


def _is_called_after(code: str, column: str) -> bool:
    """Whether a code in words names who serves there, or that of a grid is a person and nothing else."""
    return serves_somebody(code) or (column.endswith("grid_id") and without_persons(code) is None)


def _tells_of_somebody(remark: str) -> bool:
    """Whether a remark names somebody, as no reason that people give does, or could."""
    return somebody_in(remark) is not None or may_name_somebody(remark)


def _units_without_persons(reading: Reading, cells: dict[str, pa.Array]) -> dict[str, pa.Array]:
    """The cells with the names of units cut where they bear a person, who has the unit in charge."""
    units = [name for name in _UNITS if name in cells]
    above = {unit for name in units if name.endswith("_name") for unit in _counted(cells[name], None)[0]}
    known = frozenset(stems(above))
    for name in units:
        texts, rows = _counted(cells[name], None)
        cut = {text: without_persons(text, known) for text in texts}
        changed = sum(count for text, count in zip(texts, rows, strict=True) if cut[text] != text)
        if changed:
            said = "{field}: {rows} name(s) of units bore the name or the role of a person, which was cut; where nothing was left, the code stands in its place"
            reading.notes.append(Message(said, field=name, rows=f"{changed:,}"))
            cells[name] = strings(each(cells[name], cut.get))
    return cells


def _emptied(reading: Reading, name: str, cells: pa.Array, hidden: Collection[str]) -> pa.Array:
    if not hidden:
        return cells
    rows = _is_in(cells, hidden)
    reading.notes.append(
        f"{name}: {int(rows.sum())} value(s) that look personal or hold a refused word were read as empty"
    )
    return pc.if_else(pa.array(rows), pa.scalar(None, pa.string()), strings(cells))


def without_people(columns: Columns, source: str) -> Columns:
    """The columns to be read: of petitions none that counts petitioners."""
    counting = [name for name in columns.positions if field_of_several(name) in _COUNTING_PEOPLE]
    if not counting or not declared(source).demand_only:
        return columns
    left = {name: position for name, position in columns.positions.items() if name not in counting}
    notes = (*columns.notes, f"not read: {', '.join(counting)} (how many stand behind a petition changes nothing)")
    return replace(columns, positions=left, notes=notes)


def flagged_and_banded(reading: Reading) -> dict[str, pa.Array]:
    """What is kept of free text and of numbers of people: flags of topics and bands. The rest is discarded here."""
    found: dict[str, pa.Array] = {}
    texts = [reading.cells[name] for name in reading.cells if is_free_text(name)]
    if texts:
        found["topics"] = united_topics(texts)
    for name in ("people", "injured", "killed"):
        cells = [cell for one, cell in reading.cells.items() if field_of_several(one) == name]
        if cells:
            found[name] = each(cells[0] if len(cells) == 1 else _summed(cells), band_of)
            unread = np.any([flags(cell, _is_no_number) for cell in cells], axis=0)
            reading.moved[Message("have a number in {field} that cannot be read", field=name)] += int(unread.sum())
    return found


def _is_no_number(text: str) -> bool:
    return band_of(text) is None and text.strip("0. 人") != ""


def _summed(cells: Sequence[pa.Array]) -> pa.Array:
    """The sum of several columns of numbers of people, as text; null where none tells a number."""
    total, told = np.zeros(len(cells[0]), dtype=np.int64), np.zeros(len(cells[0]), dtype=bool)
    for cell in cells:
        codes, words = coded(cell)
        least = [None if word is None else least_of(word) for word in words]
        total += np.array([number or 0 for number in least] + [0], dtype=np.int64)[codes]
        told |= np.array([number is not None for number in least] + [False], dtype=bool)[codes]
    return pa.array(total.astype(str), pa.string(), mask=~told).dictionary_encode()


def _counted(cells: pa.Array, most: int | None = LOOKED_AT) -> tuple[list[str], list[int]]:
    """Distinct texts and their rows; of very many the first `most`."""
    counted = pc.value_counts(strings(cells).drop_null())
    counted = counted if most is None else counted[:most]
    return counted.field("values").to_pylist(), counted.field("counts").to_pylist()


def _is_in(cells: pa.Array, texts: Collection[str]) -> Flags:
    flags = pc.is_in(strings(cells), value_set=pa.array(sorted(texts), pa.string()))
    return np.asarray(flags.to_numpy(zero_copy_only=False), dtype=bool)


def record_digest(home: Home, source: str, text: str) -> int:
    """The keyed digest by which a record of a source is stored; `text` is its id as an export has it."""
    cells = digests(plain_ids(trimmed(pa.array([text], pa.string()))), home.id_key, source)
    found = cells[0].as_py()
    return 0 if found is None else int(found)
