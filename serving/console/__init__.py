"""The console: the page that a centre leaves open all day. Files, and nothing that decides; its door is `built`.

Sources and how to build them: README.md beside this file. What was built lies in `dist/` and is shipped, so that a user needs no Node.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files

_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}


def built() -> tuple[bytes, Mapping[str, tuple[bytes, str]]]:
    """(The page, content and type of each of its files by name.) A name holds a hash of its content, so that it never changes."""
    dist = files("serving.console").joinpath("dist")
    found = sorted(dist.joinpath("assets").iterdir(), key=lambda one: one.name)
    return dist.joinpath("index.html").read_bytes(), {
        one.name: (one.read_bytes(), _TYPES[one.name.rpartition(".")[2]]) for one in found
    }
