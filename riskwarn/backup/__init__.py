"""Backups: one folder with all that a home keeps and a manifest of hashes, made while it serves and loads; and the way back.

The door: `make_backup`, `restore`, `check`. The files of keys are not in it: whoever has a backup alone can neither test whether a case's
number is in it nor open a secret.
"""

from riskwarn.backup.making import Made, make_backup
from riskwarn.backup.restoring import Restored, check, restore

__all__ = ["Made", "Restored", "check", "make_backup", "restore"]
