"""The files of the console as they are shipped: small, of this host alone, nothing inline, and never asked twice."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

from riskwarn.home import open_home
from riskwarn.settings import Settings
from serving.access.scopes import Role
from serving.api.app import Application
from serving.console import built
from tests.serving.access import cities
from tests.serving.conftest import Made

LOCAL = "http://localhost"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PAGE, FILES = built()
SOURCES = Path(built.__code__.co_filename).parent / "src"
#: Of the view that is there from the start, and of what of another view it shows.
FIRST_STYLES = ("ranking.css", "strip.css")
TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}


def referred() -> list[str]:
    """What the page names: fetched before anything is shown."""
    return re.findall(r'(?:src|href)="([^"]+)"', PAGE.decode())


def test_the_page_and_its_files_are_served_with_their_types_and_a_strict_policy(made: Made) -> None:
    with TestClient(made.application(), base_url=LOCAL) as client:
        page = client.get("/")
        assert page.content == PAGE and page.headers["content-type"] == "text/html; charset=utf-8"
        assert (
            page.headers["cache-control"] == "private, no-cache" and page.headers["content-security-policy"] == POLICY
        )
        again = client.get("/", headers={"If-None-Match": page.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        for name, (content, _) in FILES.items():
            answer = client.get(f"/assets/{name}")
            assert answer.content == content and answer.headers["content-type"] == TYPES[name.rpartition(".")[2]], name
            assert answer.headers["cache-control"] == "public, max-age=31536000, immutable", name
            assert answer.headers["content-security-policy"] == POLICY, name
            assert answer.headers["x-content-type-options"] == "nosniff", name
        assert client.get("/assets/nothing.js").status_code == client.get("/assets/../__init__.py").status_code == 404


def test_a_file_is_packed_once_and_repeated(made: Made) -> None:
    name = max(FILES, key=lambda one: len(FILES[one][0]))
    application = made.application()
    with TestClient(application, base_url=LOCAL) as client:
        answer = client.get(f"/assets/{name}", headers={"Accept-Encoding": "gzip"})
        assert answer.headers["content-encoding"] == "gzip" and answer.content == FILES[name][0]

        async def refused(*_told: object) -> None:
            raise AssertionError("the router is asked again")

        application._app._app._app._app = refused  # type: ignore[attr-defined]
        assert client.get(f"/assets/{name}", headers={"Accept-Encoding": "gzip"}).content == FILES[name][0]


def test_every_file_is_named_by_its_content_and_lies_below_the_page() -> None:
    assert {one.removeprefix("./assets/") for one in referred()} <= FILES.keys()
    assert all(one.startswith("./assets/") for one in referred()), "a gateway may show it under any path"
    assert all(re.fullmatch(r"[A-Za-z]+-[\w-]{8}\.(js|css|svg)", name) for name in FILES), sorted(FILES)


def test_nothing_is_inline_and_nothing_is_of_another_host() -> None:
    page = PAGE.decode()
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", page)
    assert all(not inner.strip() for inner in re.findall(r"<script[^>]*>(.*?)</script>", page, re.S))
    for name, (content, _) in FILES.items():
        text = content.decode()
        hosts = set(re.findall(r"(?:https?:)?//[\w.-]+\.[a-z]{2,}[\w./-]*", text))
        assert hosts <= {
            "http://www.w3.org/2000/svg",
            "http://www.w3.org/1999/xhtml",
            "http://www.w3.org/1998/Math/MathML",
        }, (name, hosts)
        assert not re.search(r"\beval\(|new Function\(|@import|document\.write|dangerouslySetInnerHTML:\{", text), name


def test_the_first_load_is_small() -> None:
    first = len(gzip.compress(PAGE, 6)) + sum(
        len(gzip.compress(FILES[one.removeprefix("./assets/")][0], 6)) for one in referred()
    )
    assert first <= 250_000, first


@pytest.mark.slow
@pytest.mark.parametrize("declared", [None, True, False])
def test_the_console_is_told_of_its_city_and_of_who_looks(made: Made, declared: bool | None) -> None:
    configured = (made.home.path / "riskwarn.yaml").read_text(encoding="utf-8") + "\ncity: 江城\n"
    if declared is not None:
        configured += f"console: {{watermark: {str(declared).lower()}}}\n"
    (made.home.path / "riskwarn.yaml").write_text(configured, encoding="utf-8")
    home = open_home(made.home.path, Settings())
    with TestClient(Application(home, lambda: made.now), base_url=LOCAL) as client:
        local = client.get("/console/settings").json()
    assert local["city"] == "江城" and local["timezone"] == "Asia/Shanghai"
    assert local["sources"]["disputes"] == "矛盾纠纷", "an administrator who sees no score reads no code either"
    assert local["watermark"] is bool(declared), "on its own machine nobody is written behind what is shown"
    header = cities.key(home, role=Role.SUPERVISOR, now=made.now)
    with TestClient(Application(home, lambda: made.now), base_url=LOCAL) as client:
        told = client.get("/console/settings", headers=header)
        assert client.get("/console/settings").status_code == 401
    assert local["now"] == made.now.isoformat(), "an office PC's clock may be anything"
    assert told.json() == {**local, "scopes": ["read", "act"], "watermark": declared is not False}
    assert told.headers["cache-control"] == "no-store"


def test_the_console_is_the_same_below_the_path_of_a_gateway(made: Made) -> None:
    with TestClient(made.application(root_path="/apps/riskwarn"), base_url=LOCAL) as client:
        assert client.get("/apps/riskwarn/").content == PAGE
        answers: list[httpx.Response] = [client.get(f"/apps/riskwarn/{one[2:]}") for one in referred()]
    assert {one.status_code for one in answers} == {200}


def test_what_a_view_styles_lies_inside_it() -> None:
    """The styles of a view stay once it was opened: what is not inside it would be styled by where one was before."""
    found = {}
    for file in sorted(SOURCES.glob("views/*/*.css")):
        if file.name in FIRST_STYLES:
            continue
        styles = re.sub(r"/\*.*?\*/", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
        rules = [one.strip() for one in re.findall(r"([^{};]+)\{", styles) if not one.strip().startswith("@")]
        selectors = [one.strip() for rule in rules for one in rule.split(",")]
        inside = re.compile(re.escape(selectors[0]) + r"(?![\w-])")
        found[file.name] = [one for one in selectors if not inside.match(one)]
    assert {name: outside for name, outside in found.items() if outside} == {}
    assert len(found) == 9


def test_how_a_number_is_contested_names_whom_to_tell(made: Made) -> None:
    with TestClient(Application(made.home, lambda: made.now), base_url=LOCAL) as client:
        told = client.get("/console/notices").json()["contest"]
    assert "或告知本级综治中心；" in told["zh"] and "or tell your governance centre." in told["en"]
    assert "{" not in "".join(told.values())
