"""From a department's export to record versions in the store, with an account that adds up.

The door: `ingest`, `retry`, `Account`.
"""

from riskwarn.ingest.account import Account
from riskwarn.ingest.loading import ingest
from riskwarn.ingest.retrying import Retried, retry

__all__ = ["Account", "Retried", "ingest", "retry"]
