"""``riskwarn secrets``: a value comes in by a prompt or stdin, and goes out nowhere."""

from __future__ import annotations

import logging
from io import StringIO

import pytest

from riskwarn.home import open_home
from riskwarn.secrets import secret
from riskwarn.settings import Settings
from tests.riskwarn.cli.calling import Caller

VALUE = "Zufall-8c1f-0b77-e2d4"


def test_the_commands_never_show_or_take_a_value(
    city: Caller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("RISKWARN_SECRETS_KEY", str(city.folder / "secrets.key"))

    def typed(text: str, *arguments: str, code: int = 0) -> str:
        monkeypatch.setattr("sys.stdin", StringIO(text))
        answer = city(*arguments, code=code)
        return answer.out + answer.err

    told = typed(f"{VALUE}\n", "secrets", "set", "oidc", code=1)
    assert "riskwarn secrets init" in told
    told += typed("", "secrets", "init", "--cipher", "sm4-gcm")
    for unfit in ("kurz", "Zufall-8c1f-0b77-口令"):
        refused = typed(f"{unfit}\n", "secrets", "set", "oidc", code=1)
        assert "it takes at least 16 printable characters of ASCII" in refused and unfit not in refused
    told += typed(f"{VALUE}\n", "secrets", "set", "oidc")
    home = open_home(city.folder / "riskwarn-home", Settings(secrets_key=str(city.folder / "secrets.key")))
    assert secret(home, "oidc").get_secret_value() == VALUE
    told += typed("", "--json", "secrets", "list") + typed("", "secrets", "rotate") + typed("", "audit", "list")
    told += typed("", "secrets", "set", "oidc", VALUE, code=2) + typed("", "secrets", "set", "oidc", code=1)
    own = {"part": "secrets", "checked": 1, "problems": [], "unchecked": None}
    assert city("--json", "verify").document[-1] == own
    with monkeypatch.context() as without:
        without.delenv("RISKWARN_SECRETS_KEY")
        why = "1 were not looked at: RISKWARN_SECRETS_KEY names no key file"
        assert city("--json", "verify").document[-1] == {**own, "checked": 0, "unchecked": why}
        assert why in (said := city("verify").out) and "All is as it was written" not in said
        assert "有 1 个未检查" in city("--lang", "zh", "verify").out
    (city.folder / "secrets.key").chmod(0o644)
    assert city("--json", "secrets", "list").document[0]["opens"] is False
    assert "chmod 600" in city("verify", code=1).out
    assert "只允许所有者" in city("--lang", "zh", "secrets", "list").out
    told += typed("", "secrets", "remove", "oidc") + caplog.text
    assert VALUE not in told
    assert city("--json", "secrets", "list").document == []
