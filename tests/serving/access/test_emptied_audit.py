"""Who granted cannot empty the audit together with the file that tells where it ended: the grants are still there."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import delete, update

from riskwarn.audit.heads import NAME
from riskwarn.audit.tables import AUDIT, AUDIT_HEAD
from riskwarn.audit.verifying import verify
from riskwarn.home import Home
from serving.access.keys import Asked, create_key
from serving.access.operators import create_operator
from serving.access.scopes import Role

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)


def emptied(home: Home) -> None:
    with home.database.begin() as connection:
        connection.execute(delete(AUDIT))
        connection.execute(update(AUDIT_HEAD).values(sequence=0, hash=""))
    (home.path / NAME).unlink()


def test_an_audit_that_was_emptied_with_its_file_is_found_by_what_was_granted(home: Home) -> None:
    assert verify(home).broken is None, "nothing was done here, and nothing is missing"
    create_operator(home, "20113", Role.CENTRE, now=NOW)
    assert verify(home).broken is None
    emptied(home)
    for _ in range(2):
        broken = verify(home).broken
        assert broken is not None and broken.kind.value == "removed_at_the_end" and NAME in broken.problem
        # What is done next makes no new file, as if it were the first.
        create_key(home, Asked("program"), now=NOW)
        assert not (home.path / NAME).exists()
