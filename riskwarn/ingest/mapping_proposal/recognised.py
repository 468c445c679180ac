"""The columns of a file as they are taken for fields, one after another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from riskwarn.contracts import Contract
from riskwarn.contracts.vocabulary import field_of, is_personal
from riskwarn.ingest.heading_words import own_place, plain_heading
from riskwarn.ingest.mapping_proposal.profile import Column, Profile
from riskwarn.ingest.screening import NEVER_STORED
from riskwarn.mapping import Mapping as Rules


@dataclass(frozen=True)
class Place:
    """What the city that is loaded knows: values by which columns of places are recognised."""

    field: str
    values: frozenset[str]


@dataclass(frozen=True)
class Taken:
    """What a column is taken for."""

    field: str
    ground: str
    sure: bool


@dataclass
class Recognised:
    """The columns of a file, taken for fields one after another. Made by `recognise`."""

    contract: Contract
    seen: Profile
    rules: Rules
    places: Sequence[Place]
    taken: dict[int, Taken] = field(default_factory=dict)  # position -> what it is taken for
    fields: dict[str, int] = field(default_factory=dict)  # field -> position of its first column
    notes: list[str] = field(default_factory=list)
    identity: tuple[str, ...] = ()  # headings that together make an id
    period: dict[str, str] = field(default_factory=dict)  # year, month -> heading, of an export of counts
    filled_down: tuple[str, ...] = ()  # fields of units whose blanks the load fills though no mapping says so
    filled_cells: pd.DataFrame | None = None  # the cells with all blanks filled that the load fills
    unread: dict[int, str] = field(default_factory=dict)  # position -> why it is not read, though its heading is known

    @property
    def cells(self) -> pd.DataFrame:
        """The cells as the load reads them: by position, with the blanks filled that merged cells left."""
        return self.seen.cells if self.filled_cells is None else self.filled_cells

    def take(self, column: Column, name: str, ground: str, sure: bool) -> None:
        """Take a column for a field."""
        self.taken[column.position] = Taken(name, ground, sure)
        self.fields.setdefault(name, column.position)

    def free(self) -> list[Column]:
        """Columns that are not yet taken and hold something that may be read."""
        return [
            one
            for one in self.seen.columns
            if one.position not in self.taken
            and one.position not in self.unread
            and not one.personal
            and one.holds != "nothing"
        ]

    def dropped(self, column: Column) -> bool:
        """Whether the load drops a column unread: personal by its heading, or by its values where more than a place is kept."""
        if not column.personal:
            return False
        plain = plain_heading(column.heading)
        told = [(name, [heading]) for name, heading in self.rules.columns.items()]
        told += [(name, list(listed)) for name, listed in self.rules.headings.items()]
        own = next((name for name, listed in told if own_place(plain, listed) is not None), None)
        known = field_of(plain, self.contract.kind)
        name = own or (known[0] if known else None)
        return is_personal(plain) or not self.contract.events or name not in NEVER_STORED
