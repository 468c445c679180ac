"""Mappings that a load has settled, kept in the home by source and headings: next month's file needs no question.

``mappings/SOURCE-<hash of headings>.yaml`` is laid over the mapping that riskwarn.yaml declares for the source. Whoever
edits such a file is its author from then on: it is used, and never written over.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from riskwarn.contracts import declared
from riskwarn.declarations import read_yaml
from riskwarn.errors import ConfigurationInvalid, RiskwarnError
from riskwarn.files import write_text
from riskwarn.home import Home
from riskwarn.ingest.heading_finder import heading_finder
from riskwarn.ingest.heading_words import plain_heading
from riskwarn.ingest.loading.kept_rules import as_headed, kept_rules
from riskwarn.ingest.sheets import open_sheet
from riskwarn.mapping import Mapping as Rules
from riskwarn.mapping import laid_over
from riskwarn.messages import Message, one_line

FOLDER = "mappings"

#: By what equal headings are told apart.
_NUMBER = re.compile(r"(?:（\d+）)+$")
_MARK = "# as written: "
_HEAD = """\
# Settled by `riskwarn load` for files of {source} that have these headings; laid over riskwarn.yaml.
# Edit it where it is wrong: an edited file is used as it stands, and no load writes over it.
"""


def settled_path(home: Home, source: str, headings: Sequence[str]) -> Path:
    """Where the mapping for files of a source with these headings stands, whether or not there is one."""
    plain = "\n".join(plain_heading(heading).lower() for heading in headings)
    return home.path / FOLDER / f"{source}-{hashlib.sha256(plain.encode()).hexdigest()[:12]}.yaml"


def recalled(home: Home, source: str, file: Path, sheet: str | None = None) -> Path | None:
    """The mapping that was settled for files of a source with the headings of this one; None where there is none.

    Raises what :func:`riskwarn.ingest.sheets.open_sheet` raises, except where another sheet has to be chosen.
    """
    folder = home.path / FOLDER
    if not folder.is_dir() or not any(folder.glob(f"{source}-*.yaml")) or file.suffix.lower() == ".sql":
        return None
    try:
        path = settled_path(home, source, found_headings(source, file, sheet))
    except RiskwarnError:
        return None  # the load itself says what is wrong with the file
    return path if path.is_file() else None


def mapping_in_force(home: Home, source: str, file: Path, sheet: str | None = None) -> tuple[Rules, Path | None]:
    """The mapping by which a file of a source is read where nobody names one, and where it was settled, if it was.

    Raises what :func:`with_recalled` raises.
    """
    own = home.configuration.sources[source].mapping
    settled = recalled(home, source, file, sheet)
    if settled is None:
        return own, None
    return with_recalled(own, settled, found_headings(source, file, sheet)), settled


def says_identity(path: Path) -> bool:
    """Whether somebody wrote into a settled mapping by hand which columns make an id."""
    return not _as_written(path.read_text(encoding="utf-8-sig")) and bool(_read(path).identity)


def settled_sources(home: Home, sources: Iterable[str], file: Path, sheet: str | None = None) -> list[str]:
    """The sources for which the headings of a file were settled before."""
    folder = home.path / FOLDER
    held = [one for one in sources if folder.is_dir() and any(folder.glob(f"{one}-*.yaml"))]
    if file.suffix.lower() == ".sql":
        return []
    found: list[str] = []
    for kind in dict.fromkeys(declared(one).kind for one in held):
        several = [one for one in held if declared(one).kind == kind]
        try:
            headings = found_headings(several[0], file, sheet)
        except RiskwarnError:
            continue  # what is wrong with the file is said where it is looked at
        found += [one for one in several if settled_path(home, one, headings).is_file()]
    return found


def found_headings(source: str, file: Path, sheet: str | None = None) -> Sequence[str]:
    """The headings by which a file is known again: those found without any mapping."""
    return open_sheet(
        file, heading_finder(declared(source).kind, Rules()), **({"sheet": sheet} if sheet else {})
    ).headings


def with_recalled(own: Rules, path: Path, headings: Sequence[str]) -> Rules:
    """The settled mapping laid over the declared one; raise ConfigurationInvalid (with what to do), RefusedWord.

    Which of several equal `headings` is which field was told by the cells below them, and is told by those of each file
    again: the next may have them in another order. Whoever edits a settled mapping says it for good.
    """
    keys = as_headed(_read(path).model_dump(exclude_unset=True), headings)
    if _as_written(path.read_text(encoding="utf-8-sig")):
        equal = _equal(headings)
        keys["columns"] = {field: one for field, one in keys.get("columns", {}).items() if one not in equal}
        keys["headings"] = {
            field: [one for one in listed if one not in equal] for field, listed in keys.get("headings", {}).items()
        }
        if equal & set(keys.get("identity", ())):
            del keys["identity"]
        keys = {name: value for name, value in keys.items() if value or name not in ("columns", "headings")}
    return laid_over(own, keys)


def _read(path: Path) -> Rules:
    try:
        return read_yaml(path, Rules)
    except ConfigurationInvalid as error:
        said = "{problem} (mend the line, or delete the file: riskwarn load writes it anew)"
        problem = Message(said, problem=error.fields["problem"])
        raise ConfigurationInvalid(**{**error.fields, "file": f"{FOLDER}/{path.name}", "problem": problem}) from error


def _equal(headings: Sequence[str]) -> set[str]:
    """Headings that only their number tells from others: 类型, 类型（2）."""
    bare = [_NUMBER.sub("", heading) for heading in headings]
    counted = Counter(bare)
    return {heading for heading, one in zip(headings, bare, strict=True) if heading and counted[one] > 1}


def remember(
    path: Path, source: str, settled: Mapping[str, Any], unsure: Sequence[str] = (), headings: Sequence[str] = ()
) -> str | None:
    """Keep a settled mapping; what is to be told of it, if anything.

    `unsure` are remarks on what nobody has confirmed, `headings` those of the file: whoever is named in one is not kept. A file
    that was edited by hand stays as it is.
    """
    settled = kept_rules(settled, headings)
    body = "".join(f"# ? {one_line(line)}\n" for line in unsure)
    body += yaml.safe_dump(dict(settled), allow_unicode=True, sort_keys=False, width=120) if settled else ""
    text = f"{_HEAD.format(source=source)}{_MARK}{_digest(body)}\n{body}"
    if path.is_file():
        held = path.read_text(encoding="utf-8-sig")
        if held == text or _same(held, settled):
            return None
        if not _as_written(held):
            return Message(
                "{name} was edited by hand and stays as it is: what was settled now is not kept", name=path.name
            )
    elif not settled:
        return None
    write_text(path, text)
    return None


def _same(held: str, settled: Mapping[str, Any]) -> bool:
    try:
        return (yaml.safe_load(held) or {}) == dict(settled)
    except yaml.YAMLError:
        return False


def _as_written(text: str) -> bool:
    """Whether a file is as a load has left it."""
    head, mark, rest = text.partition(_MARK)
    digest, _, body = rest.partition("\n")
    return bool(mark) and head.count("\n") == _HEAD.count("\n") and digest == _digest(body)


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()[:16]
