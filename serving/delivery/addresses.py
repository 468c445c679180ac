"""Which addresses may be contacted: those of the networks that an installation names, and never this machine or what tells of it.

Receivers in private networks are the normal case, so that the question is not whether an address is public, but whether it was named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from riskwarn.receivers import Delivery

Address = IPv4Address | IPv6Address

#: Refused whatever is named: this machine, its link, what clouds tell of a machine at, several at once, what means nothing yet, and
#: what carries an address of IPv4 inside one of IPv6, where another machine would decide where it leads.
NEVER = tuple(
    ip_network(one)
    for one in (
        "0.0.0.0/8",  # this host
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local; metadata of most clouds
        "100.100.100.200/32",  # metadata
        "168.63.129.16/32",  # metadata
        "192.0.0.0/24",  # protocols of the IETF; metadata
        "192.88.99.0/24",  # relays of 6to4
        "198.18.0.0/15",  # benchmarks of devices
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
        "::/96",  # unspecified, loopback, IPv4 inside
        "::ffff:0:0:0/96",  # translated
        "64:ff9b::/96",  # NAT64
        "64:ff9b:1::/48",  # NAT64 of one's own
        "100::/64",  # discard
        "2001::/32",  # Teredo
        "2001:10::/28",  # no addresses of machines
        "2001:20::/28",
        "2002::/16",  # 6to4
        "fd00:ec2::254/128",  # metadata
        "fd00:ec2::23/128",
        "fd00:ec2::123/128",
        "fd20:ce::254/128",  # metadata
        "fe80::/10",  # link-local
        "fec0::/10",  # site-local
        "ff00::/8",  # multicast
    )
)

#: What an address within a network bears that is made from one of IPv4 (ISATAP, RFC 5214).
_ISATAP = (0x00005EFE, 0x02005EFE)

_LOOPBACK = (IPv4Address("127.0.0.1"), IPv6Address("::1"))


@dataclass(frozen=True)
class Allowed:
    """What an installation names."""

    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    loopback_port: int | None = None
    hosts: frozenset[str] = frozenset()  # of robots and of mail: their networks need not be named too

    @classmethod
    def of(cls, declared: Delivery) -> Allowed:
        """What a configuration names."""
        hosts = [*declared.robots().values(), *([declared.mail.host] if declared.mail is not None else [])]
        return cls(
            tuple(ip_network(one) for one in declared.networks),
            declared.loopback_port,
            frozenset(one.partition(":")[0] for one in hosts),
        )

    def takes(self, address: str, port: int, host: str) -> bool:
        """Whether a host may be contacted at an address that its name was found to lead to."""
        one = plain(address)
        if one is None:
            return False
        if one in _LOOPBACK:
            return port == self.loopback_port
        if refused(one):
            return False
        return host.lower().rstrip(".") in self.hosts or _within(one, self.networks)


def plain(address: str) -> Address | None:
    """The address that is meant: one of IPv4 written as one of IPv6 is that of IPv4. None where it is none, or has a zone."""
    try:
        one = ip_address(address)
    except ValueError:
        return None
    if isinstance(one, IPv6Address):
        if one.scope_id is not None:
            return None
        return one.ipv4_mapped or one
    return one


def refused(one: Address) -> bool:
    """Whether an address is refused whatever is named."""
    if isinstance(one, IPv6Address) and (int(one) >> 32) & 0xFFFFFFFF in _ISATAP:
        return True
    return _within(one, NEVER)


def _within(one: Address, networks: Sequence[IPv4Network | IPv6Network]) -> bool:
    return any(one in network for network in networks if network.version == one.version)
