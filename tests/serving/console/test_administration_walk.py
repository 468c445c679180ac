"""The day of the administrators in the console: from a person to that one's key, shown once, confirmed by another, and revoked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from riskwarn.audit.listing import newest
from riskwarn.home import open_home
from serving.access import rows
from serving.access.scopes import Role
from serving.access.signing_in import by_key
from serving.alerts.silences import silence
from tests.serving.access.browsers import operator, own_key
from tests.serving.conftest import Made, running_application
from tests.serving.console.axe import hindrances
from tests.serving.console.driving import OFFICE, PHONE, Browser, browser
from tests.serving.console.test_console_signed_in import Holding

pytestmark = pytest.mark.browser

SAID = {
    "zh": ("新建操作员", "新建密钥", "创建", "为此人建", "唯一一次", "复制", "我已妥善保存", "确认", "撤销", "另一人确认", "理由"),
    "en": ("New operator", "New key", "Create", "Make a key", "shown once", "Copy", "I have kept it", "Confirm", "Revoke", "another confirms", "Reason"),
}  # fmt: skip


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Browser]:
    with browser(tmp_path) as one:
        one.sized(PHONE, touch=True)
        yield one
        assert one.complaints() == []


def signed_in(made: Made, role: Role, who: str | None = None) -> tuple[str, Any]:
    """An operator in force of a role, and the application as that one's browser has it."""
    who = who or operator(made.home, role)
    key = own_key(made.home, who)
    with made.home.database.begin() as connection:
        for table in (rows.OPERATORS, rows.KEYS):
            connection.execute(table.update().values(confirmed_by="local"))
    opened = by_key(made.home, key, "127.0.0.1", now=made.now, confirm=False)
    return who, Holding(made.application(), opened.token)


def typed(page: Browser, chosen: str, text: str) -> None:
    """Write into a field."""
    page.tap(chosen)
    page.write(text)


def fits(page: Browser) -> None:
    """Nothing reaches beyond the screen, and nothing hinders."""
    assert page.run("document.documentElement.scrollWidth") <= page.run("innerWidth")
    assert hindrances(page) == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_person_gets_a_key_that_is_shown_once_and_another_confirms(made: Made, page: Browser, language: str) -> None:
    new, new_key, create, own, once, copy, kept, confirm, revoke, another, because = SAID[language]
    (first, one), (second, other) = (signed_in(made, Role.SECURITY) for _ in range(2))
    auditor, audit = signed_in(made, Role.AUDIT)
    with running_application(one) as address:
        page.open(f"{address}/#/administration?lang={language}")
        page.tap(".administration .buttons .button", new)
        typed(page, ".dialog input", "20113")
        fits(page)
        # The server goes away: what was typed stays, and nothing is made twice by itself.
        page.gone(True)
        page.tap(".dialog .button.main", create)
        page.until("document.querySelector('.dialog .wrong')")
        assert page.run("document.querySelector('.dialog input').value") == "20113"
        page.gone(False)
        page.tap(".dialog .button.main", create)
        page.tap(".dialog .button", own)
        typed(page, ".dialog input", "phone")
        page.tap(".dialog .button.main", create)
        page.sees(once)
        secret = page.run("document.querySelector('.secret').innerText")
        made_key = secret.split("_")[1]
        # However often it is asked to close: a browser closes by itself what it was asked for twice.
        for _ in range(3):
            page.press("Escape", 27)
        page.until("document.querySelector('.secret')?.getClientRects().length")
        fits(page)
        page.tap(".dialog .button", copy)
        page.tap(".dialog .button.main", kept)
        page.until("!document.querySelector('.dialog')")
        page.until(f"document.querySelector('[data-grant=\"{made_key}\"]')")
        assert another in page.run(f"document.querySelector('[data-grant=\"{made_key}\"]').innerText"), (
            "who may not is told why"
        )
        assert secret not in page.run("document.documentElement.outerHTML") and "20113" not in page.text()
        page.open(f"{address}/#/administration?lang={language}")
        page.until(f"document.querySelector('[data-grant=\"{made_key}\"]')")
        assert secret.split("_")[2] not in page.run("document.documentElement.outerHTML")
        opens = "待确认，本机可用" if language == "zh" else "waits for confirmation, opens here"
        assert page.text().count(opens) == 2, "who and what waits opens on this machine, and it is said so"
        local = "本机 授予" if language == "zh" else "granted by this machine"
        assert local in page.text() and "granted by local" not in page.text() and "local 授予" not in page.text()
        fits(page)
    with running_application(other) as address:
        page.open(f"{address}/#/administration?lang={language}")
        page.until(f"document.querySelector('[data-grant=\"{made_key}\"]')")
        shown = page.run(f"document.querySelector('[data-grant=\"{made_key}\"]').innerText")
        assert ("用途：" if language == "zh" else "for ") in shown, "who confirms it sees for what it is used"
        page.tap(f"[data-grant='{made_key}'] .button.main", confirm)
        page.until(f"!document.querySelector(\"[data-grant='{made_key}'] .button.main\")")
        page.tap(".grants .button.main", confirm)  # the person
        page.until("!document.querySelector('.grants .button.main')")
        page.sized(OFFICE)
        page.tap(f"[data-grant='{made_key}'] .answers .button", revoke)
        typed(page, ".dialog textarea", "13800138000")
        page.tap(".dialog .button.main", revoke)
        page.until("document.querySelector('.dialog .wrong')")
        page.run("document.querySelector('.dialog textarea').select()")
        page.write("换了手机" if language == "zh" else "another phone")
        page.tap(".dialog .button.main", revoke)
        page.until(f"!document.querySelector(\"[data-grant='{made_key}']\")")
        fits(page)
    with running_application(audit) as address:
        page.open(f"{address}/#/administration?lang={language}")
        page.sees(made_key)
        page.sees("换了手机" if language == "zh" else "another phone")
        assert secret.split("_")[2] not in page.text() and "20113" not in page.text()
        fits(page)
    told = {(row.action, row.object): (row.actor, row.note) for row in newest(made.home)}
    assert told["key.created", made_key][0] == first and told["grant.confirmed", made_key][0] == second
    assert told["key.revoked", made_key] == (second, "换了手机" if language == "zh" else "another phone")
    assert because and new_key and auditor


