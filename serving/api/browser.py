"""How browsers reach the server: the cookie of a session, where it may be set, and whether a change comes from a page of ours."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.types import Scope

from serving.api.loopback import refusal
from serving.api.options import Options

#: What a page of ours sends with whatever changes anything; no form and no link of another page can.
PAGE_HEADER = b"x-riskwarn-page"

_SESSION, _BEGUN = "riskwarn", "riskwarn-begun"

Header = tuple[bytes, bytes]


class Browsers:
    """The browsers of one server. `address` is that of the page as they see it, where it is declared."""

    def __init__(self, address: str | None, options: Options) -> None:
        self._loopback, self.path = options.keyless, options.root_path
        parts = None if address is None else urlsplit(address)
        self._origin = None if parts is None else f"{parts.scheme}://{parts.netloc}".lower().encode()
        self._declared_secure = parts is not None and parts.scheme == "https"

    def secure(self, scope: Scope) -> bool:
        """Whether what the browser is told is told over https."""
        # Behind a gateway on the same machine that says nothing of it, the declared address does.
        return scope.get("scheme") == "https" or (self._declared_secure and self._loopback)

    def may_sign_in(self, scope: Scope) -> bool:
        """Whether a session may be opened here: what opens it is told over https, or does not leave this machine."""
        if self.secure(scope):
            return True
        return self._loopback and refusal(scope["headers"], scope["http_version"]) is None

    def held(self, scope: Scope) -> str | None:
        """The session that a browser holds; None where it holds none, or two."""
        return self._cookie(scope, _SESSION)

    def begun(self, scope: Scope) -> str | None:
        """The sign-in that was begun in this browser."""
        return self._cookie(scope, _BEGUN)

    def _cookie(self, scope: Scope, kind: str) -> str | None:
        name, found = self._name(scope, kind).encode() + b"=", []
        for header, value in scope["headers"]:
            if header == b"cookie":
                found += [one.strip()[len(name) :] for one in value.split(b";") if one.strip().startswith(name)]
        return found[0].decode("latin-1") if len(found) == 1 and found[0] else None

    def _name(self, scope: Scope, kind: str) -> str:
        # Of a cookie with such a name browsers believe that the host itself set it, over https (RFC 6265bis).
        if not self.secure(scope):
            return kind
        return f"__Secure-{kind}" if self.path else f"__Host-{kind}"

    def keep(self, scope: Scope, token: str) -> str:
        """The header by which a browser holds a session. It is sent with requests of our own pages alone."""
        return self._set(scope, _SESSION, token, "Strict")

    def keep_begun(self, scope: Scope, token: str, seconds: int) -> str:
        """The header by which it holds a sign-in that was begun, until the sign-on sends it back."""
        return self._set(scope, _BEGUN, token, "Lax", seconds)

    def forget(self, scope: Scope) -> str:
        """The header by which it forgets its session."""
        return self._set(scope, _SESSION, "", "Strict", 0)

    def forget_begun(self, scope: Scope) -> str:
        """The header by which it forgets a sign-in that was begun."""
        return self._set(scope, _BEGUN, "", "Lax", 0)

    def _set(self, scope: Scope, kind: str, value: str, site: str, seconds: int | None = None) -> str:
        parts = [f"{self._name(scope, kind)}={value}", f"Path={self.path or '/'}", "HttpOnly", f"SameSite={site}"]
        parts += [] if seconds is None else [f"Max-Age={seconds}"]
        return "; ".join([*parts, "Secure"] if self.secure(scope) else parts)

    def of_own_origin(self, scope: Scope) -> bool:
        """Whether a request comes from no page, or from one of the host that it asks."""
        hosts = [value.lower() for name, value in scope["headers"] if name == b"host"]
        for name, value in scope["headers"]:
            if name == b"origin" and value.lower() != self._origin:
                scheme, _, rest = value.partition(b"://")
                if scheme not in (b"http", b"https") or [rest.lower()] != hosts:
                    return False
        return True

    def of_own_page(self, scope: Scope) -> bool:
        """Whether a request comes from a page of ours: it says so by its Origin, and by a header that only a page of ours can send."""
        names = [name for name, _ in scope["headers"]]
        if names.count(b"origin") != 1 or names.count(PAGE_HEADER) != 1 or not self.of_own_origin(scope):
            return False
        # A page that came over http may have been written by anybody on the way.
        return not self.secure(scope) or any(
            name == b"origin" and value.lower().startswith(b"https://") for name, value in scope["headers"]
        )
