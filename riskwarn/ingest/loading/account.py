"""The account of a load: where every row went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from riskwarn.store.ledger import COUNTS


@dataclass(frozen=True)
class Account:
    """What became of the rows of one file, or of several together.

    ``read = accepted + duplicates + corrected + quarantined + left_out``, always.
    """

    source: str
    read: int
    accepted: int
    duplicates: int
    corrected: int
    quarantined: int
    dropped_columns: tuple[str, ...]
    seconds: float
    file: str | None = None
    sheets: tuple[str, ...] = ()  # that were read, as they are kept; none where the file has one table
    reasons: dict[str, int] = field(default_factory=dict)  # reason -> quarantined rows
    notes: tuple[str, ...] = ()
    located: dict[str, int] = field(default_factory=dict)  # rung of the ladder of places -> sound rows
    unknown_words: dict[str, dict[str, object]] = field(
        default_factory=dict
    )  # field -> {words, rows, named: {word: rows}}
    left_out: int = 0  # rows below headings of another table
    forced: tuple[str, ...] = ()  # what would have stopped the load, had it not been forced
    files: tuple[Account, ...] = ()
    targets: tuple[
        str, ...
    ] = ()  # of several files: what of the source counts towards no target, which cannot be learnt

    def __post_init__(self) -> None:
        parts = sum(getattr(self, name) for name in COUNTS[1:])
        if parts != self.read:
            raise AssertionError(f"{self.file}: {self.read} rows were read and {parts} are accounted for")

    def as_dict(self) -> dict[str, object]:
        """The shape that ``riskwarn ingest --json`` prints."""
        counted: dict[str, object] = {
            "source": self.source,
            **{name: getattr(self, name) for name in COUNTS},
            "dropped_columns": list(self.dropped_columns),
            "seconds": round(self.seconds, 3),
            "reasons": self.reasons,
            "notes": list(self.notes),
            "forced": list(self.forced),
        }
        if self.located:
            counted["located"] = self.located
        if self.unknown_words:
            counted["unknown_words"] = self.unknown_words
        if self.file is not None:
            return {"file": self.file, "sheets": list(self.sheets), **counted}
        return {**counted, "targets": list(self.targets), "files": [file.as_dict() for file in self.files]}


def together(source: str, files: Sequence[Account]) -> Account:
    """The account of several files as one."""
    return Account(
        source=source,
        **{name: sum(getattr(file, name) for file in files) for name in COUNTS},
        dropped_columns=tuple(dict.fromkeys(name for file in files for name in file.dropped_columns)),
        seconds=sum(file.seconds for file in files),
        reasons=_added(file.reasons for file in files),
        located=_added(file.located for file in files),
        notes=tuple(dict.fromkeys(note for file in files for note in file.notes)),
        forced=tuple(dict.fromkeys(why for file in files for why in file.forced)),
        files=tuple(files),
    )


def _added(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for one in counts:
        total.update(one)
    return dict(total)
