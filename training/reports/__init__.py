"""Cards and pages made of frozen facts, which lie with each run: nothing is computed here.

The door: `ReportFacts` (`report.json`), `version_page`, `city_page`, `model_card`, `plots`.
"""

from training.reports.card import model_card
from training.reports.city import CityFacts, city_page
from training.reports.facts import FILE, ReportFacts
from training.reports.plots import plots
from training.reports.version import version_page

__all__ = ["FILE", "CityFacts", "ReportFacts", "city_page", "model_card", "plots", "version_page"]
