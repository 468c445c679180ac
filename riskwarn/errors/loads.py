"""Errors of loads: what belongs where, what would rewrite, what is not there."""

from __future__ import annotations

from typing import ClassVar

from riskwarn.errors.family import RiskwarnError, UnknownName
from riskwarn.messages import Message


class SomeNotLoaded(RiskwarnError):
    """Of several files some could not be loaded; the others are in force."""

    code = "some_not_loaded"
    template = "In force: {loaded}. Not loaded: {failed}."


class ExportInFuture(RiskwarnError):
    """An export that was taken later than now."""

    code = "export_in_future"
    template = "--exported-at {value} lies in the future (it is {now} now): give the day on which the department took the export."


class LoadUnsettled(RiskwarnError):
    """Something that only a person can say is missing, and nobody can be asked."""

    code = "load_unsettled"
    template = "Nothing was loaded: {missing}."


class AnswerContradicts(RiskwarnError):
    """An option says otherwise than what an earlier load has settled for a file of the same headings."""

    code = "answer_contradicts"
    template = (
        "{file}: {option} {given} contradicts what an earlier load has settled ({known}, kept in {path}). Nothing was loaded: leave "
        "the option out, or remove that file to be asked anew."
    )


class TableUnsettled(RiskwarnError):
    """Something that only a person can say of one table is missing, where other tables are loaded."""

    code = "table_unsettled"
    template = "{file}: nothing says {what}; give it with {option}."


class LoadStopped(RiskwarnError):
    """What stops a load, and is noted of one that was forced."""

    note: ClassVar[str]

    @property
    def noted(self) -> Message:
        """What is said of a load that went on all the same: the finding alone."""
        return Message(self.note, **self.fields)


class FileOfAnotherSource(LoadStopped):
    """A file is loaded as one source and looks like another."""

    code = "file_of_another_source"
    note = "{file} looks like {other} ({why}), not like {source}; it was loaded as {source}"
    template = (
        "{file} looks like {other} ({why}), not like {source}; nothing of it was stored. Load it with riskwarn ingest {other} "
        "{file}, or go on with --force."
    )


class PetitionsElsewhere(RiskwarnError):
    """Petitions are loaded as another source."""

    code = "petitions_elsewhere"
    template = (
        "{file} holds petitions ({why}), which are loaded as petitions only, where unanswered demand is counted and nothing else; "
        "nothing of it was stored as {source}. Load it with riskwarn ingest petitions FILE; --force does not go on here."
    )


class PresetOfAnotherSource(LoadStopped):
    """A packaged mapping is of another source than the file is loaded as."""

    code = "preset_of_another_source"
    note = "the packaged mapping {preset} is one of {other}, not of {source}; the file was loaded by it"
    template = (
        "The packaged mapping {preset} is one of {other}, not of {source}; nothing was stored. Load the file with riskwarn "
        "ingest {other} FILE --preset {preset}, leave the preset out, or go on with --force."
    )


class LoadTooLarge(LoadStopped):
    """A load brings many times what its source ever brought."""

    code = "load_too_large"
    note = "{file} brings {new} new records of {days} days, over ten times what {source} ever brought in so long a time ({usual}); they were stored"
    template = (
        "{file} brings {new} new records of {days} days, over ten times what {source} ever brought in so long a time "
        "({usual}); nothing of it was stored. Check the file and the source, or go on with --force."
    )


class RecordsRewritten(LoadStopped):
    """A load changes what was written once at registration in most records that it repeats."""

    code = "records_rewritten"
    note = "{file} changes {field} in {share} of the {repeated} records of {source} that it repeats, and that is written once, at registration; it was stored"
    template = (
        "{file} would change {field} in {share} of the {repeated} records of {source} that it repeats, and that is written "
        "once, at registration; nothing of it was stored. Check the mapping and the source; where another department numbers "
        "its records alike, put a mark of its own before its ids; or go on with --force."
    )


class UnknownSource(UnknownName):
    """A source that the configuration does not declare."""

    code = "unknown_source"
    asked = "source"
    template = (
        "{source!r} is not a source of this home{meant}; known are {known}. Declare it under sources: in riskwarn.yaml."
    )
    status = 404


class GridsMissing(RiskwarnError):
    """Records were loaded or scored before any grid."""

    code = "grids_missing"
    template = "No grids are loaded, so that nothing can be placed: run riskwarn ingest grids FILE first."


class UnknownLoad(RiskwarnError):
    """A load that the ledger does not hold."""

    code = "unknown_load"
    template = "There is no load {load}; riskwarn loads list shows those there are."
    status = 404


class LoadErased(RiskwarnError):
    """A load that was erased for good."""

    code = "load_erased"
    template = "Load {load} was erased on {day}, for good: nothing of it is left to erase or to bring back."
    status = 410


class UnknownRecord(RiskwarnError):
    """A record that the store does not hold; its id is not repeated."""

    code = "unknown_record"
    template = "{source} holds no record of this id, and no note of a refused row with it; nothing was erased."
    status = 404


class NothingToDismiss(RiskwarnError):
    """No refused row that waits for repair is of the kind that was to be dismissed."""

    code = "nothing_to_dismiss"
    template = "No refused row of this kind waits for repair; riskwarn quarantine list shows those that do."
    status = 404


class LoadNotUndone(RiskwarnError):
    """A load that cannot be taken back as it was asked."""

    code = "load_not_undone"
    template = "Load {load} was not undone: {problem}."
