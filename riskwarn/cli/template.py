"""``riskwarn template``: what an export of a source should look like."""

from __future__ import annotations

from pathlib import Path

import click

from riskwarn.cli.options import force as force_option
from riskwarn.cli.session import Session, table
from riskwarn.cli.tables import Table
from riskwarn.messages import Message


@click.command("template")
@click.argument("source")
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--schema", is_flag=True, help="The JSON schema of a row instead of a form.")
@force_option
@click.pass_obj
def command(session: Session, source: str, file: Path | None, schema: bool, force: bool) -> None:
    """Write the form of SOURCE for a department: a workbook (.xlsx) or CSV; without FILE, explain its columns."""
    import json
    from dataclasses import asdict

    from riskwarn.contracts import contract
    from riskwarn.contracts.explained import columns, json_schema
    from riskwarn.contracts.template import write_template
    from riskwarn.files import output_file, write_text

    source = session.source(source)
    declared = contract(source, session.configuration())
    path = output_file(file, force=force, endings=(".json",) if schema else (".xlsx", ".csv")) if file else None
    if schema:
        text = json.dumps(json_schema(declared), ensure_ascii=False, indent=2)
        if path is not None:
            write_text(path, text + "\n")
            session.emit({"source": source, "path": str(path)}, [str(path)])
        else:
            session.emit(json_schema(declared), [text])
        return
    told = columns(declared)
    if path is None:
        rows = [{**asdict(column), "words": "、".join(column.words)} for column in told]
        meaning = "zh" if session.language == "zh" else "en"
        groups = list(dict.fromkeys(one.required for one in told if one.required.startswith("one of ")))
        need = {group: Message("one of group {number}", number=at) for at, group in enumerate(groups, start=1)}
        need |= {"yes": Message("yes"), "": Message("")}
        shown = [{**row, "required": need[row["required"]], "meaning": row[meaning]} for row in rows]
        lines: list[str | Table] = [*table(shown, ("heading", "field", "required", "meaning"))]
        lines += [
            Message("group {number}: one of {fields}", number=at, fields=group.removeprefix("one of "))
            for at, group in enumerate(groups, start=1)
        ]
        worded = [
            Message("words of {name}: {words}", name=column.heading, words="、".join(column.words))
            for column in told
            if column.words
        ]
        session.emit([asdict(column) for column in told], [*lines, "", *worded], paged=True)
        return
    written = write_template(declared, path)
    session.emit(
        {"source": source, "columns": written, "path": str(path)},
        [Message("{columns} columns: {path}", columns=written, path=path)],
    )
