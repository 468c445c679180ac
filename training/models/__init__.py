"""Forecasters: fitted, asked, explained, saved. A baseline is one like any other."""
