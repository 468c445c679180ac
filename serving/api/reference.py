"""The reference at /docs: one page from the OpenAPI description, without anything from another host."""

from __future__ import annotations

from html import escape
from typing import Any


def reference_page(description: dict[str, Any]) -> str:
    """An HTML page of every endpoint and parameter."""
    parts = []
    for path, methods in description["paths"].items():
        for method, told in methods.items():
            rows = "".join(
                f"<tr><td><code>{escape(one['name'])}</code></td><td>{escape(one['in'])}</td>"
                f"<td>{escape(_kind(one['schema']))}</td><td>{escape(one.get('description', ''))}</td></tr>"
                for one in told.get("parameters", [])
            )
            listed = (
                f"<table><tr><th>parameter</th><th>in</th><th>type</th><th>meaning</th></tr>{rows}</table>"
                if rows
                else ""
            )
            parts.append(
                f"<section><h2><code>{method.upper()} {escape(path)}</code></h2><p>{escape(told.get('summary', ''))}</p>{listed}</section>"
            )
    title = escape(description["info"]["title"])
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}: API</title>'
        '<link rel="stylesheet" href="pages/page.css"></head><body class="reference"><main>'
        f"<h1>{title}: API</h1><p>{escape(description['info'].get('description', ''))}</p>"
        "<p>Errors are problem documents (RFC 9457). Answers carry an ETag; send it back as If-None-Match and get 304 "
        'while nothing has changed. Machine-readable: <a href="openapi.json">openapi.json</a>.</p>'
        f"{''.join(parts)}</main></body></html>"
    )


def _kind(schema: dict[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(_kind(one) for one in schema["anyOf"] if one.get("type") != "null")
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1].lower()
    kind = schema.get("format") or schema.get("type", "text")
    return f"{kind} {schema['minimum']} to {schema['maximum']}" if "maximum" in schema else str(kind)
