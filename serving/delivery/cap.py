"""Messages in the Common Alerting Protocol 1.2 (OASIS, 2010), for programs that read nothing else.

The schema takes no Z and no fractions of a second, and much that the standard forbids: blanks and commas in identifiers (they would break
what cites them), a restricted scope that does not say to whom. These rules are kept here. What is told is no public warning, and says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from xml.etree.ElementTree import Element, SubElement, tostring
from zoneinfo import ZoneInfo

from riskwarn.configuration import Configuration
from riskwarn.words import NOTICE_EN, NOTICE_ZH
from serving.delivery.messages import NOTHING_TO_DO, TO_THE_TOLD, Message
from serving.delivery.payload import said_of, said_version

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
MEDIA_TYPE = "application/cap+xml"

#: Characters that XML 1.0 cannot hold.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_IDENTIFIER = re.compile(r"[^\s,<>&]+")

#: Characters of a headline (the standard's advice for small displays).
LONGEST_HEADLINE = 160

_LANGUAGES = {"zh-CN": ("zh", NOTICE_ZH), "en": ("en", NOTICE_EN)}


def cap_of(message: Message, configuration: Configuration, before: Sequence[Message] = ()) -> bytes:
    """A message as a document; `before` are earlier ones about the same notice, which it cites where it does not say itself what it replaces.

    Raises ValueError where an identifier could not be cited.
    """
    zone, sender = configuration.calendar.timezone, configuration.delivery.sender
    cited = message.references or tuple((one.id, one.sent_at) for one in before)
    for identity in (message.id, *(one for one, _ in cited)):
        if not _IDENTIFIER.fullmatch(identity):
            raise ValueError("an identifier has no blanks, commas, < and &")
    alert = Element("alert", xmlns=NAMESPACE)
    add(alert, "identifier", message.id)
    add(alert, "sender", sender)
    add(alert, "sent", moment(message.sent_at, zone))
    add(alert, "status", message.status)
    # What became of a notice is an Update in CAP, which has no word for it.
    add(alert, "msgType", "Update" if message.kind == "Outcome" else message.kind)
    add(alert, "scope", "Restricted")
    add(alert, "restriction", NOTICE_ZH)
    if message.kind != "Alert" and cited:
        add(alert, "references", " ".join(f"{sender},{one},{moment(at, zone)}" for one, at in cited))
    for language, (own, notice) in _LANGUAGES.items():
        _info(alert, message, configuration, language, own, notice)
    return document(alert)


def _info(alert: Element, message: Message, configuration: Configuration, language: str, own: str, notice: str) -> None:
    target = configuration.targets.get(message.target)
    name = (target.zh if own == "zh" else target.en) if target is not None else None
    said, over = said_of(message, own), message.kind in TO_THE_TOLD or message.body.get("status") in NOTHING_TO_DO
    info = SubElement(alert, "info")
    add(info, "language", language)
    add(info, "category", "Safety" if message.target == "safety" else "Other")
    add(info, "event", name or message.target)
    add(info, "responseType", "None" if over else "Assess")
    add(info, "urgency", "Past" if over else "Future")
    # An attention level says where to look first, not how grave something would be.
    add(info, "severity", "Unknown")
    add(info, "certainty", _certainty(message.body.get("score")))
    if message.expires_at is not None:
        add(info, "expires", moment(message.expires_at, configuration.calendar.timezone))
    add(info, "senderName", configuration.city)
    add(info, "headline", said["head"][:LONGEST_HEADLINE] or message.target)
    add(info, "description", said["body"] or said["head"])
    add(info, "instruction", said["instruction"] or notice)
    for name, part in (("web", "link"), ("contact", "contact")):
        if said[part]:
            add(info, name, said[part])
    for key, value in (
        ("level", message.level),
        ("alert", message.alert_id),
        ("version", message.version),
        ("texts", said_version(message)),
    ):
        if value is None:
            continue
        parameter = SubElement(info, "parameter")
        add(parameter, "valueName", f"riskwarn:{key}")
        add(parameter, "value", str(value))
    area = SubElement(info, "area")
    unit, code = message.unit
    add(area, "areaDesc", str(message.body.get("name") or code))
    geocode = SubElement(area, "geocode")
    add(geocode, "valueName", f"riskwarn:{unit}")
    add(geocode, "value", code)


def moment(at: datetime, zone: ZoneInfo) -> str:
    """A moment as the schema takes it: in the city's time, in whole seconds; UTC is written -00:00."""
    written = at.astimezone(zone).isoformat(timespec="seconds")
    return written[:-6] + "-00:00" if written.endswith("+00:00") else written


def _certainty(score: object) -> str:
    if not isinstance(score, (int, float)):
        return "Unknown"
    return "Likely" if score > 0.5 else "Possible"


def add(parent: Element, name: str, text: str) -> None:
    """Put an element with a text into another."""
    SubElement(parent, name).text = plain_text(text)


def plain_text(text: str) -> str:
    """A text that XML can hold."""
    return _NO_XML.sub("\ufffd", text)


def document(root: Element) -> bytes:
    """A whole document."""
    written: bytes = tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + written
