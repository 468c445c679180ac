"""How people sign in: the city's sign-on (OpenID Connect), a gateway that says who it is, or a personal key; and how long it holds."""

from __future__ import annotations

import re
from ipaddress import ip_network
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from riskwarn.declarations import Declared

_HEADER = re.compile(r"[a-z0-9-]{1,64}")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")

#: Headers that something else means something by.
_TAKEN = ("authorization", "cookie", "host", "origin", "forwarded", "via")


def checked_url(value: str) -> str:
    """An address over https, or one of this machine, without a slash at its end; raise ValueError."""
    try:
        parts = urlsplit(value)
        named = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        named = False
    if not named or parts.query or parts.fragment or parts.username is not None:
        raise ValueError("it takes an address such as https://sso.example.gov.cn")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise ValueError("it takes an address over https (http only on this machine)")
    return value.rstrip("/")


class Oidc(Declared):
    """The sign-on of the city, by OpenID Connect: the flow by a code, with PKCE."""

    issuer: str = Field(description="the address of the sign-on, under which /.well-known/openid-configuration lies")
    client_id: str = Field(
        min_length=1,
        description="as what riskwarn is known there; its secret, where it has one, is RISKWARN_OIDC_SECRET or sealed "
        "by riskwarn secrets set oidc",
    )
    claim: str = Field(
        default="sub",
        min_length=1,
        description="what of the identity is an operator's subject; anything but sub only where people cannot change it themselves",
    )
    scopes: tuple[str, ...] = Field(default=("openid",), description="what is asked for; openid is among it")
    hosts: tuple[str, ...] = Field(
        default=(), description="further hosts that the server may ask for tokens and keys, beside that of the issuer"
    )
    ca: str | None = Field(
        default=None,
        description="a file of certificates that the sign-on's is held against; else those of the system",
    )

    _address = field_validator("issuer")(checked_url)

    @field_validator("scopes")
    @classmethod
    def _with_openid(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if "openid" not in value or any(not one or " " in one for one in value):
            raise ValueError("scopes are words, and openid is one of them")
        return value


class Gateway(Declared):
    """A gateway that asks people who they are (a smart card, a second factor) and says it in a header."""

    networks: tuple[str, ...] = Field(
        min_length=1,
        description="from where the gateway itself connects: 10.20.0.5/32; nobody else may send the header",
    )
    header: str = Field(default="x-remote-user", description="the header with the subject of who asks")
    secret_header: str = Field(
        default="x-riskwarn-gateway",
        description="the header with the secret by which the gateway is known: RISKWARN_GATEWAY_SECRET or sealed by "
        "riskwarn secrets set gateway",
    )
    certificate: str | None = Field(
        default=None,
        pattern=r"^[0-9a-f]{64}$",
        description="in the place of the secret: SHA-256 of its client certificate, as openssl x509 -fingerprint -sha256 prints it (serve --tls-client-ca)",
    )

    @field_validator("certificate", mode="before")
    @classmethod
    def _as_digits(cls, value: object) -> object:
        return value.replace(":", "").lower() if isinstance(value, str) else value

    @field_validator("header", "secret_header")
    @classmethod
    def _a_name(cls, value: str) -> str:
        name = value.lower()
        if not _HEADER.fullmatch(name) or name in _TAKEN or name.startswith("x-forwarded-"):
            raise ValueError("it takes the name of a header of its own, such as x-remote-user")
        return name

    @field_validator("networks")
    @classmethod
    def _are_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        try:
            return tuple(str(ip_network(one)) for one in value)
        except ValueError as error:
            raise ValueError("it takes networks such as 10.20.0.5/32, without bits behind the mask") from error


class SignIn(Declared):
    """How people sign in, and how long that holds."""

    address: str | None = Field(
        default=None,
        description="the address of the page as browsers see it, https://risk.example.gov.cn/apps/riskwarn; needed with oidc",
    )
    oidc: Oidc | None = Field(default=None, description="the sign-on of the city")
    gateway: Gateway | None = Field(default=None, description="a gateway that says who asks")
    keys: bool = Field(default=True, description="whether an operator's own key may be typed to sign in")
    idle_minutes: Annotated[int, Field(ge=1, le=60)] = Field(
        default=20, description="a session that nobody uses for so many minutes is over"
    )
    hours: Annotated[int, Field(ge=1, le=24)] = Field(
        default=8, description="every session is over after so many hours"
    )
    at_once: Annotated[int, Field(ge=1, le=10)] = Field(
        default=2, description="sessions of one operator; another ends the oldest"
    )
    failures: Annotated[int, Field(ge=1, le=20)] = Field(
        default=5, description="wrong keys of one operator, or from one address, after which typing is locked"
    )
    locked_minutes: Annotated[int, Field(ge=1, le=1440)] = Field(default=15, description="for how long it is locked")

    @field_validator("address")
    @classmethod
    def _an_address(cls, value: str | None) -> str | None:
        return None if value is None else checked_url(value)

    @field_validator("oidc")
    @classmethod
    def _with_address(cls, value: Oidc | None, info: object) -> Oidc | None:
        if value is not None and getattr(info, "data", {}).get("address") is None:
            raise ValueError("oidc needs address: the page as browsers see it, to which the sign-on sends people back")
        return value
