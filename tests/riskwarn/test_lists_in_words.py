"""A list in a sentence stands apart as the language of who reads it has it: what is joined by hand has a Latin comma in Chinese, too."""

from __future__ import annotations

import ast
import pickle
from pathlib import Path
from typing import Any

import pytest

from riskwarn.errors import UnknownTarget
from riskwarn.messages import Listed, Message, translated

ROOT = Path(__file__).parents[2]
PACKAGES = ("riskwarn", "serving", "training", "features")
#: What says something to people, beside errors, whose names begin with a capital.
SAYING = {"tell", "say", "register_told"}
MARKS = (", ", "; ")


def joins(node: ast.AST) -> bool:
    """Whether an expression joins words by a mark that a language has its own for."""
    return any(
        isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute) and one.func.attr == "join"
        and isinstance(one.func.value, ast.Constant) and one.func.value.value in MARKS
        for one in ast.walk(node)
    )  # fmt: skip


def said(call: ast.Call) -> list[ast.expr]:
    """What is filled into a sentence."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return [*call.args, *(one.value for one in call.keywords)] if name in SAYING or name[:1].isupper() else []


def by_hand(tree: ast.AST) -> list[int]:
    """The lines in which what was joined by hand is filled into a sentence, at once or by a name."""
    found = []
    for function in (one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)):
        nodes = list(ast.walk(function))
        names = {
            target.id for one in nodes if isinstance(one, ast.Assign) and joins(one.value)
            for target in one.targets if isinstance(target, ast.Name)
        }  # fmt: skip
        for filled in (value for one in nodes if isinstance(one, ast.Call) for value in said(one)):
            if joins(filled) or (isinstance(filled, ast.Name) and filled.id in names):
                found.append(filled.lineno)
    return sorted(set(found))


def test_no_list_is_joined_by_hand() -> None:
    found = {
        str(path.relative_to(ROOT)): lines
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        if (lines := by_hand(ast.parse(path.read_text(encoding="utf-8"))))
    }
    assert not found, "use riskwarn.messages.Listed"


@pytest.mark.parametrize(
    "line",
    [
        'Message("{a}", a=", ".join(x))',
        'raise Unknown(known="; ".join(x) or "-")',
        'y = ", ".join(x)\n Message("{a}", a=y)',
    ],
)
def test_what_is_joined_by_hand_is_found(line: str) -> None:
    assert by_hand(ast.parse(f"def f():\n {line}"))


def test_names_stay_as_they_are_and_sentences_are_said() -> None:
    listed = Listed(["safety", "unknown", Message("load {loads}", loads="3"), 4], most=3)
    assert (str(listed), translated(listed, "zh")) == ("safety, unknown, load 3, …", "safety、unknown、加载 3、…")
    assert not Listed([]) and translated(Listed(["甲", "乙"], separator="; "), "zh") == "甲；乙"
    again: Any = pickle.loads(pickle.dumps(listed))
    assert (again, translated(again, "zh")) == (listed, translated(listed, "zh"))


def test_an_error_lists_in_the_language_of_who_reads_it() -> None:
    error = UnknownTarget(name="conflict", what="target", known=Listed(["矛盾", "安全"]))
    assert "矛盾、安全" in translated(error.message, "zh") and "矛盾, 安全" in str(error.message)
