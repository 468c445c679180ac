"""Keeps the catalogues of messages: finds every English sentence in the code, completes the .po files, compiles the .mo.

``python docs/messages.py`` (part of ``make docs``) adds what is new with an empty translation and leaves out what the code
no longer says; then somebody translates what is empty. The tests fail while a sentence has no translation.
"""

from __future__ import annotations

import ast
import inspect
import re
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from jinja2 import Environment, nodes

from riskwarn.configuration import DEFAULT_TARGETS
from riskwarn.contracts.reasons import RULES

ROOT = Path(__file__).parents[1]
PACKAGES = ("riskwarn", "features", "training", "serving")
PO = ROOT / "riskwarn" / "locale" / "zh" / "LC_MESSAGES" / "riskwarn.po"
HEADER = "Content-Type: text/plain; charset=UTF-8\nLanguage: zh\nPlural-Forms: nplurals=1; plural=0;\n"

#: Calls whose first argument is a sentence, by the last part of their name.
SPEAKING = {"Message", "Joined", "tell", "say", "said", "UsageError", "progress", "show", "Check"}
#: Arguments and variables that hold sentences.
HOLDING = {
    "problem", "reason", "hint", "what", "which", "doubt", "effect", "effects", "note", "notes", "following", "said",
    "ground", "advice", "means", "_OF_A_GRID", "_ABOVE", "why", "holds", "exported", "unread", "later", "ENDED", "READ_AS", "skipped_one", "_DENIED", "_PROBLEMS", "_NO_PARAMETERS", "_TITLES", "_OTHERWISE",
    "FOREIGN_HOST", "FORWARDED", "FOREIGN_ORIGIN", "TWO_HOSTS", "FOREIGN_PAGE", "TOKEN_NEEDED", "NO_PAGE", "BUSY", "ADDRESS_TOO_LONG", "HEADERS_TOO_LONG", "BODY_TOO_LONG", "WENT_WRONG",
    "MALFORMED", "TOO_SLOW", "TOO_MANY",
}  # fmt: skip
#: Rooms in which an error of a value is told to people, and rooms whose grounds and doubts are.
DECLARING = (
    "riskwarn/alert_rules.py",
    "riskwarn/alert_texts.py",
    "riskwarn/configuration.py",
    "riskwarn/mapping.py",
    "riskwarn/declarations.py",
    "riskwarn/sign_in.py",
    "riskwarn/receivers.py",
    "riskwarn/contracts/",
)
EXPLAINING = ("riskwarn/ingest/mapping_proposal/",)
#: Tuples and lists of columns of tables.
COLUMNS = re.compile(r"^(\w*COLUMNS|SHOWN|FIGURES|shown|numbers)$")

#: What click says itself.
CLICK = (
    "Usage:", "Options", "Commands", "Positional arguments", "Arguments", "Missing command.", "Missing argument",
    "Missing option", "Missing parameter", "Show this message and exit.", "Show the version and exit.",
    "Error: {message}", "Try '{command} {option}' for help.", "Invalid value: {message}",
    "Invalid value for {param_hint}: {message}", "Missing {param_type}", "No such option {name!r}.",
    "No such command {name!r}.", "default: {default}", "required",
    "{value!r} is not a valid {number_type}.", "{value} is not in the range {range}.",
    "Option {name!r} does not take a value.", "Choose from:\n\t{choices}", "file", "directory", "path",
    "{name} {filename!r} does not exist.", "{name} {filename!r} is a file.", "{name} {filename!r} is a directory.",
    "Aborted!", "Error: invalid input", "env var: {var}",
)  # fmt: skip

#: What click says in the singular -> in the plural; Chinese has one form.
PLURALS = {
    "Got unexpected extra argument ({args})": "Got unexpected extra arguments ({args})",
    "Did you mean {possibility}?": "(Did you mean one of: {possibilities}?)",
    "Option {name!r} requires an argument.": "Option {name!r} requires {nargs} arguments.",
    "{value!r} is not {choice}.": "{value!r} is not one of {choices}.",
    "{value!r} does not match the format {format}.": "{value!r} does not match the formats {formats}.",
    "Takes {nargs} values but 1 was given.": "Takes {nargs} values but {len} were given.",
}

