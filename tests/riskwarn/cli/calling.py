"""Calling the command line inside the process of the tests, as a person or a script would."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from riskwarn.cli import main

#: The variables that choose a language, and the width of what is printed.
LOCALE = ("LC_ALL", "LC_MESSAGES", "LANGUAGE", "LANG", "RISKWARN_LANG", "COLUMNS")


@dataclass(frozen=True)
class Answer:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The JSON document on stdout."""
        return json.loads(self.out)

    @property
    def error(self) -> dict[str, str]:
        """The JSON document of an error: the last line on stderr."""
        told: dict[str, str] = json.loads(self.err.strip().splitlines()[-1])
        return told

    @property
    def last(self) -> str:
        """The last line on stderr."""
        return self.err.strip().splitlines()[-1]


class Caller:
    """A person at a terminal in one folder."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self._capture, self._patch = folder, capture, monkeypatch
        monkeypatch.chdir(folder)
        for name in LOCALE:
            # Set and taken away, so that what a command sets is taken away after the test.
            monkeypatch.setenv(name, "")
            monkeypatch.delenv(name)

    def locale(self, **variables: str) -> None:
        """Set variables of the environment."""
        for name, value in variables.items():
            self._patch.setenv(name, value)

    def __call__(self, *arguments: object, code: int = 0) -> Answer:
        """Run a command that ends with `code`."""
        self._capture.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([*map(str, arguments)])
        printed = self._capture.readouterr()
        assert ended.value.code == code, printed.out + printed.err
        return Answer(code, printed.out, printed.err)
