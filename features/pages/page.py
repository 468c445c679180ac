"""One HTML page of the catalogue, whole in itself: no other file, no other host, and no grid of its own."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from html import escape
from importlib import resources
from string import Template
from zoneinfo import ZoneInfo

from features.building.tables import BuiltTable, Column, catalogue_mark
from features.matrix import Feature
from features.pages.row import FEWEST, Mark, Row, both, html_of, mark_of
from features.pages.words import FAMILIES, source_words
from riskwarn.configuration import Configuration


def catalogue_page(
    features: Sequence[Feature],
    configuration: Configuration,
    table: BuiltTable | None = None,
    columns: Mapping[str, Column] | None = None,
    *,
    store_version: int,
) -> str:
    """The page of these features, with their distributions in a built table where there is one.

    `columns` are those of the table; `store_version` is that of the store now, of which an older table is told.
    """
    rows = [_row(feature, configuration, table, (columns or {}).get(feature.name)) for feature in features]
    families = {feature.family: [row for row in rows if row.feature.family == feature.family] for feature in features}
    held = {name: _part(name) for name in ("page.html", "page.css", "page.js")}
    return Template(held["page.html"]).substitute(
        city=escape(configuration.city),
        style=held["page.css"],
        script=held["page.js"],
        script_digest=base64.b64encode(hashlib.sha256(held["page.js"].encode()).digest()).decode(),
        about=_about(table, configuration, store_version),
        summary=_summary(rows, families),
        fewest=FEWEST,
        sources="".join(_source(name, configuration) for name in dict.fromkeys(row.feature.source for row in rows)),
        families="".join(_link(name, len(of)) for name, of in families.items()),
        bodies="".join(_body(name, of) for name, of in families.items()),
    )


def _part(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


def _row(feature: Feature, configuration: Configuration, table: BuiltTable | None, column: Column | None) -> Row:
    mark = None if table is None else mark_of(feature, column)
    return Row(feature, source_words(feature.source, configuration), configuration.period, column, mark)


def _about(table: BuiltTable | None, configuration: Configuration, store_version: int) -> str:
    """Which table the numbers are of, and whether another should be built."""
    command = "<code>riskwarn features build</code>"
    if table is None:
        return _paragraph(
            f"尚未构建特征表，因此没有分布：请先运行 {command}，再生成本页。",
            f"No table has been built yet, so distributions are missing: run {command}, then write this page again.",
            warning=True,
        )
    built = f"{table.built_at.astimezone(ZoneInfo(configuration.timezone)):%Y-%m-%d %H:%M}"
    text = _paragraph(
        f"分布取自最近构建的特征表：截至 {table.as_of} · {table.grids:,} 个网格 · 目录版本 {table.catalogue} · "
        f"数据版本 {table.store_version} · 构建于 {built}",
        f"Distributions are of the table that was built last: as of {table.as_of} · {table.grids:,} grids · "
        f"catalogue {table.catalogue} · store version {table.store_version} · built {built}",
    )
    if table.catalogue != (now := catalogue_mark(configuration)):
        text += _paragraph(
            f"此后特征目录已改为 {now}：请运行 {command} 重新构建。",
            f"The catalogue has become {now} since: run {command} again.",
            warning=True,
        )
    if table.store_version != store_version:
        text += _paragraph(
            f"此后数据已更新到版本 {store_version}：请运行 {command} 重新构建。",
            f"The store has gone on to version {store_version} since: run {command} again.",
            warning=True,
        )
    return text


def _paragraph(zh: str, en: str, *, warning: bool = False) -> str:
    """A line in both languages; what is put in comes from the program, not from people."""
    named = ' class="warning"' if warning else ""
    return f'<p{named}><span lang="zh">{zh}</span><span lang="en">{en}</span></p>'


def _summary(rows: Sequence[Row], families: Mapping[str, Sequence[Row]]) -> str:
    observers = sum(row.feature.observer for row in rows)
    parts = [
        both(f"{len(families)} 族 {len(rows)} 个特征", f"{len(rows)} features in {len(families)} families"),
        both(f"{observers} 个观测者特征", f"{observers} observer features"),
    ]
    for mark in Mark:
        number = sum(row.mark is mark for row in rows)
        if number:
            zh, en = mark.words
            parts.append(f'<span class="mark {mark}">{both(f"{zh} {number}", f"{en}: {number}")}</span>')
    return " · ".join(parts)


def _source(name: str, configuration: Configuration) -> str:
    zh, en = (escape(word) for word in source_words(name, configuration))
    return f'<option value="{escape(name)}" data-zh="{zh}" data-en="{en}">{zh}</option>'


def _link(family: str, number: int) -> str:
    zh, en = FAMILIES.get(family, (family, family))
    return f'<a href="#{_anchor(family)}">{both(zh, en)} <span class="count">{number}</span></a>\n'


def _body(family: str, rows: Sequence[Row]) -> str:
    zh, en = FAMILIES.get(family, (family, family))
    name = f"<code>{escape(family)}</code>"
    head = (
        f'<tr><th colspan="13" scope="rowgroup">{both(zh, en)} {name} <span class="count">{len(rows)}</span></th></tr>'
    )
    return f'<tbody id="{_anchor(family)}">{head}\n{"".join(map(html_of, rows))}</tbody>\n'


def _anchor(family: str) -> str:
    return escape(f"family-{family}")
