"""What is told of a message to programs, whichever way it goes: over a webhook, as an event of the stream."""

from __future__ import annotations

import json
from typing import Any

from riskwarn.words import NOTICE_EN, NOTICE_ZH
from serving.delivery.messages import EVENTS, Message


def event_of(message: Message) -> dict[str, Any]:
    """A message as JSON, as it is told: :mod:`serving.delivery.view` leaves out what somebody does not see."""
    return {
        "type": f"alert.{EVENTS[message.kind]}",
        "timestamp": message.sent_at.isoformat(),
        "data": {
            "id": message.id,
            "status": message.status,
            "references": [{"id": identity, "sent_at": at.isoformat()} for identity, at in message.references],
            "alert": dict(message.body),
            "notice": {"zh": NOTICE_ZH, "en": NOTICE_EN},
        },
    }


def text_of(message: Message, language: str, most_bytes: int | None = None) -> str:
    """What a notice says in a language, in so many bytes of UTF-8: of its body the last lines are left out first, and never its head,
    what it is not for, and where it lies."""
    said = said_of(message, language)
    before, after = said["head"], [said[part] for part in ("instruction", "link") if said[part]]
    lines = said["body"].splitlines()
    while True:
        text = "\n".join(part for part in (before, *lines, *after) if part)
        if most_bytes is None or not lines or len(text.encode()) <= most_bytes:
            return text
        lines.pop()


def said_of(message: Message, language: str) -> dict[str, str]:
    """`{head, body, instruction, contact, link}` of a message, empty where nothing is said; how it stands is told before the head."""
    text = message.body.get("text")
    said = text.get(language) if isinstance(text, dict) else None
    found = dict.fromkeys(PARTS, "")
    if isinstance(said, dict):
        found |= {name: str(said.get(name) or "") for name in PARTS}
    elif said:
        found["head"], _, found["body"] = str(said).partition("\n")
    marks = (_MARKS[word][language] for word in (message.status, message.kind) if word in _MARKS)
    return {**found, "head": "".join(marks) + found["head"]}


def said_version(message: Message) -> str | None:
    """The version of the texts that a message was made of."""
    text = message.body.get("text")
    return str(text["version"]) if isinstance(text, dict) and "version" in text else None


#: The parts of a text.
PARTS = ("head", "body", "instruction", "contact", "link")

#: What stands before a text that is not the raising of an actual notice.
_MARKS = {
    "Exercise": {"zh": "【演练】", "en": "[EXERCISE] "},
    "Test": {"zh": "【测试】", "en": "[TEST] "},
    "Update": {"zh": "【更新】", "en": "[Update] "},
    "Cancel": {"zh": "【撤销】", "en": "[Cancelled] "},
    "Outcome": {"zh": "【回告】", "en": "[Outcome] "},
}


def as_json(content: object) -> bytes:
    """Bytes of JSON."""
    return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=str).encode()
