"""Rows of an event source to records: instants, words and places, each fault named.

The door: `events.records`.
"""
