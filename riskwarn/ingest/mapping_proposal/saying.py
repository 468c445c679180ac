"""Which source a table says that it is of: by the lines above it, the title of its sheet, and its categories.

What a table says of itself outweighs what its file is called, and for what its headings were settled once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from riskwarn.contracts.categories import CategoryWords
from riskwarn.contracts.vocabulary import field_of, shipped
from riskwarn.ingest.heading_words import plain_heading
from riskwarn.ingest.mapping_proposal.profile import Profile
from riskwarn.messages import Listed
from riskwarn.petitions import Road, petition_word

#: Fewer rows, or words, of categories tell nothing of the source.
FEWEST_ROWS, FEWEST_WORDS = 20, 3
#: Share of the rows: categories of the source that is named, and of the one that it looks like.
FEW, NEARLY_ALL = 0.3, 0.8
#: So many headings of another source say more than a title does.
_GAINSAY = 2
#: A longer line above a table is no title, but explains it; what stands in brackets, and which annex it is, does not count,
#: and what is called a list at its end may be longer.
_TITLE, _LONG_TITLE = 30, 60
_BESIDE = re.compile(
    r"[（(【\[][^（）()【】\[\]]*[)）】\]]|^\s*附[件表录]?\s*[\d一二三四五六七八九十]{0,3}(?:[-—][\d]{1,2})?\s*[:：.、]?\s*"
)
_A_LIST = re.compile(r"(?:表|台账|清单|汇总|明细|名册|登记|统计|情况|台帐|目录|记录)$")
_SENTENCE = re.compile(r"[。；;！!？?]|(?:说明|备注|注)[:：]")
#: Who fills a table in says nothing of what it lists (填报单位：县信访局), nor does the office in its title; 转办, 督办, 交办 are no office.
_LABELLED = re.compile(r"[㐀-鿿]{2,}[:：].*")
_OFFICE = re.compile(
    r"(?:信访|矛盾|纠纷|调解|调处|热线|隐患|事故)[㐀-鿿]{0,6}?(?:局|办公室|(?<![转督交承代催查协主补经])办(?![理结件案])|中心|委员会|调委会|联席会议|大队)"
)
#: The ending of a file of a table, also of a packed one.
_SUFFIX = re.compile(r"(?:\.[A-Za-z0-9]{1,7}){1,2}$")
#: A risk of an accident is no accident.
_NO_ACCIDENT = "事故隐患"


def title(line: str) -> str:
    """What a line above a table calls it; "" where it explains it."""
    if len(line) <= _TITLE:
        return line
    bare = _BESIDE.sub("", line).strip()
    if _SENTENCE.search(bare):
        return ""
    return bare if len(bare) <= _TITLE or (len(bare) <= _LONG_TITLE and _A_LIST.search(bare)) else ""


def called(lines: Sequence[Sequence[str]], sheets: Sequence[str], headings: Sequence[str]) -> dict[str, str]:
    """Source that a table is called by its titles -> the word that says so; of several sheets there may be several.

    `lines` are, sheet by sheet, those that stand alone above the headings; the titles of `sheets` count where these say nothing. A title
    that names several sources names none, and two headings of another source say more than a title.
    """
    told = [_named(texts) for texts in lines]
    if not any(len(one) == 1 for one in told):
        told = [_named([sheet]) for sheet in sheets]
    return {
        source: word
        for one in told if len(one) == 1
        for source, word in one.items() if _gainsaying(source, headings) < _GAINSAY
    }  # fmt: skip


def called_by_file(name: str, headings: Sequence[str]) -> tuple[str, str] | None:
    """The one source that the name of a file says, where no heading is of another, and the word that says so.

    It may be of whoever sends it, and tells where neither a title nor headings do.
    """
    told = _named([_SUFFIX.sub("", one) for one in name.split()])
    return next((one for one in told.items() if len(told) == 1 and not _gainsaying(one[0], headings)), None)


def _gainsaying(source: str, headings: Sequence[str]) -> int:
    """How many headings are of another source, where these are more than are of this one."""
    most = {other: len(words) for other, words in marked(plain_headings(headings), "").items()}
    others = max(count for other, count in most.items() if other != source)
    return others if others > most[source] else 0


def _named(texts: Sequence[str]) -> dict[str, str]:
    """Source -> the first of its words that some titles hold."""
    bare = [
        _OFFICE.sub("", _LABELLED.sub("", _BESIDE.sub("", title(one))).lower()).replace(_NO_ACCIDENT, "隐患")
        for one in texts
    ]
    petitions = next((word for text in bare if (word := petition_word(text, Road.TITLE)) is not None), None)
    # 诉求 in a word for petitions (申诉求决, 阳光诉求) names no calls.
    rest = [text.replace(petitions or "", "") for text in bare]
    words = {
        source: next((one for one in listed if any(one in text for text in rest)), None)
        for source, listed in _marks().items()
    }
    words["petitions"] = petitions
    return {source: word for source, word in words.items() if word is not None}


def said_otherwise(seen: Profile, source: str, translated: bool = False) -> tuple[str, str] | None:
    """The source that a table clearly says it is of, where that is not `source`, and on what ground.

    Its titles are asked, and its categories where these say nothing and no mapping has `translated` them.
    """
    if source not in _marks():
        return None
    titled = called(seen.lines, seen.sheets, seen.headings)
    if (other := next((one for one in titled.items() if one[0] != source), None)) is not None or titled:
        return other
    words = None if translated else category_words(seen)
    return source_of_words(words, source) if words else None


def category_words(seen: Profile) -> Mapping[str, int] | None:
    """The words of the column of categories, and their rows; None where there is no such column, or its words are no closed list."""
    for column in seen.columns:
        known = field_of(plain_heading(column.heading), "events")
        if known is not None and known[0] == "category" and column.words is not None:
            return column.words
    return None


def by_categories(words: Mapping[str, int] | None) -> tuple[str, list[str]] | None:
    """The one source to which nearly all categories of a file belong, and some of them."""
    if words is None or len(words) < FEWEST_WORDS:
        return None
    fitting = [source for source in _marks() if _share(_categories(words, source), words) >= NEARLY_ALL]
    return (fitting[0], _categories(words, fitting[0])[:3]) if len(fitting) == 1 else None


def source_of_words(words: Mapping[str, int], source: str) -> tuple[str, str] | None:
    """The source to which nearly all categories of a file belong (word -> rows), where few are of `source`."""
    listed = _marks()
    if source not in listed or sum(words.values()) < FEWEST_ROWS or len(words) < FEWEST_WORDS:
        return None
    if _share(_categories(words, source), words) > FEW:
        return None
    shares = {other: _share(_categories(words, other), words) for other in listed}
    best = max(shares, key=lambda other: shares[other])
    return (best, Listed(_categories(words, best)[:3])) if shares[best] >= NEARLY_ALL else None


def plain_headings(headings: Sequence[str]) -> list[str]:
    """Headings as words are looked for in them."""
    return [plain_heading(heading).lower() for heading in headings if heading]


def marked(plain: Sequence[str], source: str) -> dict[str, list[str]]:
    """Another source -> the headings that hardly a file of any other has."""
    return {
        other: [heading for heading in plain if any(word in heading for word in words)]
        for other, words in _marks().items()
        if other != source
    }


def _marks() -> dict[str, list[str]]:
    listed: dict[str, list[str]] = shipped("hints")["marks"]
    return listed


def _categories(words: Mapping[str, int], source: str) -> list[str]:
    """The words that are categories of a source, `other` left out."""
    known = CategoryWords(source)
    return [word for word in words if known.listed(word) not in (None, "other")]


def _share(some: Sequence[str], words: Mapping[str, int]) -> float:
    return sum(words[word] for word in some) / max(sum(words.values()), 1)
