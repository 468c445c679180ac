"""What every command needs: the home, the way to print a result, and progress on stderr."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from riskwarn.cli.reporter import Reporter
from riskwarn.cli.tables import Table, table, terminal_width
from riskwarn.messages import Message, translated
from riskwarn.settings import Settings

if TYPE_CHECKING:
    from riskwarn.configuration import Configuration
    from riskwarn.home import Home

__all__ = ["Session", "table"]


@dataclass(frozen=True)
class Session:
    """One call of the command line."""

    home_path: Path
    as_json: bool
    settings: Settings
    language: str = "en"
    progress: Reporter = field(default_factory=lambda: Reporter())
    _opened: list[Home] = field(default_factory=list)

    def home(self) -> Home:
        """Open the home; raise HomeMissing where there is none. From then on new files are the user's alone."""
        from riskwarn.home import open_home

        os.umask(0o077)
        home = open_home(self.home_path, self.settings)
        self._opened[:] = [home]
        return home

    def close(self) -> None:
        """Send what was written to the audit on, where a collector of logs is named; where it is away, say so."""
        if self.settings.syslog is None or not self._opened:
            return
        from riskwarn.audit.syslog import forward
        from riskwarn.errors import RiskwarnError

        try:
            forward(self._opened[0])
        except RiskwarnError as error:
            self.tell("the audit is not sent on yet: {problem}", problem=error.message)

    def home_with_families(self) -> Home:
        """Open the home as :meth:`home` does, and raise UnknownTarget where `features:` names a family that is not there.

        Which there are only the catalogue knows; it is asked where a family is named.
        """
        home = self.home()
        if home.configuration.features.off or home.configuration.features.on:
            from features.catalogue.catalogue import check_families

            check_families(home.configuration)
        return home

    @cached_property
    def configuration_or_usual(self) -> Configuration:
        """The home's declarations; the defaults where there is no home."""
        from riskwarn.configuration import Configuration
        from riskwarn.errors import HomeMissing

        try:
            return self.home().configuration
        except HomeMissing:
            return Configuration()

    def configuration(self) -> Configuration:
        """The home's declarations; the defaults where there is no home, for commands that only explain."""
        return self.configuration_or_usual

    def source(self, name: str) -> str:
        """The source that is meant, by its name or its Chinese one; raise UnknownSource."""
        from riskwarn.contracts import source_named

        return source_named(name, self.configuration())

    def emit(self, result: object, lines: Sequence[str | Table], *, paged: bool = False) -> None:
        """Print the result: one JSON document with --json, else the given lines, in the language of who reads them."""
        self.progress.finish()
        if self.as_json:
            text = json.dumps(self._said(result), ensure_ascii=False, indent=2, allow_nan=False, default=str)
            click.echo(text)
            return
        width = terminal_width()
        shown: list[str] = []
        for line in lines:
            shown += line.lines(self.language, width) if isinstance(line, Table) else [self.said(line)]
        if paged and sys.stdout.isatty() and len(shown) > shutil.get_terminal_size().lines:
            click.echo_via_pager("\n".join(shown) + "\n")
        else:
            for one in shown:
                click.echo(one)

    def said(self, text: str) -> str:
        """A sentence in the language of who reads it."""
        return translated(text, self.language)

    def tell(self, template: str, **fields: Any) -> None:
        """Say something beside the result, on stderr."""
        self.progress.finish()
        click.echo(self.said(Message(template, **fields)), err=True)

    def _said(self, value: object) -> object:
        """The result with its sentences in the language that was asked for."""
        if isinstance(value, Message):
            return self.said(value)
        if isinstance(value, dict):
            return {name: self._said(part) for name, part in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._said(part) for part in value]
        return value
