"""One family of errors: a sentence that says what, where and the way out, and a stable code for programs.

Every error a user can cause is a subclass of :class:`RiskwarnError`. The command line prints the sentence and
exits with 1; the API turns it into a problem document whose ``type`` ends in the code.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import ClassVar

from riskwarn.messages import Message


class RiskwarnError(Exception):
    """A clear error of the domain. Subclasses give a code and the template of their sentence."""

    code: ClassVar[str] = "error"
    template: ClassVar[str] = "{message}"
    status: ClassVar[int] = 400

    def __init__(self, **fields: object) -> None:
        self.fields = fields
        self.message = Message(self.template, **fields)
        super().__init__(self.message)


class UnknownName(RiskwarnError):
    """A name that is not among the known ones; the error says which of them is like it."""

    asked: ClassVar[str] = "name"

    def __init__(self, *, known: str, **fields: object) -> None:
        close = get_close_matches(str(fields[self.asked]), known.split(", "), 1, 0.6)
        meant = Message(" (did you mean {name}?)", name=close[0]) if close else ""
        super().__init__(known=known, meant=meant, **fields)


# ---- home and configuration ---------------------------------------------------------------------------


class HomeMissing(RiskwarnError):
    """No home at the given path."""

    code = "home_missing"
    template = "{path} is not a riskwarn home: run riskwarn init (or name another with --home or RISKWARN_HOME)."


class HomeNotEmpty(RiskwarnError):
    """``init`` was asked to use a folder that holds something else."""

    code = "home_not_empty"
    template = "{path} holds other files ({example}): name an empty folder for the home."


class FolderNotEmpty(RiskwarnError):
    """``simulate`` was asked to write among files that are not an earlier simulated city."""

    code = "folder_not_empty"
    template = "{path} holds other files ({example}): name a new or empty folder for the simulated city."


class ConfigurationInvalid(RiskwarnError):
    """riskwarn.yaml (or a mapping) has a wrong key or value."""

    code = "configuration_invalid"
    template = "{file}, line {line}: {key}: {problem}."


class SettingInvalid(RiskwarnError):
    """An environment variable has a value that cannot be used."""

    code = "setting_invalid"
    template = "{name} is set to {value!r}: {problem}."


class PackageShadowed(RiskwarnError):
    """A file of one's own bears the name of a package of riskwarn, and would be imported in its place."""

    code = "package_shadowed"
    template = "{file} stands in the way of riskwarn's package {name!r}: rename it, or start Python in another folder."


class DatabaseUnusable(RiskwarnError):
    """The SQLite database of a home cannot be opened, read or written."""

    code = "database_unusable"
    template = (
        "The database {database} cannot be used ({problem}): check that the file is whole and may be written, or put it "
        "back from a backup."
    )
    status = 503


class DatabaseUnreachable(RiskwarnError):
    """The database that RISKWARN_DATABASE_URL names does not answer, or does not let us in."""

    code = "database_unreachable"
    template = (
        "The database {database} cannot be used ({problem}): check RISKWARN_DATABASE_URL, and that its server runs and "
        "lets this user in."
    )
    status = 503


class DatabaseBusy(RiskwarnError):
    """Another process has held the database for longer than one waits."""

    code = "database_busy"
    template = "The database {database} is held by another process: run the command again when that has ended."
    status = 503


class DatabaseFull(RiskwarnError):
    """There is no room on the disk of the database."""

    code = "database_full"
    template = (
        "The disk is full on which the database {database} lies: make room, then run the command again; what was being "
        "written is not kept."
    )
    status = 503


class DatabaseNewer(RiskwarnError):
    """A newer riskwarn has changed the tables of the database."""

    code = "database_newer"
    template = (
        "The database {database} belongs to a newer riskwarn (its tables have version {held}, this one knows {known}): "
        "install that riskwarn, or use a backup of before."
    )
    status = 503


# ---- files and loading --------------------------------------------------------------------------------


class FileMissing(RiskwarnError):
    """A named file is not there."""

    code = "file_missing"
    template = "{file}: no such file; check the path."


