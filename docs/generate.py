"""Writes the reference pages from the code: ``make docs``. The tests fail while a page differs from what this writes."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterable, Iterator
from inspect import getsource
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from features import catalogue
from riskwarn import errors
from riskwarn.alert_rules import Alerts, Quiet, Rule, WorkingDays
from riskwarn.alert_texts import Contest, Desk, Head, Help, Look, ServiceTexts, Texts
from riskwarn.configuration import Access, AuditRules, Configuration, Console, Levels, Source, Target
from riskwarn.contracts import Contract, contract
from riskwarn.contracts.explained import HOLDS, KNOWN, PRIVACY, ROLES, needed, words_of
from riskwarn.contracts.fields import Field
from riskwarn.contracts.own import FIELDS_OF
from riskwarn.contracts.reasons import REASONS, REPAIRS_ZH
from riskwarn.contracts.topics import topics
from riskwarn.contracts.vocabulary import categories_of, category_words, shipped, template_heading
from riskwarn.home import make_home
from riskwarn.mapping import Mapping, PeriodColumns
from riskwarn.receivers import Delivery, Mail
from riskwarn.settings import Settings
from riskwarn.sign_in import Gateway, Oidc, SignIn
from serving.api.app import create_app

FOLDER = Path(__file__).parent
MADE = "<!-- Made by `make docs` from the code; change it there. -->\n\n"


def pages() -> dict[str, str]:
    """Name of each generated page and its text."""
    return {
        "features.md": MADE + _features(),
        "api.md": MADE + _api(),
        "contracts.md": MADE + _contracts(),
        "configuration.md": MADE + _configuration(),
        "errors.md": MADE + _errors(),
        "topics.md": MADE + _topics(),
    }


def _features() -> str:
    known = catalogue(Configuration())
    lines = [
        "# Features",
        "",
        f"{len(known)} features of the default configuration, with weekly periods. `riskwarn features list` shows those of a home.",
        "`riskwarn features list --page FILE.html` writes them as one page in Chinese and English, with the distribution of each over the",
        "grids in the table that `riskwarn features build` made last: it marks what is unknown everywhere or constant.",
        "Extensive quantities may be summed over units; intensive ones are averaged; static ones do not change with time.",
    ]
    for family in dict.fromkeys(feature.family for feature in known):
        rows = [feature for feature in known if feature.family == family]
        lines += [
            "",
            f"## {family} ({len(rows)})",
            "",
            "| name | source | quantity | 中文 | English |",
            "|---|---|---|---|---|",
        ]
        lines += [f"| `{row.name}` | {row.source} | {row.quantity} | {row.zh} | {row.en} |" for row in rows]
    return "\n".join(lines) + "\n"


def _api() -> str:
    with tempfile.TemporaryDirectory() as folder:
        description = create_app(make_home(Path(folder) / "home", Settings())).openapi()
    lines = [
        "# HTTP API",
        "",
        "`riskwarn serve` answers on `127.0.0.1:8000`. Once a key exists each request needs one ([security.md](security.md)), with the",
        "scope that is named here; a key of an area is told of that area alone. Errors are problem documents (RFC 9457). Every answer has an `ETag`; send",
        "it back as `If-None-Match` and get 304 while nothing has changed. The same reference is served at `/docs`; for programs,",
        "with examples, at `/openapi.json`. What to do with it: [integration.md](integration.md).",
    ]
    for path, methods in description["paths"].items():
        for method, told in methods.items():
            answers = told["responses"]["200"].get("content", {}).get("application/json", {}).get("schema", {})
            model = answers.get("$ref", "").rpartition("/")[2]
            shown = f" Answers [{model}](#{model.lower()})." if model else ""
            lines += ["", f"## `{method.upper()} {path}`", "", f"{told['summary']}.{shown}{_needs(told['security'])}"]
            body = told.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            if body:
                name = body["$ref"].rpartition("/")[2]
                lines += ["", f"Takes [{name}](#{name.lower()}) as JSON."]
            if told.get("parameters"):
                lines += ["", "| parameter | in | type | meaning |", "|---|---|---|---|"]
                lines += [
                    f"| `{one['name']}` | {one['in']} | {_type(one['schema'])} | {one.get('description', '')} |"
                    for one in told["parameters"]
                ]
    lines += [
        "",
        "# Answers and bodies",
        "",
        "The class of a field says what it tells of: a `place`, a `forecast`, how a `model` made it, a `record` (small numbers withheld), the `service`, who acted (`operator`).",
    ]
    for name, schema in description["components"]["schemas"].items():
        if "properties" in schema:
            lines += [
                "",
                f"## {name}",
                "",
                f"{schema.get('description', '')}",
                "",
                "| field | type | class | meaning |",
                "|---|---|---|---|",
            ]
            lines += [
                f"| `{field}` | {_type(one)} | {one.get('x-data-class', '')} | {one.get('description', '')} |"
                for field, one in schema["properties"].items()
            ]
    return "\n".join(lines) + "\n"


def _needs(security: list[dict[str, list[str]]]) -> str:
    """Which scope a key needs."""
    if not security:
        return " Needs no key."
    scopes = [f"`{scope}`" for one in security for scope in one["key"]]
    return f" Needs {' or '.join(scopes)}." if scopes else " Needs any key."


def _type(schema: dict[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"] if one.get("type") != "null")
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1].lower()
    return str(schema.get("format") or schema.get("type", "text"))


def _contracts() -> str:
    known = Configuration()
    declared = {name: contract(name, known) for name in known.sources}
    events = declared["disputes"]
    lines = [
        "# Contracts · 数据约定",
        "",
        "What an export may hold. 导出表可以包含的列。 A column is recognised by its heading: the first word in its row is",
        "the one that `riskwarn template SOURCE FILE.xlsx` writes, the field's English name always serves, and *so do the words in",
        "italics, which nobody has confirmed yet*: they are used, and shown at the load. A heading that is made of known parts is taken for a field, too\n"
        "([data.md](data.md), *words and headings that no list has*). Whatever else is dropped unread.",
        "",
        "*Known* says from when a value may be used ([data.md](data.md)); *kept* what remains of it in the store.",
    ]
    for name, one in declared.items():
        if not one.events:
            lines += ["", f"## `{name}` {one.zh} · {one.en}", "", *_fields(one, one.exported)]
    lines += [
        "",
        "## Event sources · 事件数据",
        "",
        "Disputes, petitions, the hotline, grid reports, hazards, incidents and every event source of one's own have the same",
        "fields. An export of counts needs a place, `category` and `count`, and its period in the mapping.",
        "",
        *_fields(events, events.exported),
        "",
        "What is counted of a source follows from what its records are; a source of one's own declares it by `fields:` or",
        "`role:` ([data.md](data.md)).",
        "",
        "| role | declared by the field | 中文 | English | sources |",
        "|---|---|---|---|---|",
        *(
            f"| `{role.value}` | {' '.join(f'`{field}`' for field in FIELDS_OF[role])} | {zh} | {en} | "
            f"{' '.join(f'`{name}`' for name, one in declared.items() if role in one.roles)} |"
            for role, (zh, en) in ROLES.items()
        ),
    ]
    for name, one in declared.items():
        if one.events:
            words = category_words(name)
            lines += [
                "",
                f"### `{name}` {one.zh} · {one.en}",
                "",
                "Usual columns · 常用列: "
                + "、".join(template_heading("events", field.name) for field in one.templated),
                "",
                "| category | 中文 | English | other words · 其他用词 |",
                "|---|---|---|---|",
            ]
            for code, (zh, en) in categories_of(name).items():
                others = [word for word, of in words.items() if of == code and word not in (code, zh, en)]
                lines.append(f"| `{code}` | {zh} | {en} | {'、'.join(others)} |")
    return "\n".join(lines) + "\n"


def _fields(one: Contract, fields: Iterable[Field]) -> Iterator[str]:
    yield "| field | headings · 列名 | 中文 | English | holds · 内容 | needed | known · 时间 | kept · 留存 |"
    yield "|---|---|---|---|---|---|---|---|"
    groups = {names: f"one of group {number}" for number, names in enumerate(one.any_of, start=1)}
    for field in fields:
        need = needed(one, field)
        group = next((told for names, told in groups.items() if need == "one of " + ", ".join(names)), need)
        words = "、".join(words_of(one, field)) if field.vocabulary else ""
        holds = words or f"{HOLDS[field.kind][0]} · {HOLDS[field.kind][1]}"
        if field.lower is not None or field.upper is not None:
            holds += f" [{_end(field.lower)}, {_end(field.upper)}]"
        known, kept = KNOWN[field.known], PRIVACY[field.privacy]
        yield (
            f"| `{field.name}` | {_headings(one.kind, field.name)} | {field.zh} | {field.en} | {holds} | "
            f"{group if len(groups) > 1 else need and need.split(' ')[0]} | {known[0]} · {known[1]} | {kept[0]} · {kept[1]} |"
        )


def _headings(kind: str, name: str) -> str:
    first = template_heading(kind, name)
    listed = sorted(shipped("headings")[kind].get(name, []), key=lambda word: word.rstrip("?") != first)
    return "、".join(f"*{word[:-1]}*" if word.endswith("?") else word for word in listed)


def _end(value: float | None) -> str:
    return "…" if value is None else f"{value:g}"


def _configuration() -> str:
    lines = [
        "# Configuration",
        "",
        "`riskwarn.yaml` in the home declares the city. Every key has a default, and a wrong key or value is refused with its line.",
        "What differs by machine is an environment variable.",
    ]
    for title, model in (
        ("riskwarn.yaml", Configuration),
        ("sources: NAME", Source),
        ("sources: NAME: mapping, and the file of --mapping", Mapping),
        ("mapping: period", PeriodColumns),
        ("targets: NAME", Target),
        ("levels", Levels),
        ("audit", AuditRules),
        ("alerts", Alerts),
        ("alerts: rules, each", Rule),
        ("alerts: quiet", Quiet),
        ("alerts: working", WorkingDays),
        ("alerts: texts", Texts),
        ("alerts: texts: services: NAME", ServiceTexts),
        ("alerts: texts: head", Head),
        ("alerts: texts: contest", Contest),
        ("alerts: texts: desk, also of a service", Desk),
        ("alerts: texts: services: NAME: help", Help),
        ("alerts: texts: services: NAME: look", Look),
        ("access", Access),
        ("sign_in", SignIn),
        ("sign_in: oidc", Oidc),
        ("sign_in: gateway", Gateway),
        ("console", Console),
        ("delivery", Delivery),
        ("delivery: mail", Mail),
    ):
        lines += ["", f"## {title}", "", "| key | default | meaning |", "|---|---|---|"]
        lines += list(_keys(model))
    lines += ["", "## Environment variables", "", "| variable | meaning |", "|---|---|"]
    told = re.findall(r"#: ([A-Z_]+): (.+)", getsource(Settings))
    lines += [f"| `{name}` | {meaning} |" for name, meaning in told]
    return "\n".join(lines) + "\n"


def _keys(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        if field.is_required():
            default = "required"
        else:
            value = field.get_default(call_default_factory=True)
            plain = _plain(value)
            default = f"`{json.dumps(plain, ensure_ascii=False, default=str)}`" if plain not in (None, {}, []) else ""
        yield f"| `{name}` | {default} | {field.description or ''} |"


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return {
            name: _plain(part) for name, part in value.model_dump(mode="json", exclude_defaults=False).items() if part
        }
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()} if value and not _sources(value) else list(value)
    if isinstance(value, tuple):
        # Of several declarations it is told what each has of its own.
        return [
            one.model_dump(mode="json", exclude_defaults=True) if isinstance(one, BaseModel) else one for one in value
        ]
    return value


def _sources(value: dict[str, Any]) -> bool:
    return all(isinstance(part, Source) for part in value.values())


def _errors() -> str:
    lines = [
        "# Errors",
        "",
        "Whatever a user can cause ends in one sentence and exit code 1; over HTTP in a problem document whose `type` ends in the code.",
        'Wrong usage of the command line is exit code 2. With `--json` an error is `{"code", "message"}` on stderr; `usage` is wrong usage,',
        "`unforeseen` a fault of the program. `--lang zh` says the sentences in Chinese; the API says them in English.",
        "",
        "| code | status | when | sentence |",
        "|---|---|---|---|",
    ]
    family = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, errors.RiskwarnError)]
    for one in family:
        if one.code != errors.RiskwarnError.code:
            sentence = one.template.replace("{{", "{").replace("}}", "}").replace("|", "\\|")
            lines.append(f"| `{one.code}` | {one.status} | {(one.__doc__ or '').strip()} | {sentence} |")
    lines += [
        "",
        "## Why a row is quarantined",
        "",
        "`riskwarn quarantine list` names them, `riskwarn quarantine export FILE.xlsx` writes them for the clerk.",
        "",
        "| reason | 原因 | 如何修复 | meaning | repair |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| `{code}` | {why.zh} | {REPAIRS_ZH[code]} | {why.en} | {why.repair} |" for code, why in REASONS.items()
    ]
    return "\n".join(lines) + "\n"


def _topics() -> str:
    lines = [
        "# Topics",
        "",
        "What free text is read for before it is discarded ([privacy.md](privacy.md)). A topic keeps its bit for good.",
        "",
        "| topic | bit | 中文 | English | counted from | sensitive | words (some of them) |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in topics():
        words = ", ".join("+".join(parts) for parts in one.words[:6])
        lines.append(
            f"| `{one.code}` | {one.bit} | {one.zh} | {one.en} | {one.from_unit} | {one.sensitive or ''} | {words} |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
