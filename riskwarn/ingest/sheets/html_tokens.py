"""The tags of a web page and the text between them, a piece of the page at a time.

A page of 100 MB has some millions of tags. A pattern finds them several times as fast as html.parser, and looks at each
character a bounded number of times, whatever is left open.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

#: So long a tag is waited for, and so long its quoted parts are taken for such.
_LONGEST, _QUOTED = 1 << 16, 1 << 12
#: Enough of the end of a piece to hold what ends a script.
_OVERLAP = 128

#: As in a browser a quotation mark begins a value only behind "=".
_TAG = re.compile(
    r"<(?:(?P<comment>!--)"
    r"|(?P<end>/?)(?P<name>[a-zA-Z][\w:.-]*+)"
    rf"""(?P<more>(?:[^>=]++|=\s*+(?:"[^"]{{0,{_QUOTED}}}"|'[^']{{0,{_QUOTED}}}'|(?P<open>["']))?+)*+)(?P<shut>>)?"""
    r"|[!?][^>]*+(?P<done>>)?)"
)
_COMMENT, _BRACKET = re.compile("-->"), re.compile(">")
_BEGUN = re.compile(r"</?\Z")
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
                begun = None if last else _BEGUN.search(text, max(at, len(text) - 2))
                stop = begun.start() if begun else len(text)
                yield text[at:stop], "", "", ""
                self._rest = text[stop:]
                return
            begin, stop = found.span()
            if found["comment"]:
                yield text[at:begin], "", "!", ""
                at, self._until = stop, _COMMENT
                continue
            shut = bool(found["shut"] or found["done"])
            if not last and (not shut or found["open"]) and len(text) - begin < _LONGEST:
                # The rest of it stands in the next piece.
                yield text[at:begin], "", "", ""
                self._rest = text[begin:]
                return
            if not shut and last:
                self.cut = True
                return
            name = (found["name"] or "!").lower()
            yield text[at:begin], found["end"] or "", name, found["more"] or ""
            # A picture that is written into a tag is passed over.
            at, self._until = stop, _BRACKET if not shut else None if found["end"] else _ENDS.get(name)
