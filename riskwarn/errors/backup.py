"""Errors of backups: those that are not made, those that are not what was made, and what is not restored."""

from __future__ import annotations

from riskwarn.errors.family import RiskwarnError


class BackupRefused(RiskwarnError):
    """A backup is not made where it was asked for."""

    code = "backup_refused"
    template = "{folder}: no backup was made: {problem}."
    status = 409


class BackupMissing(RiskwarnError):
    """A folder that holds no backup."""

    code = "backup_missing"
    template = "{folder} is no backup of riskwarn: it has no {file}."


class BackupNewer(RiskwarnError):
    """A newer riskwarn has made the backup."""

    code = "backup_newer"
    template = "{folder} was made by a newer riskwarn ({version}): install that riskwarn."


class BackupDamaged(RiskwarnError):
    """Files of a backup are missing, or other than they were written."""

    code = "backup_damaged"
    template = "{folder} is damaged, and nothing was restored; missing, or not as they were written: {files}. Use another backup."


class BackupForeign(RiskwarnError):
    """A backup of another home, or one that somebody wrote anew."""

    code = "backup_foreign"
    template = (
        "{folder} was not made of the home whose key {key} is, or somebody changed it since: name the id.key of that home with "
        "--id-key, or use another backup."
    )


class BackupUnsound(RiskwarnError):
    """A backup is as it was written, but the home was not."""

    code = "backup_unsound"
    template = (
        "{folder}: nothing was restored, for in the home that it was made of something was not as it was written: {problems}. Use another "
        "backup, or take it as it is with --with-problems."
    )


class RestoreRefused(RiskwarnError):
    """A backup is not restored where it was asked for."""

    code = "restore_refused"
    template = "{home}: nothing was restored: {problem}."
    status = 409
