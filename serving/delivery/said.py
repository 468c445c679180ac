"""Reading what was said about notices: all about one, and the last about each."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, select

from riskwarn.errors import NothingSaid
from riskwarn.home import Home
from serving.delivery.messages import Message, from_kept
from serving.delivery.tables import MESSAGES

#: Notices that are read at once.
_PAGE = 200


def about(home: Home, alert: str) -> list[Message]:
    """All messages about a notice that are kept, in their order. Raises NothingSaid."""
    rows = select(MESSAGES).where(MESSAGES.c.alert_id == alert).order_by(MESSAGES.c.sequence)
    with home.database.connect() as connection:
        found = [from_kept(dict(row)) for row in connection.execute(rows).mappings()]
    if not found:
        raise NothingSaid(id=alert[:64])
    return found


def newest(home: Home, status: str) -> Iterator[Message]:
    """The last message about each notice, the newest first."""
    last = select(func.max(MESSAGES.c.sequence).label("sequence")).where(MESSAGES.c.status == status)
    chosen = last.group_by(MESSAGES.c.alert_id).subquery()
    rows = select(MESSAGES).join(chosen, chosen.c.sequence == MESSAGES.c.sequence).order_by(MESSAGES.c.sequence.desc())
    before: int | None = None
    while True:
        page = rows if before is None else rows.where(MESSAGES.c.sequence < before)
        with home.database.connect() as connection:
            found = list(connection.execute(page.limit(_PAGE)).mappings())
        for row in found:
            yield from_kept(dict(row))
        if len(found) < _PAGE:
            return
        before = found[-1]["sequence"]
