"""From a department's export to record versions in the store, with an account that adds up.

The door: `ingest`, `retry`, `Account`.
"""

from riskwarn.ingest.loading.account import Account
from riskwarn.ingest.loading.loading import ingest
from riskwarn.ingest.loading.retrying import Retried, retry

__all__ = ["Account", "Retried", "ingest", "retry"]
