"""Pages whole in themselves: no other file, no other host. What is said is English here, and Chinese from the catalogue beside it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from riskwarn.messages import Message, translated
from training.reports import words
from training.reports.charts import interval, number
from training.reports.drawing import Pair, percent, style_sheet

LANGUAGES = ("zh", "en")


def rendered(template: str, language: str, content: Mapping[str, Any]) -> str:
    """A page that opens in a language and holds both."""
    script = _part("page.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    style = Markup(style_sheet() + _part("page.css"))
    page = _environment().get_template(template)
    return page.render(language=language, style=style, script=Markup(script), script_digest=digest, **content) + "\n"


def both(pair: Pair) -> Markup:
    """A text in both languages, once where they are equal."""
    if pair[0] == pair[1]:
        return Markup.escape(pair[0])
    return Markup('<span lang="zh">{}</span><span lang="en">{}</span>').format(*pair)


def say(sentence: str, **fields: Any) -> Markup:
    """A sentence of the catalogue in both languages; a field that is a pair is said in each."""
    chosen = [
        {name: value[place] if isinstance(value, tuple) else value for name, value in fields.items()}
        for place in (0, 1)
    ]
    return both((translated(Message(sentence, **chosen[0]), "zh"), Message(sentence, **chosen[1])))


def told(text: str) -> Markup:
    """What a run said in English, in both languages."""
    return both((words.of_forecasters(translated(text, "zh"), 0), words.of_forecasters(text, 1)))


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("training.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {
        "say": say,
        "told": told,
        "both": both,
        "forecaster": lambda name: both(words.forecaster(name)),
        "metric": lambda name: both(words.metric(name)),
        "column": lambda name: both(words.column(name)),
        "number": number,
        "interval": interval,
        "percent": percent,
    }
    return made


def _part(name: str) -> str:
    return resources.files(__package__).joinpath("templates", name).read_text(encoding="utf-8")
