"""Which source a file is of, told from its name and its headings."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from riskwarn.configuration import Configuration
from riskwarn.contracts import declared, required
from riskwarn.contracts.categories import CategoryWords, never_below
from riskwarn.contracts.vocabulary import field_of, shipped
from riskwarn.ingest.heading_words import bare_heading, plain_heading
from riskwarn.ingest.mapping_proposal.declared_sources import by_categories, by_columns, by_name
from riskwarn.ingest.mapping_proposal.profile import Profile
from riskwarn.ingest.redaction import shown_headings
from riskwarn.mapping import Mapping as Rules
from riskwarn.mapping import preset_content
from riskwarn.messages import Joined, Listed, Message
from riskwarn.refused import PETITIONS, folded, refusals

#: Fewer rows, or words, of categories tell nothing of the source.
FEWEST_ROWS, FEWEST_WORDS = 20, 3
#: So many headings that remind of one source, where none reminds of the source that is named, say what a file is.
_CLEAR = 3
#: How headings of the ids of records end.
_NUMBERS = ("号", "编码", "代码", "id")
#: A longer line above a table is no title, but explains it; what stands in brackets, and which annex it is, does not count,
#: and what is called a list at its end may be longer.
_TITLE, _LONG_TITLE = 30, 60
_BESIDE = re.compile(
    r"[（(【\[][^（）()【】\[\]]*[)）】\]]|^\s*附[件表录]?\s*[\d一二三四五六七八九十]{0,3}(?:[-—][\d]{1,2})?\s*[:：.、]?\s*"
)
_A_LIST = re.compile(r"(?:表|台账|清单|汇总|明细|名册|登记|统计|情况|台帐|目录|记录)$")
_SENTENCE = re.compile(r"[。；;！!？?]|(?:说明|备注|注)[:：]")

#: How a guess ends that nothing but a few headings speaks for.
UNSURE = Message("unsure, name it with --source")
#: Share of the rows: categories of the source that is named, and of the one that it looks like.
FEW, NEARLY_ALL = 0.1, 0.8


def guess(name: str, seen: Profile, configuration: Configuration) -> tuple[str, str]:
    """The source of a file, from its headings and its name, and on what ground.

    What riskwarn.yaml declares comes first: the columns of a source, and the sources of one's own, which are known by their names.
    """
    titles = [*seen.sheets, *filter(None, (_title(one) for one in seen.titles if one not in seen.headings))]
    if (said := _declared(name, titles, seen, configuration)) is not None:
        return said
    hints = shipped("hints")["sources"]
    headings = [plain_heading(heading) for heading in seen.headings if heading]
    fitting: dict[str, float] = {}
    marked = {source for source, found in _marked([one.lower() for one in headings], "").items() if found}
    for source in hints:
        told = declared(source)
        fields = {found[0] for heading in headings if (found := field_of(heading, told.kind))}
        complete = all(
            any(set(one.split("+")) <= fields for one in group)
            for group in required(told.kind, Rules())
            # A district's own table of grids never says which district it is.
            if not (source == "grids" and group[0] == "district")
        )
        words = [word for word in hints[source] if any(word in heading.lower() for heading in headings)]
        named = [word for word in hints[source] if _stands_in(word, name.lower())]
        if not words and marked - {source}:
            # Headings go before a name that could be of many files: a list of disputes is called 上报, too.
            named = [word for word in named if word in shipped("hints")["marks"].get(source, ())]
        # A table is only meant where all that it needs is there; its few fields are found in many files of events.
        if not told.events and not complete:
            continue
        fitting[source] = len(fields) / 4 + len(words) + 2 * len(named) + 2 * complete + (0 if told.events else 1)
        if not told.events and "occurred_at" in {known[0] for h in headings if (known := field_of(h, "events"))}:
            fitting[source] -= 4
    if {"grids", "demographics"} <= set(fitting):
        # Units and residents in one table: the grids, unless the residents are what it is about.
        counted = {known[0] for heading in headings if (known := field_of(heading, "demographics"))}
        fitting["grids" if "valid_from" in counted or len(counted) > 4 else "demographics"] -= 4
    best = max(fitting, key=lambda one: fitting[one])
    second = max((value for source, value in fitting.items() if source != best), default=0.0)
    told_by = [
        word for word in hints[best] if _stands_in(word, name.lower()) or any(word in h.lower() for h in headings)
    ]
    if not told_by and declared(best).events and (named_by := _by_categories(seen)) is not None:
        return named_by
    # What a table needs is found in no other.
    sure = fitting[best] >= second + 1 and (told_by or not declared(best).events)
    why = _guessed_by(told_by) if told_by else Message("guessed by its headings")
    return best, why if sure else Joined("; ", [why, UNSURE])


def _declared(name: str, titles: Sequence[str], seen: Profile, configuration: Configuration) -> tuple[str, str] | None:
    """The source that riskwarn.yaml says a file is of; unsure where its headings are those of another.

    After its name the titles of its sheets and above its headings are asked, and then these.
    """
    headings, columns = seen.headings, seen.columns
    if (told := by_columns(headings, configuration)) is not None:
        return told
    others = max((len(found) for found in _marked(_plain(headings), "").values()), default=0)
    if (told := by_name([name], configuration)) is not None:
        return (told[0], Joined("; ", [told[1], UNSURE])) if others > 1 else told
    if others < 2 and (told := by_name(titles, configuration)) is not None:
        return told
    if others < 2 and (told := by_categories(columns, configuration)) is not None:
        return told
    if others < 2 and (told := by_name([plain_heading(one) for one in headings], configuration)) is not None:
        return (told[0], Joined("; ", [told[1], UNSURE])) if others else told
    return None


def _title(line: str) -> str:
    """What a line above a table calls it; "" where it explains it."""
    if len(line) <= _TITLE:
        return line
    bare = _BESIDE.sub("", line).strip()
    if _SENTENCE.search(bare):
        return ""
    return bare if len(bare) <= _TITLE or (len(bare) <= _LONG_TITLE and _A_LIST.search(bare)) else ""


def _by_categories(seen: Profile) -> tuple[str, str] | None:
    """The one source to which nearly all categories of a file belong, where its headings and its name tell nothing."""
    for column in seen.columns:
        known = field_of(plain_heading(column.heading), "events")
        if known is None or known[0] != "category" or column.words is None:
            continue
        shares = {
            source: _share(_categories(column.words, source), column.words) for source in shipped("hints")["marks"]
        }
        fitting = [source for source, share in shares.items() if share >= NEARLY_ALL]
        if len(fitting) == 1 and len(column.words) >= FEWEST_WORDS:
            return fitting[0], _guessed_by(_categories(column.words, fitting[0])[:3])
    return None


def _stands_in(word: str, name: str) -> bool:
    """Whether a word stands in the name of a file; a number does not within a longer one (12345 in a telephone)."""
    return re.search(rf"(?<!\d){word}(?!\d)", name) is not None if word.isdigit() else word in name


def _guessed_by(words: Sequence[str]) -> Message:
    return Message("guessed by {words}", words=Listed(words))


def _categories(words: Mapping[str, int], source: str) -> list[str]:
    """The words that are categories of a source, `other` left out."""
    known = CategoryWords(source)
    return [word for word in words if known.listed(word) not in (None, "other")]


def _share(some: Sequence[str], words: Mapping[str, int]) -> float:
    return sum(words[word] for word in some) / max(sum(words.values()), 1)


def is_shipped(source: str) -> bool:
    """Whether riskwarn knows what files of a source look like; of a source of one's own it does not."""
    return source in shipped("hints")["sources"]


