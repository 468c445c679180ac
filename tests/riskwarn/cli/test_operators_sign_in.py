"""What an administrator says of how people sign in: subjects, sessions, TLS."""

from __future__ import annotations

from datetime import UTC, datetime

from riskwarn.home import open_home
from riskwarn.settings import Settings
from serving.access.sessions import Method
from serving.access.signing_in import as_subject
from tests.riskwarn.cli.calling import Caller


def test_an_operator_is_bound_to_a_subject_that_nothing_tells(call: Caller) -> None:
    call("init")
    made = call("--json", "operators", "create", "20113", "--role", "centre", "--subject", "staff-1").document
    listed = call("--json", "operators", "list").document
    assert listed[0]["subject"] is True and listed[0]["signed_in_at"] is None and "staff-1" not in str(listed)
    taken = call("--json", "operators", "create", "20114", "--role", "centre", "--subject", "staff-1", code=1)
    assert taken.error["code"] == "subject_taken" and made["id"] in taken.error["message"]
    bound = call("--json", "operators", "subject", made["id"], "staff-2").document
    assert bound == {"id": made["id"], "confirmed": True}, "nobody is there yet who could confirm it"
    home = open_home(call.folder / "riskwarn-home", Settings())
    now = datetime.now(UTC)
    for _ in range(2):
        as_subject(home, "staff-2", Method.OIDC, "10.9.0.7", now=now, confirm=True)
    assert call("--json", "operators", "list").document[0]["signed_in_at"] == now.isoformat()
    out = call("--lang", "zh", "operators", "sign-out", made["id"], "--because", "手机遗失")
    assert f"已退出：{made['id']}，共 2 个会话" in out.out
    assert "手机遗失" in call("audit", "list", "--action", "session.closed").out
    call("operators", "sign-out", made["id"], "--because", "13983771234", code=1)
    assert "staff" not in call("--json", "audit", "list").out


def test_a_server_beyond_this_machine_takes_tls(call: Caller) -> None:
    call("init")
    assert call("--json", "serve", "--host", "0.0.0.0", code=1).error["code"] == "host_refused"
    call("keys", "create", "poll")
    refused = call("--json", "serve", "--host", "0.0.0.0", code=1).error
    assert refused["code"] == "tls_needed" and "--tls-cert" in refused["message"]
    absent = call("--json", "serve", "--tls-cert", "absent.crt", "--tls-key", "absent.key", code=1).error
    assert absent["code"] == "setting_invalid" and "absent.crt" in absent["message"]
    (call.folder / "riskwarn-home" / "riskwarn.yaml").write_text(
        "sign_in: {gateway: {networks: [10.20.0.5/32]}}\n", encoding="utf-8"
    )
    assert "RISKWARN_GATEWAY_SECRET" in call("--json", "serve", code=1).error["message"]
