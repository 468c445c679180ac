"""Errors by which people are protected: refused words, personal columns and texts, an erasure that is not proven."""

from __future__ import annotations

from riskwarn.errors.family import RiskwarnError


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


class ErasureNotProven(RiskwarnError):
    """Something was found after an erasure."""

    code = "erasure_not_proven"
    template = "It is erased, but what was erased still stands in {hits}: remove these by hand, then run the same command again, which looks once more."
