"""What is declared of a source, once: its fields, its names, what makes a row its own, and what its records are."""

from __future__ import annotations

from dataclasses import dataclass

from riskwarn.contracts.fields import Field
from riskwarn.words import Role


@dataclass(frozen=True)
class Contract:
    """One source.

    `zh` and `en` name the source and what it holds; `records_zh` and `records_en` are what its records are called in a
    sentence. `roles` say what can be counted of the records of an event source: only what is declared, never what files
    happen to hold.
    """

    source: str
    events: bool
    fields: tuple[Field, ...]
    zh: str
    en: str
    any_of: tuple[tuple[str, ...], ...] = ()  # of each group one must have a column
    identity: tuple[str, ...] = (
        "record_id",
    )  # what makes two rows versions of one thing, where they have no record_id
    categories: tuple[str, ...] = ()  # codes, `other` last; none for tables
    usual: tuple[str, ...] = ()  # what most exports have; empty: every field
    records_zh: str = ""
    records_en: str = ""
    roles: frozenset[Role] = frozenset()
    demand_only: bool = False  # to petition is a right: it enters as unanswered demand, and nobody behind it is counted
    every_kind_asks: bool = False  # a suggestion or an inquiry waits for an answer, too
    answer_days: int = 60  # so long demand counts as open while no export of the source has ever shown an answer
    due_by_law: bool = False  # `answer_days` are statutory: a `due_at` that is missing follows from them
    long_memory: bool = False  # its categories are remembered at every half-life: what was found once is found again

    @property
    def kind(self) -> str:
        """Under what name its headings and fields are listed: `events`, or the name of the table."""
        return "events" if self.events else self.source

    @property
    def exported(self) -> tuple[Field, ...]:
        """The fields for which an export may have a column."""
        return tuple(field for field in self.fields if field.exported)

    @property
    def templated(self) -> tuple[Field, ...]:
        """The fields for which a template has a column."""
        return tuple(self.field(name) for name in self.usual) or self.exported

    def field(self, name: str) -> Field:
        """A field by its name; raise KeyError where there is none."""
        return {field.name: field for field in self.fields}[name]
