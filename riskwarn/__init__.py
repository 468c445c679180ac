"""The ground of the house: words, contracts, ingest, store, geography, settings and errors.

Nothing is re-exported here; other packages import the rooms they need by name.
"""
