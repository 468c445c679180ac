"""Records that have ended with a word that nobody knows: they are no event of a target that is told by outcomes, though they may be.

The words come from the accounts of the loads in force, which name only what may be shown. A word that the mapping of
riskwarn.yaml, or the vocabulary, has learnt since is not unknown any more.
"""

from __future__ import annotations

from dataclasses import dataclass

from riskwarn.configuration import Configuration
from riskwarn.contracts.phrases import code_of
from riskwarn.messages import Joined, Message
from riskwarn.store import Store


@dataclass(frozen=True)
class UnknownOutcomes:
    """How many records of a source end with a word that nobody knows, and the words that may be shown."""

    source: str
    rows: int  # records, at most
    ended: int  # records that have ended
    named: dict[str, int]  # word -> rows that bear it

    def said(self, target: str) -> str | None:
        """What that means for a target, in one sentence; None where nothing is unknown."""
        if not self.rows:
            return None
        told = {"rows": f"{self.rows:,}", "ended": f"{self.ended:,}", "source": self.source, "target": target}
        if not self.named:
            return Message(
                "{rows} of {ended} ended {source} bear an outcome that nobody knows, and do not count as {target}; name it in "
                "riskwarn.yaml, under sources: {source}: mapping: words: outcome", **told,
            )  # fmt: skip
        words = Joined(", ", [f"{word} ({rows:,})" for word, rows in self.named.items()])
        return Message(
            "{rows} of {ended} ended {source} bear an outcome that nobody knows, and do not count as {target}: {words}; name it "
            "in riskwarn.yaml, under sources: {source}: mapping: words: outcome", words=words, **told,
        )  # fmt: skip


def unknown_outcomes(
    store: Store, configuration: Configuration, source: str, ended: int, without: int
) -> UnknownOutcomes:
    """What is unknown of the outcomes of a source of which so many records have `ended`, and so many of these `without` one.

    Exports overlap: of each word the load that tells most of it counts, and of all together no more than are without an
    outcome.
    """
    own = configuration.sources[source].mapping.words.get("outcome", {})
    named: dict[str, int] = {}
    others = 0
    for account in store.accounts(source) if without else ():
        told = account.get("unknown_words", {}).get("outcome")
        if not told:
            continue
        still = {word: rows for word, rows in told["named"].items() if code_of("outcome", word, own) is None}
        others = max(others, told["rows"] - sum(told["named"].values()))
        for word, rows in still.items():
            named[word] = max(named.get(word, 0), rows)
    commonest = dict(sorted(named.items(), key=lambda one: (-one[1], one[0])))
    return UnknownOutcomes(source, min(without, sum(named.values()) + others), ended, commonest)
