"""Headings that offices put together of known parts: 纠纷发生时间, 隐患整改期限, 所属网格名称, 3.矛盾纠纷类型（小类）.

Only a heading that is made of nothing but known parts stands for a field; what is of persons was sorted out before.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from riskwarn.files import packaged

#: The number of a column: with a mark behind it, in a ring, or (`1 类型`, ① in half width) with nothing, where it is none of what follows (1月份, 2社区).
_NUMBERED = re.compile(
    r"^(?:[(（]?[\d一二三四五六七八九十]{1,2}[)）.．、:：]|\d{1,2}[-_ ]|[①-⑳❶-❿➀-➓]\s*)(?=\D|20\d{2}年)"
    r"|^\d{1,2}(?=[㐀-鿿]{2})(?![年月季周岁]|日(?!期)|小时|(?:微?网格|社区|街道|乡镇)$)"
)

#: A year, a half, a quarter, or months that a register writes to what it heads: 2026年, 2026年度, 第3季度, 上半年, 1-3月.
_YEAR = r"(?:19|20)\d{2}(?:\s*[-~—至]\s*(?:19|20)?\d{2})?\s*(?:年度|年)?"
_SPAN = (
    rf"(?:{_YEAR}|(?:第\s*)?(?:[1-4一二三四]|[1-3一二三]\s*[-~—至]\s*[2-4二三四])\s*季度|[上下]半年"
    r"|(?:\d{1,2}(?:\s*[-~—至]\s*\d{1,2})?|十?[一二三四五六七八九十])\s*月份?)"
)
#: Such a span before a heading, or behind it. No figure, and no more of a word for time (年度, 月份, 日期), goes on from it; 年龄 is one of its own.
SPAN_BEFORE, SPAN_BEHIND = rf"(?:{_SPAN}\s*[-_:：.]?\s*)+", rf"\s*[-_]?(?:{_SPAN})+"
_SPANNED = re.compile(
    rf"^{SPAN_BEFORE}(?=[^\d\W]{{2}})(?!年(?!龄)|[月日季度份末初底龄])|(?<=[^\d\W]{{2}}){SPAN_BEHIND}$"
)

#: The number by which equal headings are told apart.
_COUNTED = re.compile(r"(?<=[㐀-鿿])[._-]?\d{1,2}$")

#: No heading that is made of known parts is longer.
_LONGEST = 24


def without_number(heading: str) -> str:
    """A heading without the number of its column: 3.纠纷类型, (二)受理时间."""
    return _NUMBERED.sub("", heading, count=1)


def without_span(heading: str) -> str:
    """A heading without the year, the quarter or the months of which its register is.

    >>> without_span("2026年第3季度纠纷类型"), without_span("化解结果2026年"), without_span("1月份")
    ('纠纷类型', '化解结果', '1月份')
    """
    return _SPANNED.sub("", heading)


def without_counter(heading: str) -> str:
    """A heading without the number by which equal ones are told apart: 化解结果1.

    >>> without_counter("化解结果1"), without_counter("类型_2"), without_counter("2026")
    ('化解结果', '类型', '2026')
    """
    return _COUNTED.sub("", heading)


def composed_field(heading: str, kind: str) -> str | None:
    """The field for which a heading of `events` or of a table stands that is made of known parts; None for any other."""
    if len(heading) > _LONGEST:
        return None
    known, subjects = _cores(kind)
    seen, left = {heading}, [heading]
    while left:
        form = left.pop(0)
        if form in known:
            return known[form]
        for subject in subjects:
            if form.startswith(subject) and (shorter := form[len(subject) :]) not in seen:
                seen.add(shorter)
                left.append(shorter)
        left.sort(key=len, reverse=True)
    return None


def composed_headings(kind: str) -> dict[str, str]:
    """Heading -> field, of what is made of known parts without anything before it."""
    return _cores(kind)[0]


@cache
def moments_meant(heading: str) -> frozenset[str]:
    """The fields of time of events of which a heading speaks that no list has, `other` for what is of no event; none where of none.

    >>> sorted(moments_meant("办结答复时间")), sorted(moments_meant("应办结的日子")), sorted(moments_meant("日子"))
    (['answered_at', 'closed_at'], ['due_at'], [])
    """
    text, meant = heading.lower(), set()
    for word, field in _meanings():
        if word in text:
            text = text.replace(word, "\n")
            meant.add(field)
    return frozenset(meant)


@cache
def _meanings() -> tuple[tuple[str, str], ...]:
    """Words that speak of a time -> the field of it, the longest first: 应办结 is a deadline, and no closing."""
    listed: dict[str, Any] = packaged("contracts/data/compositions.yaml")
    found: dict[str, str] = dict.fromkeys(listed["other_moments"], "other") | dict.fromkeys(
        listed["nouns"]["until"], "due_at"
    )
    for rule in listed["events"]["composed"]:
        if rule["with"] == "time":
            found |= {word.lower(): rule["field"] for word in rule["of"] if len(word) > 1}
    for field, words in listed["moments"].items():
        found |= dict.fromkeys(words, field)
    return tuple(sorted(found.items(), key=lambda one: -len(one[0])))


@cache
def _cores(kind: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """What of a heading says a field -> the field; and what may stand before it."""
    listed: dict[str, Any] = packaged("contracts/data/compositions.yaml")
    nouns, told = listed["nouns"], listed.get(kind)
    if told is None:
        return {}, ()
    found: dict[str, str] = {}
    for rule in told["composed"]:
        endings = nouns[rule["with"]] if isinstance(rule["with"], str) else rule["with"]
        for meant in rule["of"]:
            for noun in endings:
                core = f"{meant}{noun}".lower()
                if core and core not in rule.get("not", ()):
                    found.setdefault(core, rule["field"])
    return found, tuple(told["subjects"])
