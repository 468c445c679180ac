"""The code that a class or function is made of: its own text and that of all that it names, without comments and docstrings.

What is followed is our own code and that of the module in which the definition stands; what libraries do is held by the
lock file. Code is read once for each module as it was imported: what is edited later is not what runs.
"""

from __future__ import annotations

import ast
import importlib
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Lock
from types import ModuleType
from weakref import WeakKeyDictionary

_OURS = ("features", "riskwarn")

_INSTALLED = tuple(Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib", "platlib"))

#: CPython 3.11 counts the depth of a tree for all threads together, and fails where two make one at once (gh-106905).
_ONE_AT_A_TIME = Lock()

#: (module, name of a top-level definition, "" for all of the module)
Place = tuple[str, str]


@dataclass(frozen=True)
class Code:
    """A module's top-level definitions: text, and the names that they read."""

    texts: Mapping[str, str]
    reads: Mapping[str, frozenset[str]]
    imports: Mapping[str, Place]  # the name here -> what it names


def code_of(definitions: Sequence[object], apart: Sequence[str] = ()) -> str:
    """The texts of these classes and functions and of what they are made of, but for the packages that are counted apart."""
    seen: dict[Place, str] = {}
    for one in definitions:
        place = place_of(one)
        _reach(place, place[0].partition(".")[0], tuple(apart), seen)
    return "\n".join(f"{module}.{name}:\n{text}" for (module, name), text in sorted(seen.items()) if text)


def place_of(definition: object) -> Place:
    """Where a class, a function or a callable object is defined; a function within another stands in that one."""
    if isinstance(definition, partial):
        return place_of(definition.func)
    if not hasattr(definition, "__qualname__"):
        return place_of(type(definition))
    name: str = definition.__qualname__.partition(".")[0]
    return str(definition.__module__), "" if name == "<lambda>" else name


def text_of(path: Path) -> str:
    """The code of a file without comments, docstrings and layout."""
    return ast.unparse(_bare(_tree_of(path)))


def _tree_of(path: Path) -> ast.Module:
    with _ONE_AT_A_TIME:
        return ast.parse(path.read_text(encoding="utf-8"))


def _reach(place: Place, root: str, apart: tuple[str, ...], seen: dict[Place, str]) -> None:
    """Add the text of a definition, and of all that it names, to what was seen."""
    module, name = place
    if place in seen or any(module == room or module.startswith(f"{room}.") for room in apart):
        return
    seen[place] = ""
    code = _code(module, root)
    if code is None:
        return
    if name in code.texts:
        seen[place] = code.texts[name]
        for read in code.reads[name]:
            _reach((module, read), root, apart, seen)
    elif name in code.imports:
        _reach(code.imports[name], root, apart, seen)
    elif name == "":
        for each in (*code.texts, *code.imports):
            _reach((module, each), root, apart, seen)
    elif _code(f"{module}.{name}", root) is not None:
        _reach((f"{module}.{name}", ""), root, apart, seen)


_READ: WeakKeyDictionary[ModuleType, Code] = WeakKeyDictionary()


def _code(module: str, root: str) -> Code | None:
    """A module's code where it is to be followed; None for a library, or a name that is no module."""
    try:
        found = importlib.import_module(module)
    except ImportError:
        return None
    path = Path(found.__file__) if found.__file__ else None
    own = module.partition(".")[0] in (*_OURS, root)
    if path is None or path.suffix != ".py" or not (own or not any(path.is_relative_to(one) for one in _INSTALLED)):
        return None
    if found not in _READ:
        _READ[found] = _parsed(_tree_of(path), module, path.name == "__init__.py")
    return _READ[found]


def _parsed(tree: ast.Module, module: str, is_package: bool) -> Code:
    imports: dict[str, Place] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imports |= {
                one.asname or one.name.partition(".")[0]: (one.name if one.asname else one.name.partition(".")[0], "")
                for one in node.names
            }
        elif isinstance(node, ast.ImportFrom):
            origin = _origin(node, module, is_package)
            imports |= {one.asname or one.name: (origin, "" if one.name == "*" else one.name) for one in node.names}
    texts: dict[str, str] = {}
    reads: dict[str, frozenset[str]] = {}
    for statement in _bare(tree).body:
        text = ast.unparse(statement)
        read = frozenset(node.id for node in ast.walk(statement) if isinstance(node, ast.Name)) | {
            one.asname or one.name
            for node in ast.walk(statement)
            if isinstance(node, ast.ImportFrom) and not isinstance(statement, ast.ImportFrom)
            for one in node.names
        }
        for name in _defined(statement):
            texts[name] = f"{texts[name]}\n{text}" if name in texts else text
            reads[name] = reads.get(name, frozenset()) | (read - {name})
    return Code(texts, reads, imports)


def _origin(node: ast.ImportFrom, module: str, is_package: bool) -> str:
    """The absolute name of the module from which is imported."""
    if not node.level:
        return node.module or ""
    parts = module.split(".")
    upwards = node.level - 1 if is_package else node.level
    return ".".join([*parts[: len(parts) - upwards], *([node.module] if node.module else [])])


def _defined(statement: ast.stmt) -> Iterator[str]:
    """The names that a top-level statement defines or changes; a block counts for all that stand in it."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield statement.name
    elif isinstance(statement, (ast.Import, ast.ImportFrom)):
        return
    else:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id
            elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                yield node.name


def _bare(tree: ast.Module) -> ast.Module:
    """The tree without docstrings."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            first = node.body[0] if node.body else None
            if (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and isinstance(first.value.value, str)
            ):
                node.body = node.body[1:] or [ast.Pass()]
    return tree
