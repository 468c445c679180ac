"""Files of declarations (YAML): checked against a model, a wrong key or value told in one sentence with its line."""

from __future__ import annotations

import re
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, TypeVar, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from riskwarn.errors import ConfigurationInvalid, FileMissing
from riskwarn.messages import Listed, Message, Named
from riskwarn.refused import refuse_in, refuse_words

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
Share = Annotated[float, Field(gt=0, le=1)]


class Misplaced(ValueError):
    """A value that does not fit others: `where` leads to it from the declaration that finds so."""

    def __init__(self, problem: str, *where: str | int) -> None:
        super().__init__(problem)
        self.where = where


class Declared(BaseModel):
    """A declaration: unknown keys are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _true_is_no_number(cls, told: Any) -> Any:
        for name, value in told.items() if isinstance(told, dict) else ():
            field = cls.model_fields.get(str(name))
            if isinstance(value, bool) and field is not None and _is_number(field.annotation):
                raise Misplaced("it takes a number, and neither true nor false", str(name))
        return told


def _is_number(annotation: Any) -> bool:
    """Whether a field holds a number, or a number and nothing."""
    kinds = {one for one in (get_args(annotation) or (annotation,)) if one is not NoneType}
    return bool(kinds) and kinds <= {int, float}


def zone(name: str) -> ZoneInfo:
    """A time zone by its IANA name; raise ValueError where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is not a time zone (write Asia/Shanghai, for example)") from error


class _Loader(yaml.SafeLoader):
    """YAML whose `on`, `off`, `yes` and `no` are words, as in YAML 1.2 (2009): `off:` is a key, not the value false."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """What a node holds; raise ConstructorError with its line for every value that cannot be made of it, as a day that there is not."""
        try:
            return super().construct_object(node, deep)
        except (ValueError, LookupError, AttributeError, TypeError, OverflowError) as error:
            kind = node.tag.rpartition(":")[2]
            said = Message(
                "{text!r} is no {kind} that there is", text=str(node.value)[:64], kind=_KINDS.get(kind, kind)
            )
            raise yaml.constructor.ConstructorError(None, None, said, node.start_mark) from error


#: What values are called that YAML reads as such.
_NUMBER = Named("number", "数字")
_KINDS = {"timestamp": Named("date", "日期"), "int": _NUMBER, "float": _NUMBER, "bool": Named("yes or no", "是非值")}

_BOOL = "tag:yaml.org,2002:bool"
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != _BOOL]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(_BOOL, re.compile("^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))


def loaded(text: str) -> Any:
    """What a YAML text holds."""
    return yaml.load(text, Loader=_Loader)


Model = TypeVar("Model", bound=Declared)


def read_yaml(path: Path, model: type[Model]) -> Model:
    """Read and check a YAML file; raise ConfigurationInvalid with the line of the first fault."""
    if not path.is_file():
        raise FileMissing(file=path)
    text = _text(path)
    try:
        root = yaml.compose(text, Loader=_Loader)
        content = {} if root is None else loaded(text)
        _refuse(text, content, path.name)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise ConfigurationInvalid(
            file=path.name, line=line, key="YAML", problem=getattr(error, "problem", None) or "it cannot be parsed"
        ) from error
    except RecursionError as error:
        problem = "it is nested without end, or too deep"
        raise ConfigurationInvalid(file=path.name, line=1, key="YAML", problem=problem) from error
    try:
        return model.model_validate({} if content is None else content)
    except ValidationError as error:
        fault = error.errors()[0]
        location = (*fault["loc"], *getattr(_error_of(fault), "where", ()))
        key = ".".join(str(part) for part in location if part != "[key]") or "the file"
        raise ConfigurationInvalid(
            file=path.name, line=_line_of(root, location), key=key, problem=_problem(fault)
        ) from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line, problem = error.object[: error.start].count(b"\n") + 1, "it is not written in UTF-8; save it so"
        raise ConfigurationInvalid(file=path.name, line=line, key="YAML", problem=problem) from error


def line_of(path: Path, location: tuple[str, ...]) -> int:
    """The line of a YAML file in which the key at `location` stands, or the deepest of its parents that does."""
    return _line_of(yaml.compose(path.read_text(encoding="utf-8-sig"), Loader=_Loader), location)


def _refuse(text: str, content: object, file: str) -> None:
    """Raise RefusedWord for a refused word anywhere in a file of declarations: a remark is copied with it, too."""
    for number, line in enumerate(text.splitlines(), start=1):
        refuse_words(line, f"{file}, line {number}")
    refuse_in(content, file)


def _error_of(fault: Any) -> Any:
    """The error that a check of ours raised; None of a fault that pydantic found."""
    return fault.get("ctx", {}).get("error")


def _problem(fault: Any) -> str:
    if fault["type"] == "extra_forbidden":
        return Message("there is no such setting")
    if fault["type"] in ("literal_error", "enum"):
        return Message(
            "it takes one of {known}", known=Listed(fault["ctx"]["expected"].replace(" or ", ", ").split(", "))
        )
    error = _error_of(fault)
    if error is not None and error.args and isinstance(error.args[0], Message):
        return error.args[0]
    message = fault["msg"].removeprefix("Value error, ")
    return str(message[0].lower() + message[1:])


def _line_of(root: yaml.Node | None, location: tuple[int | str, ...]) -> int:
    """The line of the deepest node of `location` that the file holds."""
    node, line = root, 1
    for part in location:
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == str(part)), None)
            if found is None:
                break
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
    return line
