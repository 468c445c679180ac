"""Signing in on the page, in a real browser, as wide as a telephone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from serving.access.areas import Area
from serving.access.scopes import Role
from serving.access.sessions import Method
from serving.access.signing_in import by_key
from serving.api.app import Application
from tests.serving.access.browsers import operator, own_key
from tests.serving.conftest import Made, running_application
from tests.serving.console.browsing import rendered, rows, said

pytestmark = pytest.mark.browser


class Holding:
    """An application whose every request comes with a session, as from a browser that holds it."""

    def __init__(self, inner: Application, token: str) -> None:
        self.options, self._inner, self._cookie = inner.options, inner, b"riskwarn=" + token.encode()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            scope["headers"] = [*scope["headers"], (b"cookie", self._cookie)]
        await self._inner(scope, receive, send)


def test_who_is_not_signed_in_is_asked_to_in_both_languages(made: Made, tmp_path: Path) -> None:
    own_key(made.home, operator(made.home))
    with running_application(made.application()) as address:
        chinese = rendered(f"{address}/#/ranking?unit=town", tmp_path, language="zh-CN")
        english = rendered(f"{address}/#/ranking?lang=en&unit=town", tmp_path, language="zh-CN")
        failed = rendered(f"{address}/sign-in?problem=subject_unknown#lang=en", tmp_path, silent=True)
        odd = rendered(f"{address}/sign-in?problem=constructor&back=https://evil.example", tmp_path, silent=True)
    assert "本人密钥" in chinese and "登录" in chinese and '<form id="typed">' in chinese
    assert "Your own key" in english and 'id="oidc" type="button" hidden' in english, "no sign-on is declared"
    assert "no operator in force for you" in failed and 'id="problem" role="alert">' in failed
    assert "evil" not in odd and 'id="problem" role="alert" hidden' in odd


def test_the_page_is_that_of_who_signed_in(made: Made, tmp_path: Path) -> None:
    who = operator(made.home, Role.CENTRE, area=Area((("district", "D0000000"),)))
    key = own_key(made.home, who)
    for _ in range(2):
        opened = by_key(made.home, key, "127.0.0.1", now=made.now, confirm=False)
    assert opened.session.method == Method.KEY
    with running_application(Holding(made.application(), opened.token)) as address:  # type: ignore[arg-type]
        page = rendered(f"{address}/#/ranking?lang=en", tmp_path, silent=True)
        there = rendered(f"{address}/sign-in#/ranking?lang=en", tmp_path, silent=True)
    assert rows(page) and said(page, "account").startswith(f"{who} centre last signed in")
    assert "Sign out everywhere" in page and 'aria-label="Sign out"' in page and "王芳" not in page
    assert 'class="watermark"' in page and "data:image/png" in page, "a picture of the screen says whose it was"
    assert "Admin" not in said(page, "rail") and "Ranking" in said(page, "rail")
    assert "You are signed in." in there and 'href="./#/ranking?lang=en"' in there


def test_an_administrator_finds_what_that_one_does_and_no_ranking(made: Made, tmp_path: Path) -> None:
    office, auditor = (operator(made.home, role) for role in (Role.SECURITY, Role.AUDIT))
    pages = []
    for number, who in enumerate((office, auditor)):
        opened = by_key(made.home, own_key(made.home, who), "127.0.0.1", now=made.now, confirm=False)
        with running_application(Holding(made.application(), opened.token)) as address:  # type: ignore[arg-type]
            pages.append(rendered(f"{address}/#/ranking?lang=en", tmp_path / str(number), silent=True))
    for page in pages:
        assert not rows(page) and said(page, "administration").startswith("Administration")
        assert "Ranking" not in said(page, "rail") and "Admin" in said(page, "rail")
    granted = said(pages[0], "grants")
    assert f"operator {auditor}" in granted and "audit administrator · " in granted.lower() and "王芳" not in pages[0]
    assert "counts once another has confirmed it" in pages[0] and "New operator" in pages[0]
    assert ">created an operator</td>" in pages[1] and "You read the audit" in pages[1] and "王芳" not in pages[1]
