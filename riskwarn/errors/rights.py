"""Errors by which people are protected: refused words, personal columns and texts, an erasure that is not proven, an audit
that was tampered with."""

from __future__ import annotations

from riskwarn.errors.family import RiskwarnError, UnknownName
from riskwarn.messages import Message


class RefusedWord(RiskwarnError):
    """A word that must not be used as category, column, target or rule."""

    code = "refused_word"
    template = (
        "{where}: {word!r} is refused: riskwarn warns about places and unmet needs, never about petitioning or persons."
    )


class RegisterOfPersons(RefusedWord):
    """A list of persons: no table that is loaded."""

    code = "register_of_persons"
    template = "{where}: {reason}."

    def __init__(self, *, told: str, **fields: object) -> None:
        self.reason = register_told(told)
        super().__init__(reason=self.reason, **fields)


def register_told(told: str) -> Message:
    """What is said of a list of persons; `told` is by what it is known: a word, or headings."""
    said = "it is a list of persons ({told}), which riskwarn never reads: it warns about places and unmet needs; delete it, for it does not belong here"
    return Message(said, told=told)


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


class ErasureNotProven(RiskwarnError):
    """Something was found after an erasure."""

    code = "erasure_not_proven"
    template = "It is erased, but what was erased still stands in {hits}: remove these by hand, then run the same command again, which looks once more."


class AlgorithmMissing(RiskwarnError):
    """The hash or the cipher that is asked for cannot be made here."""

    code = "algorithm_missing"
    template = "{setting} is {algorithm}, which the OpenSSL of this Python cannot make: say {other}, or use a Python whose OpenSSL has it."
    status = 503


class AuditBroken(RiskwarnError):
    """The chain of the audit is not as it was written."""

    code = "audit_broken"
    template = "The audit is broken at row {row} ({kind}): {problem}."
    status = 503


class UnknownAction(UnknownName):
    """An action that the audit does not know."""

    code = "unknown_action"
    template = "The audit knows no action {name!r}{meant}: it knows {known}, or the part of one before its stop."


class SyslogUnreachable(RiskwarnError):
    """The collector of logs does not take the audit."""

    code = "syslog_unreachable"
    template = "The collector of logs {address} cannot be reached ({problem}): check RISKWARN_SYSLOG; the rows are sent the next time."
    status = 503