#: Words that are given to sentences as they are: classes of personal data, what a column holds, on what ground.
WORDS = (
    "resident id", "bank card", "phone number", "number plate", "e-mail address", "messenger account", "name", "home address", "passport",
    "personal numbers", "by its heading", "its headings are others", "it has no column for {lacking}", "service area",
    "champion", "challenger", "stopped.", "(nothing)", "heading", "preset",
    "assumed heading", "date and time", "date", "date in a form that is not read", "whole number", "number", "percentage",
    "coordinate", "pair of coordinates", "yes or no", "address",
    "epoch seconds", "epoch milliseconds", "year, month and day in Chinese, in another way", "with the month in letters",
    "YYYY-MM-DD, with a time in another way", "text", "word", "id", "nothing", "encoding", "separator", "grid",
    "community", "town", "district", "city", "unit", "none", "today", "target", "horizon", "family of features", "yes",
    "waits for confirmation", "revoked", "ended", "disabled: not used for too long", "in force",
)  # fmt: skip

#: Templates without a word of their own, whose marks are others in Chinese.
MARKS = {
    ", ",
    "; ",
    "{file}: {problem}.",
    "{path}: {problem}.",
    "{parameter}: {problem}.",
    "{problem}.",
    "{version}: {reason}",
}

#: What pydantic says of values in files of declarations, as they are told.
PYDANTIC = (
    "input should be a valid integer", "input should be a valid string", "input should be a valid number",
    "input should be a valid boolean", "input should be a valid dictionary", "input should be a valid tuple",
    "input should be a valid list", "input should be {expected}", "field required",
    "input should be greater than {bound}", "input should be less than or equal to {bound}",
    "input should be greater than or equal to {bound}", "input should be less than {bound}",
    "string should match pattern '{pattern}'",
    "input should be a valid dictionary or instance of {model}",
    "input should be a valid integer, unable to parse string as an integer",
    "input should be a valid number, unable to parse string as a number",
    "input should be a valid boolean, unable to interpret input",
    "input should be a valid integer, got a number with a fractional part", "input should be a finite number",
    "tuple should have at least {bound} item after validation, not {found}",
    "tuple should have at least {bound} items after validation, not {found}",
    "tuple should have at most {bound} item after validation, not {found}",
    "tuple should have at most {bound} items after validation, not {found}",
    "dictionary should have at least {bound} item after validation, not {found}",
    "input should be a valid date", "input should be a valid date or datetime, {why}",
)  # fmt: skip


@dataclass
class Found:
    """The sentences of the code, in the order in which they stand, each with the file that says it first."""

    places: dict[tuple[str, str], str] = field(default_factory=dict)  # (context, sentence) -> file

    def add(self, sentence: str, place: str, context: str = "") -> None:
        """Take a sentence, unless it holds nothing to translate."""
        if sentence.startswith("#"):
            return  # a remark in a file that is written
        if (sentence in MARKS and not context) or (
            re.search(r"[A-Za-z]{2}", re.sub(r"\{[^{}]*\}", "", sentence))
            and not re.search(r"[\u4e00-\u9fff]", sentence)
        ):
            self.places.setdefault((context, sentence), place)


def sentences() -> dict[tuple[str, str], str]:
    """Every (context, sentence) that people are told, and where."""
    found = Found()
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            _Reader(found, name).visit(ast.parse(path.read_text(encoding="utf-8")))
        for path in sorted((ROOT / package).rglob("templates/*.html")):
            for sentence in _of_template(path.read_text(encoding="utf-8")):
                found.add(sentence, path.relative_to(ROOT).as_posix())
    for sentence in (*CLICK, *PLURALS):
        found.add(sentence, "click")
    for sentence in PYDANTIC:
        found.add(sentence, "pydantic")
    for sentence in WORDS:
        found.add(sentence, "words")
    for target in DEFAULT_TARGETS.values():
        found.add(target.en or "", "riskwarn/configuration.py")
    for _, rule in RULES.values():
        found.places["", rule] = "riskwarn/contracts/reasons.py"  # it quotes Chinese words
    for word in ("yes", "no"):
        found.add(word, "riskwarn/cli/tables.py", "cell")
    return found.places


