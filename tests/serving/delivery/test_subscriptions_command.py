"""Who is told, at the command line: secrets shown once and sealed, texts through the gate, the audit, tests that arrive or say why not."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select
from standardwebhooks import Webhook

from experiments.benchmarks.receivers import Receiver
from riskwarn import secrets
from riskwarn.audit.listing import Chosen, newest
from riskwarn.cli import main
from riskwarn.home import Home
from serving.delivery.tables import SUBSCRIPTIONS
from tests.serving.delivery.saying import message, say


@pytest.fixture
def call(home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Calls the program, which finds the home, its tables and its key in the environment."""
    monkeypatch.setenv("RISKWARN_HOME", str(home.path))
    monkeypatch.setattr("sys.stdin", StringIO("0123456789abcdef\n"))
    monkeypatch.setenv("RISKWARN_SECRETS_KEY", str(home.settings.secrets_key))
    if home.settings.database_url is not None:
        monkeypatch.setenv("RISKWARN_DATABASE_URL", home.settings.database_url)

    def called(*words: str, code: int = 0) -> Any:
        with pytest.raises(SystemExit) as ended:
            main(["--json", *words])
        assert ended.value.code == code
        out = capsys.readouterr()
        return json.loads(out.out if code == 0 else out.err)

    return called


def test_a_webhook_from_its_making_to_its_end(home: Home, receiver: Receiver, call: Any) -> None:
    made = call("subscriptions", "create", "the centre", "--address", f"{receiver.address}/hook")
    first = made["secret"]
    assert first.startswith("whsec_") and made["address"] == f"{receiver.address}/hook"
    [row] = call("subscriptions", "list")
    assert first not in json.dumps(row) and (row["id"], row["waiting"], row["dead"]) == (made["id"], 0, 0)
    assert call("subscriptions", "test", made["id"])["delivered"] is True
    own = receiver.got[-1]
    assert Webhook(first).verify(own.body, own.headers)["type"] == "subscription.test"
    second = call("subscriptions", "rotate", made["id"])["secret"]
    call("subscriptions", "test", made["id"])
    both = receiver.got[-1]
    for one in (first, second):
        assert Webhook(one).verify(both.body, both.headers)
    assert len(both.headers["webhook-signature"].split(" ")) == 2
    third = call("subscriptions", "rotate", made["id"])["secret"]
    call("subscriptions", "test", made["id"])
    for one in (first, second, third):
        assert Webhook(one).verify(receiver.got[-1].body, receiver.got[-1].headers)
    assert "twice within a day" in call("subscriptions", "rotate", made["id"], code=1)["message"]
    receiver.answer = lambda _got: (500, {})
    refused = call("subscriptions", "test", made["id"], code=1)
    assert refused["code"] == "delivery_failed" and "status_500" in refused["message"]
    call("subscriptions", "remove", made["id"])
    assert call("subscriptions", "list") == [] and secrets.listed(home) == []
    told = [(one.action, one.object) for one in newest(home, Chosen(), 20)]
    assert told == [
        ("secret.removed", f"webhook.{made['id']}"), ("subscription.removed", made["id"]),
        ("secret.set", f"webhook.{made['id']}"), ("subscription.changed", made["id"]),
        ("secret.set", f"webhook.{made['id']}"), ("subscription.changed", made["id"]),
        ("secret.set", f"webhook.{made['id']}"), ("subscription.created", made["id"]),
    ]  # fmt: skip
    assert call("subscriptions", "remove", made["id"], code=1)["code"] == "unknown_subscription"


def test_what_is_due_is_delivered_from_cron(home: Home, receiver: Receiver, call: Any) -> None:
    made = call("subscriptions", "create", "the centre", "--address", f"{receiver.address}/hook")
    at = datetime.now(UTC)
    say(home, message("a", at=at, expires_at=None), message("b", at=at, expires_at=None))
    assert call("deliver") == {"delivered": 2, "retried": 0, "expired": 0, "dead": 0}
    assert [Webhook(made["secret"]).verify(one.body, one.headers)["data"]["id"] for one in receiver.got] == [
        "a.1",
        "b.1",
    ]
    receiver.answer = lambda _got: (410, {})
    say(home, message("c", at=at, expires_at=None))
    assert call("deliver")["dead"] == 1
    assert call("subscriptions", "list")[0]["stopped"] == "gone"
    receiver.answer = lambda _got: (204, {})
    assert call("subscriptions", "replay", made["id"])["replayed"] == 1
    assert call("deliver")["delivered"] == 1


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("张三的手机", "--address", "https://a.example.cn/"), "personal_text"),
        (("维稳办", "--address", "https://a.example.cn/"), "refused_word"),
        (("", "--address", "https://a.example.cn/"), "subscription_invalid"),
        (("a", "--address", "ftp://a.example.cn/"), "subscription_invalid"),
        (("a", "--address", "http://10.0.0.1/"), "receiver_refused"),
        (("a", "--address", "http://localhost:1/"), "receiver_refused"),
        (("a", "--address", "https://a.example.cn/"), "receiver_refused"),
        (("a", "--channel", "mail", "--address", "office@example.gov.cn"), "subscription_invalid"),
        (("a", "--channel", "dingtalk"), "subscription_invalid"),
        (("a", "--address", "http://127.0.0.1:9/", "--target", "petitions"), "receiver_refused"),
    ],
)
def test_what_cannot_be_told_is_refused_and_nothing_is_kept(
    home: Home, call: Any, words: tuple[str, ...], code: str
) -> None:
    before = newest(home, Chosen(), 9)
    refused = call("subscriptions", "create", *words, code=1)
    assert refused["code"] in {code, "subscription_invalid" if "petitions" in words else code}
    assert secrets.listed(home) == [] and newest(home, Chosen(), 9) == before
    with home.database.connect() as connection:
        assert connection.execute(select(SUBSCRIPTIONS)).all() == []


def test_without_a_key_of_secrets_nothing_is_made(
    tmp_path: Path, home: Home, call: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RISKWARN_SECRETS_KEY")
    port = home.configuration.delivery.loopback_port
    refused = call("subscriptions", "create", "a", "--address", f"http://127.0.0.1:{port}/", code=1)
    assert refused["code"] == "secret_key_unfit"
    with home.database.connect() as connection:
        assert connection.execute(select(SUBSCRIPTIONS)).all() == []


def test_no_value_is_an_argument(call: Any) -> None:
    assert (
        "--token"
        not in CliRunner()
        .invoke(__import__("riskwarn.cli.subscriptions", fromlist=["command"]).create, ["--help"])
        .output
    )
