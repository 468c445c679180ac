"""What a word that no list has says by its parts: 打架致伤, 调解不成，引导诉讼, 已化解（调解成功）.

The lists of the vocabularies come first; this is asked for what they lack, once for each distinct word. A word that is
read by its parts is a guess, and is told as one. What is refused is never read, and what is negated, feared or yet to
come (未造成伤亡, 防止打架, 待移交派出所) says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from riskwarn.contracts.vocabulary import category_words, field_words, normalised, shipped, words_that_mean
from riskwarn.refused import refused_word
from riskwarn.words import HARM

#: Between these marks stand the parts of a word; an enumeration (、) goes on with what was said before it.
_PARTS = re.compile(r"[,;/|()\[\]【】《》<>。·+:\n\t]|(?<=\D)[-—–_](?=\D)|\s")
_NUMBERED = re.compile(r"^(?:[(（]?[\d一二三四五六七八九十]{1,2}[)）.、\s]+|\d{1,2}[-—_:])(?=\D)")
_LEVEL = re.compile(r"^[IVX]{1,3}级?$|^[ⅠⅡⅢⅣ]级?$")
#: Words that departments put behind the name of a category. Of accidents a hazard (火灾隐患) is the lack of one.
_ENDINGS = ("纠纷", "类", "问题", "事故", "隐患", "警情", "事件", "矛盾")
_HAPPENED = ("incidents", "police_calls")
#: So many characters may stand between the two halves of a phrase.
_BETWEEN = 8


@dataclass(frozen=True)
class Heard:
    """What a word says: `code` of its vocabulary, None where it says none; `clear` where it is known to say none.

    `by` is the phrase of the list that says so: it may be told, where the word itself may hold anything.
    """

    code: str | None
    clear: bool = False
    by: str = ""


_NOTHING = Heard(None)
_SAYS_NONE = Heard(None, clear=True)


@dataclass(frozen=True)
class _Match:
    start: int
    end: int
    code: str
    by: str


@dataclass(frozen=True)
class _Phrases:
    """Phrases of a vocabulary, with the code of each."""

    plain: Mapping[str, Sequence[tuple[str, str]]]  # by their first character
    patterns: Sequence[
        tuple[frozenset[str], re.Pattern[str], str]
    ]  # in halves, with the characters that one may begin with

    def within(self, part: str) -> Iterator[_Match]:
        """Wherever one stands in a part."""
        for at, character in enumerate(part):
            for phrase, code in self.plain.get(character, ()):
                if part.startswith(phrase, at):
                    yield _Match(at, at + len(phrase), code, phrase)
        for first, pattern, code in self.patterns:
            if not first.isdisjoint(part):
                yield from (_Match(*one.span(), code, "…".join(one.groups())) for one in pattern.finditer(part))


@dataclass(frozen=True)
class _Rules:
    """How the words of one vocabulary are read by their parts."""

    words: Mapping[str, str]
    phrases: _Phrases
    whole: Mapping[str, str]  # what a part has to be as a whole
    order: Sequence[str] = ()  # of several codes the first of these
    agree: bool = False  # of several codes none, unless `order` names one
    weak: frozenset[str] = frozenset()
    strip: Sequence[str] = ()
    negated: Mapping[str, str | None] | None = None
    doubted: Mapping[str, str | None] = field(default_factory=dict)
    before: re.Pattern[str] | None = None
    behind: re.Pattern[str] | None = None
    nothing: Sequence[str] = ()
    judged: bool = True  # whether negation and doubt are looked for


def endings_of(source: str) -> tuple[str, ...]:
    """What may stand behind the name of a category of a source without changing it."""
    return tuple(word for word in _ENDINGS if word != "隐患" or source not in _HAPPENED)


@lru_cache(maxsize=20_000)
def heard(field_name: str, word: str) -> Heard:
    """What a (normalised) word of a vocabulary says that its list lacks."""
    if field_name == "escalation":
        return _escalation_heard(word)
    rules = _of_field(field_name)
    if rules is None or not word or len(word) > _listed()["longest"] or word.isdecimal():
        return _NOTHING
    if field_name != "status" and word in words_that_mean("in_progress"):
        return _SAYS_NONE
    found = _said(word, rules)
    if found is not None:
        return found if refused_word(word) is None else _NOTHING
    return _SAYS_NONE if any(part in word for part in rules.nothing) else _NOTHING


def _escalation_heard(word: str) -> Heard:
    """What a word says of violence: as an outcome would, but of orderly ends it says that there was none."""
    listed = field_words("outcome").get(word)
    told = heard("outcome", word) if listed is None else Heard(listed, by=word)
    if told.code in HARM:
        return told
    return _SAYS_NONE if told.clear or told.code is not None else _NOTHING


@lru_cache(maxsize=20_000)
def category_heard(source: str, text: str) -> Heard:
    """The shipped category that a (normalised) word says by its parts, if it says one."""
    if len(text) > _listed()["longest"] or text.isascii():
        return _NOTHING
    rules = _of_categories(source)
    found = None if rules is None else _said(text.replace("其它", "其他"), rules)
    return _NOTHING if found is None or refused_word(text) else found


def code_of(field_name: str, text: str, own: Mapping[str, str] | None = None) -> str | None:
    """The code of a word: as the mapping (`own`) or the list has it, else by its parts."""
    word = normalised((own or {}).get(text, text))
    return field_words(field_name).get(word) or heard(field_name, word).code


def unknown_words(field_name: str, words: Iterable[str], own: Collection[str]) -> list[str]:
    """The words that neither the list of a vocabulary nor the mapping (`own`) has, and that say nothing by their parts."""
    known = {*field_words(field_name), *own, *words_that_mean("in_progress"), *words_that_mean("withdrawn")}
    told = ((word, heard(field_name, normalised(word))) for word in words if word not in known)
    return [word for word, said in told if said.code is None and not said.clear]


@cache
def _listed() -> dict[str, Any]:
    return shipped("phrases")


@cache
def _of_field(name: str) -> _Rules | None:
    told = _listed()["fields"].get(name)
    if told is None:
        return None
    phrases = told.get("phrases", {})
    return _Rules(
        words=field_words(name),
        phrases=_compiled(
            (phrase, code) for code, listed in {"": told.get("neutral", ()), **phrases}.items() for phrase in listed
        ),
        whole={phrase[1:]: code for code, listed in phrases.items() for phrase in listed if phrase.startswith("=")},
        order=told.get("order", ()),
        agree=name != "outcome",
        strip=sorted(map(str, told.get("strip", ())), key=len, reverse=True),
        negated=told.get("negated"),
        doubted=told.get("doubted", {}),
        before=_any_of(told.get("before", ())),
        nothing=told.get("nothing", ()),
    )


@cache
def _of_categories(source: str) -> _Rules | None:
    told = _listed()["categories"].get(source)
    if told is None:
        return None
    words = category_words(source)
    own = [(word, code) for word, code in words.items() if not word.isascii() and len(word) > 1 and code != "other"]
    more = [(phrase, code) for code, listed in told["phrases"].items() for phrase in listed]
    return _Rules(
        words=words,
        phrases=_compiled([*own, *more]),
        whole={},
        order=told.get("first", ()),
        agree=True,
        weak=frozenset(told.get("weak", ())) | {"other"},
        strip=endings_of(source),
        before=_any_of(told.get("before", ())),
        behind=_any_of(told.get("behind", ()), at_end=True),
        judged=False,
    )


def _any_of(words: Sequence[str], at_end: bool = False) -> re.Pattern[str] | None:
    if not words:
        return None
    some = "|".join(map(re.escape, sorted(map(str, words), key=len, reverse=True)))
    return re.compile(f"(?:{some})$" if at_end else some)


def _compiled(phrases: Iterable[tuple[str, str]]) -> _Phrases:
    """Phrases as they are looked for: a plain one by its first character, which is ten times as fast, one of halves by a pattern."""
    plain: dict[str, list[tuple[str, str]]] = {}
    patterns: list[tuple[frozenset[str], re.Pattern[str], str]] = []
    for phrase, code in phrases:
        if phrase.startswith("="):
            continue
        if "|" not in phrase and "+" not in phrase:
            plain.setdefault(phrase[0], []).append((phrase, code))
            continue
        halves = [half.split("|") for half in phrase.split("+")]
        pattern = f".{{0,{_BETWEEN}}}?".join("(" + "|".join(map(re.escape, half)) + ")" for half in halves)
        patterns.append((frozenset(word[0] for word in halves[0]), re.compile(pattern), code))
    return _Phrases(plain, patterns)


def _said(text: str, rules: _Rules) -> Heard | None:
    """What the parts of a word say together; None where no part says anything."""
    parts = [part for part in _PARTS.split(_NUMBERED.sub("", text)) if part]
    told = [one for part in parts for one in _of_part(part, rules)]
    said = {code: by for code, by in reversed(told) if code is not None}
    codes = list(dict.fromkeys(code for code, _ in told if code is not None))
    if not codes:
        return _SAYS_NONE if told else None
    first = next((code for code in rules.order if code in codes), None)
    if first is None:
        strong = [code for code in codes if code not in rules.weak] or codes
        first = strong[0] if len(strong) == 1 else None if rules.agree else codes[0]
    return _NOTHING if first is None else Heard(first, by=said[first])


def _of_part(part: str, rules: _Rules) -> list[tuple[str | None, str]]:
    """The codes that a part says, with the phrase that says each; None stands for one that is negated, or yet to come."""
    if _LEVEL.match(part):
        return []
    code: str | None
    for form in _forms(part, rules.strip):
        if (code := rules.whole.get(form) or rules.words.get(form)) is not None:
            return [(code, form)]
    found: list[tuple[str | None, str]] = []
    last: tuple[_Match, str] | None = None  # the match before, and how it was judged
    for match in _matches(part, rules.phrases):
        if not match.code:
            continue
        if (rules.before is not None and rules.before.match(part, match.end)) or (
            rules.behind is not None and rules.behind.search(part[: match.start])
        ):
            found.append((None, match.by))
            continue
        how = _judged(part, match, last, rules) if rules.judged else ""
        last = (match, how)
        if how == "not":
            code = None if rules.negated is None else rules.negated.get(match.code)
        elif how == "yet":
            code = rules.doubted.get(match.code)
        else:
            code = match.code
        found.append((code, match.by))
    return found


def _forms(part: str, strip: Sequence[str]) -> Iterator[str]:
    """A part, and what is left of it without what departments put before and behind."""
    yield part
    seen, left = {part}, [part]
    while left:
        form = left.pop(0)
        for affix in strip:
            for shorter in (form.removeprefix(affix), form.removesuffix(affix)):
                if shorter and shorter not in seen:
                    seen.add(shorter)
                    left.append(shorter)
                    yield shorter


def _matches(part: str, phrases: _Phrases) -> list[_Match]:
    """Phrases of a part from left to right; where two overlap the longer one."""
    found = sorted(
        phrases.within(part),
        key=lambda match: (match.start - match.end, match.start, match.code),
    )
    taken: list[_Match] = []
    for match in found:
        if all(match.end <= other.start or match.start >= other.end for other in taken):
            taken.append(match)
    return sorted(taken, key=lambda match: match.start)


def _judged(part: str, match: _Match, last: tuple[_Match, str] | None, rules: _Rules) -> str:
    """ "not" where a phrase is negated, "yet" where it may happen or is yet to, else ""."""
    behind = last[0].end if last else 0
    for how, name in (("yet", "doubt"), ("not", "negation")):
        listed = _listed()[name]
        before = part[max(behind, match.start - listed["within"] - 2) : match.start]
        if any(word in before for word in listed["words"]):
            return how
    if last is not None and last[1]:
        between = part[last[0].end : match.start]
        alike = rules.order and abs(_rank(last[0].code, rules) - _rank(match.code, rules)) <= 2
        if (not between and alike) or between in _listed()["and"]:
            return last[1]
    return ""


def _rank(code: str, rules: _Rules) -> int:
    return rules.order.index(code) if code in rules.order else len(rules.order)
