"""A declared gateway that says who asks: believed where it connects from its own address and shows its secret or its certificate."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field

from riskwarn.errors import GatewayRefused, SettingInvalid
from riskwarn.home import Home
from serving.access.networks import allowed
from serving.access.own_secrets import own_secret
from serving.access.subjects import digest_of_subject, is_subject

Header = tuple[bytes, bytes]


@dataclass(frozen=True)
class Gateway:
    """What is believed of whom."""

    header: bytes
    networks: tuple[str, ...]
    certificate: str | None
    secret_header: bytes
    secret: bytes | None = field(repr=False)

    def subject(self, headers: list[Header], peer: str, certificate: str | None) -> str | None:
        """Who asks, as the gateway says it; None where nobody says it.

        `peer` is who holds the connection, whatever was forwarded; `certificate` the SHA-256 of the one that it showed. Raises GatewayRefused
        where anybody else says it, or says two things.
        """
        said = [value for name, value in headers if name == self.header]
        if not said:
            return None
        if len(said) > 1 or not allowed(self.networks, peer) or not self._is_itself(headers, certificate):
            raise GatewayRefused()
        try:
            subject = said[0].decode("utf-8")
        except UnicodeDecodeError as error:
            raise GatewayRefused() from error
        if not is_subject(subject):
            raise GatewayRefused()
        return subject

    def _is_itself(self, headers: list[Header], certificate: str | None) -> bool:
        if self.certificate is not None:
            return certificate is not None and hmac.compare_digest(self.certificate, certificate)
        shown = [value for name, value in headers if name == self.secret_header]
        return self.secret is not None and len(shown) == 1 and hmac.compare_digest(self.secret, shown[0])

    def digest(self, home: Home, headers: list[Header], peer: str, certificate: str | None) -> str | None:
        """The digest of who asks, as operators have it. Raises GatewayRefused."""
        subject = self.subject(headers, peer, certificate)
        return None if subject is None else digest_of_subject(home, subject)


def declared_gateway(home: Home) -> Gateway | None:
    """The gateway of the configuration. Raises SettingInvalid where nothing would tell it from anybody else."""
    rules = home.configuration.sign_in.gateway
    if rules is None:
        return None
    secret = own_secret(home, "gateway") if rules.certificate is None else None
    if rules.certificate is None and secret is None:
        problem = "the declared gateway needs its secret: riskwarn secrets set gateway, this variable, or sign_in: gateway: certificate"
        raise SettingInvalid(name="RISKWARN_GATEWAY_SECRET", value="", problem=problem)
    return Gateway(
        rules.header.encode(),
        rules.networks,
        rules.certificate,
        rules.secret_header.encode(),
        None if secret is None else secret.encode(),
    )
