"""The tags of a web page and the text between them, a piece of the page at a time.

A page of 100 MB has some millions of tags. A pattern finds them several times as fast as html.parser, and looks at each
character a bounded number of times, whatever is left open.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

#: A tag that is longer is cut at its first bracket; quoted parts of it may be so long.
_LONGEST, _QUOTED = 1 << 16, 1 << 12
#: Enough of the end of a piece to hold what ends a script.
_OVERLAP = 128

_TAG = re.compile(
    r"<(?:(?P<comment>!--)"
    rf"""|(?P<end>/?)(?P<name>[a-zA-Z][\w:.-]*+)(?P<more>(?:[^>"']++|"[^"]{{0,{_QUOTED}}}"|'[^']{{0,{_QUOTED}}}')*+)(?P<shut>>)?"""
    r"|[!?][^>]*+(?P<done>>)?)"
)
_COMMENT = re.compile("-->")
#: What is no text, though it stands between tags, and what ends it.
_ENDS = {
    name: re.compile(rf"</{name}[^>]{{0,100}}>", re.IGNORECASE) for name in ("script", "style", "textarea", "title")
}

#: (the text before it, "" or "/", its name in small letters, its attributes); without a name it is only text.
Token = tuple[str, str, str, str]


class Tokens:
    """The tags of a page; afterwards `cut` tells whether it ends inside one."""

    def __init__(self, pieces: Iterable[str]) -> None:
        self._pieces = pieces
        self._rest = ""
        self._until: re.Pattern[str] | None = None
        self.cut = False

    def __iter__(self) -> Iterator[Token]:
        for piece in self._pieces:
            yield from self._of(self._rest + piece, last=False)
        yield from self._of(self._rest, last=True)
        self.cut = self.cut or self._until is not None

    def _of(self, text: str, *, last: bool) -> Iterator[Token]:
        at, self._rest = 0, ""
        while True:
            if self._until is not None:
                end = self._until.search(text, at)
                if end is None:
                    self._rest = text[max(at, len(text) - _OVERLAP) :]
                    return
                at, self._until = end.end(), None
            found = _TAG.search(text, at)
            if found is None:
                # All is text, but a bracket at the very end may begin a tag.
                stop = len(text) - 1 if text.endswith("<") and not last else len(text)
                yield text[at:stop], "", "", ""
                self._rest = text[stop:]
                return
            begin, stop = found.span()
            if found["comment"]:
                self._until = _COMMENT
                name = "!"
            elif found["shut"] or found["done"]:
                name = (found["name"] or "!").lower()
                self._until = None if found["end"] else _ENDS.get(name)
            else:
                if not last and len(text) - begin < _LONGEST:
                    yield text[at:begin], "", "", ""
                    self._rest = text[begin:]
                    return
                # A quotation mark in it is never closed, or the page ends here.
                stop = text.find(">", begin) + 1
                name = (found["name"] or "!").lower()
                if not stop:
                    self.cut = True
                    return
                self._until = None if found["end"] else _ENDS.get(name)
            yield text[at:begin], found["end"] or "", name, found["more"] or ""
            at = stop
