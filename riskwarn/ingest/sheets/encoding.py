"""Bytes to text: which encoding a file has, and columns of bytes decoded by their distinct values."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from riskwarn.errors import FileUnreadable
from riskwarn.ingest.sheets.packing import DAMAGED, opened
from riskwarn.messages import Message

#: Bytes of a file that are looked at together.
BLOCK = 1 << 24

#: Stands for bytes that are no character in the file's encoding.
LOST = "\ufffd"

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

#: Said of a file in Big5. It is not read: family names and all lists of words are those of simplified characters.
BIG5 = Message("its characters are traditional ones in Big5, which are not read; save it again as CSV UTF-8 in simplified characters")  # fmt: skip

#: Bytes by whose characters Big5 is told from GB18030, for almost any bytes of the one are characters of the other, too.
_SAMPLE = 1 << 16
#: Where the common characters of a national list stand in it: (how it is read, the list, its first and last common character).
_SIMPLIFIED = ("gb18030", "gb2312", b"\xb0\xa1", b"\xd7\xf9")
_TRADITIONAL = ("cp950", "big5", b"\xa4\x40", b"\xc6\x7e")

#: Beside NUL bytes, which some systems put into empty cells, these are no text.
_CONTROLS = re.compile(rb"[\x01-\x08\x0e-\x19]")


def blocks(stream: BinaryIO, name: str, size: int = BLOCK) -> Iterator[bytes]:
    """The bytes of a stream, some at a time; raise FileUnreadable where an archive is damaged."""
    try:
        while block := stream.read(size):
            yield block
    except DAMAGED as error:
        raise FileUnreadable(file=name, problem="the archive is damaged; export it again") from error


def encoding_of(path: Path) -> str:
    """``utf-8``, ``utf-8-sig``, ``utf-16`` (without a mark ``-le``, ``-be``) or ``gb18030``; told by the first block that is
    not plain ASCII. NUL bytes belong to no character.

    Raises FileUnreadable where it is none of them, and where it is Big5.
    """
    utf8 = codecs.getincrementaldecoder("utf-8")()
    national = codecs.getincrementaldecoder("gb18030")()
    with opened(path) as stream:
        for index, block in enumerate(blocks(stream, path.name)):
            if index == 0 and block.startswith(_UTF16):
                return "utf-16"
            if index == 0 and block.startswith(codecs.BOM_UTF8):
                return "utf-8-sig"
            if b"\x00" in block:
                if index == 0 and (wide := utf16_of(block)) is not None:
                    return wide
                if _CONTROLS.search(block):
                    break
                block = block.replace(b"\x00", b"")
            if block.isascii():
                continue
            for name, decoder in (("utf-8", utf8), ("gb18030", national)):
                if name == "gb18030" and is_big5(block):
                    raise FileUnreadable(file=path.name, problem=BIG5)
                try:
                    decoder.decode(block)
                except UnicodeDecodeError:
                    continue
                return name
            break
        else:
            return "utf-8"
    raise FileUnreadable(
        file=path.name, problem="its characters are neither UTF-8 nor GB18030; save it again as CSV UTF-8"
    )


def is_big5(block: bytes) -> bool:
    """Whether bytes that are no UTF-8 are characters of Big5: more of them are common ones there than in GB18030."""
    high = re.search(rb"[\x80-\xff]", block)
    if high is None:
        return False
    begin = block.rfind(b"\n", 0, high.start()) + 1
    sample = block[begin : begin + _SAMPLE]
    return _common(sample, *_TRADITIONAL) > _common(sample, *_SIMPLIFIED)


def _common(sample: bytes, reading: str, listed: str, first: bytes, last: bytes) -> float:
    """The share of the Chinese characters of a reading that are common ones; what cannot be read is none."""
    told = Counter(one for one in sample.decode(reading, errors="replace") if "一" <= one <= "\u9fff" or one == LOST)
    common = sum(count for one, count in told.items() if first <= one.encode(listed, errors="ignore") <= last)
    return common / max(1, told.total())


def utf16_of(block: bytes) -> str | None:
    """UTF-16 that has no mark: every other byte of its separators and digits is NUL."""
    zeros = [block[start::2].count(0) for start in (0, 1)]
    for name, here, there in (("utf-16-le", zeros[1], zeros[0]), ("utf-16-be", zeros[0], zeros[1])):
        if here > 10 * there and here * 20 > len(block):
            return name
    return None


def as_text(column: pa.ChunkedArray, encoding: str) -> pa.Array:
    """A column of bytes as text; bytes that are no characters become :data:`LOST`.

    What is plain ASCII (ids, dates) is taken as it is, without a copy. Anything else is decoded by its distinct values, so
    that GB18030, which is slow to decode, costs next to nothing.
    """
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(array, pa.ChunkedArray):
        array = array.chunk(0) if array.num_chunks else pa.array([], pa.binary())
    ends, letters = _letters(array)
    high = letters >= 128
    count = int(np.count_nonzero(high))
    if count == 0:
        return _as_string(array)
    if count > len(array):
        coded = array.dictionary_encode()
        return pa.DictionaryArray.from_arrays(coded.indices, _decoded(coded.dictionary, encoding))
    mask = np.zeros(len(array), dtype=bool)
    mask[np.searchsorted(ends, np.flatnonzero(high) + ends[0], side="right") - 1] = True
    rows = pa.array(mask)
    coded = array.filter(rows).dictionary_encode()
    words = _decoded(coded.dictionary, encoding).cast(pa.binary()).take(coded.indices)
    return _as_string(pc.replace_with_mask(array, rows, words))


def _decoded(words: pa.Array, encoding: str) -> pa.Array:
    return pa.array(
        [None if word is None else word.decode(encoding, errors="replace") for word in words.to_pylist()], pa.string()
    )


def _as_string(array: pa.Array) -> pa.Array:
    """Bytes that are known to be UTF-8, as text and without a copy."""
    return pa.Array.from_buffers(pa.string(), len(array), array.buffers(), offset=array.offset)


def _letters(array: pa.Array) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
    """Where each value ends (the first entry: where the first begins), and the bytes of all of them."""
    _, offsets, content = array.buffers()
    if content is None:
        return np.zeros(1, dtype=np.int32), np.zeros(0, dtype=np.uint8)
    ends = np.frombuffer(offsets, dtype=np.int32)[array.offset : array.offset + len(array) + 1]
    return ends, np.frombuffer(content, dtype=np.uint8)[ends[0] : ends[-1]]
