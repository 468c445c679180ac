"""What is told of a message to programs, whichever way it goes: over a webhook, as an event of the stream."""

from __future__ import annotations

import json
from typing import Any

from riskwarn.words import NOTICE_EN, NOTICE_ZH
from serving.columns.reasons import told_of_a_part
from serving.delivery.messages import EVENTS, Message


def event_of(message: Message, whole: bool) -> dict[str, Any]:
    """A message as JSON; `whole` says whether who is told sees the whole city."""
    return {
        "type": f"alert.{EVENTS[message.kind]}",
        "timestamp": message.sent_at.isoformat(),
        "data": {
            "id": message.id,
            "status": message.status,
            "references": [{"id": identity, "sent_at": at.isoformat()} for identity, at in message.references],
            "alert": notice_of(message, whole),
            "notice": {"zh": NOTICE_ZH, "en": NOTICE_EN},
        },
    }


def notice_of(message: Message, whole: bool) -> dict[str, Any]:
    """The notice; of a part of the city without the reason from which the city's mean would follow."""
    body = dict(message.body)
    reasons = body.get("reasons")
    if not whole and isinstance(reasons, list):
        body["reasons"] = told_of_a_part(reasons)
    return body


def text_of(message: Message, language: str) -> str:
    """What a notice says in a language; what its raiser wrote, and how it stands before that."""
    text = message.body.get("text")
    said = text.get(language) if isinstance(text, dict) else None
    if isinstance(said, dict):
        said = "\n".join(str(part) for part in said.values())
    mark = "".join(_MARKS[word][language] for word in (message.status, message.kind) if word in _MARKS)
    return mark + str(said or "")


#: What stands before a text that is not the raising of an actual notice.
_MARKS = {
    "Exercise": {"zh": "【演练】", "en": "[EXERCISE] "},
    "Test": {"zh": "【测试】", "en": "[TEST] "},
    "Update": {"zh": "【更新】", "en": "[Update] "},
    "Cancel": {"zh": "【撤销】", "en": "[Cancelled] "},
}


def as_json(content: object) -> bytes:
    """Bytes of JSON."""
    return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=str).encode()
