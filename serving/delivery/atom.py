"""The newest notices as a feed (Atom, RFC 4287), each as it stands after the last message about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement

from riskwarn.configuration import Configuration
from riskwarn.words import NOTICE_EN, NOTICE_ZH
from serving.delivery.cap import MEDIA_TYPE as CAP
from serving.delivery.cap import add, document, plain_text
from serving.delivery.messages import Message
from serving.delivery.payload import said_of, text_of

NAMESPACE = "http://www.w3.org/2005/Atom"
MEDIA_TYPE = "application/atom+xml"


def atom_of(messages: Sequence[Message], configuration: Configuration, language: str) -> bytes:
    """The last message about each of some notices, the newest first. Addresses are told from where the feed lies."""
    feed = Element("feed", {"xmlns": NAMESPACE, "xml:lang": "zh-CN" if language == "zh" else "en"})
    add(feed, "id", "urn:riskwarn:alerts")
    add(feed, "title", configuration.city)
    add(feed, "subtitle", NOTICE_ZH if language == "zh" else NOTICE_EN)
    add(feed, "updated", _moment(max((one.sent_at for one in messages), default=datetime(1970, 1, 1, tzinfo=UTC))))
    SubElement(feed, "link", rel="self", type=MEDIA_TYPE, href="feed.atom")
    author = SubElement(feed, "author")
    add(author, "name", configuration.delivery.sender)
    for one in messages:
        said = said_of(one, language)
        entry = SubElement(feed, "entry")
        add(entry, "id", f"urn:riskwarn:alert:{one.alert_id}")
        add(entry, "title", said["head"])
        add(entry, "updated", _moment(one.sent_at))
        SubElement(entry, "category", term=one.level)
        SubElement(entry, "category", term=str(one.body.get("status", "")))
        if said["link"]:
            SubElement(entry, "link", rel="alternate", type="text/html", href=said["link"])
        SubElement(entry, "link", rel="alternate", type=CAP, href=f"{one.alert_id}/cap.xml")
        content = SubElement(entry, "content", type="text")
        content.text = plain_text(text_of(one, language))
    return document(feed)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