class FolderEmpty(RiskwarnError):
    """A folder whose files are to be loaded holds none."""

    code = "folder_empty"
    template = "{folder}: the folder is empty; put the exports of the departments in it, or name another."


class FolderMissing(RiskwarnError):
    """A file is to be written into a folder that is not there."""

    code = "folder_missing"
    template = "{file}: there is no folder {folder}; make it first, or name another file."


class OutputRefused(RiskwarnError):
    """A file is not written where it was asked for: it would replace another, or its name does not fit."""

    code = "output_refused"
    template = "{file}: nothing was written: {problem}."
    status = 409


class PlaceRefused(RiskwarnError):
    """A file or folder that the operating system does not let be read or written."""

    code = "place_refused"
    template = "{path}: {problem}."


class DiskFull(RiskwarnError):
    """There is no room left for what is being written."""

    code = "disk_full"
    template = "{path}: the disk is full: make room, then run the command again; what was being written is not kept."


class SomeNotLoaded(RiskwarnError):
    """Of several files some could not be loaded; the others are in force."""

    code = "some_not_loaded"
    template = "In force: {loaded}. Not loaded: {failed}."


class ExportInFuture(RiskwarnError):
    """An export that was taken later than now."""

    code = "export_in_future"
    template = "--exported-at {value} lies in the future (it is {now} now): give the day on which the department took the export."


class FileUnreadable(RiskwarnError):
    """A file cannot be read as the kind that its name says."""

    code = "file_unreadable"
    template = "{file}: {problem}."


class FileEmpty(RiskwarnError):
    """A file has no rows below its headings."""

    code = "file_empty"
    template = "{file}: no rows below the headings; nothing was loaded. Export it again, or leave it out."


class ColumnMissing(RiskwarnError):
    """A required field has no column."""

    code = "column_missing"
    template = "{file}: no column for {field!r} ({hint}). {way}, or let riskwarn load find it; riskwarn map FILE shows what it holds."

    def __init__(self, *, field: str, **fields: object) -> None:
        way = Message("Name the column with --mapping FILE (columns: {{{field}: HEADING}})", field=field)
        if field == "record_id":
            way = Message(
                "Name the column with --mapping FILE (columns: {{{field}: HEADING}}), or, where the export has no id, the "
                "headings that tell its rows apart (identity: [HEADING, HEADING])",
                field=field,
            )
        super().__init__(field=field, way=way, **fields)


class HeadingClash(RiskwarnError):
    """Two headings stand for one field."""

    code = "heading_clash"
    template = (
        "{file}: the headings {headings} both stand for {field!r}; say which one with --mapping FILE "
        "(columns: {{{field}: HEADING}})."
    )


class SheetMissing(RiskwarnError):
    """A sheet was named that the file does not have."""

    code = "sheet_missing"
    template = "{file}: there is no sheet {sheet!r}; there are {sheets}. Name one of them, or its number, with --sheet."


class SheetsDiffer(RiskwarnError):
    """Several sheets of a workbook fit the source, and their headings are not the same."""

    code = "sheets_differ"
    template = (
        "{file}: the sheets {first} and {second} both fit, and their headings are not the same; load one after the "
        "other with --sheet NAME, or as one with --sheet all."
    )


class SheetUnfit(RiskwarnError):
    """All sheets of a workbook were asked for, and one does not fit."""

    code = "sheet_unfit"
    template = "{file}: the sheet {sheet} does not fit ({problem}); there are {sheets}. Leave it out with --sheet NAME."


class LoadUnsettled(RiskwarnError):
    """Something that only a person can say is missing, and nobody can be asked."""

    code = "load_unsettled"
    template = "Nothing was loaded: {missing}."


class FileOfAnotherSource(RiskwarnError):
    """A file is loaded as one source and looks like another."""

    code = "file_of_another_source"
    template = (
        "{file} looks like {other} ({why}), not like {source}; nothing of it was stored. Load it with riskwarn ingest {other} "
        "{file}, or go on with --force."
    )


