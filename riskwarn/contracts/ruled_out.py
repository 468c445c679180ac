"""Which words of a record say that it is by rule not loaded: petitions among other records, accusations, refused words and kinds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from riskwarn.contracts.categories import NOT_LOADED, CategoryWords
from riskwarn.contracts.phrases import code_of
from riskwarn.contracts.vocabulary import kinds_not_loaded, petition_told, rule_and_word

#: Fields that are looked at beside the categories.
TOLD_BY = ("kind", "form", "discovered_by", "status", "outcome")


@dataclass(frozen=True)
class RuledOut:
    """The rules that hold for an export. `words`: source whose rules hold -> how it understands the words of this export."""

    words: Mapping[str, CategoryWords]

    def told(self, field: str, text: str) -> tuple[str, str] | None:
        """The rule (of :data:`riskwarn.contracts.reasons.RULES`) by which a row with this cell is not loaded, and the word of its list.

        The word is all that may be told of the cell, and empty where the rule has none; None where no rule is against the row.
        """
        listed = next(filter(None, (rule_and_word(source, text) for source in self.words)), None)
        if field == "discovered_by" and listed is not None and listed[0] != "refused_word":
            listed = None  # whose reports they are says nothing of what they report
        return listed or self._of_a_way(field, text) or self._of_a_kind(field, text)

    def _of_a_way(self, field: str, text: str) -> tuple[str, str] | None:
        """A petition in a register of another source is a petition all the same: it counts as no dispute and for no target."""
        calls = "hotline" in self.words
        # Whence a case came to a mediator says nothing of what it is: what an office of petitions hands over is a dispute.
        is_way = field.startswith("category") or field in ("kind", "form") or (calls and field == "discovered_by")
        word = petition_told(text, field, called=calls) if is_way and "petitions" not in self.words else None
        return None if word is None else ("petition", word)

    def _of_a_kind(self, field: str, text: str) -> tuple[str, str] | None:
        if field.startswith("category"):
            return ("kind", "") if any(known.code(text) == NOT_LOADED for known in self.words.values()) else None
        tips = field == "kind" and any("举报" in kinds_not_loaded(source) for source in self.words)
        return ("accusation", "") if tips and code_of("kind", text) == "tip" else None
