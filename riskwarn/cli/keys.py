"""``riskwarn keys``: the keys of programs, and of operators for themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from riskwarn.cli.session import Session, table
from riskwarn.cli.tables import Table, local_time
from riskwarn.messages import Message

if TYPE_CHECKING:
    from serving.access.grants import Token

COLUMNS = ("id", "name", "operator", "scopes", "area", "purpose", "networks", "ends_at", "last_used_at", "state")
PURPOSES = ("ranking", "planning", "alerts", "evaluation", "operation")


@click.group("keys")
def command() -> None:
    """Create, list, revoke, rotate and confirm the keys by which programs ask the server."""


@command.command("create")
@click.argument("name")
@click.option(
    "--scope", "scopes", multiple=True, metavar="SCOPE", help="What it may do; several, or with commas (read)."
)
@click.option("--area", "area", multiple=True, metavar="CODE", help="A unit that it may see; several (the whole city).")
@click.option("--purpose", type=click.Choice(PURPOSES), help="What it is used for.")
@click.option("--network", "networks", multiple=True, metavar="CIDR", help="From where it opens; several (anywhere).")
@click.option("--days", type=int, help="For how long (access: days in riskwarn.yaml, 180).")
@click.option("--operator", metavar="ID", help="An operator whose own key it is, with that role and area.")
@click.pass_obj
def create(
    session: Session,
    name: str,
    scopes: Sequence[str],
    area: Sequence[str],
    purpose: str | None,
    networks: Sequence[str],
    days: int | None,
    operator: str | None,
) -> None:
    """Create a key for the program NAME. Its secret is printed this once."""
    from serving.access.areas import areas_named
    from serving.access.keys import Asked, create_key
    from serving.access.scopes import Purpose, scopes_named
    from serving.snapshots.units import units_today

    if operator is not None and (scopes or area):
        raise click.UsageError("--operator gives scopes and area already: leave --scope and --area out.")
    home = session.home()
    asked = Asked(
        name=name,
        scopes=scopes_named(scopes or ["read"]),
        area=areas_named(area, units_today(home) if area else {}),
        purpose=Purpose(purpose) if purpose is not None else None,
        networks=networks,
        days=days,
        operator=operator,
    )
    made = create_key(home, asked, now=datetime.now(UTC), token=shown_by(session))
    session.emit(made, _made(session, made))


@command.command("list")
@click.pass_obj
def list_keys(session: Session) -> None:
    """List the keys, the newest first; nothing in it opens."""
    from serving.access.keys import listed_keys

    home = session.home()
    rows = listed_keys(home, now=datetime.now(UTC))
    following = [] if rows else ["There is no key: riskwarn keys create makes one."]
    session.emit(rows, [*table([shown(session, row) for row in rows], COLUMNS), *following], paged=True)


@command.command("revoke")
@click.argument("key")
@click.option("--because", required=True, metavar="TEXT", help="Why; kept, and names nobody.")
@click.pass_obj
def revoke(session: Session, key: str, because: str) -> None:
    """Revoke the key of the id KEY: running servers refuse it within a second."""
    from serving.access.keys import revoke_key

    done = revoke_key(session.home(), key, because, now=datetime.now(UTC), token=shown_by(session))
    session.emit(done, [Message("revoked: {id}", id=key)])


@command.command("rotate")
@click.argument("key")
@click.option("--overlap", type=click.IntRange(0), default=7, show_default=True, help="Days for which both keys open.")
@click.option("--days", type=int, help="For how long the new one is (access: days in riskwarn.yaml, 180).")
@click.pass_obj
def rotate(session: Session, key: str, overlap: int, days: int | None) -> None:
    """Replace the key of the id KEY by a new one of the same scopes; the old one opens for the overlap."""
    from serving.access.keys import rotate_key

    done = rotate_key(
        session.home(), key, now=datetime.now(UTC), overlap_days=overlap, days=days, token=shown_by(session)
    )
    ends = local_time(done["replaced_ends_at"], session.home().configuration.calendar.timezone)
    session.emit(done, [*_made(session, done), Message("the old one, {id}, ends at {ends}", id=key, ends=ends)])


@command.command("confirm")
@click.argument("key")
@click.pass_obj
def confirm_key(session: Session, key: str) -> None:
    """Confirm the key of the id KEY, which another granted."""
    confirm_grant(session, key)


def shown_by(session: Session) -> Token:
    """By what somebody grants here: the token of a key (RISKWARN_KEY), or none, as the owner of the home."""
    from serving.access.grants import Token
    from serving.snapshots.units import within_today

    return Token(session.settings.key, within_today(session.home()))


def confirm_grant(session: Session, identity: str) -> None:
    """Confirm a key or an operator and say so."""
    from serving.access.grants import confirm

    done = confirm(session.home(), identity, now=datetime.now(UTC), token=shown_by(session))
    session.emit(done, [Message("confirmed: {id}, granted by {by}", id=identity, by=done["granted_by"])])


def shown(session: Session, row: dict[str, Any]) -> dict[str, Any]:
    """A key or an operator as a row of a table."""
    zone = session.home().configuration.calendar.timezone
    told = {**row, "area": Message("whole city") if row["area"] is None else " ".join(row["area"])}
    for name in ("scopes", "networks", "keys"):
        if name in row:
            told[name] = " ".join(row[name])
    for name in ("ends_at", "last_used_at", "signed_in_at"):
        if name in row:
            told[name] = local_time(row[name], zone)
    return {**told, "state": Message(row["state"])}


def ends(session: Session, made: dict[str, Any]) -> list[str | Table]:
    """Until when it is granted, and whether somebody has to confirm it."""
    zone = session.home().configuration.calendar.timezone
    lines: list[str | Table] = [Message("ends at {moment}", moment=local_time(made["ends_at"], zone))]
    if not made["confirmed"]:
        lines.append(waits(session, made["id"]))
    return lines


def waits(session: Session, identity: str) -> Message:
    """That another has to confirm an operator or a key, and how."""
    group = "operators" if identity.startswith("op") else "keys"
    said = "It counts beyond loopback once another has confirmed it: riskwarn {group} confirm {id}."
    if session.home().configuration.access.confirm:
        said = "It counts once another has confirmed it: riskwarn {group} confirm {id}."
    return Message(said, group=group, id=identity)


def _made(session: Session, made: dict[str, Any]) -> list[str | Table]:
    return [
        made["key"],
        Message("Keep it now: it is not kept here, and cannot be told again. Its id is {id}.", id=made["id"]),
        *ends(session, made),
    ]