def likely_source(name: str, headings: Sequence[str], source: str) -> tuple[str, str] | None:
    """The source of which a file clearly is by its headings, where that is not `source`, and on what ground.

    Two headings have to name the other source (a heading of another hardly does), and three times as many have to remind of it as
    of `source`; one is enough where nothing reminds of `source`, and the name of the file or more headings say the same. So are two
    where `source` is told by the heading of the id or by the name of the file alone: what else a table holds is what it is about. A
    table is only taken for events where their id and their time stand in it.
    """
    if not is_shipped(source):
        return None
    plain = _plain(headings)
    own, marked = _reminding(name, plain, source), _marked(plain, source)
    best = max(marked, key=lambda other: len(marked[other]))
    told = declared(source)
    if not told.events:
        fields = {known[0]: heading for heading in plain if (known := field_of(heading, "events"))}
        if not {"record_id", "occurred_at"} <= set(fields):
            return None
        why = f"{fields['record_id']}, {fields['occurred_at']}"
        return (best if marked[best] else "SOURCE"), why
    named = any(_stands_in(word, name.lower()) for word in shipped("hints")["marks"].get(best, ()))
    other = _reminding(name, plain, best)
    clear = not own and (named or other >= _CLEAR)
    if len(marked[best]) < (1 if clear else 2) or other < 3 * own:
        return _about(plain, source)
    return best, Listed(shown_headings(marked[best])[:3])


