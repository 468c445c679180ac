"""The dispatcher: carries what is due to whom it is for, many at once and each in order, and writes what became of it.

Where it dies, what it had sent and not yet written is sent again, under the same id.
"""

from __future__ import annotations

import asyncio
import logging
import random
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from riskwarn.errors import RiskwarnError
from riskwarn.home import Home
from serving.delivery import deliveries
from serving.delivery.deliveries import Item, Result, Run, Waiting
from serving.delivery.messages import TO_THE_TOLD, Message
from serving.delivery.outbox import DEAD, DELIVERED, EXPIRED, WAITING
from serving.delivery.outcomes import Outcome
from serving.delivery.pace import Pace
from serving.delivery.sending import Sender
from serving.delivery.today import Seen, Today
from serving.delivery.view import View, less

_log = logging.getLogger(__name__)

#: Seconds in which what became of messages is collected before it is written.
_COLLECTED = 0.02

#: Seconds between two looks for messages whose days are over.
_SWEEP_EVERY = 3_600.0


class Dispatcher:
    """One process that may carry messages. `clock` decides what is due, expired and over."""

    def __init__(
        self, home: Home, clock: Callable[[], datetime] = lambda: datetime.now(UTC), pace: Pace | None = None
    ) -> None:
        self._home, self._clock, self.pace = home, clock, pace or Pace()
        self._holder = secrets.token_hex(8)
        self._until = self._asked = 0.0  # by the monotonic clock
        self._waiting, self._today, self._jitter = Waiting(home), Today(home), random.Random()
        self._busy: set[str] = set()
        self._ended: list[str] = []
        self._results: list[Result] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._swept = -_SWEEP_EVERY
        self.counts: Counter[str] = Counter()

    async def run(self, stop: asyncio.Event) -> None:
        """Carry messages until it is told to stop."""
        await self._carry(stop, drain=False)

    async def drain(self) -> Counter[str]:
        """Carry what is due now, and end; how many messages became what."""
        await self._carry(asyncio.Event(), drain=True)
        return self.counts

    async def _carry(self, stop: asyncio.Event, drain: bool) -> None:
        self._woken = asyncio.Event()
        self._sender = Sender(self._home, self._clock, self.pace.at_once)
        # One thread of its own asks the database: whatever else waits, this does not.
        with ThreadPoolExecutor(1, "deliveries") as self._apart:
            try:
                while not stop.is_set():
                    more = await self._turn()
                    if drain and not more and not self._tasks and not self._results:
                        break
                    await self._rest(stop)
            finally:
                for task in self._tasks:
                    task.cancel()
                await asyncio.gather(*self._tasks, return_exceptions=True)
                await self._guarded(self._settle)
                await self._guarded(partial(self._in_thread, deliveries.release, self._home, self._holder))
                await self._sender.close()

    async def _rest(self, stop: asyncio.Event) -> None:
        """Wait until something is to be written, or looked for."""
        woken = [asyncio.ensure_future(one.wait()) for one in (self._woken, stop)]
        await asyncio.wait(woken, timeout=self.pace.look_every, return_when=asyncio.FIRST_COMPLETED)
        for one in woken:
            one.cancel()
        if self._woken.is_set():
            self._woken.clear()
            await asyncio.sleep(_COLLECTED)

    async def _turn(self) -> bool:
        """Write what became of messages, and take on what is due; whether there was any."""
        return bool(await self._guarded(self._step))

    async def _step(self) -> bool:
        await self._settle()
        now, room = self._clock(), self.pace.at_once - len(self._busy)
        # Looked for before the lease is asked for: where there is nothing to carry nothing is written.
        due = partial(self._waiting.due, now, self._busy, room, self.pace.run)
        runs: list[Run] = await self._in_thread(due) if room > 0 else []
        if runs and not await self._held():
            return False
        views: list[Seen] = await self._in_thread(self._seen, runs) if runs else []
        for run, seen in zip(runs, views, strict=True):
            self._busy.add(run.to.id)
            task = asyncio.create_task(self._told(run, seen))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        if self._tasks:
            await self._held()
        elif time.monotonic() - self._swept > _SWEEP_EVERY:
            self._swept = time.monotonic()
            await self._in_thread(deliveries.sweep, self._home, now)
        return bool(runs)

    async def _held(self) -> bool:
        """Whether this process is the one that carries; it says so again long before that ends."""
        now = time.monotonic()
        if now < self._until and now - self._asked < self.pace.held / 3:
            return True
        self._asked = now
        held = await self._in_thread(deliveries.hold, self._home, self._holder, self.pace.held, self._clock())
        self._until = now + self.pace.held if held else 0.0
        return bool(held)

    async def _settle(self) -> None:
        results, self._results = self._results, []
        ended, self._ended = self._ended, []
        try:
            await self._in_thread(deliveries.settle, self._home, results, self._clock())
        except BaseException:
            self._results, self._ended = results + self._results, ended + self._ended
            raise
        self._busy -= set(ended)
        for one in results:
            self.counts["retried" if one.state == WAITING else one.state] += 1

    def _seen(self, runs: Sequence[Run]) -> list[Seen]:
        """What each subscriber sees today of what he is to be told."""
        return [
            self._today.seen([item.message for item in run.items], run.barred, run.to.within, run.owner) for run in runs
        ]

    async def _told(self, run: Run, seen: Seen) -> None:
        """Tell one subscriber what is due, in order, until it fails."""
        try:
            known: set[str] = set()
            for item in run.items:
                if time.monotonic() >= self._until:
                    return  # another may carry by now
                result = await self._one(run, item, known, seen(item.message))
                self._results.append(result)
                self._woken.set()
                if result.state in (DEAD, WAITING):
                    return
        finally:
            self._ended.append(run.to.id)
            self._woken.set()

    async def _one(self, run: Run, item: Item, known: set[str], view: View) -> Result:
        left = view.left_out(item.message.body)
        message, now = less(item.message, left), self._clock()
        made = partial(Result, run.to.id, item.sequence)
        if run.owner is None:
            return made(DEAD, item.attempts, now, "owner", "owner")
        problem = self._moot(item, message, known, view, now)
        if problem is not None:
            return made(EXPIRED, item.attempts, now, problem)
        outcome = await self._sender.send(run.to, message)
        attempts, now = item.attempts + 1, self._clock()
        known.add(message.alert_id)
        if outcome.delivered:
            return made(DELIVERED, attempts, now)
        if outcome.gone:
            return made(DEAD, attempts, now, outcome.problem, "gone")
        if now - item.queued_at >= timedelta(days=self._home.configuration.delivery.give_up_days):
            return made(DEAD, attempts, now, outcome.problem)
        return made(WAITING, attempts, self._next(now, attempts, outcome), outcome.problem)

    def _next(self, now: datetime, attempts: int, outcome: Outcome) -> datetime:
        return now + timedelta(seconds=self.pace.wait(attempts, outcome, self._jitter))

    def _moot(self, item: Item, message: Message, known: set[str], view: View, now: datetime) -> str | None:
        """Why there is nothing to tell any more: it is over, its target is suspended, it lies outside today, or what ended was never told.
        `message` is what would be told."""
        if item.message.expired(now):
            return "expired"
        if not view.tells(item.message):
            return "suspended" if view.inside_of(item.message) else "outside"
        heard = item.told or message.alert_id in known
        return None if heard or message.kind not in TO_THE_TOLD else "untold"

    async def _in_thread(self, function: Callable[..., Any], *given: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._apart, function, *given)

    async def _guarded(self, step: Callable[[], Any]) -> Any:
        """Where the database does not answer, everything is tried again at the next turn."""
        try:
            return await step()
        except RiskwarnError as error:
            _log.warning("messages cannot be carried: %s", error.code)
        except Exception as error:
            _log.error("messages cannot be carried", exc_info=error)
        return None


class Carrier:
    """A dispatcher in a thread of its own, beside a server that answers."""

    def __init__(self, home: Home, clock: Callable[[], datetime], pace: Pace | None = None) -> None:
        self._dispatcher = Dispatcher(home, clock, pace)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._over = False
        self._thread = threading.Thread(target=self._run, name="dispatcher", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; an attempt that is under way is broken off, and made again by whoever carries next."""
        self._over = True
        if self._loop is not None and self._stop is not None:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._stop.set)
        if self._thread.ident is not None:
            self._thread.join(5)

    def _run(self) -> None:
        asyncio.run(self._carry())

    async def _carry(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        if not self._over:
            await self._dispatcher.run(self._stop)
