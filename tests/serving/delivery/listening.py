"""Clients of the stream over real connections."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from typing import Any

import httpx


@dataclass
class Listener:
    """One client, which goes on behind what it heard last."""

    address: str
    headers: dict[str, str] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)
    events: list[tuple[str, Any]] = field(default_factory=list)
    controls: list[str] = field(default_factory=list)
    last: str | None = None
    began: threading.Event = field(
        default_factory=threading.Event
    )  # the server has its place: what is said from now on is heard

    def listen(self, until: int, seconds: float = 20.0, query: str = "") -> None:
        """Listen until so many messages were heard in all, the stream ends, or nothing is said for so long."""
        own = {**self.headers, **({"Last-Event-ID": self.last} if self.last is not None else {})}
        asked = f"{self.address}/v1/alerts/stream{query}"
        try:
            with httpx.stream("GET", asked, headers=own, timeout=seconds) as answer:
                assert answer.status_code == 200, answer.read()
                assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
                told: dict[str, str] = {}
                for line in answer.iter_lines():
                    self.began.set()
                    if line:
                        name, _, value = line.partition(": ")
                        told[name] = value
                        continue
                    self._take(told)
                    told = {}
                    if len(self.heard) >= until:
                        return
        except (httpx.ReadTimeout, httpx.RemoteProtocolError):
            pass

    def _take(self, told: dict[str, str]) -> None:
        if "data" not in told:
            return
        if "id" not in told:
            self.controls.append(told["event"])
            return
        self.last = told["id"]
        self.heard.append(told["id"])
        self.events.append((told["event"], json.loads(told["data"])))
