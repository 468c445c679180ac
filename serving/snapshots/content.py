"""What a scoring puts into the files of its snapshot, and what it is compared with of those of another."""

from __future__ import annotations

from riskwarn.home import Home
from serving.scoring.city import Before
from serving.scoring.score import Scoring
from serving.snapshots.files import Content, read_scores
from serving.snapshots.published import Row


def content_of(made: Scoring) -> Content:
    """The columns of a scoring, and the health of the sources as it was examined."""
    health = tuple(one.as_dict() for one in made.health)
    return Content(made.scored.places, made.scored.scores, made.scored.reasons, health)


def published_before(home: Home, row: Row) -> Before:
    """What a snapshot published, for the next to be compared with. Raises SnapshotDamaged."""
    return Before(*read_scores(home.snapshots / row.id, row.manifest["files"]))
