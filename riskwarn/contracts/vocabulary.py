"""The shipped categories of each source, read from the packaged lists."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import yaml


@cache
def categories_of(source: str) -> dict[str, tuple[str, str]]:
    """Code -> (Chinese, English) of a source's shipped categories, `other` last; empty where none are shipped."""
    text = files("riskwarn.contracts").joinpath("data/categories.yaml").read_text(encoding="utf-8")
    listed: dict[str, list[str]] = yaml.safe_load(text).get(source, {})
    return {code: (words[0], words[1]) for code, words in listed.items()}
