"""Which sensitive matters a feature tells of: by the category or topic of the records that it counts, as those are declared."""

from __future__ import annotations

from collections.abc import Iterator

from features.transforms.categories import Category
from features.transforms.transform import Computed, Transform, parts_of
from riskwarn.contracts.topics import Topic, topics
from riskwarn.disclosure import sensitive_kind
from riskwarn.disclosure.sensitive import SENSITIVE_CATEGORIES


def sensitive_of(name: str, transform: Transform) -> tuple[str, ...]:
    """The kinds of sensitive matters that a feature of this name and transform tells of. What goes through all categories of a source
    tells of none."""
    return tuple(dict.fromkeys(_kinds(name, transform)))


def _kinds(name: str, transform: Transform) -> Iterator[str]:
    for part in parts_of(transform):
        category, topic = getattr(part, "category", None), getattr(part, "topic", None)
        kind = sensitive_kind(category.word) if isinstance(category, Category) else None
        kind = topic.sensitive if isinstance(topic, Topic) else kind
        if kind is not None:
            yield kind
        elif isinstance(part, Computed):
            # A plain function does not say what it counts: what its name holds is taken for that.
            yield from (kind for word, kind in _words() if word in name)


def _words() -> Iterator[tuple[str, str]]:
    yield from ((word, kind) for kind, words in SENSITIVE_CATEGORIES.items() for word in words)
    yield from ((one.code, one.sensitive) for one in topics() if one.sensitive is not None)
