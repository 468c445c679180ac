"""What is written with a prepared head is, to the byte, what uvicorn sends header by header."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

import serving.api.connection
from serving.access.keys import Asked, create_key
from serving.access.scopes import Scope
from serving.api.prepared import write, written_out
from tests.serving.conftest import Made, running_application
from tests.serving.test_sockets import connected, rest

PATH = "/v1/scores?limit=20"
CLOSE = "Connection: close\r\n"


def answered(address: str, *requests: str) -> list[bytes]:
    """The answers to some requests that are sent at once, without the time of day and what is left of a limit."""
    with connected(address) as connection:
        connection.sendall("".join(requests).encode())
        found = rest(connection)
    found = re.sub(rb"date: [^\r]*\r\n", b"date\r\n", found)
    return re.sub(rb";r=\d+;t=\d+", b"", found).split(b"HTTP/1.1 ")[1:]


def test_a_prepared_answer_is_the_bytes_of_any_other(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    key = create_key(made.home, Asked("program", frozenset((Scope.READ, Scope.DETAIL))), now=datetime.now(UTC))["key"]
    told: list[bool] = []

    def asked(method: str, *more: str) -> str:
        lines = ["Host: localhost", f"Authorization: Bearer {key}", *more]
        return f"{method} {PATH} HTTP/1.1\r\n" + "".join(f"{line}\r\n" for line in lines) + "\r\n"

    with running_application(made.application()) as address:
        tag = re.search(rb"etag: ([^\r]+)", answered(address, asked("GET", CLOSE.strip()))[0])
        assert tag is not None
        unchanged = f"If-None-Match: {tag[1].decode()}"
        several = (
            asked("GET"), asked("GET", unchanged), asked("HEAD"), asked("GET", "Accept-Encoding: gzip"),
            asked("GET", unchanged, "Accept-Encoding: gzip"), asked("GET", CLOSE.strip()),
        )  # fmt: skip
        for one in several[:4]:
            answered(address, one.replace("\r\n\r\n", f"\r\n{CLOSE}\r\n"))  # so that each is held
        prepared = []
        for may in (True, False):
            monkeypatch.setattr(
                serving.api.connection, "write", lambda *given, may=may: told.append(may and write(*given)) or told[-1]
            )
            prepared.append(answered(address, *several))
    assert prepared[0] == prepared[1]
    assert [int(one[:3]) for one in prepared[0]] == [200, 304, 200, 200, 304, 200]
    # The last one closes the connection, which is uvicorn's to say.
    assert told == [True] * 5 + [False] * 7
    assert b"ratelimit-policy" in prepared[0][0] and b"ratelimit-policy" not in prepared[0][1]
    assert b"ratelimit: " in prepared[0][1] and prepared[0][2].endswith(b"\r\n\r\n")


@pytest.mark.parametrize("pair", [(b"x-a", b"1\r\nset-cookie: b"), (b"x a", b"1"), (b"", b"1"), (b"x-a", b"\x00")])
def test_what_is_no_header_is_not_written_out(pair: tuple[bytes, bytes]) -> None:
    with pytest.raises(ValueError, match="no header"):
        written_out([pair])
    assert written_out([(b"ETag", b'"a"')]) == b'etag: "a"\r\n'
