"""Which source a file is of, told by what riskwarn.yaml declares: the columns of a source, and the names and categories of one of one's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from riskwarn.configuration import Configuration
from riskwarn.contracts import declared
from riskwarn.contracts.naming import plain_name
from riskwarn.contracts.own import is_own
from riskwarn.contracts.vocabulary import field_of, normalised, shipped
from riskwarn.ingest.heading_words import named_columns, plain_heading
from riskwarn.ingest.mapping_proposal.profile import Column
from riskwarn.ingest.mapping_proposal.saying import NEARLY_ALL
from riskwarn.messages import Message

#: So many columns that a mapping names, all of them there, are those of its file.
_FEWEST_COLUMNS = 2
#: So many words of declared categories tell their source.
_FEWEST_WORDS = 2
#: A shorter name could stand in any other word.
_FEWEST_HAN, _FEWEST_LATIN = 2, 4


def by_columns(headings: Sequence[str], configuration: Configuration) -> tuple[str, Message] | None:
    """The source of which a file has all columns that riskwarn.yaml names, and on what ground."""
    plain = {plain_heading(one) for one in headings if one}
    found = [source for source in configuration.sources if _has_columns(source, plain, configuration)]
    return (
        (found[0], Message("its columns are those of {source} in riskwarn.yaml", source=found[0]))
        if len(found) == 1
        else None
    )


def by_name(texts: Sequence[str], configuration: Configuration) -> tuple[str, Message] | None:
    """The source of one's own whose name stands in one of these texts, the longest name first, and on what ground."""
    plain = [plain_name(text) for text in texts]
    lengths = {
        source: max(
            (len(one) for one in _names(source, configuration) if any(one in text for text in plain)), default=0
        )
        for source in configuration.sources
        if is_own(source)
    }
    best = max(lengths, key=lambda source: lengths[source], default=None)
    return (
        (best, Message("it is called like {source}, a source of your own", source=best))
        if best is not None and lengths[best]
        else None
    )


def by_declared_categories(columns: Sequence[Column], configuration: Configuration) -> tuple[str, Message] | None:
    """The one source of one's own whose declared categories are nearly all words of a column, and on what ground."""
    declaring = {
        name: set(map(normalised, one.categories))
        for name, one in configuration.sources.items()
        if is_own(name) and one.categories
    }
    for words in (
        column.words for column in columns if column.words is not None and len(column.words) >= _FEWEST_WORDS
    ):
        rows = sum(words.values())
        found = [
            source
            for source, listed in declaring.items()
            if sum(many for word, many in words.items() if normalised(word) in listed) >= NEARLY_ALL * rows
        ]
        if len(found) == 1:
            return found[0], Message("its categories are those of {source} in riskwarn.yaml", source=found[0])
    return None


def _has_columns(source: str, plain: set[str], configuration: Configuration) -> bool:
    """Whether all columns that the mapping of a source names are there, and one of them at least is its own word."""
    named = {plain_heading(one) for one in named_columns(configuration.sources[source].mapping).values()}
    kind = declared(source).kind
    return len(named) >= _FEWEST_COLUMNS and named <= plain and any(field_of(one, kind) is None for one in named)


def _names(source: str, configuration: Configuration) -> Iterator[str]:
    """What a source of one's own is called, also without the words with which shipped ones are called (校园上报: 校园)."""
    told = configuration.sources[source]
    hints = [word for words in shipped("hints")["sources"].values() for word in words]
    for name in filter(None, (source, told.zh, told.en)):
        plain = plain_name(name)
        shorter = {plain.removesuffix(word) for word in hints}
        for one in {plain, *shorter}:
            if len(one) >= (_FEWEST_LATIN if one.isascii() else _FEWEST_HAN) and one not in hints:
                yield one
