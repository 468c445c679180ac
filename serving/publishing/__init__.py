"""The work of score and update: one publication over snapshot and alerts."""
