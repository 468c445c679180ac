"""Files that are handed over by a browser, and what only who answers for the whole city may see."""

from riskwarn.errors.family import RiskwarnError


class DataOfCity(RiskwarnError):
    """Somebody of a part of the city asks for loads or registered versions."""

    code = "data_of_city"
    template = "Loads, refused rows and reports are of the whole city, and you were granted a part of it: ask who was granted all."
    status = 403


class ReportOfOwner(RiskwarnError):
    """Somebody with a key asks for the report of a version, which tells exact numbers."""

    code = "report_of_owner"
    template = "A report tells exact numbers of events, which are given to nobody with a key: the owner of the home writes it with riskwarn report {version}."
    status = 403


class UploadInvalid(RiskwarnError):
    """Files that are not taken."""

    code = "upload_invalid"
    template = "These files are not taken: {problem}"
    status = 422


class UnknownUpload(RiskwarnError):
    """An upload that there is not, or that another made."""

    code = "unknown_upload"
    template = "There is no upload {id!r} of yours any more: hand the files over again."
    status = 404


class UploadBusy(RiskwarnError):
    """Another upload is at work."""

    code = "upload_busy"
    template = "Another upload is being tried or loaded: try again when it has ended."
    status = 409


class UploadNotReady(RiskwarnError):
    """A step before the one that it needs."""

    code = "upload_not_ready"
    template = "This upload does not stand so: {needed}"
    status = 409


class CommandFailed(RiskwarnError):
    """A command that was asked for by a page has not answered."""

    code = "command_failed"
    template = "riskwarn {command} gave no answer: {problem}"
    status = 503
