"""The sessions that a server knows: held in memory, as the registry holds keys, so that a request costs a look into a dictionary."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from riskwarn.home import Home
from serving.access import sessions
from serving.access.areas import area_of
from serving.access.caller import Caller
from serving.access.rows import Key, Operator
from serving.access.scopes import ADMINISTRATORS, Purpose, Role
from serving.access.sessions import Method, Session
from serving.access.states import State, state_of, state_of_key
from serving.access.uses import Uses


@dataclass(frozen=True)
class SignedIn:
    """One session as the gate asks of it."""

    session: Session
    operator: Operator
    caller: Caller
    ends: float  # over from this moment on, however it is used; a timestamp, 0 where it is over already
    networks: tuple[str, ...] = ()  # of the key that was typed: a session opens nothing where its key does not

    @property
    def by_gateway(self) -> bool:
        """Whether it holds only while the gateway says that this person asks."""
        return self.session.method == Method.GATEWAY


class Sessions:
    """The sessions of a home, as one process knows them."""

    def __init__(self, home: Home, clock: Callable[[], datetime], confirm: bool) -> None:
        self._home, self._clock, self._confirm = home, clock, confirm
        rules = home.configuration.sign_in
        self.idle = 60.0 * rules.idle_minutes
        self._idle_key = timedelta(days=home.configuration.access.idle_days)
        self._held: dict[str, SignedIn] = {}
        #: When they were used, as far as that is not written yet.
        self.uses = Uses(home, sessions.used)

    def renew(self, connection: Connection, people: Mapping[str, Operator], keys: Sequence[Key]) -> None:
        """Read all of them again."""
        by_id = {one.id: one for one in keys}
        self._held = {
            one.digest: self._entry(one, people[one.operator], by_id)
            for one in sessions.every(connection)
            if one.operator in people
        }

    def _entry(self, one: Session, operator: Operator, keys: Mapping[str, Key]) -> SignedIn:
        # What an operator may see and do is asked of the operator: it may have changed since.
        scopes, key = Role(operator.role).scopes, keys.get(one.key or "")
        purpose = Purpose(key.purpose) if key is not None else None
        purpose = purpose or (Purpose.OPERATION if scopes & ADMINISTRATORS else Purpose.RANKING)
        caller = Caller(one.id, scopes, area_of(operator.area), purpose, operator.id, session=True)
        now, ends = self._clock(), min(one.ends_at, operator.ends_at)
        in_force = state_of(operator, now, self._confirm) is State.IN_FORCE
        if one.key is not None:
            # Who typed a key is signed in as long as that key opens.
            in_force &= key is not None and self._opens(key, operator, now)
            ends = min(ends, key.ends_at) if key is not None else ends
        networks = tuple(key.networks) if key is not None else ()
        return SignedIn(one, operator, caller, ends.timestamp() if in_force else 0.0, networks)

    def _opens(self, key: Key, operator: Operator, now: datetime) -> bool:
        return state_of_key(key, operator, now, self._confirm, self._idle_key, now) is State.IN_FORCE

    def find(self, token: str) -> SignedIn | None:
        """The session that a browser holds, over or not; None where it is not known here (yet)."""
        return self._held.get(sessions.digest(self._home, token))

    def holds(self, caller: Caller, now: float) -> bool:
        """Whether the session of a caller is not over, and tells of the same."""
        return any(one.caller == caller and now < self.until(one) for one in [*self._held.values()])

    def until(self, one: SignedIn) -> float:
        """From when on it is over, if nobody uses it: a timestamp."""
        last = max(one.session.used_at.timestamp(), self.uses.last(one.session.id) or 0.0)
        return min(one.ends, last + self.idle)
