"""Notices about one unit and target, and what raises them."""
