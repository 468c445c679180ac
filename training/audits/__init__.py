"""Whom a model fails, what it leans on, whether the world has moved: each gives one frozen `Audit`.

The door: `Audit`, of :mod:`training.audits.audit`.
"""
