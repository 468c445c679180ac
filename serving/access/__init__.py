"""Who asks, for which places, and for what: operators, keys, roles, areas, limits. Nothing here knows of HTTP or of a snapshot.

The door: `create_key`, `rotate_key`, `revoke_key`, `listed_keys` (`keys`), the same of `operators`, `confirm` (`grants`), `Registry` with the
`Caller` that it gives (`registry`, `caller`), `Limits` (`limits`).
"""
