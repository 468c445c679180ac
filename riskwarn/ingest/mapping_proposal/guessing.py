"""Which source a file is of, told from its name and its headings."""

from __future__ import annotations

import re
from collections.abc import Sequence

from riskwarn.configuration import Configuration
from riskwarn.contracts import declared, required
from riskwarn.contracts.categories import never_below
from riskwarn.contracts.vocabulary import field_of, shipped
from riskwarn.ingest.heading_words import bare_heading, plain_heading
from riskwarn.ingest.mapping_proposal.declared_sources import by_columns, by_declared_categories, by_name
from riskwarn.ingest.mapping_proposal.profile import Profile
from riskwarn.ingest.mapping_proposal.saying import (
    by_categories,
    called,
    called_by_file,
    category_words,
    marked,
    plain_headings,
    source_of_words,
    title,
)
from riskwarn.ingest.redaction import shown_headings
from riskwarn.mapping import Mapping as Rules
from riskwarn.mapping import preset_content
from riskwarn.messages import Joined, Listed, Message
from riskwarn.petitions import Road, is_of_visitors, petition_word

#: So many headings that remind of one source, where none reminds of the source that is named, say what a file is.
_CLEAR = 3
#: How headings of the ids of records end.
_NUMBERS = ("号", "编码", "代码", "id")
#: How a guess ends that nothing but a few headings speaks for.
UNSURE = Message("unsure, name it with --source")


def guess(name: str, seen: Profile, configuration: Configuration) -> tuple[str, str]:
    """The source of a file, from its headings and its name, and on what ground.

    What riskwarn.yaml declares comes first: the columns of a source, and the sources of one's own, which are known by their names.
    """
    titles = [*seen.sheets, *filter(None, (title(one) for one in seen.titles if one not in seen.headings))]
    if (said := _declared(name, titles, seen, configuration)) is not None:
        return said
    if (ticket := _of_a_notice(seen.headings)) is not None:
        # Whatever it is called: a table of tickets of notices, which goes out under that name, is one of 工单 like those of a hotline.
        return "tickets", _guessed_by([ticket])
    if len(titled := called(seen.lines, seen.sheets, seen.headings)) == 1:
        return next((source, _guessed_by([word])) for source, word in titled.items())
    hints = shipped("hints")["sources"]
    headings = [plain_heading(heading) for heading in seen.headings if heading]
    fitting: dict[str, float] = {}
    marks = {source for source, found in marked([one.lower() for one in headings], "").items() if found}
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
        if not words and marks - {source}:
            # Headings go before a name that could be of many files: a list of disputes is called 上报, too.
            named = [word for word in named if word in shipped("hints")["marks"].get(source, ())]
        if told.demand_only and is_of_visitors(name):
            continue
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
    if declared(best).events and (of_words := _of_categories(seen, best, headings, bool(told_by))) is not None:
        return of_words[0], _guessed_by(of_words[1])
    # What a table needs is found in no other.
    sure = fitting[best] >= second + 1 and (told_by or not declared(best).events)
    why = _guessed_by(told_by) if told_by else Message("guessed by its headings")
    if not sure and (of_name := called_by_file(name, seen.headings)) is not None:
        return of_name[0], _guessed_by([of_name[1]])
    return best, why if sure else Joined("; ", [why, UNSURE])


def _declared(name: str, titles: Sequence[str], seen: Profile, configuration: Configuration) -> tuple[str, str] | None:
    """The source that riskwarn.yaml says a file is of; unsure where its headings are those of another.

    After its name the titles of its sheets and above its headings are asked, and then these.
    """
    headings, columns = seen.headings, seen.columns
    if (told := by_columns(headings, configuration)) is not None:
        return told
    others = max((len(found) for found in marked(plain_headings(headings), "").values()), default=0)
    if (told := by_name([name], configuration)) is not None:
        return (told[0], Joined("; ", [told[1], UNSURE])) if others > 1 else told
    if others < 2 and (told := by_name(titles, configuration)) is not None:
        return told
    if others < 2 and (told := by_declared_categories(columns, configuration)) is not None:
        return told
    if others < 2 and (told := by_name([plain_heading(one) for one in headings], configuration)) is not None:
        return (told[0], Joined("; ", [told[1], UNSURE])) if others else told
    return None


def _of_a_notice(headings: Sequence[str]) -> str | None:
    """The heading of the notices that tickets answer, where all is there that tickets need, and nothing says when something happened."""
    plain = {heading: plain_heading(heading) for heading in headings if heading}
    fields = {
        known[0]: heading for heading, said in plain.items() if (known := field_of(said, declared("tickets").kind))
    }
    needed = {field.name for field in declared("tickets").fields if field.required}
    events = {known[0] for said in plain.values() if (known := field_of(said, "events"))}
    return fields["alert_id"] if needed <= set(fields) and "occurred_at" not in events else None


