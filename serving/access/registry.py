"""What a server knows of operators, keys and sessions: held in memory, read again within a second of a change, in every worker for itself."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from riskwarn.errors import KeyRefused, NetworkRefused
from riskwarn.home import Home
from riskwarn.messages import Message
from serving.access import rows
from serving.access.areas import area_of
from serving.access.caller import LOCAL, Caller
from serving.access.networks import allowed
from serving.access.rows import Key, Operator
from serving.access.scopes import Purpose, Role
from serving.access.signed_in import Sessions
from serving.access.states import State, state_of_key
from serving.access.subjects import digest_of_subject
from serving.access.tokens import Digest, digest_of, id_of, new_token
from serving.access.uses import Uses

#: Seconds between two looks whether anything changed.
LOOK_EVERY = 0.4

#: Seconds after which uses of keys are written, and all is read again whether it changed or not.
WRITE_EVERY = 60.0

_log = logging.getLogger(__name__)

#: With what a token is compared that names no key: it takes as long.
_NO_DIGEST = digest_of(new_token()[1])


@dataclass(frozen=True)
class Entry:
    """One key as the gate asks of it."""

    key: Key
    operator: Operator | None
    digest: Digest
    networks: tuple[str, ...]
    caller: Caller
    until: float  # in force before this moment, as a timestamp; 0 where it is not


class Registry:
    """The keys of a home. `keyless` lets the local operator in while nothing is granted; `confirm` asks for a second person."""

    def __init__(
        self,
        home: Home,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        *,
        keyless: bool = True,
        confirm: bool = False,
        look_every: float = LOOK_EVERY,
        write_every: float = WRITE_EVERY,
    ) -> None:
        self._home, self._clock, self._keyless, self._confirm = home, clock, keyless, confirm
        self._look_every, self._write_every = look_every, write_every
        self._idle = timedelta(days=home.configuration.access.idle_days)
        self._entries: dict[str, Entry] = {}
        self._number: int | None = None
        self._read_at = self._written_at = 0.0
        self._uses = Uses(home, rows.used)
        #: The sessions of people who signed in; they are read and written with the keys.
        self.sessions = Sessions(home, clock, confirm)
        self._stopped, self._looking = threading.Event(), threading.Lock()
        self._thread: threading.Thread | None = None
        #: Whether who asks from this machine needs no key: only while it is known that nothing was ever granted.
        self.open = False
        #: Counts the readings: who was let in by another may not be any more.
        self.generation = 0

    def start(self) -> None:
        """Read, and look in the background for what changes."""
        self.look()
        self._thread = threading.Thread(target=self._run, name="access", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the looking; what is not written yet of uses is written."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(1)
        self._write()

    def _run(self) -> None:
        while not self._stopped.wait(self._look_every):
            self.look()

    def look(self, whether_or_not: bool = False) -> None:
        """Look once, and read if anything changed, or whether or not.

        Where the database does not answer, what is known holds: nothing can be revoked there meanwhile.
        """
        with self._looking:
            if whether_or_not:
                self._number = None
            # That uses cannot be written keeps nobody from finding out what was revoked.
            if time.monotonic() - self._written_at >= self._write_every:
                self._write()
            self._guarded(self._renew)

    def _guarded(self, step: Callable[[], None]) -> None:
        try:
            step()
        except Exception as error:
            _log.warning("operators and keys cannot be read or written: %s", type(error).__name__)

    def _renew(self) -> None:
        number, now = rows.number_of_changes(self._home), time.monotonic()
        if number == self._number and now - self._read_at < self._write_every:
            return
        with self._home.database.connect() as connection:
            people = {one.id: one for one in rows.operators(connection)}
            found = rows.keys(connection)
            self.sessions.renew(connection, people, found)
        self._entries = {one.id: self._entry(one, people.get(one.operator or "")) for one in found}
        self.open = self._keyless and not people and not found
        # The number was asked before: a change in between is found by the next look.
        self._number, self._read_at = number, now
        self.generation += 1

    def _write(self) -> None:
        self._written_at = time.monotonic()
        self._guarded(self._uses.write)
        self._guarded(self.sessions.uses.write)

    def _entry(self, key: Key, operator: Operator | None) -> Entry:
        # What an operator may see and do is asked of the operator: it may have changed since the key was made.
        area = area_of(operator.area if operator is not None else key.area)
        scopes = Role(operator.role).scopes if operator is not None else rows.scopes_of(key, None)
        caller = Caller(key.id, scopes, area, Purpose(key.purpose), key.operator)
        return Entry(
            key, operator, Digest(key.algorithm, key.digest), tuple(key.networks), caller, self._until(key, operator)
        )

    def _until(self, key: Key, operator: Operator | None) -> float:
        if self._state(key, operator) is not State.IN_FORCE:
            return 0.0
        ends = [key.ends_at, max(filter(None, (key.created_at, key.last_used_at))) + self._idle]
        return min([*ends, operator.ends_at] if operator is not None else ends).timestamp()

    def _state(self, key: Key, operator: Operator | None) -> State:
        used = self._uses.last(key.id)
        last = None if used is None else datetime.fromtimestamp(used, UTC)
        return state_of_key(key, operator, self._clock(), self._confirm, self._idle, last)

    def admitted(self, token: str, address: str) -> Entry:
        """The key whose token is shown. Raises KeyRefused, NetworkRefused.

        A wrong secret, an unknown id and what is no token of ours take as long and are told alike.
        """
        entry = self._entries.get(id_of(token) or "")
        fits = (entry.digest if entry is not None else _NO_DIGEST).fits(token)
        if entry is None or not fits:
            raise KeyRefused(problem=_no_key())
        if self._clock().timestamp() >= entry.until:
            state = self._state(entry.key, entry.operator)
            if state is not State.IN_FORCE:
                raise KeyRefused(problem=Message(state.value))
        if not allowed(entry.networks, address):
            raise NetworkRefused()
        return entry

    def holds(self, caller: Caller) -> bool:
        """Whether a caller who was let in some time ago would be let in now as the same."""
        now = self._clock().timestamp()
        if caller.session:
            return self.sessions.holds(caller, now)
        entry = self._entries.get(caller.id)
        if entry is None:
            return self.open and caller is LOCAL
        return entry.caller == caller and now < self._until(entry.key, entry.operator)

    def digest_of_subject(self, subject: str) -> str:
        """What operators have of a subject."""
        return digest_of_subject(self._home, subject)

    def known(self, token: str) -> str | None:
        """The id that a token names, where there is such a key."""
        named = id_of(token)
        return named if named in self._entries else None

    def note(self, key: str, moment: float) -> None:
        """Remember, on the way of a request, when a key was used."""
        self._uses.note(key, moment)


def _no_key() -> str:
    return Message("there is no such key")