class _Reader(ast.NodeVisitor):
    def __init__(self, found: Found, name: str) -> None:
        self.found, self.name = found, name

    def take(self, node: ast.AST | None, *, long_only: bool = False) -> None:
        """Take the texts of an expression, those that are parts of a call's fields left out."""
        for text in _texts(node):
            if not long_only or text.count(" ") >= 2:
                self.found.add(text, self.name)

    def visit_Call(self, node: ast.Call) -> None:
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        owner = ast.unparse(node.func.value) if isinstance(node.func, ast.Attribute) else ""
        if called in SPEAKING and node.args:
            self.take(node.args[0])
        if called == "append" and owner.rpartition(".")[2] in HOLDING:
            self.take(node.args[0])
        if called == "append" and owner == "lines" and self.name.startswith("riskwarn/cli/"):
            self.take(node.args[0])
        if called == "take" and self.name.startswith(EXPLAINING) and len(node.args) > 2:
            self.take(node.args[2])
        if called in ("ValueError", "Misplaced") and self.name.startswith(DECLARING):
            self.take(node.args[0] if node.args else None)
        if called == "table" and len(node.args) > 1 and self.name.startswith("riskwarn/cli/"):
            self.columns(node.args[1])
        for argument in node.keywords:
            if argument.arg in HOLDING:
                self.take(argument.value)
            if argument.arg == "help" and self.name.startswith("riskwarn/cli/"):
                self.take(argument.value)
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        for target in node.targets:
            names = [one.id for one in ast.walk(target) if isinstance(one, ast.Name)]
            if HOLDING & set(names):
                self.take(node.value)
            if self.name.startswith("riskwarn/errors/") and names == ["template"]:
                self.take(node.value)
            if any(COLUMNS.match(name) for name in names) and self.name.startswith("riskwarn/cli/"):
                self.columns(node.value)
        self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if self.name.startswith("riskwarn/errors/") and getattr(node.target, "id", "") == "template":
            self.take(node.value)
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if ast.unparse(node.target).rpartition(".")[2] in HOLDING:
            self.take(node.value)
        self.generic_visit(node)

    def visit_Yield(self, node: ast.Yield) -> None:
        if self.name.startswith("riskwarn/contracts/") and isinstance(node.value, ast.Tuple):
            self.take(node.value.elts[-1], long_only=True)
        self.generic_visit(node)

    def visit_Return(self, node: ast.Return) -> None:
        if self.name.startswith((*EXPLAINING, "riskwarn/contracts/checking.py")):
            self.take(node.value, long_only=True)
        self.generic_visit(node)

    def visit_List(self, node: ast.List) -> None:
        if self.name.startswith("riskwarn/cli/"):
            for part in node.elts:
                if isinstance(part, (ast.Constant, ast.IfExp)):
                    self.take(part, long_only=True)
        self.generic_visit(node)

    def visit_Dict(self, node: ast.Dict) -> None:
        if self.name.startswith("riskwarn/cli/") and self.name != "riskwarn/cli/__init__.py":
            for key in node.keys:
                if isinstance(key, ast.Constant) and re.fullmatch(r"[a-z][a-z_0-9 ]+", str(key.value)):
                    self.found.add(str(key.value), self.name, "column")
        self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        commands = [ast.unparse(one.func) for one in node.decorator_list if isinstance(one, ast.Call)]
        if any(name.rpartition(".")[2] in ("command", "group") for name in commands) and ast.get_docstring(node):
            self.found.add(inspect.cleandoc(ast.get_docstring(node) or ""), self.name)
        self.generic_visit(node)

    def columns(self, node: ast.AST) -> None:
        for part in ast.walk(node):
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                self.found.add(part.value, self.name, "column")


def _of_template(text: str) -> Iterator[str]:
    """What a page says: the first argument of each `say`."""
    for call in Environment().parse(text).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "say" and isinstance(call.args[0], nodes.Const):
            yield str(call.args[0].value)


