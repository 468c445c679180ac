"""``riskwarn secrets``: what riskwarn shows to other systems, sealed under a key outside the home."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from riskwarn.cli.session import Session, table
from riskwarn.cli.tables import local_time
from riskwarn.messages import Listed, Message

if TYPE_CHECKING:
    from riskwarn.home import Home
    from riskwarn.secrets.ciphers import CipherName

COLUMNS = ("name", "key", "changed_at", "opens")
CIPHERS = ("aes-256-gcm", "sm4-gcm")


@click.group("secrets")
def command() -> None:
    """Keep secrets of other systems (a webhook's, a sign-on's, a gateway's), sealed under the key in the file RISKWARN_SECRETS_KEY."""


@command.command("init")
@click.option("--cipher", type=click.Choice(CIPHERS), default=CIPHERS[0], show_default=True, help="What seals.")
@click.pass_obj
def init(session: Session, cipher: CipherName) -> None:
    """Make the key file. Keep a copy of it where no backup of the home lies: without it no secret opens."""
    from riskwarn.secrets import listed
    from riskwarn.secrets.key_file import make, place_of

    home = session.home()
    key = make(home, cipher)
    waiting = [one.name for one in listed(home)]
    told = {"path": str(place_of(home)), "key": key.id, "cipher": cipher, "closed": waiting}
    lines: list[str] = [Message("{path}: made, key {key} ({cipher})", path=told["path"], key=key.id, cipher=cipher)]
    if waiting:
        said = "Sealed with another key, so that they do not open: {names}; set them again."
        lines.append(Message(said, names=Listed(waiting)))
    session.emit(told, lines)


@command.command("set")
@click.argument("name")
@click.argument("value", nargs=-1, metavar="")
@click.pass_obj
def set_secret(session: Session, name: str, value: tuple[str, ...]) -> None:
    """Keep a secret under NAME (oidc, gateway, mail, webhook.ID), in the place of the one that is there. Its value is asked for, or read from stdin."""
    from riskwarn.secrets import keep
    from riskwarn.secrets.names import READ, check_name

    if value:
        # Not repeated: what is printed may be kept in a log.
        raise click.UsageError(
            "A value is no argument, which others on this machine see: it is asked for, or read from stdin."
        )
    home = session.home()
    check_name(name)
    given = _value(session, name)
    _check(name, given)
    kept = keep(home, name, given, now=datetime.now(UTC))
    lines: list[str] = [Message("{name}: kept, sealed with the key {key}", name=kept.name, key=kept.key)]
    read = name in READ or _subscribed(home, name)
    if not read:
        said = "Nothing reads it: there is no subscription with this id; riskwarn subscriptions create makes one, with a secret of its own."
        lines.append(Message(said))
    session.emit({**kept.as_dict(), "read": read}, lines)


def _check(name: str, value: str) -> None:
    """Refuse at once what a server would refuse to start with."""
    from riskwarn.errors import SettingInvalid
    from serving.access.own_secrets import problem_of

    if name in ("oidc", "gateway") and (problem := problem_of(value.strip())) is not None:
        raise SettingInvalid(name=name, value="…", problem=problem)


def _subscribed(home: Home, name: str) -> bool:
    """Whether a subscription reads a secret."""
    from sqlalchemy import select

    from serving.delivery.tables import SUBSCRIPTIONS

    with home.database.connect() as connection:
        own = select(SUBSCRIPTIONS.c.id).where(SUBSCRIPTIONS.c.id == name.partition(".")[2])
        return connection.execute(own).first() is not None


@command.command("list")
@click.pass_obj
def list_secrets(session: Session) -> None:
    """Show the names of the secrets, when each was set, and whether it opens; never a value."""
    from riskwarn.errors import RiskwarnError
    from riskwarn.secrets import listed
    from riskwarn.secrets.keeping import closed

    home = session.home()
    kept = listed(home)
    problem: str | None = None
    try:
        shut = {str(one.fields["name"]) for one in closed(home)} if kept else set()
    except RiskwarnError as error:
        shut, problem = {one.name for one in kept}, error.message
    told: list[dict[str, Any]] = [{**one.as_dict(), "opens": one.name not in shut} for one in kept]
    zone = home.configuration.calendar.timezone
    rows = [{**one, "changed_at": local_time(one["changed_at"], zone)} for one in told]
    session.emit(told, [*table(rows, COLUMNS), *([problem] if problem else [])])


@command.command("remove")
@click.argument("name")
@click.pass_obj
def remove_secret(session: Session, name: str) -> None:
    """Forget the secret NAME."""
    from riskwarn.secrets import remove

    remove(session.home(), name, now=datetime.now(UTC))
    session.emit({"name": name, "removed": True}, [Message("{name}: removed", name=name)])


@command.command("rotate")
@click.option("--cipher", type=click.Choice(CIPHERS), help="What seals from now on (else what sealed before).")
@click.pass_obj
def rotate_key(session: Session, cipher: CipherName | None) -> None:
    """Seal every secret anew under a new key, which takes the place of the old one in the key file.

    Secrets of backups that were made before open with the key file of before alone: keep a copy of it as long as those.
    """
    from riskwarn.secrets import rotate
    from riskwarn.secrets.key_file import read

    home = session.home()
    count = rotate(home, now=datetime.now(UTC), cipher=cipher)
    key = read(home)[0]
    told = {"secrets": count, "key": key.id, "cipher": key.cipher}
    said = Message("{secrets} secret(s) sealed anew with the key {key} ({cipher})", **told)
    session.emit(told, [said])


def _value(session: Session, name: str) -> str:
    """What a person types unseen, twice, or a program writes to stdin; one line break at its end is none of it."""
    if sys.stdin.isatty():
        asked = session.said(Message("Value of {name}", name=name))
        again = session.said("The same once more")
        value: str = click.prompt(asked, hide_input=True, confirmation_prompt=again, err=True)
        return value
    return sys.stdin.read().removesuffix("\n").removesuffix("\r")
