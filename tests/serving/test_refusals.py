"""Who sends a wrong value to any route is told which parameter it was, what is wrong with it and what is taken, in the own language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from riskwarn.configuration import Access
from riskwarn.home import make_home
from riskwarn.settings import Settings
from serving.access.scopes import Scope
from tests.serving.access import cities
from tests.serving.conftest import Made
from tests.serving.test_requests import LOCAL

#: What no number, date, truth value or word of a list is.
_NEVER = (
    "",
    "no-such-thing",
    "１２",
    "1.5",
    "2026-11-08T00:00:00",
    "２０２６-11-08",
    "perhaps",
    "tab\tbell\x07",
    "nul\0",
    "长" * 1_200,
)

#: What may be one, and mostly is wrong, too.
_TEXTS = (*_NEVER, "-1", "0", "99999999999999999999", "9999-12-31", "0001-01-01", "2026-13-45")

#: The same in a body, and what is no text at all.
_VALUES = (*_TEXTS, None, -1, 1.5, 10**30, True, [], ["no-such-thing"], ["x"] * 1_000, [1], {}, {"a": 1})

#: What Python, Pydantic or a database would say, and no person.
_NO_WORDS = re.compile(
    r"[Ii]nput should|value_error|pydantic|Traceback|NoneType|\bNone\b|\bstr\b|\bint\b|[Ff]ield required|unable to parse|\bctx\b|"
    r"<class|sqlite|psycopg|\bTrue\b|\bFalse\b|see /docs\b|\b1 characters"
)

#: A sentence in the other language: three words of small letters in a row, none of a list.
_ENGLISH = re.compile(r"\b[a-z]{2,} [a-z]{2,} [a-z]{2,}\b")

#: What a refusal says of what is taken, by the type of its parameter.
_TAKEN = {
    "integer": re.compile("whole number|at least|at most|is not served|is not a declared|NUL"),
    "boolean": re.compile("true or false|NUL"),
    "date": re.compile("YYYY-MM-DD|nearest are|between 2000|NUL"),
    "date-time": re.compile(r"2026-03-09T08:00:00\+08:00|must lie within|NUL"),
    "array": re.compile("list|entries|codes of units|must be a text|must be one of|NUL"),
}

#: Characters of the longest refusal: it does not repeat whatever was sent.
_LONGEST = 600

#: What a right request has.
_RIGHT = {
    "target": "conflict",
    "horizon": 4,
    "form": "csv",
    "grid_id": "G0000111",
    "address": "https://receiver.example.gov.cn/",
}


@dataclass(frozen=True)
class Route:
    """A route with values as they should be, and how its parameters are declared."""

    method: str
    path: str
    scopes: frozenset[Scope]
    declared: dict[str, dict[str, Any]]
    query: dict[str, Any] = field(default_factory=dict)
    in_path: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None

    def answer(self, api: TestClient, key: dict[str, str], language: str) -> Any:
        """What is answered to who reads a language."""
        path = re.sub(r"{(\w+)}", lambda found: quote(str(self.in_path[found[1]]), safe=""), self.path)
        headers = {**key, **self.headers, "Accept-Language": language}
        return api.request(self.method, path, params=self.query, headers=headers, json=self.body)


def routes(description: dict[str, Any], known: dict[str, Any]) -> Iterator[Route]:
    """All of a description, with values that are known to be right where any text is one."""
    schemas = description["components"]["schemas"]
    for path, methods in description["paths"].items():
        for method, told in methods.items():
            every = {
                one["name"]: {"in": one["in"], **_plain(one["schema"], schemas)} for one in told.get("parameters", [])
            }
            needed = {one["name"] for one in told.get("parameters", []) if one["required"]}
            right = {name: _right(name, one, known) for name, one in every.items() if name in needed}
            body = None
            if "requestBody" in told:
                fields = _plain(told["requestBody"]["content"]["application/json"]["schema"], schemas)
                every |= {name: {"in": "body", **_plain(one, schemas)} for name, one in fields["properties"].items()}
                body = {name: _right(name, every[name], known) for name in fields.get("required", ())}
            scopes = frozenset(Scope(one) for need in told["security"] for one in need["key"])
            placed = [
                {name: right[name] for name in right if every[name]["in"] == where} for where in ("query", "path")
            ]
            yield Route(method, path, scopes, every, *placed, body=body)


def _plain(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    """A schema without references, and without that it may be null."""
    if "$ref" in schema:
        return _plain(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if "anyOf" in schema:
        return _plain(schema["anyOf"][0], schemas)
    if "items" in schema:
        return {**schema, "items": _plain(schema["items"], schemas)}
    return schema


def _right(name: str, schema: dict[str, Any], known: dict[str, Any]) -> Any:
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("format") == "date-time":
        return "2026-03-09T08:00:00+08:00"
    return {"integer": 1, "array": ["G0000111"]}.get(schema.get("type", ""), known.get(name, "G0000111"))


def wrong(route: Route) -> Iterator[tuple[str, Any, Route]]:
    """(Parameter, value, the route with that value), of each parameter that is declared, and of one that is not."""
    for name, schema in route.declared.items():
        if schema["in"] == "body":
            for value in _VALUES:
                yield name, value, replace(route, body={**route.body, name: value})
            continue
        for value in _TEXTS:
            if schema["in"] == "query":
                yield name, value, replace(route, query={**route.query, name: value})
            elif schema["in"] == "path" and value and len(value) < 100:
                yield name, value, replace(route, in_path={**route.in_path, name: value})
            elif schema["in"] == "header" and value.isascii() and value.isprintable():
                yield name, value, replace(route, headers={name: value})
    yield "no_such", "1", replace(route, query={**route.query, "no_such": "1"})
    if route.body is not None:
        yield "no_such", 1, replace(route, body={**route.body, "no_such": 1})
        for value in ([], "text", 1):
            yield "body", value, replace(route, body=value)
        for name in route.body:
            yield name, "nothing", replace(route, body={one: value for one, value in route.body.items() if one != name})


def problems_of(name: str, value: Any, route: Route, en: Any, zh: Any) -> Iterator[str]:
    """What is wrong with what is answered to a wrong value."""
    schema = route.declared.get(name, {})
    kind = schema.get("format") or schema.get("type", "")
    typed = "enum" in schema or kind in _TAKEN
    if en.status_code < 400:
        if typed and value in _NEVER and schema["in"] != "body":
            yield "it was taken"
        return
    if en.status_code >= 500 or en.headers["content-type"] != "application/problem+json":
        yield f"it failed with {en.status_code}"
        return
    said, told = en.json(), zh.json()
    details = [
        said["detail"],
        told["detail"],
        *(one["problem"] for each in (said, told) for one in each.get("errors", ())),
    ]
    if said["detail"] == told["detail"] or not re.search(r"[\u4e00-\u9fff]", told["detail"].replace(str(value), "")):
        yield "it is told in one language"
    if found := [one for one in details if _NO_WORDS.search(one.replace(repr(value), "").replace(str(value), ""))]:
        yield f"it is no sentence for people: {found}"
    if _ENGLISH.search(re.sub("(GET|riskwarn) [^ ]+( [a-z]+)?", "", told["detail"])):
        yield "there is English in the Chinese"
    if max(map(len, details)) > _LONGEST:
        yield "it repeats what was sent"
    if en.status_code != 422:
        return
    named = [one["parameter"].partition("[")[0] for one in said.get("errors", ())]
    if named and not said["detail"].startswith(said["errors"][0]["parameter"]):
        yield "it does not begin with its parameter"
    if (
        ((typed and isinstance(value, str)) or name in ("no_such", "body") or value == "nothing")
        and name not in named
        and "declared" not in said["detail"]
    ):
        yield "it names another parameter"
    taken = _TAKEN.get(kind)
    if name in named and value not in ("nothing", "nul\0") and typed:
        if "enum" in schema and not all(one in said["detail"] for one in schema["enum"]):
            yield "it does not say what is taken"
        if "enum" not in schema and taken is not None and not taken.search(said["detail"]):
            yield "it does not say what is taken"


@pytest.mark.usefixtures("streams_end")
@pytest.mark.parametrize("target", ["", "no-such-thing"])
def test_a_target_that_there_is_not_is_refused_and_never_answered_with_nothing_or_with_another(
    made: Made, target: str
) -> None:
    application = made.application()
    application.current.look()
    with TestClient(application, base_url=LOCAL) as api:
        for path in (
            "/v1/alerts",
            "/v1/alerts/stream",
            "/v1/alerts/feed.atom",
            "/v1/scores",
            "/v1/map",
            "/v1/export.csv",
        ):
            refused = api.get(path, params={"target": target})
            assert refused.status_code == 422, path
            [wrong] = refused.json()["errors"]
            assert wrong["parameter"] == "target" and "conflict, safety" in wrong["problem"], path


@pytest.mark.slow
@pytest.mark.usefixtures("streams_end")
def test_every_wrong_value_is_refused_in_a_sentence_that_says_where_and_what_is_taken(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home", Settings())
    limits = Access(requests_a_minute=10**9, refusals_a_minute=10**9)
    made = Made(replace(home, configuration=home.configuration.model_copy(update={"access": limits})), grids=200)
    second = made.publish(7)
    keys = {scope: cities.key(made.home, _with_read(scope), now=made.now) for scope in Scope}
    application = made.application()
    application.current.look()
    found: list[tuple[Any, ...]] = []
    asked = 0
    with TestClient(application, base_url=LOCAL, raise_server_exceptions=False) as api:
        for route in routes(application.openapi(), {**_RIGHT, "a": made.first, "b": second}):
            key = keys[min(route.scopes, default=Scope.READ)]
            for name, value, wrongly in wrong(route):
                en, zh = (wrongly.answer(api, key, language) for language in ("en", "zh"))
                for problem in problems_of(name, value, wrongly, en, zh):
                    found.append(
                        (problem, route.method, route.path, name, repr(value)[:40], en.text[:300], zh.text[:200])
                    )
                asked += 1
    assert not found, "\n".join(map(str, found[:200]))
    assert asked > 1_500


def _with_read(scope: Scope) -> tuple[Scope, ...]:
    return (scope, Scope.READ) if scope in (Scope.ACT, Scope.EXPORT, Scope.DETAIL) else (scope,)
