"""From champions to people: scoring, immutable snapshots, ranking, alerts, the HTTP API and the page.

The door: `publish` (`serving.publishing.publish`), `create_app` (`serving.api.app`), `serve` (`serving.api.server`). Nothing is
imported with the package: who serves rankings holds no learner.
"""
