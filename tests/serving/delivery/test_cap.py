"""CAP: valid against the schema of the standard, and by the rules that the schema does not know; and the feed."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some
from lxml import etree

from riskwarn.configuration import Configuration
from serving.delivery.atom import atom_of
from serving.delivery.cap import cap_of
from serving.delivery.messages import Kind, Message, Status
from tests.serving.delivery.saying import NOW, TEXT, message

SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).parent / "CAP-v1.2.xsd"))
CAP = {"c": "urn:oasis:names:tc:emergency:cap:1.2"}
ATOM = {"a": "http://www.w3.org/2005/Atom"}


def document(one: Message, *before: Message, **declared: object) -> etree._Element:
    """A message as a document that is valid."""
    found = etree.fromstring(cap_of(one, Configuration(**declared), before))  # type: ignore[arg-type]
    SCHEMA.assertValid(found)
    return found


def texts(found: etree._Element, path: str) -> list[str]:
    return [one.text for one in found.findall(path, CAP)]


def test_the_schema_takes_no_z_and_no_fractions() -> None:
    right = cap_of(message(), Configuration()).decode()
    for wrong in ("Z", ".5+08:00", "+0800"):
        broken = re.sub(r"(<sent>[^<]*:\d\d)\+08:00", rf"\1{wrong}", right)
        assert broken != right and not SCHEMA.validate(etree.fromstring(broken.encode()))


def test_a_notice() -> None:
    found = document(message(at=NOW + timedelta(microseconds=123_456)))
    told = {one.tag.rpartition("}")[2]: one.text for one in found if len(one) == 0}
    assert (
        told["identifier"] == "al1.1" and told["sender"] == "riskwarn" and told["sent"] == "2026-03-03T09:30:00+08:00"
    )
    assert (told["status"], told["msgType"], told["scope"]) == ("Actual", "Alert", "Restricted")
    assert "不得作为处罚" in told["restriction"] and "references" not in told
    assert texts(found, "c:info/c:language") == ["zh-CN", "en"]
    assert texts(found, "c:info/c:event") == ["矛盾升级", "conflict that escalates"]
    assert texts(found, "c:info/c:description") == [TEXT["zh"], TEXT["en"]]
    assert texts(found, "c:info/c:expires")[0] == "2026-03-31T09:30:00+08:00"
    assert texts(found, "c:info/c:area/c:geocode/c:value")[0] == "G0000003"
    assert texts(found, "c:info/c:severity") == ["Unknown"] * 2, "an attention level is no severity"
    assert all(len(one) <= 160 for one in texts(found, "c:info/c:headline"))


def test_a_change_cites_what_it_replaces() -> None:
    first, second = message(), message(version=2, kind="Update", at=NOW + timedelta(hours=1))
    third = message(version=3, kind="Cancel", replaces=(("al1.1", NOW), ("al1.2", NOW + timedelta(hours=1))))
    cited = ["riskwarn,al1.1,2026-03-03T09:30:00+08:00", "riskwarn,al1.2,2026-03-03T10:30:00+08:00"]
    assert texts(document(second, first), "c:references") == cited[:1]
    found = document(third)
    assert texts(found, "c:references") == [" ".join(cited)] and texts(found, "c:msgType") == ["Cancel"]


@pytest.mark.parametrize("identity", ["a b.1", "a,b.1", "a<b.1", "a&b.1", ""])
def test_what_could_not_be_cited_is_no_identifier(identity: str) -> None:
    with pytest.raises(ValueError, match="blanks, commas"):
        cap_of(replace(message(), id=identity), Configuration())


def test_a_city_by_the_clock_of_utc() -> None:
    assert texts(document(message(), timezone="UTC"), "c:sent") == ["2026-03-03T01:30:00-00:00"]


@given(
    text=some.text(max_size=300), name=some.text(max_size=40), kind=some.sampled_from(("Alert", "Update", "Cancel", "Outcome")),
    status=some.sampled_from(("Actual", "Exercise", "Test")), score=some.one_of(some.none(), some.floats(0, 1)),
    at=some.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=some.just(UTC)), expires=some.booleans(), parts=some.booleans(),
)  # fmt: skip
def test_any_message_is_valid(
    text: str, name: str, kind: Kind, status: Status, score: float | None, at: datetime, expires: bool, parts: bool
) -> None:
    said = {"head": text, "body": text, "instruction": text, "contact": text, "link": None} if parts else text
    one = message(kind=kind, at=at, name=name, status=status, expires_at=at if expires else None)
    one = replace(one, body={**one.body, "text": {"zh": said, "en": said}, "score": score})
    found = document(one, message())
    assert texts(found, "c:status") == [status]
    feed = etree.fromstring(atom_of([one], Configuration(), "zh"))
    assert len(feed.findall("a:entry", ATOM)) == 1


def test_the_feed() -> None:
    later = message("al2", at=NOW + timedelta(hours=1))
    feed = etree.fromstring(atom_of([later, message(kind="Cancel", version=3)], Configuration(), "en"))
    every = feed.findall("a:entry", ATOM)
    assert [one.findtext("a:id", None, ATOM) for one in every] == ["urn:riskwarn:alert:al2", "urn:riskwarn:alert:al1"]
    assert feed.findtext("a:updated", None, ATOM) == "2026-03-03T02:30:00Z"
    assert [one.find("a:link", ATOM).get("href") for one in every] == ["al2/cap.xml", "al1/cap.xml"]  # type: ignore[union-attr]
    assert every[1].findtext("a:title", None, ATOM) == "[Cancelled] " + TEXT["en"]
    assert "must not be used" in str(feed.findtext("a:subtitle", None, ATOM))
    assert etree.fromstring(atom_of([], Configuration(), "zh")).findall("a:entry", ATOM) == []
