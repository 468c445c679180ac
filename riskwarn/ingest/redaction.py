"""What may be shown and kept of headings, titles and names of files: departments write persons into all of them."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import PurePath

from riskwarn.contracts.controlled import controlled_word
from riskwarn.contracts.personal import (
    file_words,
    is_name,
    may_name_category,
    may_stand,
    personal_class,
    personal_inside,
    vocabulary,
)
from riskwarn.contracts.vocabulary import is_personal
from riskwarn.messages import Message
from riskwarn.refused import refused_word

_DATA = re.compile(r"\d{5,}|\d{4}[-/.年]\d{1,2}")
_ENDINGS = ("街道", "社区", "区", "县", "市", "镇", "乡", "村")
#: Single characters that may follow a known word in the name of a file.
_PARTICLES = frozenset("表各版的与及按含等新旧总类件月年日周号期份")
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
        known = is_personal(text) or text in vocabulary()
        data = personal_inside(text) or (name and (rowlike or len(text) > 2))
        data = data or (rowlike and (personal_class(text) is not None or not may_name_category(text)))
        longest = _LONGEST_LATIN if text.isascii() else _LONGEST_HAN
        if text and data and not known:
            shown.append(Message("column {place} (its heading looks like data)", place=place))
        else:
            shown.append(heading if known or len(text) <= longest else f"{text[:_CUT]}…")
    return tuple(shown)


def shown_title(title: str) -> str:
    """The title of a sheet as it may be shown: without words that may be a person's name."""
    return "…" if personal_inside(title) else _without_strangers(title, frozenset())


def kept_account(account: Mapping[str, object], name: str, kept: str) -> dict[str, object]:
    """An account as the ledger keeps it: under the kept name of its file, and without refused words."""
    dropped = account["dropped_columns"]
    assert isinstance(dropped, list)
    told: dict[str, object] = {}
    for part in ("notes", "forced"):
        lines = account.get(part, [])
        assert isinstance(lines, list)
        told[part] = [_without_refused(str(line).replace(name, kept)) for line in lines]
    return {**account, **told, "file": kept, "dropped_columns": kept_headings(dropped)}


def _without_refused(line: str) -> str:
    """A sentence as it is kept: a refused word that the run named is counted, and not stored."""
    while (word := refused_word(line) or controlled_word(line)) is not None and word in line:
        line = line.replace(word, "(refused word)")
    return line


def kept_headings(headings: Iterable[str]) -> list[str]:
    """Headings as the ledger keeps them: a refused word is counted there, and not stored."""
    return ["(refused word)" if refused_word(heading) else heading for heading in headings]


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
    kept = _without_strangers(stem, frozenset(units))
    if personal_inside(stem) is not None:
        kept = re.sub(r"\d[\d -]{5,}[\dXx]|\S+@\S+", "…", kept)
        kept = "…" if personal_inside(kept) else kept
    if kept == stem and not refused_word(stem):
        return name
    kept = "…" if refused_word(kept) else kept
    digest = hashlib.blake2b(name.encode(), key=key, digest_size=3).hexdigest()
    return f"{kept}~{digest}{suffix}"


def kept_title(title: str, key: bytes, units: Collection[str] = ()) -> str:
    """The title of a sheet as it is kept, like the name of a file: a mediator may have a sheet of their own."""
    kept = "…" if personal_inside(title) or refused_word(title) else _without_strangers(title, frozenset(units))
    if kept == title and len(title) <= _LONGEST_TITLE:
        return title
    digest = hashlib.blake2b(title.encode(), key=key, digest_size=3).hexdigest()
    return f"{kept[:_LONGEST_TITLE]}~{digest}"


def _without_strangers(stem: str, units: frozenset[str]) -> str:
    """A text whose runs of Han characters keep only words that are known."""
    words, longest = _words_and(units)
    parts: list[str] = []
    for run in re.findall(r"[㐀-鿿]+|[^㐀-鿿]+", stem):
        if not re.match(r"[㐀-鿿]", run):
            parts.append(run)
            continue
        at = 0
        while at < len(run):
            size = _known_at(run, at, words, longest)
            dated = re.match(r"第?[一二三四五六七八九十]{1,3}(?:季度|月份?|期|批|周)", run[at:])
            counted = re.match(r"[年月日号至第期批周份]+", run[at:]) if (at == 0 and parts) or run[at] == "第" else None
            single = run[at] in _PARTICLES and bool(parts) and parts[-1] != "…"
            size = max(size, dated.end() if dated else 0, counted.end() if counted else 0, int(single))
            # What follows a hidden character may be the rest of a name (司马云飞).
            if not size and (not parts or parts[-1] != "…"):
                ahead = next((end for end in range(at + 1, len(run)) if _known_at(run, end, words, longest)), len(run))
                size = ahead - at if may_stand(run[at:ahead]) else 0
            if size:
                parts.append(run[at : at + size])
            elif not parts or parts[-1] != "…":
                parts.append("…")
            at += size or 1
    return "".join(parts)


@lru_cache(2)
def _words_and(units: frozenset[str]) -> tuple[frozenset[str], int]:
    """The words that names of files are made of, those of units with and without their kind, and the length of the longest."""
    words = file_words() | units | {unit[: -len(end)] for unit in units for end in _ENDINGS if unit.endswith(end)}
    return words, max(map(len, words))


def _known_at(run: str, at: int, words: Collection[str], longest: int) -> int:
    """The length of the longest known word at a place of a text, 0 where none stands there."""
    return next((size for size in range(min(longest, len(run) - at), 1, -1) if run[at : at + size] in words), 0)