@pytest.mark.parametrize("language", ["zh", "en"])
def test_who_looks_after_the_service_sees_how_it_does_and_stops_a_target(
    made: Made, page: Browser, language: str
) -> None:
    who, application = signed_in(made, Role.SYSTEM)
    silence(made.home, "grid", "G0000001", "conflict", "road works", made.now + timedelta(days=14), now=made.now)
    stop, go_on, why = ("暂停", "恢复", "正在复核") if language == "zh" else ("Suspend", "Resume", "under review")
    with running_application(application) as address:
        page.open(f"{address}/#/administration?lang={language}")
        page.sees("矛盾纠纷" if language == "zh" else "disputes")
        assert language == "en" or "disputes" not in page.text()
        # A target is called as it is declared, by whoever may read no ranking, too.
        page.until(page.at(".administration td", "矛盾升级" if language == "zh" else "Conflict that escalates"))
        page.until(page.at(".administration td", "本机" if language == "zh" else "this machine"))
        page.sees("UTC+8")
        fits(page)
        page.tap("[data-target=conflict] .button", stop)
        typed(page, ".dialog textarea", why)
        page.tap(".dialog .button.main", stop)
        page.until("!document.querySelector('.dialog')")
        page.until(page.at("[data-target=conflict] .button", go_on))
        page.sees(why)
        page.sized(OFFICE, dark=True)
        page.open(f"{address}/#/administration?lang={language}")
        page.sees(why)
        fits(page)
        page.tap("[data-target=conflict] .button", go_on)
        typed(page, ".dialog textarea", why)
        page.tap(".dialog .button.main", go_on)
        page.until(page.at("[data-target=conflict] .button", stop))
        page.gone(True)
        page.run("document.dispatchEvent(new Event('visibilitychange'))")
        page.until("!document.querySelector('[data-target=conflict]') && !document.querySelector('.facts')")
        page.gone(False)
    done = [(row.action, row.actor, row.note) for row in newest(made.home) if row.action.startswith("target.")]
    assert done == [("target.resumed", who, why), ("target.suspended", who, why)]


def test_a_large_file_is_asked_for_where_it_is_exported_and_approved_by_another(made: Made, page: Browser) -> None:
    with (made.home.path / "riskwarn.yaml").open("a", encoding="utf-8") as file:
        file.write("access: {export_rows: 2}\n")
    made.home = open_home(made.home.path, made.home.settings)
    (first, one), (second, other) = (signed_in(made, Role.CENTRE) for _ in range(2))
    page.sized(OFFICE)
    with running_application(one) as address, running_application(other) as elsewhere:
        page.open(f"{address}/#/ranking?lang=en&unit=town")
        page.until("document.querySelector('.export select')")
        page.run(
            "(() => { const one = document.querySelector('.export select'); one.value = 'csv'; one.dispatchEvent(new Event('change', {bubbles: true})); })()"
        )
        page.sees("Ask for this file")
        typed(page, ".dialog textarea", "the monthly planning of visits")
        page.tap(".dialog .button.main", "Ask")
        page.sees("It is asked for")
        page.sees("You asked for it")
        fits(page)
        page.open(f"{address}/#/inbox?lang=en")
        page.sees("1 large file that you asked for waits for another's approval.")
        page.sized(PHONE, touch=True)
        page.open(f"{elsewhere}/#/record?lang=en")
        page.sees("1 large file waits for your approval.")
        fits(page)
        page.tap(".large-files .button")
        page.sees("the monthly planning of visits")
        page.sees("Towns · Conflict · next 4 weeks · CSV · ")
        page.tap(".dialog .button.main", "Approve")
        page.sees(f"decided by {second}")
        page.until("!document.querySelector('.large-files')")
        page.sized(OFFICE)
        page.open(f"{address}/#/map?lang=en")
        page.sees("is approved: fetch it.")
        page.tap(".large-files .button")
        page.run("HTMLAnchorElement.prototype.click = function () { document.body.dataset.saved = this.download; }")
        page.tap(".dialog .button.main", "Fetch")
        assert "town.csv" in page.until("document.body.dataset.saved")
        page.sees("fetched")
    told = [(row.action, row.actor) for row in newest(made.home) if row.action.startswith("export.")]
    assert told[::-1] == [("export.asked", first), ("export.approved", second), ("export.made", first)], json.dumps(
        told
    )
