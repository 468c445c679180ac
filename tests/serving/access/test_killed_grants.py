"""Whoever is killed when, during changes of access: what was acknowledged is there and in the chain once, and what was not is in neither."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from multiprocessing import Pipe

import pytest
from sqlalchemy import delete, insert, select, update

from riskwarn.audit.tables import AUDIT
from riskwarn.audit.verifying import verify
from riskwarn.audit.walking import Kind
from riskwarn.home import Home
from serving.access.registry import Registry
from serving.access.tables import KEYS, OPERATORS
from tests.orders import ROOT
from tests.serving.access.granting import started

#: RISKWARN_KILLS=100 tries as many.
KILLS = int(os.environ.get("RISKWARN_KILLS", "10"))


def changed(home: Home) -> Counter[tuple[str, str]]:
    """What the tables of access say was changed."""
    found: Counter[tuple[str, str]] = Counter()
    with home.database.connect() as connection:
        for key in connection.execute(select(KEYS)):
            found["key.created" if key.rotated_from is None else "key.rotated", key.id] += 1
            found["key.revoked", key.id] += key.revoked_at is not None
        for one in connection.execute(select(OPERATORS)):
            found["operator.created", one.id] += 1
            found["operator.revoked", one.id] += one.revoked_at is not None
    return +found


def written(home: Home) -> Counter[tuple[str, str]]:
    """What the chain says was changed."""
    with home.database.connect() as connection:
        return Counter((row.action, row.object) for row in connection.execute(select(AUDIT)))


def test_whoever_is_killed_during_changes_of_access(home: Home) -> None:
    rng, acknowledged = random.Random(11), list[tuple[str, str]]()
    for _ in range(KILLS):
        ours, theirs = Pipe(duplex=False)
        process = started(home.path, home.settings.database_url, theirs)
        theirs.close()
        acknowledged.append(ours.recv())
        time.sleep(rng.uniform(0, 0.1))
        process.kill()
        process.join()
        with suppress(EOFError):
            while True:
                acknowledged.append(ours.recv())
        assert verify(home).broken is None
    told = written(home)
    assert told == changed(home), "each change has its row, and each row its change"
    assert set(told.values()) == {1} and {*acknowledged} <= {*told} and len(acknowledged) >= KILLS


@pytest.mark.slow
def test_a_key_that_was_printed_is_there_once_whenever_its_command_is_killed(home: Home) -> None:
    """The command itself: what is printed is acknowledged; one that printed nothing has made its key and its row, or neither."""
    rng, printed, usual = random.Random(7), list[str](), 0.0
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    if home.settings.database_url is not None:
        environment["RISKWARN_DATABASE_URL"] = home.settings.database_url
    # The first ends by itself, the second as soon as it prints; the others are killed at some instant of their last part.
    for turn in range(KILLS + 2):
        began = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "-m", "riskwarn", "--json", "--home", home.path, "keys", "create", f"program-{turn}", "--scope", "read"],
            cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        said = ""
        if turn == 1:
            said = process.stdout.readline()
        elif turn > 1:
            time.sleep(usual * rng.uniform(0.6, 1.05))
        if turn:
            process.kill()
        said += process.stdout.read()
        process.wait()
        usual = usual or time.monotonic() - began
        with suppress(ValueError):
            printed.append(json.loads(said)["key"])
        assert verify(home).broken is None
    told = written(home)
    assert told == changed(home) and set(told.values()) == {1}
    registry = Registry(home)
    registry.look()
    assert {registry.admitted(key, "127.0.0.1").key.id for key in printed} <= {one for _, one in told}
    assert 1 <= len(printed) <= len(told) <= KILLS + 2 and len(set(printed)) == len(printed)


@pytest.mark.parametrize("how", ["changed", "removed", "removed at the end", "put in", "in another order"])
def test_what_is_done_by_hand_to_the_rows_of_grants_is_found(home: Home, how: str) -> None:
    ours, theirs = Pipe(duplex=False)
    process = started(home.path, home.settings.database_url, theirs)
    for _ in range(6):
        ours.recv()
    process.kill()
    process.join()
    last = sum(written(home).values())
    with home.database.begin() as connection:
        second, third = (
            dict(connection.execute(select(AUDIT).where(AUDIT.c.sequence == row)).mappings().one()) for row in (2, 3)
        )
        if how == "changed":
            connection.execute(update(AUDIT).where(AUDIT.c.sequence == 2).values(object="000000000000"))
        elif how.startswith("removed"):
            connection.execute(delete(AUDIT).where(AUDIT.c.sequence == (2 if how == "removed" else last)))
        elif how == "put in":
            connection.execute(insert(AUDIT).values(second | {"sequence": last + 1}))
        else:
            connection.execute(delete(AUDIT).where(AUDIT.c.sequence.in_((2, 3))))
            connection.execute(insert(AUDIT), [second | {"sequence": 3}, third | {"sequence": 2}])
    broken = verify(home).broken
    assert broken is not None
    assert (broken.row, broken.kind) == {
        "changed": (2, Kind.CHANGED), "removed": (2, Kind.REMOVED), "removed at the end": (last, Kind.REMOVED_AT_THE_END),
        "put in": (last + 1, Kind.INSERTED), "in another order": (2, Kind.REORDERED),
    }[how]  # fmt: skip
