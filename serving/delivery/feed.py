"""What was said, as those read it who listen: by number, from memory where it is new and from the database where it is not.

A listener is a number: nothing is queued for it, so that memory does not grow with how many listen or how slowly they read. A message is
made into bytes once for all of whom the same is left out.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from sqlalchemy import select

from riskwarn.errors import RiskwarnError
from riskwarn.home import Home
from serving.delivery.messages import EVENTS, Message, from_kept
from serving.delivery.payload import as_json, event_of
from serving.delivery.tables import MESSAGES, OUTBOX_HEAD
from serving.delivery.view import Left, View, less

_log = logging.getLogger(__name__)

#: Messages that are held in memory for all.
HELD = 1_000

#: Messages that a listener is given at once: of those in memory, and of older ones, which are read for it alone.
SHARED, OWN = 200, 20

#: Seconds between two looks for what is new, while anybody listens.
LOOK_EVERY = 0.25


@dataclass(frozen=True)
class Told:
    """A message with its number, and as an event of a stream."""

    sequence: int
    message: Message
    _made: dict[Left, bytes] = field(default_factory=dict, repr=False, compare=False)

    def level(self, view: View) -> str | None:
        """Its level, as somebody is told it; None where he is told that it is over, whatever level he asks for."""
        ends = self.message.kind == "Cancel" or view.ends(self.message)
        return None if ends else view.level(self.message.level, self.message.members)

    def event(self, view: View) -> bytes | None:
        """As somebody is told it; None where he is not. It is made once for all of whom the same is left out."""
        if not view.tells(self.message):
            return None
        left = view.left_out(self.message.body)
        made = self._made.get(left)
        if made is None:
            made = _event(less(self.message, left))
            if not left.members:  # of those there may be as many as areas
                self._made[left] = made
        return made


def _event(message: Message) -> bytes:
    head = f"id: {message.id}\nevent: {EVENTS[message.kind]}\ndata: ".encode()
    return head + as_json(event_of(message)) + b"\n\n"


class Feed:
    """What was said in a home, for the listeners of one process. `published` counts publications: each may take out of what was said what
    is told no more."""

    def __init__(
        self, home: Home, held: int = HELD, look_every: float = LOOK_EVERY, published: Callable[[], int] = lambda: 0
    ) -> None:
        self._home, self._look_every, self._published = home, look_every, published
        self._generation = published()
        self._newest: deque[Told] = deque(maxlen=held)
        self._last: int | None = None  # the number up to which all is known here
        self._news: asyncio.Event | None = None
        self._looking: asyncio.Task[None] | None = None
        self._beginning: asyncio.Task[None] | None = None
        self._unread: RiskwarnError | None = None  # why nothing can be read, as long as nothing can
        self.listeners = 0

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Look for what is new as long as anybody listens."""
        self.listeners += 1
        try:
            if self._looking is None:
                # All who come meanwhile wait for one look, and are told alike that there is none.
                if self._beginning is None:
                    self._beginning = asyncio.create_task(self._begin())
                await asyncio.shield(self._beginning)
            yield
        finally:
            self.listeners -= 1
            if self.listeners == 0 and self._looking is not None:
                self._looking.cancel()
                self._looking = None

    async def _begin(self) -> None:
        try:
            head = await asyncio.to_thread(self._head)
            newest = await asyncio.to_thread(self._tail)
        finally:
            self._beginning = None
        self._newest.clear()
        self._newest.extend(newest)
        self._last = max(head, newest[-1].sequence if newest else 0)
        self._news, self._unread = asyncio.Event(), None
        if self.listeners:
            self._looking = asyncio.create_task(self._look())

    async def place(self, identity: str | None, view: View) -> int | None:
        """The number behind which a listener goes on: that of the last message it heard, else of the newest; None where that is not kept,
        or about nothing inside, which is told alike."""
        return await asyncio.to_thread(self._place, identity, view)

    def _place(self, identity: str | None, view: View) -> int | None:
        if self._unread is not None:
            raise type(self._unread)(**self._unread.fields)  # nobody waits for what is known already
        if identity is None:
            return self._head()
        found = self._named(identity)
        return found.sequence if found is not None and view.hears(found.message) else None

    async def after(self, place: int) -> list[Told]:
        """The next messages behind a number, in their order; none where there are none yet."""
        newest = self._newest
        if newest and newest[0].sequence <= place + 1:
            first = place + 1 - newest[0].sequence
            return [newest[at] for at in range(first, min(len(newest), first + SHARED))]
        if self._last is not None and place >= self._last:
            return []
        return await asyncio.to_thread(self._read, place, OWN)

    @property
    def news(self) -> asyncio.Event:
        """Set once there is something new; taken before one looks, so that nothing is missed in between."""
        assert self._news is not None, "only while somebody listens"
        return self._news

    async def _look(self) -> None:
        while True:
            try:
                await self._renew()
                if self._unread is not None:
                    self._unread = None
                    _log.warning("messages are read again")
            except RiskwarnError as error:
                self.not_read(error)
            except Exception as error:
                _log.error("messages cannot be read", exc_info=error)
            await asyncio.sleep(self._look_every)

    def not_read(self, error: RiskwarnError) -> None:
        """Note that nothing can be read now; it is logged once, until something can."""
        if self._unread is None:
            _log.warning("messages cannot be read: %s", error.code)
        self._unread = error

    async def _renew(self) -> None:
        assert self._last is not None
        if self._generation != (now := self._published()):
            self._generation = now
            self._newest.clear()  # older ones are read from the database
        while found := await asyncio.to_thread(self._read, self._last, SHARED):
            for one in found:
                if self._newest and one.sequence != self._newest[-1].sequence + 1:
                    self._newest.clear()  # numbers in memory follow each other
                self._newest.append(one)
            self._last = found[-1].sequence
            news, self._news = self._news, asyncio.Event()
            if news is not None:
                news.set()

    def _read(self, place: int, most: int) -> list[Told]:
        rows = select(MESSAGES).where(MESSAGES.c.sequence > place).order_by(MESSAGES.c.sequence).limit(most)
        with self._home.database.connect() as connection:
            return [Told(row["sequence"], from_kept(dict(row))) for row in connection.execute(rows).mappings()]

    def _tail(self) -> list[Told]:
        """The newest messages, whose numbers follow each other: whoever comes back mostly wants these, and all share them."""
        rows = select(MESSAGES).order_by(MESSAGES.c.sequence.desc()).limit(self._newest.maxlen)
        found: list[Told] = []
        with self._home.database.connect() as connection:
            for row in connection.execute(rows).mappings():
                if found and row["sequence"] != found[-1].sequence - 1:
                    break
                found.append(Told(row["sequence"], from_kept(dict(row))))
        return found[::-1]

    def _head(self) -> int:
        with self._home.database.connect() as connection:
            return int(connection.execute(select(OUTBOX_HEAD.c.sequence)).scalar_one())

    def _named(self, identity: str) -> Told | None:
        with self._home.database.connect() as connection:
            row = connection.execute(select(MESSAGES).where(MESSAGES.c.id == identity)).mappings().first()
        return None if row is None else Told(row["sequence"], from_kept(dict(row)))
