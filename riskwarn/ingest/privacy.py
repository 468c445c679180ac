"""The privacy gate beyond headings: columns and cells that look personal by their values, and names that are shown or kept.

Headings are judged in :mod:`riskwarn.ingest.columns`: what is personal by its heading, and what no contract knows, is
never read. Here stand the rules for what is read all the same because a mapping or a heading claims that it may be.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import PurePath

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from riskwarn.contracts.personal import (
    LOOKED_AT,
    are_codes,
    file_words,
    is_name,
    may_name_category,
    personal_class,
    personal_column,
    personal_inside,
)
from riskwarn.contracts.vocabulary import refused_word
from riskwarn.errors import PrivateColumn

#: Of these fields nothing but a digest, a topic or a place is kept, whatever stands in them.
_NEVER_STORED = ("text", "address", "place", "path")
#: Codes of places in the tables; everything else that they store as text is a name or a remark.
_CODES = ("grid_id", "community", "town", "district", "from_grid_id", "to_grid_id", "unit")
_REMARKS = ("reason", "basis", "kind")
_NAMES = ("name", "community_name", "town_name", "district_name", "grid_name", *_REMARKS)
_GEOMETRY = r"^\s*(?:\{[\s\S]*\"coordinates\"[\s\S]*\}|(?i:MULTI)?(?i:POLYGON|POINT|LINESTRING)\s*Z?\s*\([-+0-9eE.,()\s]*\))\s*$"
_DATA = re.compile(r"\d{5,}|\d{4}[-/.年]\d{1,2}")
_LONGEST_HEADING = 40

Flags = npt.NDArray[np.bool_]


def refuse_personal_columns(cells: Mapping[str, pa.Array], headings: Mapping[str, str], where: str) -> None:
    """Raise PrivateColumn where the values of a mapped column are personal, whatever the mapping calls it.

    `cells` and `headings` by field: those columns that only a mapping claims, because no contract knows their heading.
    """
    for field, heading in headings.items():
        if field.endswith(("_at", "_from", "_to")) or field.startswith("period_") or field in _NEVER_STORED:
            continue
        found = personal_column(*_counted(cells[field]))
        if found is not None:
            raise PrivateColumn(where=f"{where}, columns.{field}", column=heading, what=f"{found}, by its values")


def screen_table(
    cells: Mapping[str, pa.Array],
    fault: Callable[[Flags, str, str, str], None],
    note: Callable[[str], None],
) -> dict[str, pa.Array]:
    """The cells of a table without what looks personal: such codes are faults, such names and remarks are read as empty.

    Tables of places keep their texts as they are; event sources keep codes of vocabularies only.
    """
    screened = dict(cells)
    for name in (name for name in _CODES if name in cells):
        texts, _ = _counted(cells[name])
        strange = set() if are_codes(texts) else {text for text in texts if personal_class(text) is not None}
        # A right check digit and a birthday at once do not happen to a code.
        strange |= {text for text in texts if len(text) == 18 and personal_class(text) == "resident id"}
        if strange:
            fault(_is_in(cells[name], strange), "personal_value", name, "personal")
    for name in (name for name in _NAMES if name in cells):
        texts, counts = _counted(cells[name], None)
        hidden = {text for text in texts if personal_inside(text) is not None}
        if name in _REMARKS:
            hidden |= {text for text in texts if refused_word(text) is not None}
        if personal_column(texts, counts) == "name":
            hidden |= {text for text in texts if is_name(text)}
        if hidden:
            rows = _is_in(cells[name], hidden)
            screened[name] = pc.if_else(pa.array(rows), pa.scalar(None, pa.string()), _plain(cells[name]))
            note(f"{name}: {int(rows.sum())} value(s) that look personal or hold a refused word were read as empty")
    if "geometry" in cells:
        shaped = pc.fill_null(pc.match_substring_regex(_plain(cells["geometry"]), _GEOMETRY), True)
        if strange_shapes := len(shaped) - int(pc.sum(shaped).as_py() or 0):
            screened["geometry"] = pc.if_else(shaped, _plain(cells["geometry"]), pa.scalar(None, pa.string()))
            note(f"geometry: {strange_shapes} value(s) that are neither GeoJSON nor WKT were read as empty")
    return screened


class LocalCategories:
    """Decides which unknown words may live on as local categories; counts those that may not, and tells none of them."""

    def __init__(self, known: Collection[str], most: int) -> None:
        self.known = set(known)
        self.kept = 0
        self.hidden = 0
        self._most = most

    def code(self, word: str) -> str:
        """The word itself, or `other` where it may not be kept or there are too many already."""
        if word in self.known:
            return word
        if not may_name_category(word):
            self.hidden += 1
            return "other"
        if len(self.known) >= self._most:
            return "other"
        self.known.add(word)
        self.kept += 1
        return word

    def notes(self, field: str) -> list[str]:
        """What the account says of them."""
        told = []
        if self.kept:
            told.append(f"{field}: {self.kept} unknown word(s) are kept as local categories")
        if self.hidden:
            told.append(
                f"{field}: {self.hidden} unknown word(s) that look personal, or like a sentence, count as other; "
                "translate them in the mapping (words:)"
            )
        return told


def shown_headings(headings: Sequence[str]) -> tuple[str, ...]:
    """Headings as they may be shown and kept: a file without a row of headings has persons in their place."""
    plain = [unicodedata.normalize("NFKC", heading).strip() for heading in headings]
    names = [is_name(heading) for heading in plain]
    rowlike = sum(names) > 1 or any(_DATA.search(heading) or personal_inside(heading) for heading in plain)
    shown = []
    for place, (heading, text, name) in enumerate(zip(headings, plain, names, strict=True), start=1):
        data = len(text) > _LONGEST_HEADING or personal_inside(text) or (name and (rowlike or len(text) > 2))
        data = data or (rowlike and (personal_class(text) is not None or not may_name_category(text)))
        shown.append(f"column {place} (its heading looks like data)" if text and data else heading)
    return tuple(shown)


def kept_headings(headings: Iterable[str]) -> list[str]:
    """Headings as the ledger keeps them: a refused word is counted there, and not stored."""
    return ["(refused word)" if refused_word(heading) else heading for heading in headings]


def kept_name(name: str, key: bytes, units: Collection[str] = ()) -> str:
    """The name of a file as it is kept: departments name files after persons.

    Words of offices, `units`, numbers that are no phone or id, and Latin letters stay; the rest becomes … and a keyed
    digest keeps two such files apart. The run that loads the file shows its own name.
    """
    path = PurePath(unicodedata.normalize("NFKC", name))
    stem = path.name.removesuffix("".join(path.suffixes)) if len(path.suffixes) < 3 else path.stem
    suffix = path.name[len(stem) :]
    if not re.fullmatch(r"(?:\.[A-Za-z0-9]{1,8}){0,2}", suffix):
        stem, suffix = path.name, ""
    kept = _without_strangers(stem, frozenset(units))
    if personal_inside(stem) is not None:
        kept = re.sub(r"\d[\d -]{5,}[\dXx]|\S+@\S+", "…", kept)
        kept = "…" if personal_inside(kept) else kept
    if kept == stem and not refused_word(stem):
        return name
    kept = "…" if refused_word(kept) else kept
    digest = hashlib.blake2b(name.encode(), key=key, digest_size=3).hexdigest()
    return f"{kept}~{digest}{suffix}"


def _without_strangers(stem: str, units: frozenset[str]) -> str:
    """A text whose runs of Han characters keep only words that are known."""
    words = file_words() | units
    longest = max(map(len, words))
    parts: list[str] = []
    for run in re.findall(r"[㐀-鿿]+|[^㐀-鿿]+", stem):
        if not re.match(r"[㐀-鿿]", run):
            parts.append(run)
            continue
        at = 0
        while at < len(run):
            size = next((size for size in range(min(longest, len(run) - at), 1, -1) if run[at : at + size] in words), 0)
            dated = re.match(r"第?[一二三四五六七八九十]{1,3}(?:季度|月份?|期|批|周)", run[at:])
            counted = re.match(r"[年月日号至第期批周份]+", run[at:]) if (at == 0 and parts) or run[at] == "第" else None
            size = max(size, dated.end() if dated else 0, counted.end() if counted else 0)
            if size:
                parts.append(run[at : at + size])
            elif not parts or parts[-1] != "…":
                parts.append("…")
            at += size or 1
    return "".join(parts)


def _counted(cells: pa.Array, most: int | None = LOOKED_AT) -> tuple[list[str], list[int]]:
    """Distinct texts and their rows; of very many the first `most`."""
    counted = pc.value_counts(_plain(cells).drop_null())
    counted = counted if most is None else counted[:most]
    return counted.field("values").to_pylist(), counted.field("counts").to_pylist()


def _is_in(cells: pa.Array, texts: Collection[str]) -> Flags:
    flags = pc.is_in(_plain(cells), value_set=pa.array(sorted(texts), pa.string()))
    return np.asarray(flags.to_numpy(zero_copy_only=False), dtype=bool)


def _plain(cells: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Text as one Arrow array of strings, whatever carries it."""
    array = cells if isinstance(cells, (pa.Array, pa.ChunkedArray)) else pa.array(cells, pa.string(), from_pandas=True)
    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    return array.cast(pa.string())
