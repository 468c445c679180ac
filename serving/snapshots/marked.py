"""Which snapshots were found damaged, as the workers tell each other: one empty file each, beside the folders of the snapshots.

What one worker cannot read, another may still hold in memory; who asks twice must not be answered out of two snapshots in turns. A mark
proves nothing by itself: who holds such a snapshot reads its files again, and who finds them sound takes the mark away.
"""

from __future__ import annotations

from contextlib import suppress

from riskwarn.home import Home

FOLDER = ".damaged"


def marked(home: Home) -> frozenset[str]:
    """The ids of the snapshots that somebody found damaged."""
    try:
        return frozenset(one.name for one in (home.snapshots / FOLDER).iterdir())
    except OSError:
        return frozenset()


def mark(home: Home, snapshot: str) -> None:
    """Tell the others that a snapshot is damaged. Where nothing can be written, they find out by themselves."""
    with suppress(OSError):
        (home.snapshots / FOLDER).mkdir(exist_ok=True)
        (home.snapshots / FOLDER / snapshot).touch()


def unmark(home: Home, snapshot: str) -> None:
    """Tell the others that a snapshot is sound again, or gone: all read it anew at once."""
    with suppress(OSError):
        (home.snapshots / FOLDER / snapshot).unlink(missing_ok=True)
