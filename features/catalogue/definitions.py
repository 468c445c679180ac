"""The code that a class or function is made of: its own text and that of all that it names, without comments and docstrings.

What is followed is our own code and that of the module in which the definition stands; what libraries do is held by the
lock file. Code is read once for each module as it was imported: what is edited later is not what runs. A name is what defines
it and what fills it; see :mod:`features.catalogue.statements`.
"""

from __future__ import annotations

import ast
import importlib
import sys
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Lock
from types import ModuleType
from weakref import WeakKeyDictionary

from features.catalogue.statements import statements

_OURS = ("features", "riskwarn")

_INSTALLED = tuple(Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib", "platlib"))

#: CPython 3.11 counts the depth of a tree for all threads together, and fails where two make one at once (gh-106905).
_ONE_AT_A_TIME = Lock()

#: (module, name of a top-level definition, "" for all of the module)
Place = tuple[str, str]


#: What of a module may change anything in it, and what fills objects of other modules, by names that are none.
ANYTHING, OUTSIDE = "(anything)", "(outside)"


@dataclass(frozen=True)
class Code:
    """A module's top-level definitions: text, and the names that they read."""

    texts: Mapping[str, str]
    reads: Mapping[str, frozenset[str]]
    imports: Mapping[str, tuple[Place, ...]]  # the name here -> what it names, where several imports are tried each


def code_of(definitions: Sequence[object], apart: Sequence[str] = (), declared_in: str | None = None) -> str:
    """The texts of these classes and functions and of what they are made of, but for the packages that are counted apart.

    `declared_in` is the module of one's own that declares what they make: what it and the modules of one's own that it
    imports do to each other when they are imported is added.
    """
    seen: dict[Place, str] = {}
    for one in definitions:
        place = place_of(one)
        _reach(place, place[0].partition(".")[0], tuple(apart), seen)
    if declared_in is not None:
        for module in _own_modules(declared_in):
            for what in (ANYTHING, OUTSIDE):
                _reach((module, what), declared_in.partition(".")[0], tuple(apart), seen)
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
    reached: list[Place] = []
    if name in code.texts:
        seen[place] = code.texts[name]
        reached += [(module, read) for read in sorted(code.reads[name])]
    if name in code.imports:
        reached += code.imports[name]
    elif name == "":
        reached += [(module, each) for each in (*code.texts, *code.imports) if each != OUTSIDE]
    elif name not in code.texts and _code(f"{module}.{name}", root) is not None:
        reached.append((f"{module}.{name}", ""))
    elif name not in code.texts:
        reached += [(origin, name) for origin, _ in code.imports.get("*", ())]
    if name in code.texts or name in code.imports:
        reached.append((module, ANYTHING))
    for one in reached:
        _reach(one, root, apart, seen)


def _own_modules(first: str) -> list[str]:
    """A module of one's own and those that it imports, each once; what is ours and what libraries hold is none."""
    root, found = first.partition(".")[0], [first]
    for module in found:
        code = _code(module, root)
        places = {place for several in (code.imports if code else {}).values() for place in several}
        for origin, name in sorted(places):
            if origin.partition(".")[0] in _OURS or _code(origin, root) is None:
                continue
            inner = f"{origin}.{name}"
            found += [one for one in (origin, inner) if one not in found and _code(one, root) is not None]
    return found


_READ: WeakKeyDictionary[ModuleType, Code] = WeakKeyDictionary()


def _code(module: str, root: str) -> Code | None:
    """A module's code where it is to be followed; None for a library, or a name that is no module."""
    try:
        found = importlib.import_module(module)
    except ImportError:
        return None
    if not _is_followed(module, root):
        return None
    if found not in _READ:
        path = Path(str(found.__file__))
        _READ[found] = _parsed(_tree_of(path), module, path.name == "__init__.py")
    return _READ[found]


def _is_followed(module: str, root: str) -> bool:
    """Whether a module that is imported is ours, or one's own; not a library."""
    file = getattr(sys.modules.get(module), "__file__", None)  # what is built into the interpreter has none
    path = Path(file) if file else None
    if path is None or path.suffix != ".py" or not path.is_file():
        return False
    own = module.partition(".")[0] in (*_OURS, root)
    return own or not any(path.is_relative_to(one) for one in _INSTALLED)


def _parsed(tree: ast.Module, module: str, is_package: bool) -> Code:
    imports: dict[str, tuple[Place, ...]] = {}
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for name, place in _imported(node, module, is_package):
                imports[name] = tuple(dict.fromkeys((*imports.get(name, ()), place)))
    texts: dict[str, str] = {}
    reads: dict[str, frozenset[str]] = {}
    root = module.partition(".")[0]
    brought = frozenset(name for name, places in imports.items() if any(_is_followed(one, root) for one, _ in places))
    ours = frozenset(name for name in brought if all(one.partition(".")[0] in _OURS for one, _ in imports[name]))
    found = statements(_bare(tree).body, frozenset(imports) - brought, brought - ours)
    known = brought.union(*(one.defines for one in found))
    for one in found:
        told = one.defines | (one.fills & known)
        told |= {what for what, so in ((ANYTHING, one.anything), (OUTSIDE, one.fills & brought)) if so}
        text = ast.unparse(one.node) if told else ""
        for name in told:
            texts[name] = f"{texts[name]}\n{text}" if name in texts else text
            reads[name] = reads.get(name, frozenset()) | (one.reads - {name})
    return Code(texts, reads, imports)


def _imported(node: ast.Import | ast.ImportFrom, module: str, is_package: bool) -> Iterator[tuple[str, Place]]:
    """The names that an import brings, and what they name."""
    for one in node.names:
        if isinstance(node, ast.ImportFrom):
            origin = _origin(node, module, is_package)
            yield one.asname or one.name, (origin, "" if one.name == "*" else one.name)
        else:
            first = one.name if one.asname else one.name.partition(".")[0]
            yield one.asname or first, (first, "")


def _origin(node: ast.ImportFrom, module: str, is_package: bool) -> str:
    """The absolute name of the module from which is imported."""
    if not node.level:
        return node.module or ""
    parts = module.split(".")
    upwards = node.level - 1 if is_package else node.level
    return ".".join([*parts[: len(parts) - upwards], *([node.module] if node.module else [])])


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
