"""What axe-core finds of a page that hinders somebody: it comes with the lock of the console (`make console`)."""

from __future__ import annotations

from pathlib import Path

from tests.serving.console.driving import Browser

AXE = Path(__file__).parents[3] / "serving" / "console" / "node_modules" / "axe-core" / "axe.min.js"

#: What must not be: people cannot go on.
GRAVE = ("serious", "critical")


def hindrances(page: Browser) -> list[str]:
    """The rules that are broken gravely, each with the first element that breaks it."""
    page.run(AXE.read_text(encoding="utf-8") + ";0")
    found = page.run(
        "axe.run(document, {resultTypes: ['violations']}).then((told) => told.violations.map((one) => "
        "[one.impact, one.id, one.nodes[0].html.slice(0, 200), one.nodes[0].failureSummary ?? '']))"
    )
    return [f"{rule}: {element} {why}" for impact, rule, element, why in found if impact in GRAVE]
