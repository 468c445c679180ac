"""Which column of a file is which field: by headings first, then by what the cells hold; each with its ground."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pyarrow as pa

from riskwarn.contracts import Contract
from riskwarn.ingest.footers import footers
from riskwarn.ingest.mapping_proposal.by_headings import by_headings, clocks
from riskwarn.ingest.mapping_proposal.by_values import by_coordinates, by_values
from riskwarn.ingest.mapping_proposal.identity import make_identity
from riskwarn.ingest.mapping_proposal.latin import by_latin_headings
from riskwarn.ingest.mapping_proposal.profile import Profile
from riskwarn.ingest.mapping_proposal.recognised import Place, Recognised
from riskwarn.ingest.values.blocks import UNITS_DOWN
from riskwarn.ingest.values.cells import filled, series, strings
from riskwarn.ingest.values.fill_down import FillDown
from riskwarn.mapping import Mapping as Rules


def recognise(contract: Contract, seen: Profile, rules: Rules, places: Sequence[Place]) -> Recognised:
    """Take the columns of a file for fields of a contract; `places` are the units that are loaded."""
    found = Recognised(contract, seen, rules, places, notes=list(seen.notes))
    by_headings(found)
    if contract.events:
        by_values(found)
        clocks(found)
        _fill_down(found)
        found.identity = make_identity(found)
    else:
        by_latin_headings(found)
        if {"longitude", "latitude"} <= {one.name for one in contract.fields}:
            by_coordinates(found)
        _fill_down(found)
    return found


def _fill_down(found: Recognised) -> None:
    """Fill the blanks that the load fills, sheet by sheet: an id that is made of them tells rows of two towns apart."""
    seen, rules = found.seen, found.rules
    at = {name: position for name, position in found.fields.items() if position in seen.cells}
    if not any(seen.cells[at[name]].isna().any() for name in (*UNITS_DOWN, *rules.fill_down) if name in at):
        return
    filling = FillDown(rules.fill_down, found.contract.kind, settled="fill_down" in rules.model_fields_set)
    texts = {name: strings(seen.cells[position]) for name, position in at.items()}
    parts = []
    for begin, end in pairwise((*seen.begins, seen.rows)):
        cells = {name: text.slice(begin, end - begin) for name, text in texts.items()}
        full = {name: filled(cell) for name, cell in cells.items()}
        parts.append(filling.fill(cells, full, str(begin), ~footers(cells, end - begin)))
    changed = {
        at[name]: series(pa.concat_arrays([part[name] for part in parts]))
        for name in (*filling.fields, *filling.filled)
        if name in at
    }
    if changed:
        whole = seen.cells.copy()
        for place, column in changed.items():
            whole[place] = column.set_axis(whole.index)
        found.filled_cells = whole
        found.filled_down = tuple(filling.filled)
