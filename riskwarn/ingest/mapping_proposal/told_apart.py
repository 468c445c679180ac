"""Columns that claim one field with equal right, in a load: what stands below their headings decides, as in a proposal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from riskwarn.configuration import Configuration
from riskwarn.contracts import declared
from riskwarn.ingest.columns import clashing
from riskwarn.mapping import Mapping as Rules
from riskwarn.mapping import laid_over


def told_apart(
    path: Path,
    configuration: Configuration,
    source: str,
    rules: Rules,
    headings: Sequence[str],
    *,
    database: str | None = None,
    sheet: str | None = None,
) -> Rules:
    """A mapping with the columns added that what stands below their headings decides, where several claim one field."""
    clashes = clashing(headings, declared(source).kind, rules)
    if not clashes:
        return rules
    # Here, for most loads ask for no proposal.
    from riskwarn.ingest.mapping_proposal.proposal import KNOWN_GROUNDS, examine

    _, found = examine(path, configuration, source=source, rules=rules, database=database, sheet=sheet)
    if list(found.seen.headings) != list(headings):
        return rules
    decided = {field for field, positions in clashes.items() if found.fields.get(field) in positions}
    decided = {field for field in decided if found.taken[found.fields[field]].ground not in KNOWN_GROUNDS}
    # What the rivals of a column are is told by their words alone: 来访 is a form.
    rivals = {position for field in decided for position in clashes[field]}
    columns = {taken.field: headings[position] for position, taken in sorted(found.taken.items()) if position in rivals}
    return laid_over(rules, {"columns": columns}) if columns else rules
