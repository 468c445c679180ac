"""One immutable published scoring: its columns, its files, which one is current, and how it is rebuilt."""
