"""What people told of, by topic: free text was read for a fixed lexicon and discarded, and one bit a topic is left.

What is suffered at home or done to oneself is never said of a grid: such topics are counted from their unit up only.
"""

from __future__ import annotations

from collections.abc import Iterator

from features.families.counts import recent
from features.families.declaration import Declared, Family, Subject
from features.families.spatial import UNITS, of_unit
from features.transforms.amounts import Within
from features.transforms.topics import TellingOf
from features.windows import SHORT_AND_LONG
from riskwarn.contracts.topics import Topic, topics
from riskwarn.words import Unit

TOPICS = Family("topics", theme="topics")


def by_topic(subject: Subject) -> Iterator[Declared]:
    """Records of each topic in the long window, at the smallest unit for which the topic may be counted."""
    for topic in topics():
        counted = _count(subject, topic)
        if topic.from_unit is Unit.GRID:
            yield counted
        elif topic.from_unit in UNITS:
            yield of_unit(counted, topic.from_unit, TOPICS)


def _count(subject: Subject, topic: Topic) -> Declared:
    source = subject.source
    _, window = SHORT_AND_LONG[subject.period]
    return TOPICS.declare(
        source,
        f"{source}_told_{topic.code}_{window}",
        Within(TellingOf(recent(subject, "topics_at"), topic), window),
        f"{subject.zh_last(window)}提及“{topic.zh}”的{subject.zh}数",
        f"{subject.en} {subject.en_last(window)} that tell of: {topic.en}",
    )
