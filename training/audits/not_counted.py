"""Which records of a target's source do not count towards it, by the word that they bear.

A word is named only where it can be shown: borne by several records, short, no number, no name (`riskwarn.health.learnable`).
"""

from __future__ import annotations

from riskwarn.health.prospect import MOST_UNKNOWN, Prospect
from training.audits.audit import Audit, Value


def not_counted(prospect: Prospect) -> Audit:
    """One row a word nobody knows, with its share of all records; `other` and the words that are not shown each in one."""
    named = dict(zip(prospect.words, prospect.borne, strict=True))
    numbers = [
        *(("word", word, number) for word, number in named.items()),
        ("other_words", None, prospect.unknown - sum(named.values())),
        ("other", "other", prospect.other),
    ]
    rows: list[dict[str, Value]] = [
        {"kind": kind, "word": word, "records": number, "share": number / prospect.records}
        for kind, word, number in numbers
        if number
    ]
    share = prospect.unknown / prospect.records if prospect.records else None
    facts: dict[str, Value] = {
        "source": prospect.source,
        "records": prospect.records,
        "unknown": prospect.unknown,
        "unknown_share": share,
        "other": prospect.other,
        "most": MOST_UNKNOWN,
        "warning": int(share is not None and share > MOST_UNKNOWN),
    }
    return Audit("not_counted", facts, tuple(rows))