def _about(plain: Sequence[str], source: str) -> tuple[str, str] | None:
    """The other source of which two headings are, where none reminds of `source` but that of the id; on what ground."""
    body = [heading for heading in plain if not heading.endswith(_NUMBERS)]
    found = max(_marked(body, source).items(), key=lambda one: len(one[1]))
    if len(found[1]) < 2 or _reminding("", body, source):
        return None
    return found[0], Listed(shown_headings(found[1])[:3])


def resembled(name: str, headings: Sequence[str], source: str) -> dict[str, str]:
    """Source of which a file has the marks in its headings -> on what ground; of a source of one's own files, too.

    As :func:`likely_source` says; where a source has records that are never placed below a unit two marks are enough.
    """
    plain = _plain(headings)
    usual = max(2, 3 * _reminding(name, plain, source))
    return {
        other: Listed(shown_headings(found)[:3])
        for other, found in _marked(plain, source).items()
        if len(found) >= (2 if never_below(other) else usual)
    }


def of_another(headings: Sequence[str], source: str, among: Sequence[str]) -> bool:
    """Whether headings that stand below those of a table (`among`) are of another source, or of none that could be `source`."""
    plain, known = _plain(headings), set(map(bare_heading, _plain(among)))
    others = max((len(found) for found in _marked(plain, source).values()), default=0)
    if others > _reminding("", plain, source):
        return True
    return not is_shipped(source) and sum(bare_heading(one) in known for one in plain) < len(plain) / 2


def petitions_told(name: str, headings: Sequence[str], source: str) -> str | None:
    """On what ground a file that is loaded as another source clearly holds petitions; None where it does not.

    Two headings have to say so, and three times as many as remind of `source`; of a source of one's own one heading and the file's name.
    """
    if declared_demand(source):
        return None
    lists = PETITIONS if is_shipped(source) else (*PETITIONS, "petition_ways")
    words = {*shipped("hints")["marks"]["petitions"], *(one for name in lists for one in refusals()[name])}
    plain = _plain(headings)
    found = [heading for heading in plain if any(word in heading for word in words)]
    named = not is_shipped(source) and any(word in folded(name) for word in words)
    needed = 1 if named else max(2, 3 * _reminding(name, plain, source))
    return Listed(shown_headings(found)[:3]) if len(found) >= needed else None


def declared_demand(source: str) -> bool:
    """Whether a source is shipped as one that enters as demand only: petitions."""
    return is_shipped(source) and declared(source).demand_only


def _plain(headings: Sequence[str]) -> list[str]:
    return [plain_heading(heading).lower() for heading in headings if heading]


def _reminding(name: str, plain: Sequence[str], source: str) -> int:
    """How many headings remind of a source, and its file's name; none do of a source of one's own."""
    words = shipped("hints")["sources"].get(source, [])
    named = any(_stands_in(word, name.lower()) for word in words)
    return sum(any(word in text for word in words) for text in plain) + named


def _marked(plain: Sequence[str], source: str) -> dict[str, list[str]]:
    """Another source -> the headings that hardly a file of any other has."""
    return {
        other: [heading for heading in plain if any(word in heading for word in words)]
        for other, words in shipped("hints")["marks"].items()
        if other != source
    }


def source_of_words(words: Mapping[str, int], source: str) -> tuple[str, str] | None:
    """The source to which nearly all categories of a file belong (word -> rows), where hardly one is of `source`."""
    listed = shipped("hints")["marks"]
    if source not in listed or sum(words.values()) < FEWEST_ROWS or len(words) < FEWEST_WORDS:
        return None
    if _share(_categories(words, source), words) > FEW:
        return None
    shares = {other: _share(_categories(words, other), words) for other in listed}
    best = max(shares, key=lambda other: shares[other])
    return (best, Listed(_categories(words, best)[:3])) if shares[best] >= NEARLY_ALL else None


def suggested_preset(source: str, seen: Profile) -> str | None:
    """A preset of this source whose words stand in the headings or the name of the file."""
    hints = shipped("hints")["presets"]
    text = " ".join((seen.file, *map(plain_heading, seen.headings)))
    for name in hints:
        if preset_content(name)["source"] == source and any(word in text for word in hints[name]):
            return str(name)
    return None
