"""What the top-level statements of a module do when it is imported, told from their text.

A statement defines names, or fills what a name holds: it stores into it (``WEIGHTS["disputes"] = 2``), calls a method on it
(``FACTORS.update(a=5)``), or registers something there (a decorator). What cannot be told, a bare call or a loop, may change
anything in the module. All is conservative: a statement counts for too many names rather than for too few.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

_Definition = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_Function = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_Import = (ast.Import, ast.ImportFrom)
#: Methods that change nothing of what they are called on, where their value is used.
_READING = frozenset(
    {"items", "keys", "values", "get", "copy", "join", "split", "strip", "lower", "upper", "format", "replace", "encode", "decode",
     "partition", "removeprefix", "removesuffix", "index", "count", "compile", "fullmatch", "match", "search", "union", "difference",
     "intersection", "fields"}
)  # fmt: skip
#: What runs when an object of a class is made.
_MAKING = frozenset({"__init__", "__new__", "__post_init__", "__call__", "__init_subclass__", "__set_name__"})


@dataclass(frozen=True)
class Statement:
    """A top-level statement: names that it defines, names whose objects it fills, and whether it may change anything."""

    node: ast.stmt
    defines: frozenset[str]
    fills: frozenset[str]
    anything: bool = False

    @cached_property
    def reads(self) -> frozenset[str]:
        """Every name that stands in it; of imports within a function those that they bring."""
        return frozenset(one.id for one in ast.walk(self.node) if isinstance(one, ast.Name)) | {
            one.asname or one.name
            for part in ast.walk(self.node)
            if isinstance(part, ast.ImportFrom)
            for one in part.names
        }


def statements(body: Sequence[ast.stmt], held_elsewhere: frozenset[str], others: frozenset[str]) -> list[Statement]:
    """What the statements of a module do, but for its imports, and for what runs only in a program.

    `held_elsewhere` are the names that are imported from what is not followed: libraries, which are held by the lock file.
    `others` are those imported from further modules of one's own, in which decorators and classes may note what uses them.
    """
    told = _Module(body, held_elsewhere, others)
    found = [told.does(one) for one in body if not isinstance(one, _Import) and not _is_program(one)]
    return [_with_sources(one, found) for one in found]


def _is_program(statement: ast.stmt) -> bool:
    """``if __name__ == "__main__":``, which no import runs."""
    test = statement.test if isinstance(statement, ast.If) else None
    return (
        isinstance(test, ast.Compare)
        and isinstance(test.left, ast.Name)
        and test.left.id == "__name__"
        and isinstance(test.ops[0], ast.Eq)
    )


def _with_sources(one: Statement, every: Sequence[Statement]) -> Statement:
    """The statement filling also that from which the filled objects may come: of ``mine = WEIGHTS["a"]`` the weights."""
    filled, new = set(one.fills), set(one.fills)
    while new:
        new = {name for other in every if other.defines & new for name in other.reads} - filled
        filled |= new
    return Statement(one.node, one.defines, frozenset(filled), one.anything)


@dataclass(frozen=True)
class _Module:
    """A module's statements, by which it is told what a call in one of them may do."""

    body: Sequence[ast.stmt]
    held_elsewhere: frozenset[str]
    others: frozenset[str]
    _within: list[str] = field(default_factory=list)  # functions whose calls are being followed

    @cached_property
    def _own(self) -> Mapping[str, ast.AST]:
        return {one.name: one for one in self.body if isinstance(one, _Definition)}

    def does(self, statement: ast.stmt) -> Statement:
        """What a statement does when it runs."""
        defines = frozenset(_defined(statement))
        if isinstance(statement, _Definition):
            return Statement(statement, defines, frozenset(self._registered(statement)))
        if isinstance(statement, (ast.If, ast.Try)):
            inner = [self.does(one) for one in _nested(statement) if not isinstance(one, _Import)]
            fills = frozenset(name for one in inner for name in one.fills)
            return Statement(statement, defines, fills, any(one.anything for one in inner))
        if isinstance(statement, ast.Expr):
            return self._called(statement)
        if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Delete)):
            fills = frozenset(self._filled(statement))
            if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
                fills |= {statement.target.id}
            return Statement(statement, defines, fills - {""}, "" in fills)
        return Statement(statement, defines, frozenset(), not isinstance(statement, (ast.Pass, ast.Assert, ast.Global)))

    def _called(self, statement: ast.Expr) -> Statement:
        """A statement that is a value: a method fills what it is called on, any other call may do anything."""
        if isinstance(statement.value, (ast.Constant, ast.Name, ast.Attribute)):
            return Statement(statement, frozenset(), frozenset())
        call = statement.value
        base = _base(call.func.value) if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) else ""
        fills = frozenset({base, *self._filled(statement)})
        anything = "" in fills or base in self.held_elsewhere
        return Statement(statement, frozenset(_defined(statement)), fills - {""}, anything)

    def _registered(self, statement: ast.stmt) -> Iterator[str]:
        """What a definition fills: where its decorators register it, the classes that note their subclasses, and by its body."""
        assert isinstance(statement, _Definition)
        for decorator in statement.decorator_list:
            called = decorator.func if isinstance(decorator, ast.Call) else decorator
            yield from self._may_fill(called, decorator)
        if isinstance(statement, ast.ClassDef):
            for base in (*statement.bases, *(one.value for one in statement.keywords)):
                yield from self._noted(base)
            for one in statement.body:
                yield from self._filled(one) if not isinstance(one, _Definition) else self._registered(one)

    def _noted(self, base: ast.expr) -> Iterator[str]:
        """A class of one's own that notes its subclasses, and what it fills for it."""
        name = _base(base)
        own = self._own.get(name)
        if name in self.others:
            yield name
        elif isinstance(own, ast.ClassDef):
            if any(isinstance(one, ast.FunctionDef) and one.name == "__init_subclass__" for one in own.body):
                yield name
                yield from self._by_call(name, ())
            for above in own.bases:
                yield from self._noted(above)

    def _may_fill(self, called: ast.expr, whole: ast.AST) -> Iterator[str]:
        """What calling `called` may fill; `whole` has the arguments."""
        arguments = [one.id for one in ast.walk(whole) if isinstance(one, ast.Name)]
        if isinstance(called, ast.Attribute):
            base = _base(called)
            if base and base not in self.held_elsewhere:
                yield base
        elif isinstance(called, ast.Name) and called.id in self._own:
            yield from self._by_call(called.id, arguments)
        elif isinstance(called, ast.Name) and called.id in self.others:
            yield called.id
        elif isinstance(called, (ast.Call, ast.Subscript)):
            yield from arguments

    def _filled(self, tree: ast.AST) -> Iterator[str]:
        """The names whose objects a tree fills when it runs; "" where it cannot be told."""
        for node in _running(tree):
            if isinstance(node, (ast.Attribute, ast.Subscript)) and not isinstance(node.ctx, ast.Load):
                yield _base(node)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del):
                yield node.id
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                base = _base(node.func.value)
                if base and base not in self.held_elsewhere and node.func.attr not in _READING:
                    yield base
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in self._own:
                arguments = [one.id for one in ast.walk(node) if isinstance(one, ast.Name)]
                yield from self._by_call(node.func.id, arguments)

    def _by_call(self, name: str, arguments: Iterable[str]) -> Iterator[str]:
        """What a call of a function or class of the module fills: names that it reaches itself, and arguments that it fills."""
        if name in self._within:
            return
        self._within.append(name)
        for function in _run_by(self._own[name]):
            filled = {
                one for part in ast.iter_child_nodes(function) for one in (*self._filled_within(part), *_global(part))
            }
            bound = _bound(function)
            yield from (one for one in filled - bound if one)
            if filled & bound:
                yield from arguments
        self._within.pop()

    def _filled_within(self, part: ast.AST) -> Iterator[str]:
        """As :meth:`_filled`, with the functions that stand within: who registers by a decorator does it in one."""
        yield from self._filled(part)
        for inner in ast.walk(part):
            if isinstance(inner, _Function):
                for one in ast.iter_child_nodes(inner):
                    yield from self._filled(one)


