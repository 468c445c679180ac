"""A client of the HTTP API in Python: asks, polls without work where nothing changed, follows cursors, raises what the server says.

    from serving.client import Client

    with Client("http://127.0.0.1:8000") as riskwarn:
        for ranking in riskwarn.poll(limit=100):
            ...

It needs httpx2 (``pip install 'riskwarn[client]'``), and nothing else of riskwarn.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote

import httpx2

#: Seconds of the first wait where the server says no time; each further one is twice as long, up to the most.
_FIRST_WAIT, _MOST_WAIT = 1.0, 60.0

_SILENT = {"zh": "{address} 没有应答（{why}）", "en": "{address} does not answer ({why})"}


@dataclass
class Problem(Exception):
    """What the server says stands against an answer (RFC 9457), or that it says nothing."""

    status: int  # 0 where there was no answer
    code: str  # no_snapshot, query_invalid, …; `unreachable` where there was no answer
    detail: str
    request_id: str = ""
    errors: list[dict[str, str]] = field(default_factory=list)
    retry_after: float | None = None

    def __str__(self) -> str:
        return f"{self.status} {self.code}: {self.detail}"


class NotFound(Problem):
    """There is nothing of this name, or nothing is published yet."""


class Gone(Problem):
    """The snapshot of a cursor is no longer kept: start again without it."""


class Invalid(Problem):
    """A parameter is unknown or wrong; `errors` says which."""


class Suspended(Problem):
    """The target is suspended: nothing of it is told, and what was told of it before is not to be gone by."""


class Unavailable(Problem):
    """The server cannot answer now, or cannot be reached: it is being restarted, or the connection broke."""


_BY_CODE: dict[str, type[Problem]] = {"target_suspended": Suspended}
_KINDS: dict[int, type[Problem]] = {404: NotFound, 410: Gone, 422: Invalid, 429: Unavailable, 503: Unavailable}


class Client:
    """One server. `key` is an access key, where the server asks for one; `transport` is for tests.

    A question is asked so many `tries` before Unavailable is raised; `poll` waits for `patience` seconds in all until the server answers again.
    A change (an export that is asked for or decided on) is asked for once.
    """

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

    def __enter__(self) -> Client:
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

    def ranking(self, **query: Any) -> dict[str, Any]:
        """One answer of the ranking: target, horizon, unit, parent, min_level, limit, as_of."""
        found: dict[str, Any] = self.get("v1/scores", **query)
        return found

    def units(self, **query: Any) -> Iterator[dict[str, Any]]:
        """All units of a ranking by rank, out of one snapshot, however many answers that takes."""
        query.setdefault("limit", 1000)
        while True:
            page = self.ranking(**query)
            yield from page["items"]
            if page["next"] is None:
                return
            query["cursor"] = page["next"]

    def grid(self, code: str, **query: Any) -> dict[str, Any]:
        """The portrait of a grid."""
        found: dict[str, Any] = self.get(f"v1/grids/{quote(code, safe='')}", **query)
        return found

    def explanation(self, code: str, **query: Any) -> dict[str, Any]:
        """Why a grid stands where it does."""
        found: dict[str, Any] = self.get(f"v1/grids/{quote(code, safe='')}/explanation", **query)
        return found

    def snapshots(self, **query: Any) -> list[dict[str, Any]]:
        """What was published, the newest first."""
        found: list[dict[str, Any]] = self.get("v1/snapshots", **query)["items"]
        return found

    def levels(self, **query: Any) -> dict[str, Any]:
        """What each attention level would have caught and cost in the back-test: target, horizon, as_of."""
        found: dict[str, Any] = self.get("v1/levels", **query)
        return found

    def track_record(self, **query: Any) -> dict[str, Any]:
        """How published forecasts went beside the baselines: target, horizon, limit."""
        found: dict[str, Any] = self.get("v1/track-record", **query)
        return found

    def alerts(self, **query: Any) -> list[dict[str, Any]]:
        """Notices, the newest first: target, level, status, limit."""
        found: list[dict[str, Any]] = self.get("v1/alerts", **query)["items"]
        return found

    def poll(self, *, every: float = 60, times: int | None = None, **query: Any) -> Iterator[dict[str, Any]]:
        """The ranking, and again whenever it has changed; asked every so many seconds, for ever or so many times.

        A server that does not answer is waited for, longer each time. Raises Problem; Unavailable where it never answered again.
        """
        asked = 0
        while times is None or asked < times:
            if asked:
                self._sleep(every)
            asked += 1
            ranking, changed = self._patiently("v1/scores", query)
            if changed:
                yield ranking

    def export(self, file: str | Path, **query: Any) -> Path:
        """Write a whole ranking into a file: .csv, .parquet, .geojson or .xlsx by its name; a large one with the id of its `approval`."""
        path = Path(file)
        asked = f"v1/export.{path.suffix.lstrip('.')}"
        with self._reached(), self._http.stream("GET", asked, params=_given(query)) as answer:
            if answer.status_code != 200:
                answer.read()
                raise _problem(answer)
            with path.open("wb") as stream:
                for piece in answer.iter_bytes():
                    stream.write(piece)
        return path

    def ask_export(self, form: str, reason: str, **query: Any) -> dict[str, Any]:
        """Ask for a large file with a reason: target, horizon, unit, parent, lang, as_of; gives its `id` and `state`."""
        given = {name: value for name, value in query.items() if value is not None}
        return self._change("v1/exports", {"form": form, "reason": reason, **given})

    def approve_export(self, approval: str) -> dict[str, Any]:
        """Approve what another asked for."""
        return self._change(f"v1/exports/{quote(approval, safe='')}/approve")

    def refuse_export(self, approval: str) -> dict[str, Any]:
        """Refuse what another asked for."""
        return self._change(f"v1/exports/{quote(approval, safe='')}/refuse")

    def exports(self, **query: Any) -> list[dict[str, Any]]:
        """The large files that one asked for, and those that one may decide on."""
        found: list[dict[str, Any]] = self.get("v1/exports", **query)["items"]
        return found

    def _change(self, path: str, content: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Ask for a change, once: what was not answered may have been done."""
        with self._reached():
            answer = self._http.post(path, json=content)
        if answer.status_code != 200:
            raise _problem(answer)
        found: dict[str, Any] = answer.json()
        return found

    def _patiently(self, path: str, query: Mapping[str, Any]) -> tuple[Any, bool]:
        """The same as `_ask`, however long the server does not answer, within patience."""
        waited, wait = 0.0, _FIRST_WAIT
        while True:
            try:
                return self._ask(path, query, 1)
            except Unavailable as problem:
                wait = max(wait, problem.retry_after or 0)
                if waited + wait > self._patience:
                    raise
            self._sleep(wait)
            waited, wait = waited + wait, min(2 * wait, _MOST_WAIT)

    def _ask(self, path: str, query: Mapping[str, Any], tries: int) -> tuple[Any, bool]:
        """(the answer, whether it is another than the last one to the same question)."""
        for tried in range(tries):
            try:
                return self._ask_once(path, query)
            except Unavailable as problem:
                if tried + 1 == tries:
                    raise
                wait = problem.retry_after or min(_FIRST_WAIT * 2**tried, _MOST_WAIT)
            self._sleep(wait)
        raise AssertionError("tries are at least one")

    def _ask_once(self, path: str, query: Mapping[str, Any]) -> tuple[Any, bool]:
        request = self._http.build_request("GET", path.lstrip("/"), params=_given(query))
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
        problem = _problem(answer)
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


def _given(query: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in query.items() if value is not None}


def _problem(answer: httpx2.Response) -> Problem:
    try:
        told = answer.json()
    except ValueError:
        told = {"detail": answer.text[:200]}
    code = str(told.get("type", "")).rpartition(":")[2] or "unknown"
    later = answer.headers.get("retry-after", "")
    kind = _BY_CODE.get(code) or _KINDS.get(answer.status_code, Problem)
    return kind(
        answer.status_code, code, str(told.get("detail", "")), str(told.get("request_id", "")),
        list(told.get("errors") or []), float(later) if later.isdigit() else None,
    )  # fmt: skip
