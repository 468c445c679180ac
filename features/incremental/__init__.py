"""The newest period's features from a kept state and what is new in the store.

The door: `incremental.newest_features`.
"""
