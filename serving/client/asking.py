"""Asking a server: again where it does not answer, from memory where nothing changed, and for a change once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx2

from serving.client.problems import Suspended, Unavailable, problem_of

Answer = TypeVar("Answer")

#: Seconds of the first wait where the server says no time; each further one is twice as long, up to the most.
FIRST_WAIT, MOST_WAIT = 1.0, 60.0

_SILENT = {"zh": "{address} 没有应答（{why}）", "en": "{address} does not answer ({why})"}


class Asking:
    """One server, and how it is asked."""

    def __init__(
        self,
        address: str = "http://127.0.0.1:8000",
        *,
        key: str | None = None,
        language: str = "en",
        timeout: float = 30,
        tries: int = 3,
        patience: float = 3600,
        sleep: Callable[[float], None] = time.sleep,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        headers = {"Accept-Language": language} | ({"Authorization": f"Bearer {key}"} if key else {})
        # Proxies of the environment are not asked, and no other host is followed to.
        self._http = httpx2.Client(
            base_url=address.rstrip("/") + "/", headers=headers, timeout=timeout, trust_env=False,
            follow_redirects=False, transport=transport,
        )  # fmt: skip
        self._address, self._language = address, language if language in _SILENT else "en"
        self._tries, self._patience, self._sleep = tries, patience, sleep
        self._held: dict[str, tuple[str, Any]] = {}

    def __enter__(self) -> Self:
        """Use the client and close it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close its connections."""
        self._http.close()

    def get(self, path: str, **query: Any) -> Any:
        """The answer at a path, from memory where the server says that it is unchanged. Raises Problem."""
        return self._ask(path, query, self._tries)[0]

    def _change(
        self,
        path: str,
        content: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        method: str = "POST",
    ) -> dict[str, Any]:
        """Ask for a change, once: what was not answered may have been done."""
        with self._reached():
            answer = self._http.request(method, path, json=content, headers=headers)
        if answer.status_code != 200:
            raise problem_of(answer)
        found: dict[str, Any] = answer.json()
        return found

    def _patiently(self, path: str, query: Mapping[str, Any]) -> tuple[Any, bool]:
        """The same as `_ask`, however long the server does not answer, within patience."""
        waited, wait = 0.0, FIRST_WAIT
        while True:
            try:
                return self._ask(path, query, 1)
            except Unavailable as problem:
                wait = max(wait, problem.retry_after or 0)
                if waited + wait > self._patience:
                    raise
            self._sleep(wait)
            waited, wait = waited + wait, min(2 * wait, MOST_WAIT)

    def _ask(self, path: str, query: Mapping[str, Any], tries: int) -> tuple[Any, bool]:
        """(the answer, whether it is another than the last one to the same question)."""
        return self._again(lambda: self._ask_once(path, query), tries)

    def _again(self, ask: Callable[[], Answer], tries: int) -> Answer:
        """What is asked for, so many times at most where no answer comes."""
        for tried in range(tries):
            try:
                return ask()
            except Unavailable as problem:
                if tried + 1 == tries:
                    raise
                wait = problem.retry_after or min(FIRST_WAIT * 2**tried, MOST_WAIT)
            self._sleep(wait)
        raise AssertionError("tries are at least one")

    def _ask_once(self, path: str, query: Mapping[str, Any]) -> tuple[Any, bool]:
        request = self._http.build_request("GET", path.lstrip("/"), params=given(query))
        key = str(request.url)
        tag, held = self._held.get(key, ("", None))
        if tag:
            request.headers["If-None-Match"] = tag
        with self._reached():
            answer = self._http.send(request)
        if answer.status_code == 304:
            return held, False
        if answer.status_code == 200:
            content = answer.json()
            if "etag" in answer.headers:
                if len(self._held) >= 64:
                    self._held.pop(next(iter(self._held)))
                self._held[key] = answer.headers["etag"], content
            return content, True
        problem = problem_of(answer)
        if isinstance(problem, Suspended):
            self._held.pop(key, None)
        raise problem

    @contextmanager
    def _reached(self) -> Iterator[None]:
        """Say as a Problem that there was no answer, or that it broke off."""
        try:
            yield
        except httpx2.TransportError as error:
            why = type(error).__name__
            raise Unavailable(
                0, "unreachable", _SILENT[self._language].format(address=self._address, why=why)
            ) from error


def given(query: Mapping[str, Any]) -> dict[str, str]:
    """What of a query is given, as texts."""
    return {name: str(value) for name, value in query.items() if value is not None}
