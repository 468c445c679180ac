"""Cells as texts, numbers, dates and digests, each distinct text read once."""
