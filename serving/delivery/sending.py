"""Sending one message to one subscriber, by whichever channel; what became of it is told, and nothing is raised."""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import Any

import httpcore2

from riskwarn import secrets
from riskwarn.errors import RiskwarnError
from riskwarn.home import Home
from serving.delivery import mail
from serving.delivery.addresses import Allowed
from serving.delivery.connecting import AddressRefused, Guarded, pool
from serving.delivery.messages import Message
from serving.delivery.outcomes import Outcome, of_status
from serving.delivery.payload import as_json, event_of, text_of
from serving.delivery.robots import ROBOTS
from serving.delivery.subscriptions import MAIL, WEBHOOK, Subscription
from serving.delivery.webhooks import signed

_log = logging.getLogger(__name__)

#: Seconds for an attempt, whatever the other side does, and for each part of it.
ATTEMPT_SECONDS, PART_SECONDS = 15.0, 10.0

#: Bytes of an answer that are read.
MOST_ANSWER = 65_536

#: Seconds for which a secret is held open.
HELD_SECONDS = 5.0

AGENT = "riskwarn"


class Sender:
    """Connections to receivers, for as long as it is open. `clock` gives what signatures and moments are made of."""

    def __init__(self, home: Home, clock: Callable[[], datetime], at_once: int = 500) -> None:
        self._home, self._clock = home, clock
        self._declared = home.configuration.delivery
        self._allowed = Allowed.of(self._declared)
        self._guarded = Guarded(self._allowed)
        self._pool = pool(self._guarded, at_once)
        # A server of mail that does not answer keeps no secret waiting, nor does either the loop.
        self._mails, self._opening = ThreadPoolExecutor(8, "mail"), ThreadPoolExecutor(2, "secrets")
        self._held: dict[str, tuple[float, str]] = {}

    async def close(self) -> None:
        """Close the connections, and wait for nobody."""
        await self._pool.aclose()
        self._guarded.close()
        for one in (self._mails, self._opening):
            one.shutdown(wait=False, cancel_futures=True)

    async def send(self, to: Subscription, message: Message) -> Outcome:
        """Send a message, as it is told to who is subscribed."""
        return await self._carried(to, message, event_of(message))

    async def test(self, to: Subscription) -> Outcome:
        """Send what says that it is a test, and of no notice: a program that is live takes it for none."""
        now = self._clock()
        told = {"type": "subscription.test", "timestamp": now.isoformat(), "data": {"subscription": to.id}}
        body = {"unit": "city", "code": "", "text": {to.language: _TEST[to.language]}}
        one = Message(
            id=f"test.{to.id}.{int(now.timestamp())}", kind="Alert", alert_id="", version=1, team_id=None,
            target="", level="", units=(), sent_at=now, expires_at=None, references=(), body=body,
        )  # fmt: skip
        return await self._carried(to, one, told)

    async def _carried(self, to: Subscription, message: Message, event: dict[str, Any]) -> Outcome:
        """Send a message by the channel of a subscription; to a webhook goes the event that tells of it."""
        try:
            async with asyncio.timeout(ATTEMPT_SECONDS):
                secret = await self._opened(to.secret)
                if to.channel == WEBHOOK:
                    return await self._webhook(to, message.id, as_json(event), secret)
                if to.channel == MAIL:
                    return await self._mail(to, message, secret)
                return await self._robot(to, secret, message)
        except Exception as error:
            return Outcome(False, _word(error))

    async def _webhook(self, to: Subscription, identity: str, body: bytes, secret: str) -> Outcome:
        now = self._clock()
        both = to.before_until is not None and now < to.before_until
        keys = secret.split(" ")[: None if both else 1]
        status, answered, _ = await self._post(to.address, body, signed(identity, body, keys, now))
        return of_status(status, answered, now)

    async def _robot(self, to: Subscription, secret: str, message: Message) -> Outcome:
        robot, host, now = ROBOTS[to.channel], self._declared.robots().get(to.channel), self._clock()
        if host is None:
            return Outcome(False, "not_set")
        text = text_of(message, to.language, robot.most_bytes)
        address, body = robot.request(host, secret, text, now)
        status, answered, content = await self._post(address, body, [("Content-Type", "application/json")])
        outcome = of_status(status, answered, now)
        return robot.outcome(content) if outcome.delivered else outcome

    async def _mail(self, to: Subscription, message: Message, address: str) -> Outcome:
        declared = self._declared.mail
        if declared is None or not declared.takes(address):
            return Outcome(False, "not_set")
        password = await self._opened("mail") if declared.user is not None else None
        made = mail.letter(declared, address, message, to.language)
        sent = partial(mail.send, declared, self._allowed, password, made)
        return await asyncio.get_running_loop().run_in_executor(self._mails, sent)

    async def _post(self, address: str, body: bytes, headers: list[tuple[str, str]]) -> tuple[int, str | None, bytes]:
        """(The status, its Retry-After, the beginning of the body)."""
        own = [("Host", _host(address)), ("User-Agent", AGENT), ("Accept-Encoding", "identity"), *headers]
        times = dict.fromkeys(("connect", "read", "write", "pool"), PART_SECONDS)
        sending = self._pool.stream("POST", address, headers=[*own, ("Content-Length", str(len(body)))], content=body, extensions={"timeout": times})  # fmt: skip
        async with sending as answer:
            read = b""
            async for part in answer.aiter_stream():
                read += part
                if len(read) > MOST_ANSWER:
                    break
            later = next(
                (value.decode("latin-1") for name, value in answer.headers if name.lower() == b"retry-after"), None
            )
            return answer.status, later, read[:MOST_ANSWER]

    async def _opened(self, name: str) -> str:
        held = self._held.get(name)
        if held is None or time.monotonic() - held[0] > HELD_SECONDS:
            loop = asyncio.get_running_loop()
            opened = await loop.run_in_executor(self._opening, secrets.secret, self._home, name)
            held = self._held[name] = time.monotonic(), opened.get_secret_value()
        return held[1]


_TEST = {
    "zh": "【测试】网格风险提示：订阅已接通。这是一条测试消息，无需处理。",
    "en": "[TEST] riskwarn: this subscription works. This is a test, and nothing is to be done.",
}


def _host(address: str) -> str:
    return address.split("/", 3)[2]


def _word(error: Exception) -> str:
    """What went wrong in a word; never a text of the other side."""
    if isinstance(error, AddressRefused):
        return "address_refused"
    if isinstance(error, (TimeoutError, httpcore2.TimeoutException)):
        return "timeout"
    if isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError):
        return "tls"
    if isinstance(error, (httpcore2.NetworkError, OSError)):
        return "unreachable"
    if isinstance(error, httpcore2.ProtocolError):
        return "no_answer"
    if isinstance(error, RiskwarnError):
        return error.code
    _log.error("a message could not be sent", exc_info=error)
    return "failed"
