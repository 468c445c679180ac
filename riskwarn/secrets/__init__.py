"""Secrets of other systems (a webhook's, a sign-on's, a gateway's), sealed under a key that lies outside the home.

The door: `secret` (the value, wrapped so that no text shows it), `keep`, `remove` (`put` and `drop`
in the transaction of another change), `listed`, `rotate`. The rows stand in the database and
go into backups; the file of the key (RISKWARN_SECRETS_KEY) does neither.
"""

from riskwarn.secrets.keeping import drop, keep, listed, put, remove, rotate, secret

__all__ = ["drop", "keep", "listed", "put", "remove", "rotate", "secret"]