class PresetOfAnotherSource(RiskwarnError):
    """A packaged mapping is of another source than the file is loaded as."""

    code = "preset_of_another_source"
    template = (
        "The packaged mapping {preset} is one of {other}, not of {source}; nothing was stored. Load the file with riskwarn "
        "ingest {other} FILE --preset {preset}, leave the preset out, or go on with --force."
    )


class LoadTooLarge(RiskwarnError):
    """A load brings many times what its source ever brought."""

    code = "load_too_large"
    template = (
        "{file} brings {new} new records of {days} days, over ten times what {source} ever brought in so long a time "
        "({usual}); nothing of it was stored. Check the file and the source, or go on with --force."
    )


class RecordsRewritten(RiskwarnError):
    """A load changes what was written once at registration in most records that it repeats."""

    code = "records_rewritten"
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


class RefusedWord(RiskwarnError):
    """A word that must not be used as category, column, target or rule."""

    code = "refused_word"
    template = (
        "{where}: {word!r} is refused: riskwarn warns about places and unmet needs, never about petitioning or persons."
    )


class PrivateColumn(RiskwarnError):
    """A mapping names a personal or protected column."""

    code = "private_column"
    template = "{where}: the column {column!r} holds personal or protected data ({what}) and cannot be mapped; remove that line."

    def __init__(self, *, what: str = "by its heading", **fields: object) -> None:
        super().__init__(what=what, **fields)


class PersonalText(RiskwarnError):
    """A text that would be kept holds personal data."""

    code = "personal_text"
    template = "{where}: the text holds a {what} and would be kept; write it without naming anyone."


class ReasonTooLong(RiskwarnError):
    """A reason that is longer than what is kept."""

    code = "reason_too_long"
    template = "{where} takes at most {most} characters."


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


class ErasureNotProven(RiskwarnError):
    """Something was found after an erasure."""

    code = "erasure_not_proven"
    template = "It is erased, but what was erased still stands in {hits}: remove these by hand, then run the same command again, which looks once more."


class LoadNotUndone(RiskwarnError):
    """A load that cannot be taken back as it was asked."""

    code = "load_not_undone"
    template = "Load {load} was not undone: {problem}."


# ---- time, targets and models -------------------------------------------------------------------------


class AsOfInvalid(RiskwarnError):
    """A date that cannot be an as-of."""

    code = "as_of_invalid"
    template = "{value} cannot be an as-of: {problem}; the nearest is {nearest}."


class NothingKnown(RiskwarnError):
    """No record is known before the as-of."""

    code = "nothing_known"
    template = "No event is known before {as_of}: load an event source, or choose a later as-of."


class UnknownTarget(UnknownName):
    """A target or horizon that the configuration does not declare."""

    code = "unknown_target"
    template = "{name!r} is not a declared {what}{meant}; declared are {known}."
    status = 422


class UnknownMetric(UnknownName):
    """A metric that nobody defined."""

    code = "unknown_metric"
    asked = "metric"
    template = "{metric!r} is not a metric{meant}; known are {known}."
    status = 422


class TargetSourceMissing(RiskwarnError):
    """A target whose source was never loaded."""

    code = "target_source_missing"
    template = "Target {target!r} needs the source {source!r}, and no record of it is loaded: run riskwarn ingest {source} FILE."


class TargetWithoutEvents(RiskwarnError):
    """A target with too few mature events to learn from."""

    code = "target_without_events"
    template = (
        "Target {target!r} at horizon {horizon} has {events} mature events before {as_of}, and at least {needed} are needed: "
        "load more history, or declare a wider target in riskwarn.yaml."
    )


class EventsWithoutDate(RiskwarnError):
    """No record has the date by which a target's events are told."""

    code = "events_without_date"
    template = (
        "Target {target!r} cannot be learnt yet: none of {records} {source} has {date}. Map its column "
        "(columns: {{{date}: HEADING}}), or declare the target by outcomes in riskwarn.yaml."
    )


