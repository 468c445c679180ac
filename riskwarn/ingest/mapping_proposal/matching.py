"""Which column of a file is which field: by headings first, then by what the cells hold; each with its ground."""

from __future__ import annotations

from collections.abc import Sequence

from riskwarn.contracts import Contract
from riskwarn.ingest.mapping_proposal.by_headings import by_headings, clocks
from riskwarn.ingest.mapping_proposal.by_values import by_coordinates, by_values
from riskwarn.ingest.mapping_proposal.identity import make_identity
from riskwarn.ingest.mapping_proposal.latin import by_latin_headings
from riskwarn.ingest.mapping_proposal.profile import Profile
from riskwarn.ingest.mapping_proposal.recognised import Place, Recognised
from riskwarn.mapping import Mapping as Rules


def recognise(contract: Contract, seen: Profile, rules: Rules, places: Sequence[Place]) -> Recognised:
    """Take the columns of a file for fields of a contract; `places` are the units that are loaded."""
    found = Recognised(contract, seen, rules, places, notes=list(seen.notes))
    by_headings(found)
    if contract.events:
        by_values(found)
        clocks(found)
        found.identity = make_identity(found)
    else:
        by_latin_headings(found)
        if {"longitude", "latitude"} <= {one.name for one in contract.fields}:
            by_coordinates(found)
    return found
