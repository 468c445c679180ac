"""Documentation is true: generated pages are current, links lead somewhere, commands exist, reasons are explained."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from pathlib import Path

import pytest

from riskwarn.cli import COMMANDS

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_generated_pages_are_what_the_code_says() -> None:
    found = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert found is not None and found.loader is not None
    generate = importlib.util.module_from_spec(found)
    found.loader.exec_module(generate)
    for name, text in generate.pages().items():
        assert (ROOT / "docs" / name).read_text(encoding="utf-8") == text, f"run make docs ({name})"


def test_the_order_of_rooms_is_the_one_that_the_imports_keep() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    kept = {
        one["containers"][0].rpartition(".")[2]: [line.split(" | ") for line in one["layers"]]
        for one in contracts
        if "containers" in one
    }
    block = (
        (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").partition("## Their order")[2].split("```")[1]
    )
    rooms = re.split(r"^ {0,2}(\w+) +", re.sub(r"\n {3,}", " ", block.strip("\n")), flags=re.MULTILINE)[1:]
    told = dict(zip(rooms[::2], rooms[1::2], strict=True))
    assert {name: [line.strip().split(", ") for line in text.split(" / ")] for name, text in told.items()} == kept


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
        assert target.startswith("http") or (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_that_are_named_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    blocks = "\n".join(re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S))
    inline = re.findall(r"`(?:\.venv/bin/)?riskwarn ([a-z][a-z-]*)", text)
    for command in [*inline, *re.findall(r"^(?:\.venv/bin/)?riskwarn ([a-z][a-z-]*)", blocks, re.M)]:
        assert command in COMMANDS, command
    targets = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"`make ([a-z-]+)", text):
        assert re.search(rf"^{target}:", targets, re.M), target


def test_files_that_the_map_names_exist() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    for path in re.findall(r"`((?:riskwarn|features|training|serving|experiments|tests|docs)/[\w/.]*)`", text):
        assert (ROOT / path).exists(), path


def test_tests_that_the_threats_name_exist() -> None:
    text = (ROOT / "docs" / "threats.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/.]+)::(\w+)`", text)
    assert len(named) > 25 and text.count("::") == len(named)
    for path, name in named:
        assert re.search(rf"^def {name}\(", (ROOT / path).read_text(encoding="utf-8"), re.M), f"{path}::{name}"
    rows = [line for line in text.splitlines() if line.startswith("|") and line.count("|") == 5 and "---" not in line]
    assert all("::" in row for row in rows if not row.startswith("| who ")), "each threat has its test"
