"""What a field of an answer says of itself: what it is, and of what class of data."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Document(BaseModel):
    """The fields of an answer, or of a part of one; no others."""

    model_config = ConfigDict(extra="forbid")


def place(told: str) -> Any:
    """A field that names a place."""
    return field("place", told)


def forecast(told: str) -> Any:
    """A field of a forecast."""
    return field("forecast", told)


def model(told: str) -> Any:
    """A field of how a forecast was made."""
    return field("model", told)


def record(told: str) -> Any:
    """A field that is counted of records."""
    return field("record", told)


def service(told: str) -> Any:
    """A field of the server."""
    return field("service", told)


def operator(told: str) -> Any:
    """A field of who acts."""
    return field("operator", told)


def field(kind: str, told: str, default: Any = ...) -> Any:
    """A field of a class of data; every field without a default is there in every answer."""
    # A document with a field `model` names the class so: below that field the function of this name is hidden.
    return Field(default, description=told, json_schema_extra={"x-data-class": kind})


def more(kind: str) -> ConfigDict:
    """A document with further fields, all of one class."""
    return ConfigDict(extra="allow", json_schema_extra={"additionalProperties": {"x-data-class": kind}})
