"""``riskwarn template``: what an export of a source should look like."""

from __future__ import annotations

from pathlib import Path

import click

from riskwarn.cli.session import Session, table


@click.command("template")
@click.argument("source")
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--schema", is_flag=True, help="The JSON schema of a row instead of a form.")
@click.pass_obj
def command(session: Session, source: str, file: Path | None, schema: bool) -> None:
    """Write the form of SOURCE for a department: a workbook (.xlsx) or CSV; without FILE, explain its columns."""
    import json
    from dataclasses import asdict

    from riskwarn.contracts import contract
    from riskwarn.contracts.explained import columns, json_schema
    from riskwarn.contracts.template import write_template
    from riskwarn.files import write_text

    declared = contract(source, session.configuration())
    if schema:
        text = json.dumps(json_schema(declared), ensure_ascii=False, indent=2)
        if file is not None:
            write_text(file.resolve(), text + "\n")
            session.emit({"source": source, "path": str(file.resolve())}, [str(file.resolve())])
        else:
            session.emit(json_schema(declared), [text])
        return
    told = columns(declared)
    if file is None:
        rows = [
            {**asdict(column), "words": "、".join(column.words[:6]) + ("…" if len(column.words) > 6 else "")}
            for column in told
        ]
        shown = ("heading", "field", "required", "zh", "words")
        lines = table([{**row, "required": str(row["required"])[:18]} for row in rows], shown)
        session.emit([asdict(column) for column in told], lines)
        return
    written = write_template(declared, file.resolve())
    session.emit(
        {"source": source, "columns": written, "path": str(file.resolve())},
        [f"{written} columns: {file.resolve()}"],
    )
