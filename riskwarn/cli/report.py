"""``riskwarn report``: one page about a version, or about the data."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path
from subprocess import DEVNULL

import click

from riskwarn.cli import options
from riskwarn.cli.session import Session
from riskwarn.messages import Message

#: Seconds in which what opens a page has said that it cannot.
_MOMENT = 5.0


@click.command("report")
@click.argument("version", required=False)
@click.option("--city", "of_city", is_flag=True, help="About the data instead: sources, weeks, gaps, places, words.")
@options.as_of
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write here (default: report-VERSION.html in this folder).",
)
@click.option("--open", "opened", is_flag=True, help="Open the page in the browser.")
@options.force
@click.pass_obj
def command(
    session: Session,
    version: str | None,
    of_city: bool,
    as_of: date | None,
    out: Path | None,
    opened: bool,
    force: bool,
) -> None:
    """Write one page (HTML, Chinese and English) about VERSION, by default the first champion: how good it is beside each baseline, where and for whom it errs, what it leans on."""
    if of_city and version is not None:
        raise click.UsageError("--city is about the data and takes no VERSION.")
    if as_of is not None and not of_city:
        raise click.UsageError("--as-of is for --city: a version has its own.")
    from riskwarn.files import output_file, write_text
    from training.routines.report import report_of_city, report_of_version

    endings = (".html", ".htm")
    path = output_file(out, force=force, endings=endings) if out is not None else None
    home, language = session.home(), session.language
    if of_city:
        page = report_of_city(home, language=language, as_of=as_of, progress=session.progress)
    else:
        page = report_of_version(home, version, language=language)
    name = "city" if of_city else page.of
    path = path or output_file(Path(f"report-{name}.html"), force=force, endings=endings)
    write_text(path, page.html)
    session.emit({"of": page.of, "path": str(path)}, [Message("report of {of}: {path}", of=page.of, path=path)])
    if opened and not opened_in_browser(path):
        session.tell("No browser could be opened: open {path} yourself.", path=path.resolve())
        click.get_current_context().exit(1)


def opened_in_browser(path: Path) -> bool:
    """Whether what opens files of this system took a page: it is asked for a moment, for a browser may stay with it; its own words go nowhere."""
    opener = "open" if sys.platform == "darwin" else "xdg-open"
    try:
        asked = subprocess.Popen([opener, path], stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL, start_new_session=True)
        return asked.wait(timeout=_MOMENT) == 0
    except subprocess.TimeoutExpired:
        return True
    except OSError:
        return False
