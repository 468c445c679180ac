"""From a department's word or code for what a record is about to the code of a category."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from riskwarn.contracts.phrases import Heard, category_heard, endings_of
from riskwarn.contracts.sources import declared
from riskwarn.contracts.vocabulary import category_words, normalised, shipped

#: The code of what is by rule not loaded.
NOT_LOADED = "not_loaded"

_NUMBERED = re.compile(r"^[\d\s.、()_-]+(?=\D)")
_DIGITS = re.compile(r"^\d{1,12}$")


@dataclass(frozen=True)
class CategoryWords:
    """How the words of one export are understood.

    `own` are the translations of its mapping and come first; `codes` names a list of :file:`data/codes.yaml`;
    `categories` are those that the configuration declares for the source.
    """

    source: str
    categories: tuple[str, ...] = ()
    own: Mapping[str, str] | None = None
    codes: str | None = None

    @cached_property
    def _words(self) -> dict[str, str]:
        listed = shipped("codes")[self.codes]["words"] if self.codes else {}
        return {**category_words(self.source), **{code: code for code in self.categories}, **listed}

    def code(self, text: str) -> str | None:
        """The code of a category, :data:`NOT_LOADED`, or None for a word that says none, not even by its parts."""
        word = self.translated(text)
        return self._code(word) or self._by_parts(word).code

    def listed(self, text: str) -> str | None:
        """The code of a category as a list has it: what is read by its parts is a guess, and tells nothing of a file."""
        return self._code(self.translated(text))

    def guessed(self, text: str) -> Heard | None:
        """What a word that no list has says by its parts; None where a list has it, or where it says no category."""
        word = self.translated(text)
        found = self._by_parts(word) if self._code(word) is None else None
        return None if found is None or found.code is None else found

    def _by_parts(self, word: str) -> Heard:
        """The shipped category that the parts of a word say, where the source has it."""
        heard = Heard(None) if self.codes and _DIGITS.match(word) else category_heard(self.source, word)
        return heard if not self.categories or heard.code in self.categories else Heard(None)

    def translated(self, text: str) -> str:
        """The word that the mapping puts in the place of this one, normalised."""
        own = self.own or {}
        return normalised(own.get(text, own.get(normalised(text), text)))

    def is_bare(self, text: str) -> bool:
        """Whether the text is a number that says nothing, because no list of codes is named."""
        return _DIGITS.match(self.translated(text)) is not None and self.code(text) is None

    def _code(self, word: str) -> str | None:
        if self.codes and _DIGITS.match(word) and (size := int(shipped("codes")[self.codes]["digits"])):
            # A leading zero is lost where Excel took the code for a number.
            digits = word.zfill(len(word) + len(word) % size)
            return str(shipped("codes")[self.codes]["codes"].get(digits[:size], "other"))
        for form in _forms(word, endings_of(self.source)):
            if form in self._words:
                return self._words[form]
        return None


def _forms(word: str, endings: tuple[str, ...]) -> Iterable[str]:
    """The word, and without a number before it, each also without what departments put behind it."""
    for form in dict.fromkeys((word, _NUMBERED.sub("", word))):
        yield form
        for ending in endings:
            if form.endswith(ending) and form != ending:
                yield form.removesuffix(ending)


def counted_only_as(source: str) -> dict[str, tuple[str, ...]]:
    """Kinds that count in some categories only -> those categories."""
    return {kind: tuple(listed) for kind, listed in shipped("refused")["only_as"].get(source, {}).items()}


def has_rules(source: str) -> bool:
    """Whether something of a source is by rule not loaded, not counted, or placed no nearer than a unit."""
    listed = shipped("refused")
    return declared(source).demand_only or any(
        source in listed[rule] for rule in ("not_loaded", "only_as", "from_unit")
    )


def never_below(source: str) -> dict[str, str]:
    """Category -> the smallest unit on which its records are placed."""
    return dict(shipped("refused")["from_unit"].get(source, {}))
