"""A client of the HTTP API in Python: asks, polls without work where nothing changed, follows cursors, raises what the server says.

    from serving.client import Client

    with Client("http://127.0.0.1:8000") as riskwarn:
        for ranking in riskwarn.poll(limit=100):
            ...

The door: `Client`, `Event`, and the errors that it raises. It needs httpx2 (``pip install 'riskwarn[client]'``), and nothing else of riskwarn.
"""

from serving.client.client import Client, Event
from serving.client.problems import Changed, Conflict, Gone, Invalid, NotFound, Problem, Suspended, Unavailable

__all__ = [
    "Changed",
    "Client",
    "Conflict",
    "Event",
    "Gone",
    "Invalid",
    "NotFound",
    "Problem",
    "Suspended",
    "Unavailable",
]
