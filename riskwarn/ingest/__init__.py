"""From a department's export to record versions in the store, with an account that adds up. The door: `ingest`, `Account`."""

from riskwarn.ingest.account import Account
from riskwarn.ingest.loading import ingest

__all__ = ["Account", "ingest"]
