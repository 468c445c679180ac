"""Robots of the group chats of offices: one webhook made of a template, and what DingTalk, WeCom and Feishu put into it.

Their hosts are settings, because a government cloud has its own. What opens a robot (its token, and where it is signed its secret) is
sealed: `token` or `token secret`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from serving.delivery.outcomes import DELIVERED, Outcome

_TOKEN = re.compile(r"[A-Za-z0-9_-]{8,128}( [!-~]{8,256})?")

#: Where a robot has had too much, for so long it is left alone.
FLOODED_SECONDS = 60.0


@dataclass(frozen=True)
class Robot:
    """A template. In `path` and in the texts of `body` stand {token}, {text}, {timestamp} and {sign}."""

    path: str
    signed_path: str  # added where the robot is signed
    body: dict[str, Any]
    signed_body: dict[str, Any]
    milliseconds: bool  # of the timestamp
    sign: Callable[[str, str], str]  # of (timestamp, secret)
    code: str  # the field of an answer in which 0 is success
    flooded: tuple[int, ...]  # codes that say that it was too much
    most_bytes: int  # of a text

    def request(self, host: str, secret: str, text: str, now: datetime) -> tuple[str, bytes]:
        """The address and the body of a message."""
        token, _, key = secret.partition(" ")
        moment = str(int(now.timestamp() * (1000 if self.milliseconds else 1)))
        values = {"token": token, "text": shortened(text, self.most_bytes), "timestamp": moment}
        if key:
            values["sign"] = self.sign(moment, key)
        path = self.path + (self.signed_path if key else "")
        quoted = {name: quote(value, safe="") for name, value in values.items()}
        body = {**self.body, **(self.signed_body if key else {})}
        written = json.dumps(_filled(body, values), ensure_ascii=False).encode()
        return f"https://{host}{path.format_map(quoted)}", written

    def outcome(self, body: bytes) -> Outcome:
        """What the body of an answer says; a robot refuses with the status of a success."""
        try:
            code = json.loads(body)[self.code]
        except (ValueError, KeyError, TypeError):
            return Outcome(False, "no_answer")
        if code == 0:
            return DELIVERED
        flooded = code in self.flooded
        return Outcome(False, f"code_{str(code)[:12]}", wait=FLOODED_SECONDS if flooded else None)


def _filled(template: Any, values: dict[str, str]) -> Any:
    if isinstance(template, dict):
        return {name: _filled(part, values) for name, part in template.items()}
    return re.sub(r"\{(\w+)\}", lambda found: values[found[1]], template) if isinstance(template, str) else template


def shortened(text: str, most: int) -> str:
    """A text of so many bytes of UTF-8 at most; a mark stands where it was cut."""
    data = text.encode()
    return text if len(data) <= most else data[: most - 3].decode(errors="ignore") + "…"


def is_token(value: str) -> bool:
    """Whether a text may be what opens a robot."""
    return bool(_TOKEN.fullmatch(value))


def _by_secret(moment: str, secret: str) -> str:
    made = hmac.digest(secret.encode(), f"{moment}\n{secret}".encode(), hashlib.sha256)
    return base64.b64encode(made).decode()


def _by_both(moment: str, secret: str) -> str:
    return base64.b64encode(hmac.digest(f"{moment}\n{secret}".encode(), b"", hashlib.sha256)).decode()


ROBOTS = {
    "dingtalk": Robot(
        "/robot/send?access_token={token}", "&timestamp={timestamp}&sign={sign}",
        {"msgtype": "text", "text": {"content": "{text}"}}, {}, True, _by_secret, "errcode", (130101, 660026), 18_000,
    ),
    "wecom": Robot(
        "/cgi-bin/webhook/send?key={token}", "", {"msgtype": "text", "text": {"content": "{text}"}}, {}, True,
        _by_secret, "errcode", (45009, 45033), 2_000,
    ),
    "feishu": Robot(
        "/open-apis/bot/v2/hook/{token}", "", {"msg_type": "text", "content": {"text": "{text}"}},
        {"timestamp": "{timestamp}", "sign": "{sign}"}, False, _by_both, "code", (9499, 11232, 11233), 18_000,
    ),
}  # fmt: skip
