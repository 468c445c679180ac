"""Errors of files and places: what is read, and what is written."""

from __future__ import annotations

from riskwarn.errors.family import RiskwarnError
from riskwarn.messages import Message


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


class FileUnreadable(RiskwarnError):
    """A file cannot be read as the kind that its name says."""

    code = "file_unreadable"
    template = "{file}: {problem}."


class FileEmpty(RiskwarnError):
    """A file has no rows below its headings."""

    code = "file_empty"
    template = "{file}: {problem}."

    def __init__(self, **fields: object) -> None:
        problem = Message("no rows below the headings; nothing was loaded. Export it again, or leave it out")
        super().__init__(**{"problem": problem, **fields})


class InboxMissing(RiskwarnError):
    """The folder of an update is not there: a share that is not mounted, a path that is mistyped."""

    code = "inbox_missing"
    template = "{folder} is no folder: mount or make it, name another, or mend inbox in riskwarn.yaml."
