"""Files that a command writes where the user names one."""

from __future__ import annotations

from pathlib import Path

import click

from riskwarn.errors import OutputRefused


def checked_file(file: Path, force: bool) -> None:
    """Refuse a file of another kind than CSV or XLSX, and one that is there without --force. Raises OutputRefused, UsageError."""
    if file.suffix.lower() not in (".csv", ".xlsx"):
        raise click.UsageError("FILE ends in .csv or .xlsx.")
    if file.exists() and not force:
        raise OutputRefused(file=file, problem="there is one already; replace it with --force")
