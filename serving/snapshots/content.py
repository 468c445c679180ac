"""What a scoring puts into the files of its snapshot."""

from __future__ import annotations

from serving.scoring.score import Scoring
from serving.snapshots.files import Content


def content_of(made: Scoring) -> Content:
    """The columns of a scoring, and the health of the sources as it was examined."""
    health = tuple(one.as_dict() for one in made.health)
    return Content(made.scored.places, made.scored.scores, made.scored.reasons, health)