def _texts(node: ast.AST | None) -> Iterator[str]:
    """The sentences of an expression: constants and f-strings, through choices, lists and sums."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield _template(node)
    elif isinstance(node, ast.IfExp):
        yield from (*_texts(node.body), *_texts(node.orelse))
    elif isinstance(node, ast.BoolOp):
        for part in node.values:
            yield from _texts(part)
    elif isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        for part in node.elts:
            yield from _texts(part.value if isinstance(part, ast.Starred) else part)
    elif isinstance(node, ast.Dict):
        for part in node.values:
            yield from _texts(part)
    elif isinstance(node, (ast.ListComp, ast.GeneratorExp)):
        yield from _texts(node.elt)
    elif isinstance(node, ast.BinOp) and isinstance(node.left, ast.Constant) and not any(_texts(node.right)):
        yield f"{node.left.value}{{rest}}"
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from (*_texts(node.left), *_texts(node.right))


def _template(node: ast.JoinedStr) -> str:
    """An f-string as a template: fields are named after what stands in them."""
    text, names = "", []
    for part in node.values:
        if isinstance(part, ast.Constant):
            text += str(part.value).replace("{", "{{").replace("}", "}}")
        elif isinstance(part, ast.FormattedValue):
            found = [
                one for one in re.findall(r"[A-Za-z_]\w*", ast.unparse(part.value)) if one not in ("join", "map", "str")
            ]
            name = (found[-1] if found else "value").strip("_") or "value"
            while name in names:
                name += "_"
            names.append(name)
            text += "{" + name + "}"
    return text


def read_po(path: Path) -> dict[tuple[str, str], str]:
    """(context, sentence) -> translation."""
    found: dict[tuple[str, str], str] = {}
    for block in path.read_text(encoding="utf-8").split("\n\n") if path.exists() else ():
        parts = {"msgctxt": "", "msgid": "", "msgstr": ""}
        current = ""
        for line in block.splitlines():
            if matched := re.match(r'(msgctxt|msgid|msgstr) (".*")$', line):
                current = matched[1]
                parts[current] = ast.literal_eval(matched[2])
            elif line.startswith('"'):
                parts[current] += ast.literal_eval(line)
        if parts["msgid"]:
            found[parts["msgctxt"], parts["msgid"]] = parts["msgstr"]
    return found


def write_po(path: Path, entries: dict[tuple[str, str], str], places: dict[tuple[str, str], str]) -> None:
    """Write a catalogue: entries by file, in the order in which the code says them."""
    blocks = [f'msgid ""\nmsgstr {_quoted(HEADER)}']
    for context, sentence in sorted(entries, key=lambda key: (places[key], key)):
        lines = [f"#: {places[context, sentence]}"]
        lines += [f"msgctxt {_quoted(context)}"] if context else []
        lines += [f"msgid {_quoted(sentence)}", f"msgstr {_quoted(entries[context, sentence])}"]
        blocks.append("\n".join(lines))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n\n".join(blocks) + "\n", encoding="utf-8")


def compiled(entries: dict[tuple[str, str], str]) -> bytes:
    """The catalogue as gettext reads it (.mo), the same bytes for the same entries."""
    texts = {f"{context}\x04{sentence}" if context else sentence: said for (context, sentence), said in entries.items()}
    for sentence in PLURALS.keys() & texts.keys():
        texts[f"{sentence}\0{PLURALS[sentence]}"] = texts.pop(sentence)
    known = sorted(
        [("", HEADER), *((key, said) for key, said in texts.items() if said)], key=lambda one: one[0].encode()
    )
    ids, offsets, strings = b"", [], b""
    for key, said in known:
        first, second = key.encode(), said.encode()
        offsets.append((len(ids), len(first), len(strings), len(second)))
        ids, strings = ids + first + b"\0", strings + second + b"\0"
    start = 7 * 4 + 16 * len(known)
    table = [number for at, size, _, _ in offsets for number in (size, at + start)]
    table += [number for _, _, at, size in offsets for number in (size, at + start + len(ids))]
    head = struct.pack("<7I", 0x950412DE, 0, len(known), 28, 28 + 8 * len(known), 0, 0)
    return head + struct.pack(f"<{len(table)}I", *table) + ids + strings


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


def update(paths: Iterable[Path] = (PO,)) -> None:
    """Bring the catalogues up to what the code says."""
    places = sentences()
    for path in paths:
        known = read_po(path)
        entries = {key: known.get(key, "") for key in places}
        write_po(path, entries, places)
        path.with_suffix(".mo").write_bytes(compiled(entries))


if __name__ == "__main__":
    update()
