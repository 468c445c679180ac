"""``riskwarn operators``: the people who may sign in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import click

from riskwarn.cli.keys import confirm_grant, ends, shown, shown_by, waits
from riskwarn.cli.session import Session, table
from riskwarn.messages import Message

COLUMNS = ("id", "name", "role", "area", "subject", "signed_in_at", "ends_at", "keys", "state")
ROLES = ("centre", "analyst", "supervisor", "system", "security", "audit")


@click.group("operators")
def command() -> None:
    """Create, list, revoke, rotate and confirm operators: who they are stands in one table alone."""


@command.command("create")
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), required=True, help="What the operator is there for.")
@click.option("--area", "area", multiple=True, metavar="CODE", help="A unit to be seen; several (the whole city).")
@click.option("--days", type=int, help="For how long (access: days in riskwarn.yaml, 180).")
@click.option(
    "--subject", metavar="TEXT", help="What the city's sign-on or gateway calls this person; kept as a digest."
)
@click.pass_obj
def create(session: Session, name: str, role: str, area: Sequence[str], days: int | None, subject: str | None) -> None:
    """Create an operator: NAME is a person's name or staff number."""
    from serving.access.areas import areas_named
    from serving.access.operators import create_operator
    from serving.access.scopes import Role
    from serving.snapshots.units import units_today

    home = session.home()
    where = areas_named(area, units_today(home) if area else {})
    made = create_operator(
        home,
        name,
        Role(role),
        now=datetime.now(UTC),
        area=where,
        days=days,
        subject=subject,
        token=shown_by(session),
    )
    session.emit(made, [Message("operator {id}, {role}", id=made["id"], role=role), *ends(session, made)])


@command.command("list")
@click.pass_obj
def list_operators(session: Session) -> None:
    """List the operators, the newest first."""
    from serving.access.operators import listed_operators

    rows = listed_operators(session.home(), now=datetime.now(UTC))
    following = [] if rows else ["There is no operator: riskwarn operators create makes one."]
    session.emit(rows, [*table([shown(session, row) for row in rows], COLUMNS), *following], paged=True)


@command.command("revoke")
@click.argument("operator")
@click.option("--because", required=True, metavar="TEXT", help="Why; kept, and names nobody.")
@click.pass_obj
def revoke(session: Session, operator: str, because: str) -> None:
    """End the operator of the id OPERATOR at once, with every key of theirs."""
    from serving.access.operators import revoke_operator

    done = revoke_operator(session.home(), operator, because, now=datetime.now(UTC), token=shown_by(session))
    session.emit(done, [Message("revoked: {id}, with {keys} keys", id=operator, keys=len(done["keys"]))])


@command.command("rotate")
@click.argument("operator")
@click.option("--days", type=int, help="For how long (access: days in riskwarn.yaml, 180).")
@click.pass_obj
def rotate(session: Session, operator: str, days: int | None) -> None:
    """Give the operator of the id OPERATOR another term, in the same role and area."""
    from serving.access.operators import rotate_operator

    done = rotate_operator(session.home(), operator, now=datetime.now(UTC), days=days, token=shown_by(session))
    said = Message("operator {id}, {role}", id=operator, role=done["role"])
    session.emit(done, [said, *ends(session, done)])


@command.command("confirm")
@click.argument("operator")
@click.pass_obj
def confirm_operator(session: Session, operator: str) -> None:
    """Confirm the operator of the id OPERATOR, whom another granted."""
    confirm_grant(session, operator)


@command.command("subject")
@click.argument("operator")
@click.argument("subject")
@click.pass_obj
def subject_of(session: Session, operator: str, subject: str) -> None:
    """Say what the city's sign-on or gateway calls the operator of the id OPERATOR; it is kept as a digest."""
    from serving.access.subjects import bind_subject

    done = bind_subject(session.home(), operator, subject, now=datetime.now(UTC), token=shown_by(session))
    lines = [Message("operator {id} is known by this subject", id=operator)]
    if not done["confirmed"]:
        lines.append(waits(session, operator))
    session.emit(done, lines)


@command.command("sign-out")
@click.argument("operator")
@click.option("--because", required=True, metavar="TEXT", help="Why; kept, and names nobody.")
@click.pass_obj
def sign_out(session: Session, operator: str, because: str) -> None:
    """End every session of the operator of the id OPERATOR: running servers know it within a second."""
    from serving.access.operators import sign_operator_out

    done = sign_operator_out(session.home(), operator, because, now=datetime.now(UTC), token=shown_by(session))
    session.emit(done, [Message("signed out: {id}, {sessions} sessions", id=operator, sessions=done["sessions"])])