class NoEvents(RiskwarnError):
    """No record has the date or an outcome by which a target's events are told."""

    code = "no_events"
    template = (
        "Target {target!r} cannot be learnt yet: none of {records} {source} has {date} or one of the outcomes {outcomes}. Map the "
        "columns of the outcome and of the closing date (columns: {{outcome: HEADING, closed_at: HEADING}}), translate their "
        "words (words: {{outcome: …}}), or declare another target in riskwarn.yaml."
    )


class OutcomesWithoutDate(RiskwarnError):
    """Outcomes that would be events have no date."""

    code = "outcomes_without_date"
    template = (
        "Target {target!r} cannot be learnt yet: {number} of {records} {source} have an outcome that counts, and none of these "
        "a date beside it. Map the column of the closing date (columns: {{closed_at: HEADING}})."
    )


class NoEventsOfCategory(RiskwarnError):
    """No record is of a category and severity that a target counts."""

    code = "no_events_of_category"
    template = (
        "Target {target!r} cannot be learnt yet: none of {records} {source} is of a category and severity that counts, and "
        "{unknown} bear a word of category that nobody knows. Translate them in the mapping (words: {{category: …}}), or name "
        "the target's categories in riskwarn.yaml."
    )


class EventsInNoGrid(RiskwarnError):
    """All events of a target are located above the grid."""

    code = "events_in_no_grid"
    template = (
        "Target {target!r} cannot be learnt yet: its {events} events in {source} are located in a community or above, and none "
        "in a grid. Load a column of the grid, coordinates, or a table of places."
    )


class EventsTooFew(RiskwarnError):
    """A target with too few events."""

    code = "events_too_few"
    template = (
        "Target {target!r} cannot be learnt yet: {source} holds {events} of its events in grids, and at least {needed} are needed. "
        "Load more history, or declare a wider target in riskwarn.yaml."
    )


class EventsTooLate(RiskwarnError):
    """No event of a target is left to learn from before the origins that are judged."""

    code = "events_too_late"
    template = (
        "Target {target!r} at horizon {horizon} cannot be learnt yet: none of its events falls between {first}, where learning "
        "begins, and {begins}, where judging begins. Load older records, or wait."
    )


class TargetEverywhere(RiskwarnError):
    """Every grid has an event in every window."""

    code = "target_everywhere"
    template = (
        "Target {target!r} at horizon {horizon}: every grid has an event in every window before {as_of}, so that there is nothing "
        "to tell apart. Choose a shorter horizon, or narrow the target (categories, min_severity)."
    )


class HistoryTooShort(RiskwarnError):
    """Too few mature origins to train and evaluate."""

    code = "history_too_short"
    template = "{origins} mature origins before {as_of} for horizon {horizon}, and at least {needed} are needed: load more history."


class UnknownVersion(UnknownName):
    """A model version that does not exist."""

    code = "unknown_version"
    asked = "version"
    template = "{version!r} is not a registered model version{meant}; known are {known}."
    status = 404


class PromotionRefused(RiskwarnError):
    """A challenger does not deserve to be champion."""

    code = "promotion_refused"
    template = "{version} was not promoted: {reason}."


class NothingToReturnTo(RiskwarnError):
    """No family was promoted before the champions of a target."""

    code = "nothing_to_return_to"
    template = "No version for {target} was champion before the present one: riskwarn models lists the versions, riskwarn promote takes one of them."
    status = 409


class RowsNotServed(RiskwarnError):
    """MLflow was asked for the forecast of a baseline."""

    code = "rows_not_served"
    template = "{baseline} is a baseline, which reads the history of its target and not rows of features: it is served by riskwarn score alone."


class TrainedForOther(RiskwarnError):
    """A version was trained for another period, target or source than is declared now."""

    code = "trained_for_other"
    template = "{version} was trained for something else ({differs}), and scores only what it was trained for: run riskwarn retrain."
    status = 409


class FeaturesChanged(RiskwarnError):
    """A version uses features whose definition has changed since it was trained."""

    code = "features_changed"
    template = (
        "{version} uses {number} features whose code or declaration has changed since it was trained ({features}): "
        "run riskwarn retrain."
    )
    status = 409


