"""What a city says in its notices where it says it otherwise than riskwarn does: heads, check-lists of services, desks, how to contest.

A text is checked when it is read: placeholders that there are, no longer than a phone or a page shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from string import Formatter
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from riskwarn.declarations import Declared, Name

Language = Literal["zh", "en"]

#: Characters of a head with all its marks, as a phone shows it (as UTF-16 counts them, which messages of phones do).
HEAD_MOST: dict[Language, int] = {"zh": 70, "en": 160}

#: Of these what stands before a head that is an exercise and changes something: 【演练】【撤销】, [EXERCISE] [Cancelled].
MARKS_MOST: dict[Language, int] = {"zh": 8, "en": 23}

#: Room that a place has in every head.
PLACE_LEAST: dict[Language, int] = {"zh": 16, "en": 40}

#: The most that each placeholder of a head is filled with.
FILLED_MOST: dict[Language, dict[str, int]] = {
    "zh": {"level": 2, "help": 10, "by": 6},
    "en": {"level": 9, "help": 30, "by": 12},
}

#: What may stand in braces, by where.
IN_HEAD = ("place", "level", "help", "by", "frequency")
IN_LINES = ("place", "target", "help", "by", "desk")
IN_CONTEST = ("desk", "by")

#: Characters of the others, by language.
_MOST: dict[str, dict[Language, int]] = {
    "help": {language: most["help"] for language, most in FILLED_MOST.items()},
    "line": {"zh": 60, "en": 160},
    "desk": {"zh": 40, "en": 80},
    "contest": {"zh": 100, "en": 240},
}

Check = Callable[[str], str]


def width(text: str) -> int:
    """How many characters a phone counts: those beyond the first plane are two."""
    return len(text) + sum(ord(character) > 0xFFFF for character in text)


def placeholders(text: str) -> list[str]:
    """What stands in braces in a text; raise ValueError where a brace is never closed, or holds more than a name."""
    found = []
    try:
        parts = list(Formatter().parse(text))
    except ValueError as error:
        raise ValueError("a brace is opened and never closed, or the other way round") from error
    for _, name, form, conversion in parts:
        if name is not None:
            if not name.isidentifier() or form or conversion:
                raise ValueError(f"{name!r} is no placeholder: in braces stands a name alone, such as place")
            found.append(name)
    return found


def _checked(what: str, language: Language, known: tuple[str, ...]) -> Check:
    def check(text: str) -> str:
        text = " ".join(text.split())
        _refuse_unknown(text, known)
        if not text:
            raise ValueError("it is empty; leave it out to keep what riskwarn says")
        characters, most = width(text), _MOST[what][language]
        if characters > most:
            raise ValueError(f"it has {characters} characters, and at most {most} are shown")
        return text

    return check


def _refuse_unknown(text: str, known: tuple[str, ...]) -> None:
    for name in placeholders(text):
        if name not in known:
            listed = ", ".join(known) or "none"
            raise ValueError(f"there is no placeholder {name!r} here; there are {listed}")


def _checked_head(language: Language) -> Callable[[tuple[str, ...]], tuple[str, ...]]:
    """The first part holds the place, with room for it whatever the others are filled with."""

    def check(parts: tuple[str, ...]) -> tuple[str, ...]:
        for part in parts:
            _refuse_unknown(part, IN_HEAD)
        names = placeholders(parts[0])
        if names.count("place") != 1 or any("place" in placeholders(part) for part in parts[1:]):
            raise ValueError("its first part, and no other, has the placeholder place, once")
        if "frequency" in names:
            raise ValueError("frequency stands in a later part, which is left out where nothing is promised")
        filled = {**FILLED_MOST[language], "place": PLACE_LEAST[language]}
        longest = width(parts[0].format_map({name: "x" * filled[name] for name in names}))
        most = HEAD_MOST[language] - MARKS_MOST[language]
        if longest > most:
            raise ValueError(f"its first part may have {longest} characters, and a phone shows {most}")
        return parts

    return check


def _one(what: str, language: Language, known: tuple[str, ...] = ()) -> AfterValidator:
    return AfterValidator(_checked(what, language, known))


def _each(language: Language) -> AfterValidator:
    check = _checked("line", language, IN_LINES)
    return AfterValidator(lambda lines: tuple(check(line) for line in lines))


def _few(most: int) -> object:
    return Field(min_length=1, max_length=most)


_WHERE_NOT = "as riskwarn says it where not given"


class Desk(Declared):
    """Whom to ask: an office, never a person."""

    zh: Annotated[str, _one("desk", "zh")] | None = Field(default=None, description=f"in Chinese; {_WHERE_NOT}")
    en: Annotated[str, _one("desk", "en")] | None = Field(default=None, description=f"in English; {_WHERE_NOT}")


class Help(Declared):
    """What help is meant, in a word or two."""

    zh: Annotated[str, _one("help", "zh")] | None = Field(default=None, description=f"in Chinese; {_WHERE_NOT}")
    en: Annotated[str, _one("help", "en")] | None = Field(default=None, description=f"in English; {_WHERE_NOT}")


class Look(Declared):
    """What to look at, line by line."""

    zh: Annotated[tuple[str, ...], _few(6), _each("zh")] | None = Field(
        default=None,
        description=f"up to six lines in Chinese, with {{place}}, {{target}}, {{help}}, {{by}}, {{desk}}; {_WHERE_NOT}",
    )
    en: Annotated[tuple[str, ...], _few(6), _each("en")] | None = Field(
        default=None, description=f"up to six lines in English, with the same placeholders; {_WHERE_NOT}"
    )


class Head(Declared):
    """The head, in parts: what names something that is not known, and from the end what does not fit, is left out."""

    zh: Annotated[tuple[str, ...], _few(5), AfterValidator(_checked_head("zh"))] | None = Field(
        default=None,
        description="up to five parts in Chinese, joined as they are; the first holds {place}, any {level}, {help}, {by}, "
        "and one of its own {frequency}",
    )
    en: Annotated[tuple[str, ...], _few(5), AfterValidator(_checked_head("en"))] | None = Field(
        default=None, description="up to five parts in English, joined as they are; the same placeholders"
    )


class Contest(Declared):
    """How to contest a notice."""

    zh: Annotated[str, _one("contest", "zh", IN_CONTEST)] | None = Field(
        default=None, description=f"in Chinese, with {{desk}}, {{by}}; {_WHERE_NOT}"
    )
    en: Annotated[str, _one("contest", "en", IN_CONTEST)] | None = Field(
        default=None, description=f"in English, with {{desk}}, {{by}}; {_WHERE_NOT}"
    )


class ServiceTexts(Declared):
    """What is said of one service."""

    help: Help = Field(default=Help(), description="what help is meant, in a word or two")
    look: Look = Field(default=Look(), description="what to look at")
    desk: Desk = Field(default=Desk(), description="which desk to ask of this service, where it is another")


class Texts(Declared):
    """The texts of notices, where the city's are others. A version that is told with each notice changes with any of them."""

    desk: Desk = Field(default=Desk(), description="which desk to ask")
    head: Head = Field(default=Head(), description="the head of a notice")
    contest: Contest = Field(default=Contest(), description="how to contest a notice")
    services: dict[Name, ServiceTexts] = Field(
        default={}, description="by service: mediation, legal_aid, wage_claim …, and gap for a source that fails"
    )

    def desks(self) -> Iterable[str]:
        """The desks that the city wrote: offices with their numbers, and nobody's name."""
        for desk in (self.desk, *(one.desk for one in self.services.values())):
            yield from (said for said in (desk.zh, desk.en) if said is not None)

    def own(self) -> Iterable[str]:
        """Every text that the city wrote; of desks none, whose numbers are those of offices."""
        for said in (
            self.head,
            self.contest,
            *(part for one in self.services.values() for part in (one.help, one.look)),
        ):
            for text in (said.zh, said.en):
                yield from ((text,) if isinstance(text, str) else text or ())
