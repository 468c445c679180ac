"""Errors of notices: which there are, where they stand, and who answers them."""

from __future__ import annotations

from riskwarn.errors.family import RiskwarnError


class UnknownAlert(RiskwarnError):
    """A notice that there is not, or that lies elsewhere."""

    code = "unknown_alert"
    template = "There is no alert {id!r}: GET /v1/alerts, or riskwarn alerts list, shows those there are."
    status = 404


class AlertStands(RiskwarnError):
    """Something that is not done where a notice stands."""

    code = "alert_stands"
    template = "Alert {id} is {status}: {verb} is not done there{known}."
    status = 409


class AlertChanged(RiskwarnError):
    """A notice that somebody changed meanwhile."""

    code = "alert_changed"
    template = "Alert {id} was changed meanwhile (version {version}, not {asked}): read it again, then decide."
    status = 412


class RequestReused(RiskwarnError):
    """An Idempotency-Key that came with another request before."""

    code = "request_reused"
    template = "This Idempotency-Key came with another request before: each change has a key of its own."
    status = 409


class UnknownSilence(RiskwarnError):
    """A silence that there is not, or that has ended."""

    code = "unknown_silence"
    template = "There is no silence {id!r} that lasts: GET /v1/silences, or riskwarn alerts silences, lists them."
    status = 404


class NothingToSimulate(RiskwarnError):
    """Too few snapshots or origins to replay."""

    code = "nothing_to_simulate"
    template = "There is nothing to replay: {problem}. Publish some weeks first, or name the predictions of a back-test with --backtest."
    status = 409
