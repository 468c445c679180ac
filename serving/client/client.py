"""What one asks a server of riskwarn for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from serving.client.asking import FIRST_WAIT, MOST_WAIT, Asking, given
from serving.client.problems import Unavailable, problem_of


@dataclass(frozen=True)
class Event:
    """What was said of a notice: `raised`, `updated`, `cancelled` or `outcome`, as a webhook tells it.

    `evicted`, which has no id, says that some is lost.
    """

    kind: str
    id: str | None
    content: dict[str, Any]


class Client(Asking):
    """One server. `key` is an access key, where the server asks for one; `transport` is for tests.

    A question is asked so many `tries` before Unavailable is raised; `poll` waits for `patience` seconds in all until the server answers again.
    A change is asked for once, but for what is done with a notice: that bears a key of its own, under which it is done once.
    """

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
        """Notices, the newest first: target, level, status, live, overdue, code, parent, team_id, limit."""
        found: list[dict[str, Any]] = self.get("v1/alerts", **query)["items"]
        return found

    def alert(self, alert: str) -> dict[str, Any]:
        """A notice, with the `verbs` that may be done with it now and the `steps` by which it came there."""
        found: dict[str, Any] = self.get(f"v1/alerts/{quote(alert, safe='')}")
        return found

    def act(
        self, alert: str, verb: str, *, version: int | None = None, key: str | None = None, **said: str
    ) -> dict[str, Any]:
        """Do something with a notice: service, outcome, note, team_id; gives it as it stands then.

        With the `version` that was read it is done only where nobody changed the notice since. `key` is a text of one's own by which the
        same request is known again, also after a restart; one is drawn where none is given. Raises Conflict, Changed.
        """
        headers = {"Idempotency-Key": key or uuid4().hex} | ({} if version is None else {"If-Match": f'"{version}"'})
        path = f"v1/alerts/{quote(alert, safe='')}/{quote(verb, safe='')}"
        return self._again(lambda: self._change(path, said, headers), self._tries)

    def stream(self, last: str | None = None, **query: Any) -> Iterator[Event]:
        """What is said of notices as it is said, from now on, or behind the message with the id `last`: target, level, cap_status.

        A stream that ends or breaks is gone on with behind what came last, within patience. Keep the ids: with the last of them
        nothing is missed after a restart either.
        """
        waited, wait = 0.0, FIRST_WAIT
        while True:
            try:
                for event in self._listen(last, query):
                    last = event.id or last
                    waited, wait = 0.0, FIRST_WAIT
                    yield event
                waited, wait = 0.0, FIRST_WAIT
            except Unavailable as problem:
                wait = max(wait, problem.retry_after or 0)
                if waited + wait > self._patience:
                    raise
            self._sleep(wait)
            waited, wait = waited + wait, min(2 * wait, MOST_WAIT)

    def _listen(self, last: str | None, query: Mapping[str, Any]) -> Iterator[Event]:
        headers = {} if last is None else {"Last-Event-ID": last}
        with (
            self._reached(),
            self._http.stream("GET", "v1/alerts/stream", params=given(query), headers=headers) as answer,
        ):
            if answer.status_code != 200:
                answer.read()
                raise problem_of(answer)
            told: dict[str, str] = {}
            for line in answer.iter_lines():
                name, _, value = line.partition(": ")
                if line:
                    told[name] = value
                elif "data" in (event := told):
                    told = {}
                    yield Event(event.get("event", "message"), event.get("id"), json.loads(event["data"]))
                else:
                    told = {}

    def subscriptions(self, **query: Any) -> list[dict[str, Any]]:
        """One's own receivers of notices, with how many messages wait for each."""
        found: list[dict[str, Any]] = self.get("v1/subscriptions", **query)["items"]
        return found

    def subscribe(self, name: str, address: str, **said: Any) -> dict[str, Any]:
        """Tell a webhook of notices: target, min_level, team_id, area; gives its `id`, and its `secret` this once."""
        return self._change("v1/subscriptions", {"name": name, "address": address, **said})

    def unsubscribe(self, subscription: str) -> None:
        """Tell a receiver nothing any more."""
        self._change(f"v1/subscriptions/{quote(subscription, safe='')}", method="DELETE")

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
        with self._reached(), self._http.stream("GET", asked, params=given(query)) as answer:
            if answer.status_code != 200:
                answer.read()
                raise problem_of(answer)
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
