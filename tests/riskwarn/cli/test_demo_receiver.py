"""The receiver of the demonstration takes what is signed, once, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from riskwarn.cli.demo_receiver import Receiver
from serving.delivery.webhooks import new_secret, signed

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
BODY = json.dumps({"type": "alert.raised", "data": {}}).encode()


@pytest.mark.parametrize(
    ("minutes", "body", "status"), [(0, BODY, 204), (4, BODY, 204), (6, BODY, 401), (-6, BODY, 401), (0, b"{}", 401)]
)
def test_what_is_signed_is_taken_once_by_the_clock_of_the_demonstration(minutes: int, body: bytes, status: int) -> None:
    told: list[Mapping[str, Any]] = []
    with Receiver(lambda: NOW, told.append) as receiver:
        receiver.secret = new_secret()
        headers = signed("w1.1", BODY, [receiver.secret], NOW + timedelta(minutes=minutes))
        answers = [httpx.post(receiver.address, content=body, headers=headers).status_code for _ in range(2)]
    taken = status == 204
    assert answers == [status] * 2
    assert (receiver.seen, receiver.again, receiver.refused) == (
        {"w1.1": "alert.raised"} if taken else {}, int(taken), 0 if taken else 2,
    )  # fmt: skip
    assert told == [json.loads(BODY)] * taken


def test_what_is_signed_with_another_secret_or_not_at_all_is_refused() -> None:
    with Receiver(lambda: NOW, lambda _event: None) as receiver:
        receiver.secret = new_secret()
        another = signed("w1.1", BODY, [new_secret()], NOW)
        both = signed("w1.2", BODY, [new_secret(), receiver.secret], NOW)
        found = [httpx.post(receiver.address, content=BODY, headers=one).status_code for one in (another, [], both)]
    assert found == [401, 401, 204] and receiver.refused == 2
