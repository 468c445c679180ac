"""Free text to topic flags: each word of the lexicon is looked for at once in the characters of many texts.

The texts of a batch are laid end to end as one array of code points. A table of pairs of characters leaves the few
places where a word may begin; there, a polynomial hash (Karp & Rabin 1987) of each length of word decides. So the cost
hardly depends on the number of topics: a regular expression for each of them would read every text as often.

A word does not count where a negation stands shortly before it in its clause. That is all the grammar there is: "没装好漏水"
would be read as no leak. Flags are sums over many records, and are used as such.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from riskwarn.contracts.topics import negation, topics

#: Bytes of text that are looked at together.
BLOCK_BYTES = 1 << 23

_BREAKS = "。，；！？、,;!?.:：\n\r\t"
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_PLANE = 1 << 16
_START, _BREAK, _LATIN = np.uint8(1), np.uint8(2), np.uint8(4)

Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class _Lexicon:
    """The words as tables."""

    words: tuple[str, ...]
    kinds: npt.NDArray[
        np.uint8
    ]  # (65536,) by character: may a word _START with it, is it a _BREAK of clauses, is it _LATIN
    pairs: npt.NDArray[
        np.uint64
    ]  # (65536,) by a hash of two characters: one bit for each length of word they may begin
    singles: tuple[tuple[int, int], ...]  # code and index of the words of one character
    lengths: tuple[tuple[int, npt.NDArray[np.uint64], Places], ...]  # length, sorted hashes, index of each word
    negations: Places
    exceptions: Places


def topic_bits(texts: pa.Array | pa.ChunkedArray) -> npt.NDArray[np.int64]:
    """(rows,) one bit a topic (:func:`riskwarn.contracts.topics.topics`); 0 where the text is null.

    `texts` are strings, or a dictionary of strings where texts repeat, in half width. None of them is kept.
    """
    if isinstance(texts, pa.ChunkedArray):
        return np.concatenate([np.zeros(0, dtype=np.int64), *(topic_bits(chunk) for chunk in texts.chunks)])
    if pa.types.is_dictionary(texts.type):
        bits = np.append(topic_bits(texts.dictionary), 0)
        rows = pc.fill_null(texts.indices.cast(pa.int64()), len(bits) - 1)
        return np.asarray(bits[rows.to_numpy(zero_copy_only=False)], dtype=np.int64)
    words = texts.cast(pa.string()).fill_null("")
    parts = [_of_block(words.slice(start, end - start)) for start, end in _blocks(words)]
    return np.concatenate([np.zeros(0, dtype=np.int64), *parts])


def united_topics(columns: Sequence[pa.Array | pa.ChunkedArray]) -> pa.Array:
    """Int64 flags of rows with several columns of text, united; null where none of them says anything."""
    total, told = topic_bits(columns[0]), np.asarray(columns[0].is_valid(), dtype=bool)
    for column in columns[1:]:
        total |= topic_bits(column)
        told = told | np.asarray(column.is_valid(), dtype=bool)
    return pa.array(total, pa.int64(), mask=~told)


def _blocks(words: pa.Array) -> list[tuple[int, int]]:
    """Ranges of texts of at most BLOCK_BYTES together (a longer text is a block of its own)."""
    sizes = np.cumsum(pc.binary_length(words).to_numpy(zero_copy_only=False).astype(np.int64))
    edges = [0]
    while edges[-1] < len(words):
        before = sizes[edges[-1] - 1] if edges[-1] else 0
        edges.append(max(edges[-1] + 1, int(np.searchsorted(sizes, before + BLOCK_BYTES, side="right"))))
    return list(pairwise(edges))


def _characters(words: pa.Array) -> tuple[npt.NDArray[np.uint16], Places]:
    """The code points of all texts end to end, and where each text ends; what lies beyond the basic plane is a blank."""
    starts = np.frombuffer(words.buffers()[1], dtype=np.int32, count=len(words) + 1, offset=words.offset * 4)
    content = words.buffers()[2]
    text = bytes(content[int(starts[0]) : int(starts[-1])]).decode() if content is not None else ""
    encoded = text.encode("utf-16-le")
    if len(encoded) != 2 * len(text):
        encoded = "".join(one if one < "\U00010000" else " " for one in text).encode("utf-16-le")
    ends = np.cumsum(pc.utf8_length(words).to_numpy(zero_copy_only=False).astype(np.int64))
    return np.frombuffer(encoded, dtype=np.uint16), ends


def _of_block(words: pa.Array) -> npt.NDArray[np.int64]:
    """The bits of each text of a block."""
    lexicon = _lexicon()
    codes, ends = _characters(words)
    kinds = lexicon.kinds[codes]
    # A Latin letter behind another begins no word, unless a text begins with it.
    kinds[1:] &= ~((kinds[1:] & kinds[:-1] & _LATIN) >> 2)
    starts = ends[:-1][ends[:-1] < len(codes)]
    kinds[starts] = lexicon.kinds[codes[starts]]
    marked = np.flatnonzero(kinds & (_START | _BREAK))
    what = kinds[marked]
    at, word, size = _matches(codes, marked[(what & _START) > 0], lexicon, ends)
    text = np.searchsorted(ends, at, side="right")
    # Clauses are numbered through, and a new text begins a new one.
    clause = np.searchsorted(marked[(what & _BREAK) > 0], at) + text
    asserted = ~_negated(at, word, size, clause, lexicon)
    word, clause, text = word[asserted], clause[asserted], text[asserted]
    order = np.argsort(word, kind="stable")
    edges = np.searchsorted(word[order], np.arange(len(lexicon.words) + 1))
    index = {one: place for place, one in enumerate(lexicon.words)}
    bits = np.zeros(len(words), dtype=np.int64)

    def places(one: str) -> Places:
        return np.asarray(order[edges[index[one]] : edges[index[one] + 1]], dtype=np.int64)

    for topic in topics():
        found = [places(told[0]) for told in topic.words if len(told) == 1]
        for first, second in (told for told in topic.words if len(told) == 2):
            mine = places(first)
            found.append(mine[np.isin(clause[mine], clause[places(second)])])
        bits[text[np.concatenate(found)]] |= topic.mask
    return bits


def _matches(
    codes: npt.NDArray[np.uint16], maybe: Places, lexicon: _Lexicon, ends: Places
) -> tuple[Places, Places, Places]:
    """Where words begin, which, and how long they are; sorted by place. Latin words count only whole.

    `ends` are the places at which the texts end: no word goes on into the next text.
    """
    fold, latin = _tables()
    last = len(codes) - 1
    first = fold[codes[maybe]].astype(np.uint32)
    found: list[tuple[Places, Places]] = []
    for code, index in lexicon.singles:
        at = maybe[first == code]
        found.append((at, np.full(len(at), index, dtype=np.int64)))
    long = lexicon.pairs[_pair(first, fold[codes[np.minimum(maybe + 1, last)]].astype(np.uint32))]
    maybe, long = maybe[long > 0], long[long > 0]
    for length, hashes, places in lexicon.lengths:
        at = maybe[(long & np.uint64(1 << length)) > 0]
        at = at[at + length <= last + 1]
        state = np.zeros(len(at), dtype=np.uint64)
        for step in range(length):
            state = state * _FACTOR + fold[codes[at + step]].astype(np.uint64)
        place = np.minimum(np.searchsorted(hashes, state), len(hashes) - 1)
        hit = hashes[place] == state
        at, place = at[hit], place[hit]
        end = ends[np.searchsorted(ends, at, side="right")]
        goes_on = latin[codes[at + length - 1]] & latin[codes[np.minimum(at + length, last)]] & (at + length < end)
        sound = (at + length <= end) & ~goes_on
        found.append((at[sound], places[place[sound]]))
    at, word = (np.concatenate(part) for part in zip(*found, strict=True))
    order = np.argsort(at, kind="stable")
    sizes = np.array([len(one) for one in lexicon.words], dtype=np.int64)
    return at[order], word[order], sizes[word[order]]


def _negated(at: Places, word: Places, size: Places, clause: Places, lexicon: _Lexicon) -> npt.NDArray[np.bool_]:
    """Which matches are negations themselves, or stand behind one."""
    rules = negation()
    spared = np.isin(word, lexicon.exceptions)
    denies = np.isin(word, lexicon.negations)
    counts = denies & ~np.isin(at, at[spared])
    reach = [rules.within_latin if one.isascii() else rules.within_han for one in lexicon.words]
    ends, within, inside = (at + size)[counts], np.array(reach)[word[counts]], clause[counts]
    order = np.argsort(ends, kind="stable")
    ends, within, inside = ends[order], within[order], inside[order]
    before = np.searchsorted(ends, at, side="right") - 1
    near = before >= 0
    if len(ends):
        last = np.maximum(before, 0)
        near &= (at - ends[last] <= within[last]) & (inside[last] == clause)
    return near | denies | spared


@cache
def _lexicon() -> _Lexicon:
    rules = negation()
    told = {part for topic in topics() for words in topic.words for part in words}
    words = tuple(sorted(told | {word.lower() for word in (*rules.words, *rules.exceptions)}))
    index = {word: place for place, word in enumerate(words)}
    kinds, pairs = np.zeros(_PLANE, dtype=np.uint8), np.zeros(_PLANE, dtype=np.uint64)
    kinds[_tables()[1]] = _LATIN
    kinds[[ord(mark) for mark in _BREAKS]] = _BREAK
    lengths: dict[int, list[tuple[int, int]]] = {}
    for word, place in index.items():
        for form in {word[0], word[0].upper()}:
            kinds[ord(form)] |= _START
        if len(word) > 1:
            begin = np.array([[ord(word[0])], [ord(word[1])]], dtype=np.uint32)
            pairs[_pair(begin[0], begin[1])] |= np.uint64(1 << len(word))
            state = 0
            for character in word:
                state = (state * int(_FACTOR) + ord(character)) % (1 << 64)
            lengths.setdefault(len(word), []).append((state, place))
    return _Lexicon(
        words,
        kinds,
        pairs,
        tuple((ord(word), place) for word, place in index.items() if len(word) == 1),
        tuple(
            (
                length,
                np.array([state for state, _ in sorted(hashed)], dtype=np.uint64),
                np.array([place for _, place in sorted(hashed)], dtype=np.int64),
            )
            for length, hashed in sorted(lengths.items())
        ),
        np.array([index[word.lower()] for word in rules.words]),
        np.array([index[word.lower()] for word in rules.exceptions]),
    )


def _pair(first: npt.NDArray[np.uint32], second: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    return (first * np.uint32(40503) + second * np.uint32(10007)) & np.uint32(_PLANE - 1)


@cache
def _tables() -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.bool_]]:
    """By character: its lower case (Latin letters only), and whether it is a Latin letter or digit."""
    fold, latin = np.arange(_PLANE, dtype=np.uint16), np.zeros(_PLANE, dtype=bool)
    fold[65:91] += 32
    latin[[code for code in range(48, 123) if chr(code).isalnum()]] = True
    return fold, latin
