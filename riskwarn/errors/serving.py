"""Errors of serving: snapshots, questions, hosts and ports."""

from __future__ import annotations

from riskwarn.errors.family import RiskwarnError


class NoSnapshot(RiskwarnError):
    """Nothing has been published."""

    code = "no_snapshot"
    template = "No snapshot has been published: run riskwarn score first."
    status = 404


class SnapshotUnknown(NoSnapshot):
    """An id under which nothing was published."""

    code = "snapshot_unknown"
    template = (
        "There is no snapshot {snapshot}: riskwarn snapshots list, or GET /v1/snapshots, names those that there are."
    )


class NoBorders(RiskwarnError):
    """There is no file of borders of this name in what the caller sees of the snapshot."""

    code = "no_borders"
    template = "This snapshot has no borders named {name!r}: GET /v1/boundaries names those that it has."
    status = 404


class SnapshotDamaged(RiskwarnError):
    """A file of a snapshot that is missing, or not what was written."""

    code = "snapshot_damaged"
    template = "Snapshot {snapshot} is damaged: {problem}. Put it back with riskwarn snapshots replay {snapshot} --repair; riskwarn score publishes the next one without it."
    status = 503


class SnapshotWithdrawn(RiskwarnError):
    """A scoring whose inputs are those of a snapshot that was withdrawn."""

    code = "snapshot_withdrawn"
    template = "The same inputs gave snapshot {snapshot}, which was withdrawn ({because}): mend what was wrong in loads, configuration or champions first."
    status = 409


class NotReadYet(RiskwarnError):
    """A server that has just started."""

    code = "not_read_yet"
    template = "The server has just started and is still reading the newest snapshot: ask again in a second."
    status = 503


class SnapshotGone(RiskwarnError):
    """A snapshot that was withdrawn, or lost its files by retention."""

    code = "snapshot_gone"
    template = "Snapshot {snapshot} {fate}: start again without naming it (by cursor, a or b)."
    status = 410


class AsOfGone(RiskwarnError):
    """An as-of whose snapshots were withdrawn, or lost their files by retention."""

    code = "as_of_gone"
    template = "Snapshot {snapshot}, as of {as_of}, {fate}."
    status = 410


class WithdrawnBefore(RiskwarnError):
    """A snapshot that was withdrawn already."""

    code = "withdrawn_before"
    template = "Snapshot {snapshot} was withdrawn before ({because})."
    status = 409


class SnapshotSwept(RiskwarnError):
    """A snapshot whose files retention removed, where files are needed."""

    code = "snapshot_swept"
    template = "Snapshot {snapshot} has lost its files by retention (keep_snapshots in riskwarn.yaml); its row and its record stay."
    status = 410


class TargetSuspended(RiskwarnError):
    """A target that somebody suspended, or that was left out of a snapshot because it was."""

    code = "target_suspended"
    template = "The target “{target}” is suspended, and no other takes its place: it is served again once somebody resumes it (Administration in the console, or riskwarn resume), from a snapshot that has its figures: one published meanwhile has none until the next riskwarn score."
    status = 409


class AllSuspended(RiskwarnError):
    """A scoring for which no target is left."""

    code = "all_suspended"
    template = (
        "Every target that has a champion is suspended ({targets}): riskwarn resume TARGET lets one be published again."
    )
    status = 409


class SuspendedBefore(RiskwarnError):
    """A target that is suspended already."""

    code = "suspended_before"
    template = "The target “{target}” is suspended already, since {at} ({because})."
    status = 409


class NotSuspended(RiskwarnError):
    """A target that is to be resumed and is not suspended."""

    code = "not_suspended"
    template = "The target “{target}” is not suspended."
    status = 409


class RecordTampered(RiskwarnError):
    """A row of what was published, or of how it went, that is not as it was written."""

    code = "record_tampered"
    template = "The chain breaks at row {row} of {table} ({what}): {problem}."
    status = 500


class RecordMissing(RecordTampered):
    """A row of what was published, or of how it went, that the audit names and that is not there."""

    code = "record_missing"
    template = "The table {table} lacks {missing}, though the audit says that it was written: put the database back from a backup."


class NotReplayable(RiskwarnError):
    """A snapshot that cannot be rebuilt from what there is."""

    code = "not_replayable"
    template = "Snapshot {snapshot} cannot be rebuilt: {problem}."
    status = 409


class UnknownUnit(RiskwarnError):
    """A grid or a unit that the snapshot does not hold."""

    code = "unknown_unit"
    template = "No {unit} with the code {code!r} in this snapshot: search for it by its name."
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


class TooManyExports(RiskwarnError):
    """More files are asked for than are written at once."""

    code = "too_many_exports"
    template = "Other files are being written: ask again in a moment."
    status = 503


class HostRefused(RiskwarnError):
    """``serve`` was asked to listen beyond loopback while no key exists."""

    code = "host_refused"
    template = "--host {host} is refused: while no key exists the server listens on loopback only (127.0.0.1, ::1 or localhost)."


class PortTaken(RiskwarnError):
    """The port is in use."""

    code = "port_taken"
    template = "Port {port} on {host} is in use: stop the other server, or name another with --port."
