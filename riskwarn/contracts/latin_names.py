"""Names of persons in Latin letters, in a sentence: Zhang Wei came, call John Smith at home."""

from __future__ import annotations

import re
from collections.abc import Sequence

#: Family names as pinyin writes them.
_FAMILIES = frozenset(
    re.findall(
        r"\w+",
        """wang li zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo he lin gao luo zheng liang xie song tang deng han feng cao peng zeng xiao
    tian dong pan yuan cai jiang yu du ye cheng wei su lu ding ren yao lyu shen cui zhong tan wang fan shi liao jia xia fu fang zou xiong bai meng
    qin qiu hou yan xue lei duan hao kong shao mao chang wan gu lai kang qian ouyang zhuge shangguan sima situ huangfu linghu xiahou""",
    )
)
_INITIAL = r"(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?"
_FINAL = (
    r"(?:iang|uang|iong|ang|eng|ing|ong|ian|iao|uai|uan|ai|ei|ao|ou|an|en|in|un|ia|ie|iu|ua|ui|uo|ue|ve|er|a|o|e|i|u|v)"
)
#: A given name: one syllable or two.
_GIVEN = re.compile(rf"(?:{_INITIAL}{_FINAL}){{1,2}}")

#: Given names that are usual where people write in English.
_FIRST = frozenset(
    re.findall(
        r"\w+",
        """james john robert michael william david richard joseph thomas charles christopher daniel matthew anthony mark paul steven andrew kenneth joshua
    kevin brian george edward ronald timothy jason jeffrey ryan jacob gary nicholas eric jonathan stephen larry justin scott brandon benjamin samuel
    peter henry jack mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty margaret sandra ashley emily donna
    michelle carol amanda melissa deborah stephanie rebecca laura helen anna alice jane tom bob jim mike steve""",
    )
)
#: With these a name of a place, of an office or of a thing is made.
_OF_PLACES = frozenset(
    re.findall(
        r"\w+",
        """road street lane avenue district town village community county city province square market park bridge river hill mountain lake garden gardens
    estate building block unit floor station office centre center committee company school hospital court bureau department plaza tower gate north
    south east west new old upper lower house affairs legal civil water public security health fire police social housing labour labor supply service
    services team group council union property management cun qu xiaoqu shequ""",
    )
)
#: What is done with whoever is named next.
_DEED = re.compile(
    r"\b(?:call|called|phone|phoned|ask|asked|tell|told|visit|visited|met|meet|met with|contact|contacted|warn|warned)\s+$",
    re.I,
)
_TWO = re.compile(r"(?<![A-Za-z])([A-Z][a-z]+|[A-Z]{2,})(?:\s+|-)([A-Z][a-z]+|[A-Z]{2,})(?![A-Za-z])")
#: The words with capitals that go on, and the one behind them: Yang Jia Ping market.
_GOES_ON = re.compile(r"(?:\s+[A-Z][a-z]+)*(?:\s+[a-z]+)?")


def names_in_latin(text: str) -> bool:
    """Whether somebody is named in Latin letters: by two words with capitals that are no place and no office."""
    start = 0
    while (found := _TWO.search(text, start)) is not None:
        start = found.start() + 1
        words = [word.lower() for word in (found[1], found[2], *_GOES_ON.match(text[found.end() :])[0].split())]  # type: ignore[index]
        if not set(words) & _OF_PLACES and _is_name(words, text[: found.start()]):
            return True
    return False


def _is_name(words: Sequence[str], before: str) -> bool:
    first, second = words[:2]
    in_pinyin = [_GIVEN.fullmatch(word) is not None for word in (first, second)]
    if (first in _FAMILIES and in_pinyin[1]) or (second in _FAMILIES and in_pinyin[0]):
        return True
    return first in _FIRST or (not all(in_pinyin) and _DEED.search(before) is not None)
