"""From where a key may be used: networks in CIDR notation, IPv4 and IPv6."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from riskwarn.errors import NetworkInvalid

Network = IPv4Network | IPv6Network


def networks_named(texts: Sequence[str]) -> tuple[str, ...]:
    """Networks in their usual form, each once. Raises NetworkInvalid."""
    return tuple(dict.fromkeys(str(_network(text.strip())) for text in texts))


def _network(text: str) -> Network:
    try:
        return ip_network(text)
    except ValueError as error:
        raise NetworkInvalid(network=text) from error


@lru_cache(maxsize=4_096)
def allowed(networks: tuple[str, ...], address: str) -> bool:
    """Whether an address lies in one of some networks; none are no restriction. What is no address lies nowhere."""
    if not networks:
        return True
    try:
        one = ip_address(address)
    except ValueError:
        return False
    if isinstance(one, IPv6Address) and one.ipv4_mapped is not None:
        one = one.ipv4_mapped
    return any(one in ip_network(network) for network in networks)


@lru_cache(maxsize=4_096)
def neighbourhood(address: str) -> str:
    """What is counted as one address: of IPv6 the first 64 bits, which one subscriber has for itself."""
    try:
        one = ip_address(address)
    except ValueError:
        return address
    if isinstance(one, IPv6Address):
        return str(one.ipv4_mapped or ip_network((one, 64), strict=False))
    return address


@lru_cache(maxsize=4_096)
def address_in(text: str) -> str | None:
    """The address that a text is, without a zone (which may be any text); None where it is none."""
    try:
        return str(ip_address(text.partition("%")[0]))
    except ValueError:
        return None
