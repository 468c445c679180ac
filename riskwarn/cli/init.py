"""``riskwarn init``: make a home."""

from __future__ import annotations

from pathlib import Path

import click

from riskwarn.cli.session import Session


@click.command("init")
@click.option("--config", type=click.Path(path_type=Path), help="A riskwarn.yaml to start from.")
@click.pass_obj
def command(session: Session, config: Path | None) -> None:
    """Make a home with its configuration (idempotent)."""
    from riskwarn.home import make_home

    home = make_home(session.home_path, session.settings, config)
    result = {"home": str(home.path), "configuration": str(home.path / "riskwarn.yaml")}
    session.emit(
        result, [f"home: {home.path}", "Next: riskwarn load FOLDER, with the exports of the departments in it."]
    )
