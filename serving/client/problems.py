"""What stands against an answer, as errors of Python."""

from __future__ import annotations

from dataclasses import dataclass, field

import httpx2


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


class Conflict(Problem):
    """What was asked for is not done as things stand: a notice is closed already, or another."""


class Changed(Problem):
    """The notice has another version by now: read it again."""


class Unavailable(Problem):
    """The server cannot answer now, or cannot be reached: it is being restarted, or the connection broke."""


_BY_CODE: dict[str, type[Problem]] = {"target_suspended": Suspended}
_KINDS: dict[int, type[Problem]] = {
    404: NotFound,
    409: Conflict,
    410: Gone,
    412: Changed,
    422: Invalid,
    429: Unavailable,
    503: Unavailable,
}


def problem_of(answer: httpx2.Response) -> Problem:
    """What an answer says stands against it."""
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
