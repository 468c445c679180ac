"""Versions in the tracking store, their files and checksums, what they were trained for, and who is champion."""
