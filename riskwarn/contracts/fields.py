"""What a declared field is: what its cells hold, what they mean, from when they are known and how private they are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What the cells of a field hold."""

    ID = "id"  # opaque text whose digits are never parsed
    DIGEST = "digest"  # an id of a record: stored as a keyed digest
    NAME = "name"  # the name or path of a unit or a place
    WORD = "word"  # a word of a vocabulary, stored as its code
    CATEGORY = "category"  # a word of the source's categories, or a local one
    INSTANT = "instant"  # date and time
    DATE = "date"  # a local calendar date
    WHOLE = "whole"  # a whole number
    NUMBER = "number"
    SHARE = "share"  # a fraction in [0, 1], or a percentage that is divided by 100
    DEGREES = "degrees"  # one coordinate
    PAIR = "pair"  # both coordinates in one cell
    FLAG = "flag"  # yes or no
    BAND = "band"  # a number that is stored as a band
    TOPICS = "topics"  # one bit a topic of the lexicon
    GEOMETRY = "geometry"  # GeoJSON or WKT
    LIST = "list"  # ids separated by ";"
    HASH = "hash"
    TEXT = "text"  # free text


class Known(StrEnum):
    """From when the value of a field is known."""

    FIXED = "fixed"  # written once at registration: known from `known_at`
    REVISED = "revised"  # known from the row's change, the export that carried it, or the closing
    OWN_TIME = "own_time"  # a time that is its own evidence: known from the later of it and `known_at`


class Privacy(StrEnum):
    """What may be done with the cells of a field."""

    OPEN = "open"  # of places and cases: stored
    DIGESTED = "digested"  # stored as a keyed digest, never as it stands
    BANDED = "banded"  # stored as a band
    LOCATES = "locates"  # used to find the place, then discarded
    FLAGGED = "flagged"  # read for the topics of the lexicon, then discarded


@dataclass(frozen=True)
class Field:
    """One field of a source.

    `lower` and `upper` are the ends of the range in which a number is believed. `exported` says whether an export may
    have a column for it, `stored` whether the store has one.
    """

    name: str
    kind: Kind
    zh: str
    en: str
    required: bool = False
    vocabulary: str | None = None
    lower: float | None = None
    upper: float | None = None
    known: Known = Known.REVISED
    privacy: Privacy = Privacy.OPEN
    example: str = ""
    exported: bool = True
    stored: bool = True
