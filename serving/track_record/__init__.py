"""What was forecast and what came of it: a record that nobody edits.

The door: `record.track_record` (reads; a server may call it), `judging.judge_ripe` (computes), `verifying.verify`.
"""
