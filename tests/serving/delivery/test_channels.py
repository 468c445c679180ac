"""Robots of DingTalk, WeCom and Feishu, and mail: what each is sent, how each is signed, and what each answer means."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import ValidationError

from experiments.benchmarks.receivers import receiving
from riskwarn.errors import SubscriptionInvalid
from riskwarn.receivers import Delivery, Mail, is_host
from serving.access.caller import LOCAL
from serving.delivery.addresses import Allowed
from serving.delivery.mail import letter, send
from serving.delivery.outcomes import DELIVERED, Outcome, of_status, seconds
from serving.delivery.payload import text_of
from serving.delivery.robots import ROBOTS, is_token, shortened
from serving.delivery.subscriptions import Asked, create, listed
from tests.serving.access.test_tls import Authority
from tests.serving.delivery.saying import NOW, TEXT, carry, delivering, message, say

TOKEN, KEY = "0123456789abcdef", "SECf00ba1"
MILLISECONDS, SECONDS = str(int(NOW.timestamp() * 1000)), str(int(NOW.timestamp()))


def sent(kind: str, secret: str, text: str = '网格 {text} "1"') -> tuple[Any, dict[str, list[str]], Any]:
    address, body = ROBOTS[kind].request("robots.example.gov.cn", secret, text, NOW)
    parts = urlsplit(address)
    assert parts.scheme == "https" and parts.netloc == "robots.example.gov.cn"
    return parts.path, parse_qs(parts.query), json.loads(body)


def test_dingtalk() -> None:
    path, query, body = sent("dingtalk", f"{TOKEN} {KEY}")
    made = base64.b64encode(hmac.new(KEY.encode(), f"{MILLISECONDS}\n{KEY}".encode(), hashlib.sha256).digest()).decode()
    assert (path, query) == ("/robot/send", {"access_token": [TOKEN], "timestamp": [MILLISECONDS], "sign": [made]})
    assert body == {"msgtype": "text", "text": {"content": '网格 {text} "1"'}}
    assert sent("dingtalk", TOKEN)[1] == {"access_token": [TOKEN]}


def test_wecom() -> None:
    path, query, body = sent("wecom", TOKEN)
    assert (path, query) == ("/cgi-bin/webhook/send", {"key": [TOKEN]})
    assert body == {"msgtype": "text", "text": {"content": '网格 {text} "1"'}}
    assert len(sent("wecom", TOKEN, "长" * 2_000)[2]["text"]["content"].encode()) <= 2_000


def test_feishu() -> None:
    path, query, body = sent("feishu", f"{TOKEN} {KEY}")
    made = base64.b64encode(hmac.new(f"{SECONDS}\n{KEY}".encode(), b"", hashlib.sha256).digest()).decode()
    assert (path, query) == (f"/open-apis/bot/v2/hook/{TOKEN}", {})
    assert body == {"msg_type": "text", "content": {"text": '网格 {text} "1"'}, "timestamp": SECONDS, "sign": made}
    assert "sign" not in sent("feishu", TOKEN)[2]


@pytest.mark.parametrize(
    ("kind", "answer", "outcome"),
    [
        ("dingtalk", {"errcode": 0, "errmsg": "ok"}, DELIVERED),
        ("dingtalk", {"errcode": 310000}, Outcome(False, "code_310000")),
        ("dingtalk", {"errcode": 130101}, Outcome(False, "code_130101", wait=60.0)),
        ("wecom", {"errcode": 45009}, Outcome(False, "code_45009", wait=60.0)),
        ("feishu", {"code": 0}, DELIVERED),
        ("feishu", {"code": 19021}, Outcome(False, "code_19021")),
        ("feishu", {}, Outcome(False, "no_answer")),
    ],
)
def test_a_robot_refuses_with_the_status_of_a_success(kind: str, answer: dict[str, Any], outcome: Outcome) -> None:
    assert ROBOTS[kind].outcome(json.dumps(answer).encode()) == outcome


def test_what_is_cut_is_cut_between_characters() -> None:
    assert shortened("网格网格", 12) == "网格网格" and shortened("网格网格", 11) == "网格…"
    assert is_token(TOKEN) and is_token(f"{TOKEN} {KEY}") and not is_token("../../admin?x=1") and not is_token("short")


@pytest.mark.parametrize("host", ["10.0.0.1", "http://a.example", "a b.example", "a.example/", "2130706433", "0x7f.1"])
def test_a_robot_stands_on_a_host_with_a_name(host: str) -> None:
    assert not is_host(host)
    with pytest.raises(ValidationError):
        Delivery(dingtalk=host)


def test_a_robot_of_a_host_that_the_city_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = Authority(tmp_path)
    certificate, key, _ = authority.certificate("localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    with receiving(tls=(certificate, key)) as receiver:
        home = delivering(tmp_path, receiver.port, more=f', dingtalk: "localhost:{receiver.port}"')
        asked = Asked("the duty office", "dingtalk", token=f"{TOKEN} {KEY}")
        made = create(home, asked, LOCAL, "a test", lambda _area: True, now=NOW)
        assert made["secret"] is None and TOKEN not in str(listed(home, LOCAL))
        say(home, message("a"), message("a", 2, "Cancel"))
        receiver.body = b'{"errcode": 0}'
        receiver.answer = lambda _got: (200, {})
        assert carry(home) == {"delivered": 2}
        assert [one.told["text"]["content"] for one in receiver.got] == [TEXT["zh"], "【撤销】" + TEXT["zh"]]
        receiver.body = b'{"errcode": 310000, "errmsg": "sign not match"}'
        say(home, message("b"))
        assert carry(home) == {"retried": 1}


def test_texts_say_what_they_are() -> None:
    one = message()
    assert text_of(one, "zh") == TEXT["zh"]
    assert text_of(replace(one, status="Exercise", kind="Update"), "zh") == "【演练】【更新】" + TEXT["zh"]
    assert text_of(replace(one, status="Test"), "en") == "[TEST] " + TEXT["en"]


def test_how_long_a_receiver_is_left_alone() -> None:
    assert seconds("120", NOW) == 120 and seconds("99999999", NOW) == 86_400
    assert seconds("Tue, 03 Mar 2026 01:31:00 GMT", NOW) == 60 and seconds("Tue, 03 Mar 2026 01:00:00 GMT", NOW) == 0
    for nothing in (None, "soon", "-5", "", "١٢"):
        assert seconds(nothing, NOW) is None
    assert of_status(429, "60", NOW) == Outcome(False, "status_429", wait=60)
    assert of_status(410, None, NOW).gone and of_status(204, None, NOW).delivered
    assert of_status(307, "60", NOW) == Outcome(False, "status_307")


class Post(socketserver.StreamRequestHandler):
    """A server of mail that takes what it is told to take."""

    def handle(self) -> None:
        self.wfile.write(b"220 a server\r\n")
        while line := self.rfile.readline():
            word = line[:4].upper().strip()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                data = b""
                while (part := self.rfile.readline()) != b".\r\n":
                    data += part
                self.server.taken.append(data)  # type: ignore[attr-defined]
                self.wfile.write(b"250 taken\r\n")
            elif word == b"RCPT":
                self.wfile.write(self.server.answer + b"\r\n")  # type: ignore[attr-defined]
            elif word == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                self.wfile.write(b"250 yes\r\n")


@pytest.fixture
def post() -> Iterator[Any]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Post) as server:
        server.taken, server.answer = [], b"250 yes"  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server
        server.shutdown()


def test_mail(post: Any, tmp_path: Path) -> None:
    port = post.server_address[1]
    home = delivering(
        tmp_path, port, more=f', mail: {{host: localhost, port: {port}, tls: none, sender: "riskwarn@example.gov.cn"}}'
    )
    asked = Asked("the duty office", "mail", "office@example.gov.cn")
    create(home, asked, LOCAL, "a test", lambda _area: True, now=NOW)
    assert listed(home, LOCAL)[0]["address"] == "…@example.gov.cn", "a mailbox may be somebody's"
    say(home, message("a"), message("a", 2, "Update", replaces=(("a.1", NOW),)))
    assert carry(home) == {"delivered": 2}
    first, second = (message_from_bytes(one, policy=policy.default) for one in post.taken)
    assert first["Subject"] == TEXT["zh"] and first["Message-ID"] == "<a.1@example.gov.cn>"
    assert first["To"] == "office@example.gov.cn" and first["Auto-Submitted"] == "auto-generated"
    assert first.get_content().strip() == TEXT["zh"]
    assert second["References"] == "<a.1@example.gov.cn>" and second["Subject"].startswith("【更新】")
    post.answer = b"450 later"
    say(home, message("b"))
    assert carry(home) == {"retried": 1}
    post.answer = b"550 nobody"
    assert carry(home, NOW + timedelta(seconds=5)) == {"dead": 1}
    assert listed(home, LOCAL)[0]["stopped"] == "gone"
    with pytest.raises(SubscriptionInvalid):
        create(home, replace(asked, address="somebody@example.com"), LOCAL, "a test", lambda _area: True, now=NOW)


def test_nothing_that_is_written_makes_a_header(post: Any) -> None:
    declared = Mail(host="localhost", port=post.server_address[1], tls="none", sender="riskwarn@example.gov.cn")
    body = {**message().body, "text": {"zh": "第一行\r\nBcc: other@example.com\r\n\r\n第二行"}}
    made = letter(declared, "office@example.gov.cn", message(body=body), "zh")
    assert send(declared, Allowed(loopback_port=declared.port), None, made) == DELIVERED
    assert message_from_bytes(post.taken[0], policy=policy.default)["Bcc"] is None
    for address in ("a@b.cn, c@d.cn", "a@b.cn\r\nBcc: c", "张三@b.cn", "a b@c.cn"):
        assert not declared.takes(address)


def test_what_a_receiver_answers_is_read_to_a_limit(tmp_path: Path) -> None:
    with receiving() as receiver:
        home = delivering(tmp_path, receiver.port)
        receiver.body, receiver.answer = b"x" * 5_000_000, lambda _got: (200, {})
        create(home, Asked("a", address=f"{receiver.address}/"), LOCAL, "a test", lambda _area: True, now=NOW)
        say(home, message("a"), message("b"))
        assert carry(home) == {"delivered": 2}
