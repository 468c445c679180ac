"""What people told of, by topic: free text was read for a fixed lexicon and discarded, and one bit a topic is left.

What is suffered at home or done to oneself is never said of a grid: such topics are counted from their unit up only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from features.engine.spans import Spans
from features.families.declaration import Declared, Family, Subject
from features.families.spatial import mean_of_unit
from features.panel.panel import Panel
from features.windows import SHORT_AND_LONG
from riskwarn.contracts.topics import Topic, topics
from riskwarn.words import Quantity, Unit

TOPICS = Family("topics", theme="topics")

_UP = {
    Unit.COMMUNITY: ("本社区", "its community"),
    Unit.TOWN: ("本镇街", "its town"),
    Unit.DISTRICT: ("本区县", "its district"),
}


def told_of(subject: Subject) -> Iterator[Declared]:
    """Records of each topic in the long window, at the smallest unit for which the topic may be counted."""
    for topic in topics():
        counted = _count(subject, topic)
        if topic.from_unit is Unit.GRID:
            yield counted
        elif topic.from_unit in _UP:
            yield _of_unit(counted, topic.from_unit)


def _count(subject: Subject, topic: Topic) -> Declared:
    source = subject.source
    _, window = SHORT_AND_LONG[subject.period]

    def of_topic(panel: Panel) -> Spans:
        rows, spans = panel.told(source, window, "topics_at")
        return spans.where(np.asarray((rows["topics"] & topic.mask) != 0))

    return TOPICS.feature(
        source,
        f"{source}_told_{topic.code}_{window}",
        f"{subject.zh_last(window)}提及“{topic.zh}”的{subject.zh}数",
        f"{subject.en} {subject.en_last(window)} that tell of: {topic.en}",
        lambda panel: panel.within(of_topic(panel), window),
        window=window,
    )


def _of_unit(counted: Declared, unit: Unit) -> Declared:
    zh, en = _UP[unit]
    base = counted.feature
    return Declared(
        replace(
            base,
            name=f"{base.name}_{unit.value}",
            zh=f"{zh}平均每网格：{base.zh}",
            en=f"mean of {en}: {base.en}",
            quantity=Quantity.INTENSIVE,
            transform="mean of sum",
        ),
        lambda panel: mean_of_unit(panel, counted, unit),
        total=counted if unit is Unit.DISTRICT else None,
    )
