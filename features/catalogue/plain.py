"""All plain numbers of a city: made when they are asked for by name, beside the catalogue and never in it."""

from __future__ import annotations

from features.catalogue.catalogue import subjects_of
from features.families.declaration import Declared
from features.families.plain import of_interventions, of_records, of_residents, of_target
from riskwarn.configuration import Configuration


def plain_numbers(configuration: Configuration) -> tuple[Declared, ...]:
    """The plain numbers of every source, target and table."""
    subjects = subjects_of(configuration)
    rows = [row for subject in subjects.values() for row in of_records(subject)]
    for name, target in configuration.targets.items():
        if target.source in subjects and not subjects[target.source].contract.demand_only:
            rows += of_target(name, target, configuration.period)
    return (*rows, *of_interventions(configuration.period), *of_residents())
