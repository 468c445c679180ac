"""Which words of a file may be repeated, in what is told of a load, in what is kept of it, and by what looks at the records later."""

from __future__ import annotations

import re

from riskwarn.contracts.personal import may_be_name, may_name_category
from riskwarn.contracts.persons import names_somebody
from riskwarn.contracts.strangers import may_hold_name
from riskwarn.refused import refused_word


def may_be_named(word: str) -> bool:
    """Whether a word of a file may be repeated in what is told or kept: it is no text and no number, and could hold no name."""
    parts = [part for part in re.split(r"[,，、;；/()（）\s]+", word) if part]
    return (
        refused_word(word) is None
        and not any(character.isdigit() for character in word)
        and bool(parts)
        and len(word) <= 24
        and not may_hold_name(word)
        and all(may_name_category(part) and not may_be_name(part) and not names_somebody(part) for part in parts)
    )
