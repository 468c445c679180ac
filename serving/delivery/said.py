"""Reading what was said about notices, as it is told to somebody: all about one, and the last about each."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, select

from riskwarn.errors import NothingSaid
from riskwarn.home import Home
from serving.delivery.messages import Message, from_kept
from serving.delivery.tables import MESSAGES
from serving.delivery.view import View, less

#: Notices that are read at once.
_PAGE = 200


def about(home: Home, alert: str, view: View) -> list[Message]:
    """The messages about a notice that are kept and heard, in their order, up to the one after which it was told of elsewhere. Raises
    NothingSaid, also where the last is about nothing inside."""
    rows = select(MESSAGES).where(MESSAGES.c.alert_id == alert).order_by(MESSAGES.c.sequence)
    with home.database.connect() as connection:
        found = [from_kept(dict(row)) for row in connection.execute(rows).mappings()]
    over = max((place for place, one in enumerate(found) if view.elsewhere(one.body)), default=-1)
    if found and not view.hears(found[-1]):
        found = found[: over + 1]
    if not found:
        raise NothingSaid(id=alert[:64])
    return [less(one, view.left_out(one.body)) for one in found if view.hears(one)]


def newest(home: Home, status: str, view: View) -> Iterator[Message]:
    """The last message about each notice that is told, the newest first."""
    last = select(func.max(MESSAGES.c.sequence).label("sequence")).where(MESSAGES.c.status == status)
    chosen = last.group_by(MESSAGES.c.alert_id).subquery()
    rows = select(MESSAGES).join(chosen, chosen.c.sequence == MESSAGES.c.sequence).order_by(MESSAGES.c.sequence.desc())
    before: int | None = None
    while True:
        page = rows if before is None else rows.where(MESSAGES.c.sequence < before)
        with home.database.connect() as connection:
            found = list(connection.execute(page.limit(_PAGE)).mappings())
        for row in found:
            message = from_kept(dict(row))
            if view.tells(message):
                yield less(message, view.left_out(message.body))
        if len(found) < _PAGE:
            return
        before = found[-1]["sequence"]
