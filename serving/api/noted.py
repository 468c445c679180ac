"""What is written into the audit of requests: reads of detail, files, and who was refused. Counted on the way, written aside.

The collector of logs, where one is named, is told of the rows in the background by whoever serves.
"""

from __future__ import annotations

import logging
from functools import lru_cache

from starlette.types import Scope

from riskwarn.audit import Action, ReadsOfDetail
from riskwarn.audit import Caller as Actor
from riskwarn.audit.syslog import Forwarding
from riskwarn.errors import RiskwarnError
from riskwarn.home import Home
from serving.access.caller import NOBODY, Caller
from serving.access.networks import address_in

_log = logging.getLogger(__name__)

#: What a route says of what it tells: the action and the id of what was read.
Read = tuple[Action, str]


def reading(scope: Scope, action: Action, what: str) -> None:
    """Say, inside a route, that its answer tells of something that reads are written down of."""
    scope["riskwarn.read"] = (action, what)


class Noted:
    """The requests of one process; nothing is counted before it starts."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._reads: ReadsOfDetail | None = None
        self._forwarding: Forwarding | None = None

    def start(self) -> None:
        """Begin, in the process that answers."""
        self._reads = ReadsOfDetail(self._home)
        self._forwarding = Forwarding(self._home)

    def stop(self) -> None:
        """Write what is left, and send it on."""
        reads, self._reads = self._reads, None
        forwarding, self._forwarding = self._forwarding, None
        if reads is not None:
            try:
                reads.close()
            except RiskwarnError as error:
                _log.error("the reads of the last second are not in the audit: %s", error)
        if forwarding is not None:
            forwarding.close()

    def read(self, scope: Scope, read: Read) -> None:
        """Count what a caller was told."""
        if self._reads is not None:
            self._reads.note(*read, actor(scope))

    def refused(self, scope: Scope, why: str, what: str = "") -> None:
        """Count somebody who was refused; `what` is the id of the key that was shown, or the scope that was missing."""
        if self._reads is not None:
            self._reads.note(Action.ACCESS_REFUSED, what, actor(scope), why)


#: Where neither what was forwarded nor what holds the connection is an address.
UNKNOWN = "unknown"


def origin(scope: Scope) -> str:
    """The address that a request comes from.

    A proxy may forward whatever a caller wrote: what is no address is kept nowhere, and the proxy's own stands in its place.
    """
    for one in (scope.get("client"), scope.get("riskwarn.peer")):
        found = None if one is None else address_in(str(one[0]))
        if found is not None:
            return found
    return UNKNOWN


def actor(scope: Scope) -> Actor:
    """Who asks, as the audit names it."""
    caller: Caller = scope.get("riskwarn.caller", NOBODY)
    return _known(caller.operator or caller.id or "nobody", origin(scope), caller.purpose or "")


@lru_cache(maxsize=4_096)
def _known(who: str, address: str, purpose: str) -> Actor:
    return Actor(who, address, purpose)
