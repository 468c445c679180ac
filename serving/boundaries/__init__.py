"""Borders for the map: made when a snapshot is published, one TopoJSON a district and one of outlines, each named by what it holds.

Its doors: `made` (making.py, where a snapshot is published) and `Boundaries` (held.py, where it is served).
"""