def _defined(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement defines; a block counts for all that stand in it."""
    if isinstance(statement, _Definition):
        yield statement.name
    else:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id
            elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                yield node.name


def _nested(statement: ast.If | ast.Try) -> Iterator[ast.stmt]:
    yield from statement.body
    yield from statement.orelse
    if isinstance(statement, ast.Try):
        yield from statement.finalbody
        for handler in statement.handlers:
            yield from handler.body


def _running(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a tree that run with it: not those of functions that it only defines."""
    if isinstance(tree, _Function):
        return
    yield tree
    for one in ast.iter_child_nodes(tree):
        yield from _running(one)


def _base(node: ast.AST) -> str:
    """The name by which what is filled is reached: of ``WEIGHTS["a"].of`` the weights; "" where it is none."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call, ast.Starred)):
        node = node.func if isinstance(node, ast.Call) else node.value
        if isinstance(node, ast.Name) and node.id in ("globals", "vars", "locals"):
            return ""
    return node.id if isinstance(node, ast.Name) else ""


def _run_by(own: ast.AST) -> Iterator[ast.AST]:
    """The functions that a call of a function or a class runs."""
    if isinstance(own, ast.ClassDef):
        yield from (one for one in own.body if isinstance(one, ast.FunctionDef) and one.name in _MAKING)
    else:
        yield own


def _bound(function: ast.AST) -> set[str]:
    """The names that a function binds itself: its parameters, and what it stores without calling it global."""
    stored = {one.id for one in ast.walk(function) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
    return {one.arg for one in ast.walk(function) if isinstance(one, ast.arg)} | (stored - set(_global(function)))


def _global(tree: ast.AST) -> Iterator[str]:
    for one in ast.walk(tree):
        if isinstance(one, ast.Global):
            yield from one.names
