"""The family of errors: a sentence that says what, where and the way out, and a stable code for programs."""

from __future__ import annotations

from difflib import get_close_matches
from typing import ClassVar

from riskwarn.messages import Message

#: The package from which every error is imported.
_DOOR = "riskwarn.errors"


class RiskwarnError(Exception):
    """A clear error of the domain. Subclasses give a code and the template of their sentence."""

    code: ClassVar[str] = "error"
    template: ClassVar[str] = "{message}"
    status: ClassVar[int] = 400

    def __init_subclass__(cls) -> None:
        # A traceback names an error by the door through which it is imported.
        if cls.__module__.startswith(f"{_DOOR}."):
            cls.__module__ = _DOOR

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