class PurposeUnknown(RiskwarnError):
    """A version of an earlier riskwarn that does not say what it was trained for."""

    code = "purpose_unknown"
    template = "{version} does not say what it was trained for, being of an earlier riskwarn: run riskwarn retrain."
    status = 409


class TrackingServerUnusable(RiskwarnError):
    """The MLflow server does not do what is asked."""

    code = "tracking_server_unusable"
    template = "MLFLOW_TRACKING_URI={address}: {problem}. Start the server or mend its rights, or unset it to keep models in the home."
    status = 503


class TrackingStoreUnusable(RiskwarnError):
    """The store of models in the home cannot be read or written."""

    code = "tracking_store_unusable"
    template = (
        "The models' own database {file} cannot be used: {problem}. Mend its rights or the disk, restore it from a backup, or "
        "move it away and train anew."
    )
    status = 503


class NoChampion(RiskwarnError):
    """Nothing to score with."""

    code = "no_champion"
    template = "No model has been promoted: run riskwarn train first."


class ModelDamaged(RiskwarnError):
    """A model file does not match its checksum."""

    code = "model_damaged"
    template = "{version}: {file} does not match its checksum; restore the artifact or train again."


class ReportMissing(RiskwarnError):
    """A version was registered without the facts that a report is made of."""

    code = "report_missing"
    template = "{version} was registered by a riskwarn that kept no facts for a report: riskwarn retrain makes a version that has one."
    status = 404


# ---- serving ------------------------------------------------------------------------------------------


class NoSnapshot(RiskwarnError):
    """Nothing has been published."""

    code = "no_snapshot"
    template = "No snapshot has been published{which}: run riskwarn score first."
    status = 404


class NotReplayable(RiskwarnError):
    """A snapshot that cannot be rebuilt from what there is."""

    code = "not_replayable"
    template = "Snapshot {snapshot} cannot be rebuilt: {problem}."
    status = 409


class UnknownUnit(RiskwarnError):
    """A grid or a unit that the snapshot does not hold."""

    code = "unknown_unit"
    template = "No {unit} with the code {code!r} in this snapshot."
    status = 404


class QueryInvalid(RiskwarnError):
    """A query parameter that is unknown or has a wrong value."""

    code = "query_invalid"
    template = "{parameter}: {problem}."
    status = 422


class RequestRefused(RiskwarnError):
    """A request that the local operator's gate refuses."""

    code = "request_refused"
    template = "{problem}."
    status = 403


class HostRefused(RiskwarnError):
    """``serve`` was asked to listen beyond loopback while no key exists."""

    code = "host_refused"
    template = "--host {host} is refused: while no key exists the server listens on loopback only (127.0.0.1, ::1 or localhost)."


class PortTaken(RiskwarnError):
    """The port is in use."""

    code = "port_taken"
    template = "Port {port} on {host} is in use: stop the other server, or name another with --port."


# ---- features -----------------------------------------------------------------------------------------


class FeatureModuleInvalid(RiskwarnError):
    """A module of ``features: modules`` that cannot be used."""

    code = "feature_module_invalid"
    template = "features.modules in riskwarn.yaml: {module} cannot be used: {problem}."


class FeatureNameTaken(RiskwarnError):
    """Names of sources and categories that together give two features one name."""

    code = "feature_name_taken"
    template = (
        "riskwarn.yaml: two features would be called {name}, one of {one} and one of {other}; "
        "rename one of the sources, or its category."
    )


class ClusterUnreachable(RiskwarnError):
    """The Dask scheduler of RISKWARN_DASK, or its workers, do not answer."""

    code = "cluster_unreachable"
    template = "RISKWARN_DASK={address}: {problem}. Start `dask scheduler` and `dask worker ADDRESS`, or unset it."
    status = 503


class WorkerDiffers(RiskwarnError):
    """A worker of the cluster runs other code of features than the one who asks."""

    code = "worker_differs"
    template = "A worker knows the catalogue {worker}, not {caller}: install the same version on all machines and restart them."
    status = 503