def _of_categories(seen: Profile, best: str, plain: Sequence[str], told: bool) -> tuple[str, list[str]] | None:
    """The source that the categories of a file tell, and some of them; of one that is `told` otherwise only where they clearly gainsay."""
    words = category_words(seen)
    if told and (not words or source_of_words(words, best) is None or len(marked(plain, "").get(best, ())) > 1):
        return None
    return by_categories(words)


def _stands_in(word: str, name: str) -> bool:
    """Whether a word stands in the name of a file; a number does not within a longer one (12345 in a telephone)."""
    return re.search(rf"(?<!\d){word}(?!\d)", name) is not None if word.isdigit() else word in name


def _guessed_by(words: Sequence[str]) -> Message:
    return Message("guessed by {words}", words=Listed(words))


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
    plain = plain_headings(headings)
    own, marks = _reminding(name, plain, source), marked(plain, source)
    best = max(marks, key=lambda other: len(marks[other]))
    told = declared(source)
    if not told.events:
        fields = {known[0]: heading for heading in plain if (known := field_of(heading, "events"))}
        if not {"record_id", "occurred_at"} <= set(fields):
            return None
        why = f"{fields['record_id']}, {fields['occurred_at']}"
        return (best if marks[best] else "SOURCE"), why
    named = any(_stands_in(word, name.lower()) for word in shipped("hints")["marks"].get(best, ()))
    other = _reminding(name, plain, best)
    clear = not own and (named or other >= _CLEAR)
    if len(marks[best]) < (1 if clear else 2) or other < 3 * own:
        return _about(plain, source)
    return best, Listed(shown_headings(marks[best])[:3])


def _about(plain: Sequence[str], source: str) -> tuple[str, str] | None:
    """The other source of which two headings are, where none reminds of `source` but that of the id; on what ground."""
    body = [heading for heading in plain if not heading.endswith(_NUMBERS)]
    found = max(marked(body, source).items(), key=lambda one: len(one[1]))
    if len(found[1]) < 2 or _reminding("", body, source):
        return None
    return found[0], Listed(shown_headings(found[1])[:3])


def resembled(name: str, headings: Sequence[str], source: str) -> dict[str, str]:
    """Source of which a file has the marks in its headings -> on what ground; of a source of one's own files, too.

    As :func:`likely_source` says; where a source has records that are never placed below a unit two marks are enough.
    """
    plain = plain_headings(headings)
    usual = max(2, 3 * _reminding(name, plain, source))
    return {
        other: Listed(shown_headings(found)[:3])
        for other, found in marked(plain, source).items()
        if len(found) >= (2 if never_below(other) else usual)
    }


def of_another(headings: Sequence[str], source: str, among: Sequence[str]) -> bool:
    """Whether headings that stand below those of a table (`among`) are of another source, or of none that could be `source`."""
    plain, known = plain_headings(headings), set(map(bare_heading, plain_headings(among)))
    others = max((len(found) for found in marked(plain, source).values()), default=0)
    if others > _reminding("", plain, source):
        return True
    return not is_shipped(source) and sum(bare_heading(one) in known for one in plain) < len(plain) / 2


def petitions_told(name: str, headings: Sequence[str], source: str, visitors: bool = False) -> str | None:
    """On what ground a file that is loaded as another source clearly holds petitions; None where it does not.

    Two headings have to say so, and three times as many as remind of `source`; of a source of one's own one heading and the file's name.
    `visitors` where it is of those of a library or the like.
    """
    if declared_demand(source):
        return None
    road = Road.CATEGORY if is_shipped(source) else Road.SAID
    plain = plain_headings(headings)
    found = [heading for heading in plain if petition_word(heading, road, visitors) is not None]
    named = not is_shipped(source) and petition_word(name.partition(".")[0], Road.TITLE) is not None
    needed = 1 if named else max(2, 3 * _reminding(name, plain, source))
    return Listed(shown_headings(found)[:3]) if len(found) >= needed else None


def declared_demand(source: str) -> bool:
    """Whether a source is shipped as one that enters as demand only: petitions."""
    return is_shipped(source) and declared(source).demand_only


def _reminding(name: str, plain: Sequence[str], source: str) -> int:
    """How many headings remind of a source, and its file's name; none do of a source of one's own."""
    words = shipped("hints")["sources"].get(source, [])
    named = any(_stands_in(word, name.lower()) for word in words)
    return sum(any(word in text for word in words) for text in plain) + named


def suggested_preset(source: str, seen: Profile) -> str | None:
    """A preset of this source whose words stand in the headings or the name of the file."""
    hints = shipped("hints")["presets"]
    text = " ".join((seen.file, *map(plain_heading, seen.headings)))
    for name in hints:
        if preset_content(name)["source"] == source and any(word in text for word in hints[name]):
            return str(name)
    return None
