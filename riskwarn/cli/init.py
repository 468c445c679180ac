"""``riskwarn init``: make a home."""

from __future__ import annotations

from pathlib import Path

import click

from riskwarn.cli.session import Session
from riskwarn.messages import Message


@click.command("init")
@click.option("--config", type=click.Path(path_type=Path), help="A riskwarn.yaml to start from.")
@click.option("--force", is_flag=True, help="Let --config replace the configuration of a home that has another.")
@click.pass_obj
def command(session: Session, config: Path | None, force: bool) -> None:
    """Make a home with its configuration (idempotent)."""
    from riskwarn.home import make_home

    home = make_home(session.home_path, session.settings, config, force=force)
    result = {"home": str(home.path), "configuration": str(home.path / "riskwarn.yaml")}
    lines = [
        Message("home: {path}", path=home.path),
        "Next: riskwarn load FOLDER, with the exports of the departments in it.",
    ]
    session.emit(result, lines)
