"""The names of secrets: what is sealed under any other would be read by nothing, and whoever set it would wait in vain."""

from __future__ import annotations

import re

from riskwarn.errors import SecretUnread
from riskwarn.messages import Listed

#: What riskwarn shows to the city's sign-on and to the server of mail, and what the gateway shows to riskwarn.
READ = ("oidc", "gateway", "mail")

#: What the receivers of notices tell riskwarn's messages by, or are opened by: one secret a subscription, under its id.
WEBHOOK = "webhook."

_SHOWN = (*READ, f"{WEBHOOK}ID")


def check_name(name: str) -> None:
    """Raise SecretUnread where nothing reads a secret of this name."""
    if name in READ or (name.startswith(WEBHOOK) and len(name) > len(WEBHOOK)):
        return
    first = re.split(r"[._-]", name)[0]
    raise SecretUnread(name=name[:64], known=Listed(_SHOWN), like=first)
