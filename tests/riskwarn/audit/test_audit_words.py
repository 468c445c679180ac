"""What the audit says of how something went: words in both languages, for each result that the code writes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import riskwarn
from riskwarn.audit.actions import titled
from riskwarn.messages import translated
from riskwarn.words import NOTICE_STEPS

ROOT = Path(riskwarn.__file__).parents[1]
#: What writes a row, and at which place its result stands (of `end`, which ends sessions, behind who ends them).
WRITES = {"Entry": 3, "refused": 1, "refuse": 3, "end": 3, "loaded": 2}


def written() -> Iterator[str]:
    """The results that stand in the code as words."""
    for package in ("riskwarn", "training", "serving"):
        for file in (ROOT / package).rglob("*.py"):
            if "audit" not in (text := file.read_text(encoding="utf-8")) and "noted" not in text:
                continue
            for call in (one for one in ast.walk(ast.parse(text)) if isinstance(one, ast.Call)):
                name = getattr(call.func, "attr", getattr(call.func, "id", ""))
                if name in WRITES or name == "note":
                    places = [call.args[WRITES[name]]] if name in WRITES and len(call.args) > WRITES[name] else []
                    results = [*places, *(one.value for one in call.keywords if one.arg == "result")]
                    yield from (word for result in results for word in words(result))


def words(result: ast.expr) -> Iterator[str]:
    """The words that an expression may give."""
    if isinstance(result, ast.IfExp):
        yield from (*words(result.body), *words(result.orelse))
    elif isinstance(result, ast.Constant) and isinstance(result.value, str):
        yield result.value


def test_every_result_that_is_written_has_words_in_both_languages() -> None:
    found = {*written(), *NOTICE_STEPS, "forced", "champion", "owner", "gone", "unreachable"}
    assert found >= {"waits", "heard", "silenced", "idle", "replaced", "network", "locked", "begun", "replayed"}
    said = {one: titled("alert.changed", one)[1] for one in found}
    assert [one for one in said.values() if re.search("[A-Za-z_]", translated(one, "zh"))] == []
    assert said["heard"] == "silence ended" and said["co_handle"] == "another team joined"
