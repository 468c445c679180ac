"""Who may be told of notices, and from where: networks, hosts of robots and of mail. What is not named here is never contacted."""

from __future__ import annotations

import re
from ipaddress import ip_network
from typing import Annotated, Literal

from pydantic import Field, field_validator

from riskwarn.declarations import Declared, Misplaced

_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*(:\d{1,5})?")
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")
_MAILBOX = re.compile(r"[A-Za-z0-9._+-]{1,64}@[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
_SENDER = re.compile(r"[^\s,<>&]{1,128}")


def is_host(value: str) -> bool:
    """Whether a text is the name of a host, perhaps with a port; what ends in a number would be read as an address."""
    last = value.partition(":")[0].rpartition(".")[2]
    return bool(_HOST.fullmatch(value)) and not _NUMBER.fullmatch(last)


def is_mailbox(value: str) -> bool:
    """Whether a text is one address of mail, plain enough that nothing can be hidden in it."""
    return bool(_MAILBOX.fullmatch(value))


class Mail(Declared):
    """The server that takes mail."""

    host: str = Field(description="the name of the server")
    port: Annotated[int, Field(ge=1, le=65_535)] = Field(default=587, description="its port")
    tls: Literal["starttls", "tls", "none"] = Field(default="starttls", description="how the way there is secured")
    sender: str = Field(description="the address that mail comes from")
    user: str | None = Field(
        default=None, description="as who riskwarn signs in there; its password is sealed by riskwarn secrets set mail"
    )
    domains: tuple[str, ...] = Field(
        default=(),
        description="mail goes to addresses of these domains alone; to that of the sender where none is named",
    )

    @field_validator("host")
    @classmethod
    def _a_host(cls, value: str) -> str:
        return _host(value)

    @field_validator("sender")
    @classmethod
    def _a_mailbox(cls, value: str) -> str:
        if not is_mailbox(value):
            raise ValueError("it takes an address such as riskwarn@example.gov.cn")
        return value

    @field_validator("domains")
    @classmethod
    def _all_hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_host(one) for one in value)

    def takes(self, address: str) -> bool:
        """Whether mail may go to an address."""
        domains = self.domains or (self.sender.rpartition("@")[2],)
        return is_mailbox(address) and address.rpartition("@")[2] in domains


class Delivery(Declared):
    """How notices are delivered."""

    networks: tuple[str, ...] = Field(
        default=(),
        description="networks in which receivers of webhooks may stand, such as 10.20.0.0/16; none where none is named. Loopback, "
        "link-local and metadata addresses are refused whatever is named here",
    )
    loopback_port: Annotated[int, Field(ge=1, le=65_535)] | None = Field(
        default=None, description="the one port of this machine to which a demo or a test may deliver"
    )
    dingtalk: str | None = Field(default=None, description="the host of DingTalk robots, oapi.dingtalk.com or your own")
    wecom: str | None = Field(default=None, description="the host of WeCom robots, qyapi.weixin.qq.com or your own")
    feishu: str | None = Field(default=None, description="the host of Feishu robots, open.feishu.cn or your own")
    mail: Mail | None = Field(default=None, description="the server that takes mail")
    sender: str = Field(
        default="riskwarn", description="as what messages in CAP name their sender, without blanks and commas"
    )
    give_up_days: Annotated[float, Field(gt=0, le=30)] = Field(
        default=3, description="for so many days a message is tried; then it waits for riskwarn subscriptions replay"
    )
    keep_days: Annotated[int, Field(ge=1, le=3_660)] = Field(
        default=92, description="for so many days messages are kept for the stream, the feed and CAP"
    )

    @field_validator("networks")
    @classmethod
    def _all_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_network(one, row) for row, one in enumerate(value))

    @field_validator("dingtalk", "wecom", "feishu")
    @classmethod
    def _a_host(cls, value: str | None) -> str | None:
        return None if value is None else _host(value)

    @field_validator("sender")
    @classmethod
    def _a_sender(cls, value: str) -> str:
        if not _SENDER.fullmatch(value):
            raise ValueError("it takes a word without blanks and commas")
        return value

    def robots(self) -> dict[str, str]:
        """The hosts of the robots that are named, by their kind."""
        found = {"dingtalk": self.dingtalk, "wecom": self.wecom, "feishu": self.feishu}
        return {name: host for name, host in found.items() if host is not None}


def _network(value: str, row: int) -> str:
    try:
        network = ip_network(value)
    except ValueError as error:
        raise Misplaced("it takes a network such as 10.20.0.0/16, whose last bits are zeros", row) from error
    if network.prefixlen == 0:
        raise Misplaced("that is every address: name the networks in which your receivers stand", row)
    if network.is_loopback or network.is_link_local:
        raise Misplaced("nobody is told there: loopback and link-local addresses are refused whatever is named", row)
    return str(network)


def _host(value: str) -> str:
    value = value.strip().lower()
    if not is_host(value):
        raise ValueError("it takes the name of a host such as robots.example.gov.cn")
    return value
