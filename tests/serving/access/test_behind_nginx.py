"""nginx as docs/security.md shows it, before a server with keys: what it passes on opens what the key opens, and nothing that a caller adds."""

from __future__ import annotations

import re
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from riskwarn.home import Home, make_home
from riskwarn.settings import Settings
from serving.access.scopes import Role
from serving.api.app import Application
from serving.api.options import Options
from tests.serving.access import cities
from tests.serving.access.browsers import SECRET, configured
from tests.serving.access.cities import NOW, OTHER_GRID, OWN, OWN_GRID
from tests.serving.access.test_tls import Authority
from tests.serving.conftest import running_application
from tests.waiting import until

PAGE = (Path(__file__).parents[3] / "docs" / "security.md").read_text(encoding="utf-8")
NAME = "risk.example.gov.cn"
OWN_PAGE = {"Origin": f"https://{NAME}", "X-Riskwarn-Page": "1"}
GATEWAY = f"sign_in: {{address: 'https://{NAME}', gateway: {{networks: [127.0.0.1/32]}}}}\n"


def _listens(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def nginx(folder: Path, server: str, address: str, authority: Authority) -> Iterator[str]:
    """Run the example before a server; gives where it answers."""
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    if not Path(program).exists():
        pytest.skip("needs nginx: .ci/run installs it")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    certificate, key, _ = authority.certificate("nginx")
    for example, own in (
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("/etc/nginx/riskwarn.crt", certificate),
        ("/etc/nginx/riskwarn.key", key),
        ("http://127.0.0.1:8000", address),
    ):
        assert server.count(example) == 1, example
        server = server.replace(example, own)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/errors; user root; events {{}}\n"
        f"http {{ access_log off; {temporary}\n{server} }}\n"
    )
    process = subprocess.Popen([program, "-c", folder / "nginx.conf", "-p", folder], stderr=subprocess.PIPE)
    try:
        until(lambda: _listens(port))
        yield f"https://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def example() -> str:
    return str(re.findall(r"```nginx\n(.*?)```", PAGE, re.S)[0])


@pytest.fixture
def city(tmp_path: Path) -> Home:
    made = make_home(tmp_path / "city", Settings(threads=1))
    cities.build(made, 5)
    return configured(made, GATEWAY, gateway_secret=SECRET)


@pytest.mark.slow
def test_a_key_opens_behind_it_what_it_opens_and_nobody_brings_an_identity_along(city: Home, tmp_path: Path) -> None:
    own, elsewhere = cities.key(city, area=OWN), cities.key(city, networks=("10.20.0.0/16",))
    person = cities.key(city, role=Role.CENTRE, area=OWN)
    authority = Authority(tmp_path)
    trusted = ssl.create_default_context(cafile=str(authority.file))
    application = Application(city, lambda: NOW, Options(proxies=("127.0.0.1",)))
    with (
        running_application(application) as address,
        nginx(tmp_path, example(), address, authority) as base,
        httpx.Client(base_url=base, verify=trusted, headers={"Host": NAME}) as client,
    ):
        direct = httpx.get(f"{address}/v1/scores", headers=own)
        through = client.get("/v1/scores", headers=own)
        assert (through.status_code, through.content) == (200, direct.content)
        again = client.get("/v1/scores", headers={**own, "If-None-Match": through.headers["etag"]})
        assert again.status_code == 304 and "ratelimit" in again.headers
        assert client.get(f"/v1/grids/{OWN_GRID}", headers=own).status_code == 200
        assert client.get(f"/v1/grids/{OTHER_GRID}", headers=own).status_code == 404
        assert client.get("/v1/export.csv", headers=own).text.count("\n") == 38
        assert client.get("/v1/scores").status_code == 401
        # From where one asks is what nginx says, never what the caller does.
        for said in ({}, {"X-Forwarded-For": "10.20.1.1"}, {"X-Real-IP": "10.20.1.1"}, {"Forwarded": "for=10.20.1.1"}):
            assert client.get("/v1/scores", headers={**elsewhere, **said}).status_code == 403
        # Whoever asks through it is no gateway, though it stands where the gateway is and the secret were known.
        smuggled = {"X-Remote-User": "card-20113", "X-Riskwarn-Gateway": SECRET}
        assert client.get("/sign-in/state", headers=smuggled).json()["ways"] == ["key"]
        assert client.post("/sign-in/gateway", json={}, headers={**OWN_PAGE, **smuggled}).status_code == 401
        # Signed in over its https, the cookie says so, and a change is believed of our own page alone.
        token = person["Authorization"].split()[1]
        typed = client.post("/sign-in/key", json={"key": token}, headers=OWN_PAGE)
        cookie = typed.headers["set-cookie"]
        assert cookie.startswith("__Host-riskwarn=") and cookie.endswith("; Secure") and "HttpOnly" in cookie
        held = {"Cookie": cookie.split(";")[0]}
        assert client.get(f"/v1/grids/{OWN_GRID}", headers=held).status_code == 200
        for page in ({}, {**OWN_PAGE, "Origin": "https://evil.example"}, {**OWN_PAGE, "Origin": f"http://{NAME}"}):
            assert client.post("/sign-out", headers={**held, **page}).status_code == 403
        assert client.post("/sign-out", headers={**held, **OWN_PAGE}).json() == {"sessions": 1}
        assert client.get(f"/v1/grids/{OWN_GRID}", headers=held).status_code == 401


@pytest.mark.slow
def test_one_that_asks_for_cards_says_who_asks(city: Home, tmp_path: Path) -> None:
    from serving.access.operators import create_operator

    create_operator(city, "20113", Role.CENTRE, now=NOW, area=OWN, subject="card-20113")
    server = example().replace('X-Remote-User ""', "X-Remote-User card-20113")
    server = server.replace('X-Riskwarn-Gateway ""', f'X-Riskwarn-Gateway "{SECRET}"')
    authority = Authority(tmp_path)
    trusted = ssl.create_default_context(cafile=str(authority.file))
    with (
        running_application(Application(city, lambda: NOW, Options(proxies=("127.0.0.1",)))) as address,
        nginx(tmp_path, server, address, authority) as base,
        httpx.Client(base_url=base, verify=trusted, headers={"Host": NAME}) as client,
    ):
        # What a caller adds is replaced, so that it is the card's owner whoever one says one is.
        opened = client.post("/sign-in/gateway", json={}, headers={**OWN_PAGE, "X-Remote-User": "card-20114"})
        assert opened.status_code == 200, opened.text
        held = {"Cookie": opened.headers["set-cookie"].split(";")[0]}
        state = client.get("/sign-in/state", headers=held).json()
        assert (state["method"], state["role"]) == ("gateway", "centre")
        assert client.get(f"/v1/grids/{OWN_GRID}", headers=held).status_code == 200
        # Past the gateway the same session is nobody's: only while the card is in the reader does it hold.
        assert httpx.get(f"{address}/v1/scores", headers={**held, "Host": NAME}).status_code == 401
