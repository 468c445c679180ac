"""A repaired file: it is loaded like any other, and the refused rows that it brings in order are settled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from riskwarn.errors import RiskwarnError
from riskwarn.files import sha256
from riskwarn.home import Home
from riskwarn.ingest.loading.account import Account
from riskwarn.ingest.loading.kept_rules import as_headed
from riskwarn.ingest.loading.loading import ingest
from riskwarn.ingest.loading.remembered import found_headings
from riskwarn.mapping import Mapping
from riskwarn.progress import Progress, silent
from riskwarn.store import ledger
from riskwarn.store.repairs import counts, rules_of_open, settle, settle_by_rule


@dataclass(frozen=True)
class Retried:
    """What a repaired file changed: refused rows of the source that wait for repair, before and after."""

    account: Account
    before: int
    after: int
    repaired: int

    def as_dict(self) -> dict[str, object]:
        """The shape that ``riskwarn quarantine retry --json`` prints."""
        told = {"before": self.before, "repaired": self.repaired, "after": self.after}
        return {**told, "account": self.account.as_dict()}


def retry(
    home: Home,
    source: str,
    file: Path,
    *,
    mapping: Path | None = None,
    sheet: str | None = None,
    exported_at: datetime | None = None,
    now: datetime,
    progress: Progress = silent,
) -> Retried:
    """Load a repaired file and mark the refused rows of its source that it resolves.

    A row is known again by its record (in a table by its key); one without by its number, in a file of the same name and
    length. Without `mapping` the file is read by the mapping of the load whose rows it repairs.
    Raises what :func:`riskwarn.ingest.ingest` raises.
    """
    before = counts(home, source)
    rules = None
    if mapping is None:
        told = rules_of_open(home, source, file.name)
        rules = _of_file(told, source, file, sheet) if told else None
    account = ingest(
        home,
        source,
        [file],
        mapping=mapping,
        rules=rules,
        sheet=sheet,
        exported_at=exported_at,
        now=now,
        progress=progress,
    )
    digest = sha256(file)
    load_id = max(row.load_id for row in ledger(home, source) if row.file_sha256 == digest)
    settle(home, load_id, pd.Series([], dtype="int64"), by_name=True)
    settle_by_rule(home, load_id)
    after = counts(home, source)
    return Retried(account, before["open"], after["open"], after["repaired"] - before["repaired"])


def _of_file(told: dict[str, Any], source: str, file: Path, sheet: str | None) -> Mapping:
    """The mapping of an earlier load, for the headings of a repaired file."""
    try:
        return Mapping.model_validate(as_headed(told, found_headings(source, file, sheet)))
    except RiskwarnError:
        return Mapping.model_validate(told)  # the load itself says what is wrong with the file
