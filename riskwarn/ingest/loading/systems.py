"""In which system the coordinates of a table are, where something says it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

#: The system of coordinates where their headings name it.
_SYSTEMS = {
    "gcj02": re.compile(r"gcj|高德|腾讯|火星", re.IGNORECASE),
    "bd09": re.compile(r"bd-?09|百度", re.IGNORECASE),
    "wgs84": re.compile(r"wgs|cgcs|大地2000|国家2000", re.IGNORECASE),
}


def system_told(headings: Sequence[str]) -> str | None:
    """The system that a text names; None where none is."""
    text = unicodedata.normalize("NFKC", " ".join(headings))
    return next((system for system, pattern in _SYSTEMS.items() if pattern.search(text)), None)
