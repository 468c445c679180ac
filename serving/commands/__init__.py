"""What a page asks for and only a command can do: it runs in a process of its own, so that who serves imports no learner.

The door: :mod:`serving.commands.uploads` (files that are handed over, tried and loaded) and :mod:`serving.commands.asking`
(what a short command answers).
"""
