"""What ``riskwarn map`` proposes where there is a home: on top of the mapping by which `ingest` would read the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from riskwarn.home import Home
from riskwarn.ingest.loading.remembered import mapping_in_force, settled_sources
from riskwarn.ingest.mapping_proposal.proposal import Proposal, propose
from riskwarn.ingest.mapping_proposal.recognised import Place
from riskwarn.ingest.sheets import held_open
from riskwarn.mapping import laid_over
from riskwarn.messages import Message


@held_open()
def propose_in_home(
    home: Home,
    file: Path,
    *,
    source: str | None = None,
    places: Sequence[Place] = (),
    database: str | None = None,
    sheet: str | None = None,
) -> Proposal:
    """Propose a mapping for a file that holds all that is in force for it: the source's own, and what was settled for its headings.

    Raises what :func:`riskwarn.ingest.mapping_proposal.proposal.examine` raises, and ConfigurationInvalid.
    """
    ground: str | None = None
    if source is None:
        before = settled_sources(home, home.configuration.sources, file, sheet)
        if len(before) == 1:
            source, ground = before[0], Message("its headings were settled before")
    guessed = None
    if source is None:
        guessed = propose(file, home.configuration, places=places, database=database, sheet=sheet)
        source, ground = guessed.source, guessed.source_ground
    rules, _ = mapping_in_force(home, source, file, sheet) if source in home.configuration.sources else (None, None)
    if guessed is not None and (rules is None or not rules.model_fields_set):
        return guessed
    found = propose(file, home.configuration, source=source, rules=rules, places=places, database=database, sheet=sheet)
    found = found if ground is None else replace(found, source_ground=ground)
    if rules is None or not rules.model_fields_set:
        return found
    whole = laid_over(rules, dict(found.mapping)).model_dump(mode="json", exclude_unset=True)
    return replace(found, mapping=whole, preset=rules.preset or found.preset)
