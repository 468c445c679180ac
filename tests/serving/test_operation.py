"""The examples of docs/operation.md work: the service's command, and nginx before the server."""

from __future__ import annotations

import configparser
import re
import shutil
import socket
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from riskwarn.cli.serve import command as serve
from tests.serving.conftest import Made, running_application

PAGE = (Path(__file__).parents[2] / "docs" / "operation.md").read_text(encoding="utf-8")


def example(language: str) -> str:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.S)[0]


def test_the_service_starts_a_command_that_exists() -> None:
    unit = configparser.ConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(example("ini"))
    told = unit["Service"]["ExecStart"].split()
    context = serve.make_context("serve", told[told.index("serve") + 1 :])
    assert context.params["workers"] == 2 and unit["Service"]["ReadWritePaths"] == told[told.index("--home") + 1]


def test_every_metric_is_documented(made: Made) -> None:
    application = made.application()
    application.current.look()
    from serving.api.readiness import measure

    measure(application.metrics, application.current, made.now)
    for name in re.findall(r"^# TYPE (\w+)", application.metrics.text().decode(), re.M):
        if not name.endswith("as_of_seconds"):
            assert f"`{name}`" in PAGE, name


@pytest.mark.slow
def test_nginx_passes_on_whom_it_knows_and_one_that_is_not_configured_reaches_nothing(
    made: Made, tmp_path: Path
) -> None:
    nginx = shutil.which("nginx") or "/usr/sbin/nginx"
    if not Path(nginx).exists():
        pytest.skip("needs nginx: .ci/run installs it")
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        port, plain = one.getsockname()[1], other.getsockname()[1]
    (tmp_path / "users").write_text("centre:{PLAIN}secret\n")
    with running_application(made.application(root_path="/apps/riskwarn")) as address:
        server = example("nginx").replace("listen 443 ssl", f"listen 127.0.0.1:{port}")
        server = re.sub(r"\n *ssl_certificate.*", "", server).replace("http://127.0.0.1:8000", address)
        server = server.replace("/etc/nginx/riskwarn.users", str(tmp_path / "users"))
        unconfigured = f"server {{ listen 127.0.0.1:{plain}; location / {{ proxy_pass {address}; }} }}"
        temporary = " ".join(
            f"{kind}_temp_path {tmp_path}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (tmp_path / "nginx.conf").write_text(
            f"daemon off; pid {tmp_path}/pid; error_log {tmp_path}/errors; user root; events {{}}\n"
            f"http {{ access_log off; {temporary}\n{server}\n{unconfigured} }}\n"
        )
        process = subprocess.Popen([nginx, "-c", tmp_path / "nginx.conf", "-p", tmp_path], stderr=subprocess.PIPE)
        try:
            base = f"http://127.0.0.1:{port}/apps/riskwarn"
            for _ in range(100):
                try:
                    assert httpx.get(f"{base}/readyz").status_code == 401
                    break
                except httpx.ConnectError:
                    time.sleep(0.05)
            with httpx.Client(auth=("centre", "secret")) as client:
                whole = client.get(f"{base}/v1/scores")
                assert whole.json()["snapshot"]["id"] == made.first
                again = client.get(f"{base}/v1/scores", headers={"If-None-Match": whole.headers["etag"]})
                assert again.status_code == 304
                assert client.get(f"{base}/v1/grids/a%2Fb").status_code == 404
                assert client.get(f"{base}/").status_code == 200 == client.get(f"{base}/pages/sign-in.js").status_code
                assert len(client.get(f"{base}/v1/export.csv").text.splitlines()) == 802
            assert httpx.get(f"http://127.0.0.1:{plain}/v1/scores").status_code == 403
        finally:
            process.terminate()
            process.wait(10)
