"""`riskwarn diff`: what changed between two exports, and what would load differently."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from riskwarn.configuration import Configuration
from riskwarn.ingest.mapping_proposal.difference import Difference, compare
from riskwarn.mapping import Mapping
from riskwarn.messages import translated
from tests.riskwarn.ingest.commands import run, told
from tests.worlds import dispute, grid_rows, write_csv


def rows(**changes: Any) -> list[dict[str, Any]]:
    """Disputes whose types and results repeat; a change may be a value or a function of the number."""
    made = []
    for n in range(40):
        row = dispute(n, 纠纷类型=["邻里", "物业"][n % 2], 调解结果=["调解成功", ""][n % 2])
        row.update({name: value(n) if callable(value) else value for name, value in changes.items()})
        made.append(row)
    return made


def renamed(row: dict[str, Any], **names: str) -> dict[str, Any]:
    return {names.get(name, name): value for name, value in row.items()}


def differ(folder: Path, new: list[dict[str, Any]], encoding: str = "utf-8", **options: Any) -> Difference:
    old = write_csv(folder / "old.csv", rows())
    return compare(
        old, write_csv(folder / "new.csv", new, encoding), Configuration(), **{"source": "disputes", **options}
    )


def test_equal_exports_load_alike(tmp_path: Path) -> None:
    found = differ(tmp_path, rows())
    assert found.verdict == "the new file loads like the old one"
    assert not (found.added or found.removed or found.renamed or found.moved or found.words or found.forms)


def test_columns_added_gone_and_moved(tmp_path: Path) -> None:
    new = [{"备注说明": f"n{n % 3}", **row} for n, row in enumerate(rows())]
    for row in new:
        del row["严重程度"]
        row["发生时间"] = row.pop("发生时间")
    found = differ(tmp_path, new)
    assert (found.added, found.removed, found.moved) == (("备注说明",), ("严重程度",), ("发生时间",))
    assert "severity is no longer read" in found.effects
    assert found.verdict.startswith("the new file loads, and")


def test_a_renamed_column_is_known_by_what_it_holds(tmp_path: Path) -> None:
    found = differ(tmp_path, [renamed(row, 纠纷类型="案别", 发生时间="发生的时间") for row in rows()])
    assert set(found.renamed) == {("纠纷类型", "案别"), ("发生时间", "发生的时间")}
    assert found.verdict == "the new file loads like the old one", "as load would find these columns"
    mapping = Mapping(headings={"category": ("案别",)})
    mapped = differ(tmp_path, [renamed(row, 纠纷类型="案别") for row in rows()], mappings=[mapping, mapping])
    assert mapped.renamed == (("纠纷类型", "案别"),) and mapped.effects == ()


def test_a_file_that_cannot_load_is_told_with_the_reason(tmp_path: Path) -> None:
    timeless = [{name: value for name, value in row.items() if "时间" not in name} for row in rows()]
    found = differ(tmp_path, timeless)
    assert found.verdict.startswith("the new file would not load: new.csv: no column for 'occurred_at'")
    assert "没有 'occurred_at' 对应的列" in translated(found.verdict, "zh")


def test_it_asks_the_mapping_that_a_load_has_settled(tmp_path: Path) -> None:
    """Which of two dates is meant was answered at the load: neither export fails for want of it, and both are of its source."""
    home = tmp_path / "home"
    run(home, "init")
    run(home, "load", write_csv(tmp_path / "网格.csv", grid_rows(4)), "--yes", "--coordinates", "wgs84")
    old, new = (
        write_csv(tmp_path / f"{month}月.csv", [{**row, "案发时间": row["登记时间"]} for row in rows(纠纷类型="邻里")])
        for month in (3, 4)
    )
    run(home, "load", old, "--yes", "--column", "occurred_at=案发时间")
    assert told(home, "diff", old, new)["verdict"] == "the new file loads like the old one"


def test_new_and_gone_words_are_told_with_what_becomes_of_them(tmp_path: Path) -> None:
    new = rows(纠纷类型=lambda n: ["邻里", "飞线充电"][n % 2], 调解结果=lambda n: ["调解成功", "谈妥"][n % 2])
    found = differ(tmp_path, new)
    assert found.words["纠纷类型"] == {"new": ["飞线充电"], "gone": ["物业"]}
    assert any("飞线充电" in effect and "local" in effect for effect in found.effects)
    assert any("谈妥" in effect and "read as empty" in effect for effect in found.effects)


def test_forms_encoding_and_empties(tmp_path: Path) -> None:
    new = rows(登记时间="2026年3月9日", 发生时间="3/9/2026", 调解结果="")
    found = differ(tmp_path, new, "gb18030")
    assert found.file == {"encoding": ("utf-8", "gb18030")}
    assert found.forms["登记时间"] == (("YYYY-MM-DD hh:mm:ss",), ("YYYY年M月D日",))
    assert found.emptier["调解结果"] == (0.5, 1.0)
    assert any("M/D/YYYY" in effect and "quarantine" in effect for effect in found.effects)


def test_words_of_persons_are_never_compared(tmp_path: Path) -> None:
    old = write_csv(tmp_path / "old.csv", [{**row, "填表": "王建国"} for row in rows()])
    new = write_csv(tmp_path / "new.csv", [{**row, "填表": "李秀英"} for row in rows()])
    found = compare(old, new, Configuration(), source="disputes")
    assert "李秀英" not in repr(found) and "王建国" not in repr(found)


@pytest.mark.parametrize("name", ["source", "verdict", "effects", "renamed"])
def test_its_document_has_all_parts(tmp_path: Path, name: str) -> None:
    assert name in differ(tmp_path, rows()).as_dict()
