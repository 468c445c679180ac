"""From champions to people: scoring, immutable snapshots, ranking, alerts, the HTTP API and the page.

The door: `publish`, `create_app`, `serve`.
"""

from serving.api.app import create_app
from serving.publishing.publish import Published, publish
from serving.api.server import serve

__all__ = ["Published", "create_app", "publish", "serve"]
