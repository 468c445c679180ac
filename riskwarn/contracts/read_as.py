"""What is said of words that were read by their parts: which word as which code; also of a note that was kept as text."""

from __future__ import annotations

import re
from collections.abc import Iterable

from riskwarn.contracts.vocabulary import chinese_name
from riskwarn.messages import Joined, Message, Named, Template

READ_AS = (
    "{field}: {words} word(s) of {rows} row(s) were read by their parts: {named}; what is wrong can be said in "
    "riskwarn.yaml, under sources: {source}: mapping: words: {field}"
)
_KEPT = Template.of(READ_AS)
_ONE = re.compile(r"(.+?) → (\w+) \(([\d,]+)\)(?:, |$)")


def said_read_as(
    named: Iterable[tuple[str, str, str]], *, field: str, source: str, words: object, rows: str
) -> Message:
    """What is said of `words` words of a field; of those that are named: (word, code, rows)."""
    each = [
        Message(
            "{word} → {code} ({rows})", word=word, code=Named(code, chinese_name(field, source, code)), rows=borne_by
        )
        for word, code, borne_by in named
    ]
    return Message(READ_AS, named=Joined(", ", each), field=field, source=source, words=words, rows=rows)


def named_again(note: str) -> str:
    """A note of a load; where it is one of these and was kept as text, its codes have their names again.

    >>> from riskwarn.messages import translated
    >>> said = said_read_as([("欠薪", "labour", "12")], field="category", source="disputes", words=1, rows="12")
    >>> "欠薪 → 劳动争议 (12)" in translated(named_again(str(said)), "zh")
    True
    """
    found = None if isinstance(note, Message) else _KEPT.pattern.fullmatch(note)
    if found is None:
        return note
    told = {name: found[number] for name, number in _KEPT.groups.items()}
    return said_read_as(_ONE.findall(told.pop("named")), **told)
