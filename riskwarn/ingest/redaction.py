"""What may be shown and kept of headings, titles and names of files: departments write persons into all of them."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import PurePath

from riskwarn.contracts.controlled import controlled_word
from riskwarn.contracts.personal import (
    is_name,
    may_name_category,
    personal_class,
    personal_inside,
    vocabulary,
)
from riskwarn.contracts.persons import may_name_somebody
from riskwarn.contracts.strangers import without_blanks, without_strangers
from riskwarn.contracts.vocabulary import field_of, is_personal
from riskwarn.messages import Message
from riskwarn.refused import refused_word

_NUMBER_OR_MAIL = re.compile(r"\d[\d -]{5,}[\dXx]|\S+@\S+")
_DATA = re.compile(r"\d{5,}|\d{4}[-/.年]\d{1,2}")
#: A longer heading that no list knows is cut: sentences stand where headings should.
_LONGEST_HAN, _LONGEST_LATIN, _CUT = 12, 40, 6
#: Excel allows 31 characters; OpenDocument any number.
_LONGEST_TITLE = 60


def shown_headings(headings: Sequence[str]) -> tuple[str, ...]:
    """Headings as they may be shown and kept: a file without a row of headings has persons in their place."""
    plain = [unicodedata.normalize("NFKC", heading).strip() for heading in headings]
    names = [is_name(heading) for heading in plain]
    rowlike = sum(names) > 1 or any(_DATA.search(heading) or personal_inside(heading) for heading in plain)
    shown: list[str] = []
    for place, (heading, text, name) in enumerate(zip(headings, plain, names, strict=True), start=1):
        known = is_personal(text) or _is_known(text)
        data = personal_inside(text) or (name and (rowlike or len(text) > 2))
        data = data or (rowlike and (personal_class(text) is not None or not may_name_category(text)))
        longest = _LONGEST_LATIN if text.isascii() else _LONGEST_HAN
        if text and data and not known:
            shown.append(Message("column {place} (its heading looks like data)", place=place))
        elif (kept := kept_heading(heading)) != heading:
            shown.append(kept)
        else:
            shown.append(heading if known or len(text) <= longest else f"{text[:_CUT]}…")
    return tuple(shown)


def shown_title(title: str) -> str:
    """The title of a sheet as it may be shown: without words that may be a person's name."""
    return "…" if personal_inside(title) else without_strangers(title)


def kept_heading(heading: str) -> str:
    """A heading as it is kept and told in sentences: … stands for whoever is named in it (状态-王建国), and for long numbers.

    >>> kept_heading("办理进度（有疑问请联系王建国13912345678）"), kept_heading("事件发生的时间（当天）")
    ('办理进度(…)', '事件发生的时间（当天）')
    """
    plain = unicodedata.normalize("NFKC", heading).strip()
    if _is_known(plain) or not (_names_by_itself(plain) or personal_inside(plain)):
        return heading
    # Only where a name is spaced out (马 建 国状态) are the blanks closed: else they keep words apart.
    spaced = not any(map(may_name_somebody, re.split(r"[^㐀-鿿]+", plain)))
    kept = without_strangers(_NUMBER_OR_MAIL.sub("…", without_blanks(plain) if spaced else plain))
    kept = re.sub("…+", "…", kept)
    return "…" if may_name_somebody(kept) or personal_inside(kept) else kept


def _is_known(plain: str) -> bool:
    """Whether a list knows a heading, or all parts of which it is made (改毕日期): then nobody is named in it."""
    return plain in vocabulary() or field_of(plain, "events") is not None


def _names_by_itself(plain: str) -> bool:
    """Whether a heading names somebody or could, or a part of it between marks and blanks does."""
    return may_name_somebody(plain) or any(map(may_name_somebody, re.split(r"[^㐀-鿿]+", plain)))


def kept_account(
    account: Mapping[str, object], name: str, kept: str, headings: Sequence[str] = ()
) -> dict[str, object]:
    """An account as the ledger keeps it: under the kept name of its file, without refused words, and without whom its headings name."""
    dropped = account["dropped_columns"]
    assert isinstance(dropped, list)
    named = {one: shown for one in headings if (shown := kept_heading(one)) != one}
    told: dict[str, object] = {}
    for part in ("notes", "forced"):
        lines = account.get(part, [])
        assert isinstance(lines, list)
        told[part] = [_without_refused(_with(named, str(line).replace(name, kept))) for line in lines]
    return {**account, **told, "file": kept, "dropped_columns": kept_headings(dropped)}


def _with(others: Mapping[str, str], line: str) -> str:
    for one in sorted(others, key=len, reverse=True):
        line = line.replace(one, others[one])
    return line


def _without_refused(line: str) -> str:
    """A sentence as it is kept: a refused word that the run named is counted, and not stored."""
    while (word := refused_word(line) or controlled_word(line)) is not None and word in line:
        line = line.replace(word, "(refused word)")
    return line


def kept_headings(headings: Iterable[str]) -> list[str]:
    """Headings as the ledger keeps them: a refused word is counted there, and not stored, nor is whoever is named."""
    return ["(refused word)" if refused_word(heading) else kept_heading(heading) for heading in headings]


def kept_name(name: str, key: bytes, units: Collection[str] = ()) -> str:
    """The name of a file as it is kept: departments name files after persons.

    Words of offices, `units`, numbers that are no phone or id, Latin letters, and short runs in which no family name stands
    (修复, 加区县) remain, so that people know their files again; the rest becomes … and a keyed digest keeps two such files
    apart. The run that loads the file shows its own name.
    """
    path = PurePath(unicodedata.normalize("NFKC", name))
    stem = path.name.removesuffix("".join(path.suffixes)) if len(path.suffixes) < 3 else path.stem
    suffix = path.name[len(stem) :]
    if not re.fullmatch(r"(?:\.[A-Za-z0-9]{1,8}){0,2}", suffix):
        stem, suffix = path.name, ""
    kept = without_strangers(stem, frozenset(units))
    if personal_inside(stem) is not None:
        kept = _NUMBER_OR_MAIL.sub("…", kept)
        kept = "…" if personal_inside(kept) else kept
    if kept == stem and not refused_word(stem):
        return name
    kept = "…" if refused_word(kept) else kept
    digest = hashlib.blake2b(name.encode(), key=key, digest_size=3).hexdigest()
    return f"{kept}~{digest}{suffix}"


def kept_title(title: str, key: bytes, units: Collection[str] = ()) -> str:
    """The title of a sheet as it is kept, like the name of a file: a mediator may have a sheet of their own."""
    kept = "…" if personal_inside(title) or refused_word(title) else without_strangers(title, frozenset(units))
    if kept == title and len(title) <= _LONGEST_TITLE:
        return title
    digest = hashlib.blake2b(title.encode(), key=key, digest_size=3).hexdigest()
    return f"{kept[:_LONGEST_TITLE]}~{digest}"
