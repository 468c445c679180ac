"""Errors of homes, configuration, plug-ins and databases."""

from __future__ import annotations

from riskwarn.errors.family import RiskwarnError


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


class HomeBusy(RiskwarnError):
    """An update meets another, a training or a scoring."""

    code = "home_busy"
    template = "{home}: another riskwarn update, train or score is running; run this again when it has ended."
    status = 503
