"""The catalogue as people read it: how each feature is distributed over the city's grids, and a page of all of them.

The door: `distribution` for numbers, `catalogue_page` for the page.
"""

from features.pages.distribution import Distribution, distribution
from features.pages.page import catalogue_page

__all__ = ["Distribution", "catalogue_page", "distribution"]
