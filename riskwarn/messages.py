"""Sentences for people, in the language of who reads them.

The code writes English; the catalogue of a language (gettext, ``riskwarn/locale``) has the English sentence as its key.
A sentence with fields is a :class:`Message`: an English text that remembers its template and its fields, so that
whoever shows it, at the very end, can still say it in another language. A sentence without fields is a plain text. A
sentence that lost its template on the way (an f-string, one that was kept as text) is recognised by its fixed words.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path, PurePath
from typing import Any

LANGUAGES = ("en", "zh")
DOMAIN = "riskwarn"
FOLDER = Path(__file__).parent / "locale"

#: The variables of a locale, the first that is set decides; LANGUAGE may list several languages.
_LOCALE = ("LC_ALL", "LC_MESSAGES", "LANGUAGE", "LANG")


#: What ends a line, or moves the cursor of a terminal: control characters but the tab, and the separators of Unicode.
_BREAKS = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]+")


def one_line(text: str) -> str:
    """A text of a file (a heading, a word, a sheet's title) as it may stand in a line: breaks and control characters are blanks.

    >>> one_line("是否\\n激化")
    '是否 激化'
    """
    return _BREAKS.sub(" ", text)


class Message(str):
    """An English sentence that remembers the template and the fields that it was made of.

    >>> Message("{files} files in {folder}", files=3, folder="inbox")
    '3 files in inbox'
    """

    template: str
    fields: Mapping[str, Any]

    def __new__(cls, template: str, /, **fields: Any) -> Message:
        """Fill the named fields of `template`; a text of a file, or a path, that stands in it is no more than one line."""
        fields = {name: _on_one_line(value) for name, value in fields.items()}
        message = super().__new__(cls, template.format(**fields))
        message.template, message.fields = template, fields
        return message

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:
        return (self.template,), dict(self.fields)


class Joined(Message):
    """Several sentences or words as one text; each is said in the language of who reads it.

    >>> Joined(", ", ["one", "two"])
    'one, two'
    """

    parts: tuple[str, ...]

    def __new__(cls, separator: str, parts: Any) -> Joined:
        """Join `parts` by `separator`."""
        texts = tuple(map(_on_one_line, parts))
        message = str.__new__(cls, separator.join(texts))
        message.template, message.fields, message.parts = separator, {}, texts
        return message

    def __getnewargs_ex__(self) -> Any:
        return (self.template, self.parts), {}


class Listed(Joined):
    """Names one after another, as the language of who reads them has it: names stay as they are, what is a sentence is said.

    >>> Listed(["甲", "乙", "丙"], most=2)
    '甲, 乙, …'
    >>> translated(Listed(["甲", "乙"]), "zh")
    '甲、乙'
    """

    def __new__(cls, names: Iterable[Any], *, most: int | None = None, separator: str = ", ") -> Listed:
        """List `names`; of more than `most` the first, and that there are others."""
        texts = [one if isinstance(one, str) else str(one) for one in names]
        if most is not None and len(texts) > most:
            texts = [*texts[:most], "…"]
        return super().__new__(cls, separator, texts)  # type: ignore[return-value]

    def __getnewargs_ex__(self) -> Any:
        return (self.parts,), {"separator": self.template}


class Named(Message):
    """A code of ours, and what it is called in Chinese; in English it stands as it is."""

    zh: str

    def __new__(cls, code: str, zh: str) -> Named:
        """A code, by whose name it is told in Chinese."""
        named = str.__new__(cls, code)
        named.template, named.fields, named.zh = code, {}, zh
        return named

    @classmethod
    def among(cls, names: Mapping[str, Mapping[str, str]], code: str) -> Named:
        """What a code is called by `names` in either language; the code where they do not have it.

        >>> str(Named.among({"safety": {"zh": "安全事故", "en": "safety incident"}}, "safety"))
        'safety incident'
        """
        own = names.get(code, {})
        return cls(own.get("en", code), own.get("zh", code))

    def __getnewargs_ex__(self) -> Any:
        return (self.template, self.zh), {}


#: A longer text that lost its template is no sentence of ours (a document, a file), and sentences stand in each other no deeper.
_LONGEST, _DEEPEST = 2_000, 5


def translated(text: str, language: str, *, depth: int = 0) -> str:
    """A sentence in `language`; English where the catalogue does not have it. `depth` counts the sentences around it."""
    if language == "en" or not text:
        return str(text)
    if isinstance(text, Named):
        return text.zh
    catalogue = _catalogue(language)
    if isinstance(text, Joined):
        said = (
            _field("", part, language, depth) if isinstance(text, Listed) else translated(part, language, depth=depth + 1)
            for part in text.parts
        )  # fmt: skip
        return catalogue.gettext(text.template).join(said)
    if isinstance(text, Message):
        fields = {name: _field(name, value, language, depth) for name, value in text.fields.items()}
        return catalogue.gettext(text.template).format(**fields)
    return catalogue.said(text) or _recognised(text, language, depth) or text


def column_title(name: str, language: str) -> str:
    """The title of a table's column; its name where the catalogue has none."""
    return name if language == "en" or not name else _catalogue(language).pgettext("column", name)


def word(name: str, language: str) -> str:
    """A word that stands in a cell of a table (`yes`, `in force`); itself where the catalogue has none."""
    return name if language == "en" or not name else _catalogue(language).pgettext("cell", name)


def language_of(environment: Mapping[str, str]) -> str:
    """The language of the locale: Chinese where it says so, else English."""
    for name in _LOCALE:
        for one in filter(None, environment.get(name, "").split(":")):
            return "zh" if one.lower().startswith("zh") else "en"
    return "en"


class Catalogue(gettext.GNUTranslations):
    """The sentences of one language, and the templates among them."""

    def _parse(self, fp: Any) -> None:
        super()._parse(fp)
        self._sentences = {key for key in vars(self)["_catalog"] if isinstance(key, str) and key and "\x04" not in key}
        templates = [Template.of(key) for key in self._sentences if _FIELD.search(key)]
        self._templates = sorted(templates, key=lambda one: -one.length)

    def said(self, text: str) -> str | None:
        """A whole sentence in this language; None where the catalogue does not have it."""
        return self.gettext(text) if text in self._sentences else None

    def recognise(self, text: str) -> Iterator[tuple[Template, dict[str, str]]]:
        """The templates that a sentence may have been made of, the one with most fixed words first, and its fields."""
        for template in self._templates:
            if template.longest in text and (found := template.pattern.fullmatch(text)):
                yield template, {name: found[number] for name, number in template.groups.items()}


@dataclass(frozen=True)
class Template:
    """A sentence with fields, and how it is recognised."""

    text: str
    length: int  # of its fixed words
    longest: str  # of them
    telling: bool  # whether they are words, and not only marks

    @classmethod
    def of(cls, text: str) -> Template:
        """Take a template apart."""
        fixed = [_plain(part) for part in _FIELD.split(text)[::2]]
        telling = re.search(r"[A-Za-z]{3}", " ".join(fixed)) is not None
        return cls(text, sum(map(len, fixed)), max(fixed, key=len), telling)

    @cached_property
    def groups(self) -> dict[str, int]:
        """Field -> the number of its group in the pattern."""
        names = _FIELD.findall(self.text)
        return {name: names.index(name) + 1 for name in names}

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What a sentence made of the template looks like."""
        parts = _FIELD.split(self.text)
        pieces = [re.escape(_plain(part)) if place % 2 == 0 else "(.*?)" for place, part in enumerate(parts)]
        return re.compile("".join(pieces), re.DOTALL)


def _on_one_line(value: Any) -> Any:
    """A field of a sentence as it stands in it; what is a sentence itself stays."""
    if isinstance(value, PurePath) and _BREAKS.search(str(value)):
        value = str(value)
    return one_line(value) if isinstance(value, str) and not isinstance(value, Message) else value


#: Fields that hold single words of ours.
_WORDS = {"what", "unit", "holds", "ground", "known", "doubt", "as_of", "how"}
#: Fields that hold several sentences, and what stands between them.
_LISTS = {"rungs": ", ", "rungs_above": ", ", "means": ", or "}
#: A field of a template, with its conversion and format; doubled braces are none.
_FIELD = re.compile(r"(?<!\{)\{(\w+)(?:![rs])?(?::[^{}]*)?\}(?!\})")


def _plain(part: str) -> str:
    return part.replace("{{", "{").replace("}}", "}")


def _recognised(text: str, language: str, depth: int) -> str | None:
    """A text that was made of a template, in `language`; None where it is none of ours."""
    if len(text) > _LONGEST or depth > _DEEPEST:
        return None
    catalogue = _catalogue(language)
    for template, fields in catalogue.recognise(text):
        said = {name: _field(name, value, language, depth) for name, value in fields.items()}
        # "{file}: {problem}." is like many a text: it is ours where what stands in it is.
        if template.telling or said != fields:
            # The fields are texts already, as they were written: only their place is taken from the translation.
            return _FIELD.sub(lambda field: "{" + field[1] + "}", catalogue.gettext(template.text)).format(**said)
    return None


def _field(name: str, value: Any, language: str, depth: int) -> Any:
    """A field in `language`, where it is a sentence or a word of ours, or an error; names that people gave stay as they are."""
    if isinstance(value, Exception):
        value = getattr(value, "message", value)
    if name in _LISTS and isinstance(value, str) and not isinstance(value, Message):
        value = Joined(_LISTS[name], value.split(_LISTS[name]))
    if isinstance(value, Message) or (isinstance(value, str) and (" " in value or name in _WORDS)):
        return translated(value, language, depth=depth + 1)
    return value


@cache
def _catalogue(language: str) -> Catalogue:
    return gettext.translation(DOMAIN, FOLDER, [language], class_=Catalogue)
