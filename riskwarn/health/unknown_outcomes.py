"""Records that have ended with a word that nobody knows: they are no event of a target that is told by outcomes, though they may be.

The words come from the accounts of the loads in force, which name only what may be shown. A word that the mapping of
riskwarn.yaml, or the vocabulary, has learnt since is not unknown any more.
"""

from __future__ import annotations

from dataclasses import dataclass

from riskwarn.configuration import Configuration
from riskwarn.contracts.phrases import code_of
from riskwarn.contracts.repeated import may_be_named
from riskwarn.messages import Joined, Listed, Message
from riskwarn.store import Store

#: The fields that tell how a record ended; the second stands beside the first.
_FIELDS = ("outcome", "escalation")


@dataclass(frozen=True)
class UnknownOutcomes:
    """How many records of a source end with a word that nobody knows, and the words that may be shown."""

    source: str
    rows: int  # records, at most
    ended: int  # records that have ended
    named: dict[str, int]  # word -> rows that bear it
    fields: tuple[str, ...] = ("outcome",)  # under which the words stand

    def said(self, target: str) -> str | None:
        """What that means for a target, in one sentence; None where nothing is unknown."""
        if not self.rows:
            return None
        told = {"rows": f"{self.rows:,}", "ended": f"{self.ended:,}", "source": self.source, "target": target}
        told["fields"] = Listed(self.fields)
        if not self.named:
            return Message(
                "{rows} of {ended} ended {source} bear an outcome that nobody knows, and do not count as “{target}”; name it in "
                "riskwarn.yaml, under sources: {source}: mapping: words: {fields}", **told,
            )  # fmt: skip
        words = Joined(", ", [f"{word} ({rows:,})" for word, rows in self.named.items()])
        return Message(
            "{rows} of {ended} ended {source} bear an outcome that nobody knows, and do not count as “{target}”: {words}; name it "
            "in riskwarn.yaml, under sources: {source}: mapping: words: {fields}", words=words, **told,
        )  # fmt: skip


def unknown_outcomes(
    store: Store, configuration: Configuration, source: str, ended: int, without: int
) -> UnknownOutcomes:
    """What is unknown of the outcomes of a source of which so many records have `ended`, and so many of these `without` one.

    Exports overlap: of each word the load that tells most of it counts, and of all together no more than are without an
    outcome.
    """
    mapping = configuration.sources[source].mapping
    named: dict[str, dict[str, int]] = {name: {} for name in _FIELDS}
    others = dict.fromkeys(_FIELDS, 0)
    for account in store.accounts(source) if ended else ():
        for name in _FIELDS:
            told = account.get("unknown_words", {}).get(name)
            if not told:
                continue
            own = mapping.words.get(name, {})
            unknown = {word: rows for word, rows in told["named"].items() if code_of(name, word, own) is None}
            # Accounts that were written long ago may name what is repeated no longer.
            still = {word: rows for word, rows in unknown.items() if may_be_named(word)}
            withheld = sum(unknown.values()) - sum(still.values())
            others[name] = max(others[name], told["rows"] - sum(told["named"].values()) + withheld)
            for word, rows in still.items():
                named[name][word] = max(named[name].get(word, 0), rows)
    most = {"outcome": without, "escalation": ended}
    borne = {name: min(most[name], sum(named[name].values()) + others[name]) for name in _FIELDS}
    told_of = tuple(name for name in _FIELDS if borne[name])
    words = [one for name in told_of for one in named[name].items()]
    commonest = dict(sorted(words, key=lambda one: (-one[1], one[0])))
    return UnknownOutcomes(source, min(ended, sum(borne.values())), ended, commonest, told_of)
