"""Texts that no database and no answer can hold are refused at one door, ahead of every route, wherever in a request they stand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

from fastapi import Request

from riskwarn.errors import QueryInvalid
from riskwarn.messages import Message

UNSTORABLE = Message("it holds a character that is in no text: NUL, or half of a surrogate pair")

#: What changes nothing has no body that anything reads.
_WITHOUT_BODY = ("GET", "HEAD", "OPTIONS")


async def refuse_unstorable(request: Request) -> None:
    """Raise QueryInvalid where the query, a header or the body of a request holds such a character; the text is not repeated. In an
    id of a path it is read as bytes are that are no UTF-8, so that the id is as absent as any other that there is not."""
    for name, value in request.path_params.items():
        if isinstance(value, str):
            request.path_params[name] = value.replace("\0", "\ufffd")
    for where, text in _texts(request):
        if not storable(text):
            raise QueryInvalid(parameter=where, problem=UNSTORABLE)
    if request.method in _WITHOUT_BODY:
        return
    body = await request.body()
    # In JSON they stand escaped alone; what else a body is, whoever reads it says.
    if b"\\u" not in body and b"\0" not in body:
        return
    try:
        content = json.loads(body)
    except ValueError:
        return
    for where, text in _inside(content):
        if not storable(text):
            raise QueryInvalid(parameter=where, problem=UNSTORABLE)


def storable(text: str) -> bool:
    """Whether a text can be kept: it has no NUL, and can be written in UTF-8.

    >>> storable("a\\x00"), storable("\\ud800"), storable("\\U0001F600")
    (False, False, True)
    """
    if "\0" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _texts(request: Request) -> Iterator[tuple[str, str]]:
    """(Where it stands, text) of the query and the headers."""
    for name, value in parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True):
        yield "query", name
        yield name if storable(name) else "query", value
    for name, value in request.headers.items():
        yield name, value


def _inside(content: Any, where: str = "body") -> Iterator[tuple[str, str]]:
    """(The field of the body, text) of all in it."""
    if isinstance(content, str):
        yield where, content
    elif isinstance(content, list):
        for one in content:
            yield from _inside(one, where)
    elif isinstance(content, dict):
        for name, value in content.items():
            yield "body", name
            yield from _inside(value, name if where == "body" and storable(name) else where)
