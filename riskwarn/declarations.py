"""Files of declarations (YAML): checked against a model, a wrong key or value told in one sentence with its line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from riskwarn.errors import ConfigurationInvalid, FileMissing
from riskwarn.refused import refuse_in, refuse_words

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
Share = Annotated[float, Field(gt=0, le=1)]


class Declared(BaseModel):
    """A declaration: unknown keys are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def zone(name: str) -> ZoneInfo:
    """A time zone by its IANA name; raise ValueError where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is not a time zone (write Asia/Shanghai, for example)") from error


class _Loader(yaml.SafeLoader):
    """YAML whose `on`, `off`, `yes` and `no` are words, as in YAML 1.2 (2009): `off:` is a key, not the value false."""


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
    text = path.read_text(encoding="utf-8-sig")
    try:
        root = yaml.compose(text, Loader=_Loader)
        content = loaded(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise ConfigurationInvalid(
            file=path.name, line=line, key="YAML", problem=getattr(error, "problem", None) or "it cannot be parsed"
        ) from error
    if content is None:
        content = {}
    _refuse(text, content, path.name)
    try:
        return model.model_validate(content)
    except ValidationError as error:
        fault = error.errors()[0]
        key = ".".join(str(part) for part in fault["loc"]) or "the file"
        raise ConfigurationInvalid(
            file=path.name, line=_line_of(root, fault["loc"]), key=key, problem=_problem(fault)
        ) from error


def line_of(path: Path, location: tuple[str, ...]) -> int:
    """The line of a YAML file in which the key at `location` stands, or the deepest of its parents that does."""
    return _line_of(yaml.compose(path.read_text(encoding="utf-8-sig"), Loader=_Loader), location)


def _refuse(text: str, content: object, file: str) -> None:
    """Raise RefusedWord for a refused word anywhere in a file of declarations: a remark is copied with it, too."""
    for number, line in enumerate(text.splitlines(), start=1):
        refuse_words(line, f"{file}, line {number}")
    refuse_in(content, file)


def _problem(fault: Any) -> str:
    if fault["type"] == "extra_forbidden":
        return "there is no such key"
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
