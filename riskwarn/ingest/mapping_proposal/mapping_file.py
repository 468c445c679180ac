"""A proposal as the YAML file that ``ingest --mapping`` takes: what is unsure is marked, what is open stands as a remark."""

from __future__ import annotations

import yaml

from riskwarn.contracts import declared
from riskwarn.contracts.vocabulary import categories_of
from riskwarn.ingest.mapping_proposal.proposal import Proposal
from riskwarn.messages import one_line
from riskwarn.refused import refused_word

#: Keys of a mapping that have a line of their own.
_WRITTEN = frozenset({"preset", "columns", "headings", "period", "identity"})


def as_yaml(proposal: Proposal) -> str:
    """The text of the mapping. Lines that end in "# ?" want a look."""
    lines = [
        f"# Proposed by `riskwarn map` for the source {proposal.source} ({proposal.source_ground}).",
        f"# Lines marked `# ?` are unsure: look at them. `riskwarn template {proposal.source}` explains the fields.",
        "",
        *_deliverer(proposal),
        "",
    ]
    if proposal.preset and "preset" in proposal.mapping:
        lines.append(f"preset: {_plain(proposal.preset)}")
    elif proposal.preset:
        lines.append(f"# preset: {_plain(proposal.preset)}   # a packaged mapping that may fit")
    columns = proposal.mapping.get("columns", {})
    told = {one.field: one for one in proposal.columns if one.field in columns}
    lines += ["columns:"] if columns else ["# columns: every field that is read is known by its heading"]
    for name, heading in columns.items():
        why = "" if (one := told.get(name)) is None else f"   # {'' if one.sure else '? '}{one.ground}; {one.holds}"
        lines.append(f"  {name}: {_plain(heading)}{why}")
    several = proposal.mapping.get("headings", {})
    lines += ["headings:"] if several else []
    for name, listed in several.items():
        grounds = " / ".join(dict.fromkeys(one.ground for one in proposal.columns if one.field == name))
        lines.append(f"  {name}: [{', '.join(map(_plain, listed))}]   # ? {grounds}")
    if period := proposal.mapping.get("period"):
        told_as = ", ".join(f"{part}: {_plain(word)}" for part, word in period.items())
        lines.append(f"period: {{{told_as}}}   # ? each row is the count of a month")
    if not proposal.identity and (listed := proposal.mapping.get("identity")):
        lines.append(f"identity: [{', '.join(map(_plain, listed))}]")
    lines += _as_in_force(proposal)
    if proposal.identity:
        lines.append(f"identity: [{', '.join(map(_plain, proposal.identity))}]   # ? no column is an id")
    if any("always:" in note for note in proposal.notes):
        codes = list(categories_of(proposal.source))[:4] or ["other"]
        lines.append(f"# always: {{category: ...}}   # one of {', '.join(codes)} …, if every row is of it")
    for name in proposal.missing:
        lines.append(f"# missing: {name}")
    lines += _words(proposal)
    dropped = [one.heading for one in proposal.columns if one.field is None and "persons" not in one.ground]
    if dropped:
        lines += ["", f"# not read: {', '.join(dropped)}"]
    lines += [f"# note: {note}" for note in proposal.notes]
    # A refused word is refused in remarks, too.
    return "\n".join(one_line(line) for line in lines if refused_word(line) is None) + "\n"


def _as_in_force(proposal: Proposal) -> list[str]:
    """What else the mapping says that is in force for the file: of words, dates, places, and what holds for every row."""
    told = {name: value for name, value in proposal.mapping.items() if name not in _WRITTEN}
    return yaml.safe_dump(told, allow_unicode=True, sort_keys=False, width=1 << 20).splitlines() if told else []


def _deliverer(proposal: Proposal) -> list[str]:
    if "preset" in proposal.mapping:
        return ["# provider, purpose and retention are those of the preset; write your own where they differ."]
    return [
        "# provider: ...             # the department that delivers it",
        "# purpose: ...              # for what it was given",
        "# retention: 24 months      # how long its records may be kept",
    ]


def _words(proposal: Proposal) -> list[str]:
    """Words that no list knows, each as a remark to be completed."""
    lines: list[str] = []
    contract = declared(proposal.source)
    for name, words in proposal.unknown_words.items():
        field = contract.field(name)
        fate = "kept as a local category" if field.vocabulary is None else "read as empty"
        lines += ["", f"# Words of {name} that no list knows; each is {fate} unless you translate it:", "# words:"]
        lines.append(f"#   {name}:")
        lines += [f"#     {_plain(word)}: ...   # in {rows} rows" for word, rows in list(words.items())[:30]]
    return lines


def _plain(text: str) -> str:
    """A text as a YAML scalar on one line."""
    # In double quotes a break is written as an escape.
    style = None if one_line(text) == text else '"'
    return yaml.safe_dump(text, allow_unicode=True, width=1 << 20, default_flow_style=True, default_style=style).split(
        "\n"
    )[0]
